"""The codecs by name, and what can be set of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from audioq.errors import SimulationError
from audioq.simulate.codecs import amr, companding, ffmpeg, gsm, opus, spandsp, speex
from audioq.simulate.codecs.decoded import Codec
from audioq.simulate.settings import Setting, checked, entry


@dataclass(frozen=True, slots=True)
class CodecKind:
    """A row of `CODECS`.

    Parameters
    ----------
    name : str
        Its key.
    family : str
        Codecs of one family sound alike: opus, amr, g711, g722, g726, gsm, speex, aac, mp3, vocoder or none.
    make : callable
        Takes the settings by name and gives a codec.
    settings : tuple of Setting
        What can be set.
    meaning : str
        One sentence.
    needs : str
        What it needs besides audioq: "" for nothing, else a Debian package or two.
    """

    name: str
    family: str
    make: Callable[..., Codec]
    settings: tuple[Setting, ...]
    meaning: str
    needs: str = ""


def _frame(choices: tuple[str, ...]) -> Setting:
    return Setting("frame", "ms", meaning="Length of a packet.", default="20", choices=choices)


def _rate(choices: tuple[str, ...], default: str) -> Setting:
    return Setting("sr", "Hz", meaning="Sampling rate.", default=default, choices=choices)


def _kbps(low: float, high: float, default: float) -> Setting:
    return Setting("kbps", "kbit/s", low, high, "Bit rate.", default)


def _mode(choices: tuple[str, ...], default: str) -> Setting:
    return Setting("kbps", "kbit/s", meaning="Bit rate.", default=default, choices=choices)


def _switch(name: str, meaning: str) -> Setting:
    return Setting(name, "", 0, 1, meaning, 0, whole=True)


FRAMES = ("10", "20", "30", "40", "60")
PCM_RATES = ("8000", "16000", "24000", "32000", "44100", "48000")
DTX = _switch("dtx", "Send next to nothing while nobody speaks.")

OPUS_SETTINGS = (
    _kbps(6, 128, 24),
    Setting("mode", "", meaning="Which of its coders is used.", default="auto", choices=tuple(opus.MODES)),
    Setting(
        "bandwidth",
        "",
        meaning="Band that is coded: 4 (nb), 6, 8, 12 or 20 (fb) kHz.",
        default="auto",
        choices=tuple(opus.BANDWIDTHS),
    ),
    _frame(opus.FRAMES),
    _rate(opus.RATES, "48000"),
    _switch("fec", "Carry a coarse copy of the last packet; for its sake the encoder may narrow the band."),
    Setting("expected_loss", "%", 0, 100, "Loss that the encoder reckons with where there is fec.", 20, whole=True),
    DTX,
    _switch("constant", "Make all packets the same size."),
)

_ROWS = (
    CodecKind("pcm", "none", companding.make_pcm, (_rate(PCM_RATES, "16000"), _frame(FRAMES)), "No coding, 16 bits."),
    CodecKind("g711-mulaw", "g711", companding.make_mu_law, (_frame(FRAMES),), "G.711 as in North America and Japan."),
    CodecKind("g711-alaw", "g711", companding.make_a_law, (_frame(FRAMES),), "G.711 as in the rest of the world."),
    CodecKind("opus", "opus", ffmpeg.make_opus, (_kbps(6, 128, 24), _frame(ffmpeg.FRAMES)), "Opus, fullband."),
    CodecKind("amr-nb", "amr", ffmpeg.make_amr_nb, (_mode(ffmpeg.AMR_KBPS, "12.2"),), "AMR of mobile calls, 8 kHz."),
    CodecKind("g722", "g722", ffmpeg.make_g722, (_frame(FRAMES),), "G.722, wideband of desk telephones, 64 kbit/s."),
    CodecKind(
        "g726",
        "g726",
        ffmpeg.make_g726,
        (_mode(tuple(ffmpeg.G726_BITS), "32"), _frame(FRAMES)),
        "G.726, ADPCM of cordless telephones.",
    ),
    CodecKind("aac", "aac", ffmpeg.make_aac, (_kbps(12, 128, 32), _rate(ffmpeg.RATES, "44100")), "AAC."),
    CodecKind("mp3", "mp3", ffmpeg.make_mp3, (_kbps(16, 160, 64), _rate(ffmpeg.RATES, "44100")), "MP3."),
    CodecKind("libopus", "opus", opus.make_libopus, OPUS_SETTINGS, "Opus as calls use it.", "libopus0"),
    CodecKind(
        "libamr-nb",
        "amr",
        amr.make_libamr_nb,
        (_mode(amr.NARROW_KBPS, "12.2"), DTX),
        "AMR narrowband with 3GPP's concealment.",
        "libopencore-amrnb0",
    ),
    CodecKind(
        "libamr-wb",
        "amr",
        amr.make_libamr_wb,
        (_mode(amr.WIDE_KBPS, "12.65"), DTX),
        "AMR wideband with 3GPP's concealment.",
        "libvo-amrwbenc0 libopencore-amrwb0",
    ),
    CodecKind(
        "libgsm",
        "gsm",
        gsm.make_libgsm,
        (Setting("muting", "", meaning="How a held frame ends.", default="late", choices=gsm.MUTINGS),),
        "GSM full rate; the last frame is held for 320 ms.",
        "libgsm1",
    ),
    CodecKind(
        "libspeex",
        "speex",
        speex.make_libspeex,
        (Setting("quality", "", 0, 10, "From about 2 to 25 kbit/s; below 3 it is a robotic vocoder.", 6, whole=True),),
        "Speex narrowband with its own concealment.",
        "libspeex1",
    ),
    CodecKind(
        "spandsp-g711",
        "g711",
        spandsp.make_g711,
        (Setting("law", "", meaning="mu-law or A-law.", default="mu", choices=("mu", "a")), _frame(FRAMES)),
        "G.711 with the concealment of soft switches.",
        "libspandsp2",
    ),
    CodecKind("spandsp-g722", "g722", spandsp.make_g722, (_frame(FRAMES),), "G.722 of soft switches.", "libspandsp2"),
    CodecKind(
        "spandsp-g726",
        "g726",
        spandsp.make_g726,
        (_mode(tuple(ffmpeg.G726_BITS), "32"), _frame(FRAMES)),
        "G.726 with the concealment of soft switches.",
        "libspandsp2",
    ),
    CodecKind("spandsp-lpc10", "vocoder", spandsp.make_lpc10, (), "LPC-10, robotic by its nature.", "libspandsp2"),
)

CODECS: Mapping[str, CodecKind] = {row.name: row for row in _ROWS}
"""Every codec by its name; those without `needs` are always there."""


def make_codec(name: str, **settings: float | str) -> Codec:
    """Make a codec.

    Parameters
    ----------
    name : str
        Key in `CODECS`.
    **settings : float or str
        Its settings; a number may stand for a choice, such as 20 for "20".

    Raises
    ------
    SimulationError
        If there is no such codec or setting, or what it needs is not installed; the message names the package.
    """
    kind = entry("codec", CODECS, name)
    chosen = {one.name for one in kind.settings if one.choices}
    given = {key: _word(value) if key in chosen else value for key, value in settings.items()}
    return kind.make(**checked(f"the codec {name}", kind.settings, given))


def missing(name: str) -> str | None:
    """Why a codec cannot be used on this machine, or None where it can.

    Raises
    ------
    SimulationError
        If there is no such codec.
    """
    entry("codec", CODECS, name)
    try:
        make_codec(name)
    except SimulationError as reason:
        return str(reason)
    return None


def _word(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"
