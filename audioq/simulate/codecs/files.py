"""Files: sound written by suffix, always in the same bytes; and sound that has been through a lossy file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audioq.errors import SimulationError
from audioq.simulate.codecs import ffmpeg
from audioq.simulate.codecs.decoded import Codec
from audioq.simulate.codecs.slots import quantised
from audioq.simulate.codecs.table import make_codec
from audioq.simulate.playout import everything
from audioq.simulate.spans import Samples


@dataclass(frozen=True, slots=True)
class Packaging:
    """How a suffix is written with FFmpeg.

    Parameters
    ----------
    container, encoder : str
        What FFmpeg calls them.
    kbps : float
        Usual bit rate of a channel.
    rates : tuple of int
        Sampling rates in Hz that the encoder takes.
    channels : int
        The most that it takes.
    """

    container: str
    encoder: str
    kbps: float
    rates: tuple[int, ...]
    channels: int = 2


MUSIC_RATES = tuple(map(int, ffmpeg.RATES))
PACKAGED: Mapping[str, Packaging] = {
    ".opus": Packaging("ogg", "libopus", 48.0, (8000, 12000, 16000, 24000, 48000)),
    ".mp3": Packaging("mp3", "libmp3lame", 64.0, MUSIC_RATES),
    ".m4a": Packaging("ipod", "aac", 64.0, MUSIC_RATES),
    ".3gp": Packaging("3gp", "libopencore_amrnb", 12.2, (8000,), 1),
}
PLAIN = (".flac", ".wav")

LEAST_KBPS, MOST_KBPS = 4.0, 320.0

FORMS = ("mp3", "aac", "opus", "amr-nb")
"""What `reencode` knows."""


def write(path: Path, y: Samples, sr: int, *, ulaw: bool = False, kbps: float | None = None) -> None:
    """Write sound in the format of the suffix: .flac, .wav, .opus, .mp3, .m4a or .3gp.

    The same sound gives the same bytes: no time stamps, no random numbers, no version of an encoder.

    Parameters
    ----------
    path : Path
        Where to; a file that is there is replaced.
    y : ndarray, float32, shape (n,) or (channels, n)
        Full scale is 1; what goes beyond is cut off.
    sr : int
        Sampling rate in Hz.
    ulaw : bool
        Write .wav in 8-bit mu-law instead of 16 bits.
    kbps : float, optional
        Bit rate of a channel of the lossy formats; see `PACKAGED` for the usual ones.

    Raises
    ------
    SimulationError
        For another suffix, or a rate or number of channels that the format cannot hold.
    """
    suffix = path.suffix.lower()
    channels = np.atleast_2d(y)
    if suffix in PLAIN:
        _write_plain(path, channels, sr, ulaw and suffix == ".wav")
    elif suffix in PACKAGED:
        _write_packaged(path, channels, sr, PACKAGED[suffix], kbps)
    else:
        raise SimulationError(f"{path.name}: cannot write {suffix or 'a file without a suffix'}; use {_suffixes()}")


def _suffixes() -> str:
    return ", ".join((*PLAIN, *PACKAGED))


def _write_plain(path: Path, y: Samples, sr: int, ulaw: bool) -> None:
    import soundfile as sf

    sf.write(path, quantised(y).T, sr, subtype="ULAW" if ulaw else "PCM_16")


def _write_packaged(path: Path, y: Samples, sr: int, kind: Packaging, kbps: float | None) -> None:
    import av

    if sr not in kind.rates:
        known = ", ".join(map(str, kind.rates))
        raise SimulationError(f"{path.name}: {kind.encoder} takes no {sr} Hz; resample to one of {known}")
    if len(y) > kind.channels:
        raise SimulationError(f"{path.name}: {kind.encoder} holds {kind.channels} channels, not {len(y)}; use .flac")
    if kbps is not None and not LEAST_KBPS <= kbps <= MOST_KBPS:
        raise SimulationError(f"{path.name}: cannot have {kbps:g} kbit/s; give {LEAST_KBPS:g} to {MOST_KBPS:g}")
    layout = "mono" if len(y) == 1 else "stereo"
    limited = np.clip(y, -1.0, 1.0 - 1.0 / 32768.0).astype(np.float32)
    with av.open(str(path), "w", format=kind.container, options={"fflags": "+bitexact"}) as out:
        stream = out.add_stream(kind.encoder, rate=sr, layout=layout)
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = round(1000.0 * (kind.kbps if kbps is None else kbps)) * len(y)
        stream.codec_context.flags |= ffmpeg.BITEXACT
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(limited), format="fltp", layout=layout)
        frame.sample_rate, frame.pts = sr, 0
        for packet in (*stream.encode(frame), *stream.encode(None)):
            out.mux(packet)


def reencode(y: Samples, sr: int, form: str, kbps: float) -> Samples:
    """Send sound through a lossy coder and back, as a recorder does that stores it in such a file.

    Parameters
    ----------
    y : ndarray, float32, shape (n,)
        The sound.
    sr : int
        Its rate in Hz; where the coder lacks it, it is resampled on both sides.
    form : str
        One of `FORMS`.
    kbps : float
        Bit rate; AMR takes the mode next to it.

    Returns
    -------
    ndarray, float32, shape (n,)
        In step with `y`: the delay of the coder is removed.

    Raises
    ------
    SimulationError
        For an unknown form, or a bit rate that it cannot have.
    """
    if form not in FORMS:
        raise SimulationError(f"cannot encode to {form!r}; use one of {', '.join(FORMS)}")
    if not y.size:
        return y.astype(np.float32)
    codec = _coder(form, sr, kbps)
    packets = codec.encode(_resampled(y, sr, codec.sr))
    heard = codec.decode(packets, everything(len(packets), codec.seconds)).y[codec.delay :]
    back = _resampled(heard, codec.sr, sr)[: y.size]
    return np.pad(back, (0, y.size - back.size)).astype(np.float32)


def _coder(form: str, sr: int, kbps: float) -> Codec:
    if form == "amr-nb":
        return make_codec(form, kbps=min(ffmpeg.AMR_KBPS, key=lambda mode: abs(float(mode) - kbps)))
    if form == "opus":
        return make_codec(form, kbps=kbps)
    return make_codec(form, kbps=kbps, sr=min((one for one in MUSIC_RATES if one >= sr), default=max(MUSIC_RATES)))


def _resampled(y: Samples, sr: int, new_sr: int) -> Samples:
    import soxr

    return y if sr == new_sr else np.asarray(soxr.resample(y, sr, new_sr), np.float32)
