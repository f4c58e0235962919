"""Changes: what is done to a recording, and on which time line the events before and after are compared.

Every change gives pairs to compare; no pair where the recording has no place for it.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
import soxr

from audioq.audio import read
from audioq.simulate.codecs.alignment import lag
from audioq.simulate.codecs.files import PACKAGED, write
from benchmarks.invariance.pauses import background, ending, natural_pauses, opening, spoken_frames
from benchmarks.invariance.recordings import Recording, Sound, to_16_bits

Window = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Take:
    """One form of a recording: a sound at a rate, or the bytes of a file.

    Attributes
    ----------
    key : str
        What it is; takes of one recording with the same key are the same.
    source : (ndarray, int) or bytes
    offset : float
        Where it begins on the time line of the recording, in seconds; negative if something stands before.
    order : tuple of int
        Channel `i` of the take is channel ``order[i]`` of the recording; empty if none was moved.
    """

    key: str
    source: tuple[Sound, int] | bytes = field(repr=False)
    offset: float = 0.0
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two takes of which the same must be said within `window`, seconds on the time line of the recording."""

    before: Take
    after: Take
    window: Window
    channel: int = 0
    """Channel to which harm was added, if any was."""


def _whole(recording: Recording) -> Take:
    return Take("whole", (recording.y, recording.sr))


def _all(recording: Recording) -> Window:
    return 0.0, recording.seconds


def polarity(recording: Recording) -> list[Pair]:
    """The sound upside down."""
    return [Pair(_whole(recording), Take("polarity", (-recording.y, recording.sr)), _all(recording))]


def swap(recording: Recording) -> list[Pair]:
    """The two channels of a stereo recording swapped."""
    if len(recording.y) != 2:
        return []
    swapped = Take("swap", (np.ascontiguousarray(recording.y[::-1]), recording.sr), order=(1, 0))
    return [Pair(_whole(recording), swapped, _all(recording))]


def flac(recording: Recording) -> list[Pair]:
    """The sound rounded to 16 bits, as a WAV file and as a FLAC file."""
    return [Pair(_lossless(recording, "WAV"), _lossless(recording, "FLAC"), _all(recording))]


def _lossless(recording: Recording, form: str) -> Take:
    file = io.BytesIO()
    soundfile.write(file, to_16_bits(recording.y).T, recording.sr, subtype="PCM_16", format=form)
    return Take(form, file.getvalue())


def gain(recording: Recording, db: float) -> list[Pair]:
    """Louder or softer in float; nothing where it would clip."""
    y = recording.y * np.float32(10.0 ** (db / 20.0))
    if np.max(np.abs(y)) > 1.0:
        return []
    return [Pair(_whole(recording), Take(f"gain {db}", (y, recording.sr)), _all(recording))]


def shift(recording: Recording, seconds: float) -> list[Pair]:
    """Less than a frame cut off the front."""
    n = round(seconds * recording.sr)
    after = Take("shift", (recording.y[:, n:], recording.sr), n / recording.sr)
    return [Pair(_whole(recording), after, (n / recording.sr, recording.seconds))]


def _resampled(y: Sound, sr: int, new_sr: int) -> Sound:
    return np.ascontiguousarray(soxr.resample(y.T, sr, new_sr).T, np.float32)


def resample(recording: Recording, sr: int, new_sr: int) -> list[Pair]:
    """From one rate to another; before the way down, the sound is bounded to the band that both rates hold."""
    if recording.sr != sr:
        return []
    there = _resampled(recording.y, sr, new_sr)
    before = _whole(recording)
    if new_sr < sr:
        before = Take(f"band of {new_sr}", (_resampled(there, new_sr, sr), sr))
    return [Pair(before, Take(f"at {new_sr}", (there, new_sr)), _all(recording))]


def quiet_before(recording: Recording, seconds: float, own: bool) -> list[Pair]:
    """Silence, or the call's own background, before the pause with which it begins."""
    cut = opening(recording)
    quiet = _quiet(recording, seconds, own)
    if cut is None or quiet is None:
        return []
    first = round(cut * recording.sr)
    y, cut = recording.y[:, first:], first / recording.sr
    after = Take("before", (np.concatenate([quiet, y], axis=1), recording.sr), cut - quiet.shape[1] / recording.sr)
    return [Pair(Take("from a pause", (y, recording.sr), cut), after, (cut, recording.seconds))]


def quiet_after(recording: Recording, seconds: float, own: bool) -> list[Pair]:
    """Silence, or the call's own background, after the pause with which it ends."""
    cut = ending(recording)
    quiet = _quiet(recording, seconds, own)
    if cut is None or quiet is None:
        return []
    last = round(cut * recording.sr)
    y, cut = recording.y[:, :last], last / recording.sr
    after = Take("after", (np.concatenate([y, quiet], axis=1), recording.sr))
    return [Pair(Take("to a pause", (y, recording.sr)), after, (0.0, cut))]


def _quiet(recording: Recording, seconds: float, own: bool) -> Sound | None:
    if own:
        return background(recording, seconds)
    return np.zeros((len(recording.y), round(seconds * recording.sr)), np.float32)


def split(recording: Recording, least: float, once: bool) -> list[Pair]:
    """Cut amid pauses into pieces of at least `least` seconds: in two at the pause nearest to the middle, or often."""
    places = [(start + end) / 2 for start, end in natural_pauses(recording)]
    places = [place for place in places if least <= place <= recording.seconds - least]
    cuts = [0.0]
    for place in [min(places, key=lambda p: abs(p - recording.seconds / 2))] if once and places else places:
        if place - cuts[-1] >= least:
            cuts.append(round(place * recording.sr) / recording.sr)
    if len(cuts) == 1:
        return []
    return [_piece(recording, start, end) for start, end in zip(cuts, [*cuts[1:], recording.seconds], strict=True)]


def _piece(recording: Recording, start: float, end: float) -> Pair:
    part = recording.y[:, round(start * recording.sr) : round(end * recording.sr)]
    return Pair(_whole(recording), Take(f"piece from {start}", (part, recording.sr), start), (start, end))


def drop(recording: Recording, seconds: float, places: int) -> list[Pair]:
    """Zeros where a voice speaks, at places drawn by chance, one at a time."""
    pairs = []
    for channel in range(len(recording.y)):
        spoken = spoken_frames(recording, channel)
        frames = round(seconds * 100)
        if spoken.size < frames:
            continue
        share = np.convolve(spoken, np.ones(frames) / frames, "valid")
        starts = np.flatnonzero(share > 0.9)
        rng = recording.rng(f"drop in channel {channel}")
        for start in rng.choice(starts, min(places, starts.size), replace=False) / 100:
            y = recording.y.copy()
            y[channel, round(start * recording.sr) : round((start + seconds) * recording.sr)] = 0.0
            after = Take(f"drop at {start} in {channel}", (y, recording.sr))
            pairs.append(Pair(_whole(recording), after, _all(recording), channel))
    return pairs


def mp3(recording: Recording, kbps: int = 128) -> list[Pair]:
    """An MP3 file of the recording, with the delay of the coder taken off; nothing where MP3 lacks the rate."""
    kind = PACKAGED[".mp3"]
    if recording.sr not in kind.rates or len(recording.y) > kind.channels:
        return []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recording.mp3"
        write(path, recording.y, recording.sr, kbps=kbps / len(recording.y))
        file = path.read_bytes()
    heard = np.concatenate(list(read(file).blocks(1 << 20)), axis=1)
    later = lag(recording.y.sum(axis=0), heard.sum(axis=0), recording.sr)
    return [Pair(_whole(recording), Take("MP3", file, -later / recording.sr), _all(recording))]
