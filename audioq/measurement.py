"""measure: a recording goes in, a table of facts comes out, block by block and without any policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audioq.audio import Audio
from audioq.errors import AudioError
from audioq.features import CALL_FEATURES, FRAME_FEATURES, MARK_FEATURES, CallFeature, FrameFeature, MarkFeature
from audioq.features.coverage import frame_coverage
from audioq.features.loss import weights_digest
from audioq.fft import scratch
from audioq.frames import MARGIN, TILE, analysis_sr, frame
from audioq.offset import Offset
from audioq.table import MARK_DTYPE, FeatureTable, Note, Quantity, fingerprint

BLOCK_SECONDS = 12.8
"""Ten tiles: blocks of this length keep the memory flat and cost no more than a whole read."""

GROUP = 8
"""Tiles measured at once: each costs the kernels a row a channel, and the calls of NumPy are shared by all."""

_STATED_SECONDS = 3600
"""Length up to which memory is set aside as the container says; a header may be wrong, and curves can grow."""

LOUDEST = 64.0
"""Largest magnitude that is taken for sound, full scale 1; more is an array in other units."""

_AROUND_S = max(feature.around_s for feature in MARK_FEATURES)
"""Seconds of sound kept for the marks that look around a block."""

_COVERAGE = {"zero_share": ("zero", "share of exact zeros"), "clipped_share": ("clipped", "share of clipped samples")}

_JUMP_QUANTITY = Quantity("1", "the offset jumps; value: by how much, full scale 1")
_GAP_QUANTITY = Quantity("bytes", "stretch that the container has no packets for; size of the packet before it")


def measure(
    audio: Audio,
    features: Sequence[FrameFeature] = FRAME_FEATURES,
    call_features: Sequence[CallFeature] = CALL_FEATURES,
    *,
    block_seconds: float = BLOCK_SECONDS,
) -> FeatureTable:
    """Measure every feature of a recording.

    Parameters
    ----------
    audio : Audio
        What `read` returned.
    features : sequence of FrameFeature
        ``(*FRAME_FEATURES, mine)`` adds your own.
    call_features : sequence of CallFeature
    block_seconds : float
        Length of the blocks read, in seconds. It changes the memory used and not a bit of the result.

    Returns
    -------
    FeatureTable

    Raises
    ------
    AudioError
        The samples cannot be decoded, or hold NaN or infinite values.
    """
    walk = _Walk(audio, features)
    for block in audio.blocks(max(1, round(block_seconds * audio.sr))):
        walk.take(block)
    curves = walk.finish()
    marks = {m.name: _join(walk.marks[m.name], _shortest(m, audio.sr)) for m in MARK_FEATURES}
    n_frames = walk.n_frames
    for name, (mark, _) in _COVERAGE.items():
        curves[name] = frame_coverage(marks[mark], audio.sr, audio.channels, n_frames)
    numbers = _call_numbers(call_features, curves)
    quantities = _quantities(features, call_features)
    measured = _fingerprint(quantities)
    if walk.offset.jumps:
        marks["dc_jump"] = np.array(walk.offset.jumps, MARK_DTYPE)
        quantities["dc_jump"] = _JUMP_QUANTITY
    if audio.gaps is not None:  # a fact of the container, which not every one states
        marks["container_gap"] = _gap_marks(audio)
        quantities["container_gap"] = _GAP_QUANTITY
    return FeatureTable(
        curves=curves,
        marks=marks,
        numbers=numbers,
        quantities=quantities,
        file=audio.source,
        format=replace(audio.format, duration=walk.n_samples / audio.sr),
        sha256=audio.sha256,
        notes=(*audio.notes, *walk.notes()),
        fingerprint=measured,
    )


def _gap_marks(audio: Audio) -> NDArray[np.void]:
    """Packets are missing in all channels at once."""
    rows = [(channel, *gap) for channel in range(audio.channels) for gap in audio.gaps or ()]
    return np.array(rows, MARK_DTYPE)


class _Walk:
    """The state of one pass over the samples: what was read and not yet measured."""

    def __init__(self, audio: Audio, features: Sequence[FrameFeature]) -> None:
        self.audio, self.features = audio, features
        self.sr = analysis_sr(audio.sr)
        self.hop = self.sr // 100
        self.n_samples = 0
        self.peak = 0.0
        self.marks: dict[str, list[NDArray[np.void]]] = {m.name: [] for m in MARK_FEATURES}
        self._recent: list[NDArray[np.float32]] = [np.zeros((audio.channels, 0), np.float32)]
        self._n_marked = 0
        self._resample = _resampler(audio.sr, self.sr, audio.channels)
        self.offset = Offset(audio.sr, audio.channels, round(BLOCK_SECONDS * audio.sr))
        self._buffer = np.zeros((audio.channels, MARGIN * self.hop), np.float32)
        self._n_analysed = 0
        stated = audio.format.duration
        n_frames = round(100 * min(stated, _STATED_SECONDS)) if stated > 0 else 0  # NaN is not
        shape = (audio.channels, n_frames + 2 * GROUP * TILE)
        self._curves = {name: np.empty(shape, np.float32) for f in features for name in f.gives}
        self._n_frames = 0

    def take(self, block: NDArray[np.float32]) -> None:
        """Measure a block of samples, shape (channels, n)."""
        self.peak = max(self.peak, float(block.max(initial=0)), -float(block.min(initial=0)))
        if self.peak > LOUDEST:
            problem = f"its samples reach {self.peak:.0f} times full scale"
            raise AudioError(self.audio.source, problem, "scale them to -1..1, or pass the integers themselves")
        for feature in MARK_FEATURES:
            if not feature.around_s:
                runs = feature.function(block, self.n_samples, _shortest(feature, self.audio.sr))
                self.marks[feature.name].append(runs)
        self.n_samples += block.shape[1]
        self._recent.append(block)
        # Whole seconds: small blocks are put together, or their surroundings would cost more than they do.
        self._mark_around((self.n_samples - round(_AROUND_S * self.audio.sr)) // self.audio.sr * self.audio.sr)
        self._grow(self._resample(self.offset.take(block), False))

    def _mark_around(self, end: int) -> None:
        """Look for the marks that need sound around a block, in the samples up to `end` not looked at yet."""
        sr, start = self.audio.sr, self._n_marked
        if end <= start:
            return
        recent = np.concatenate(self._recent, axis=1)
        first = self.n_samples - recent.shape[1]
        for feature in MARK_FEATURES:
            if feature.around_s:
                around = round(feature.around_s * sr)
                skipped = max(0, start - around - first)
                y, inner = recent[:, skipped : end + around - first], (start - first - skipped, end - first - skipped)
                runs = feature.function(y, first + skipped, _shortest(feature, sr), sr, inner)
                self.marks[feature.name].append(runs)
        self._n_marked = end
        self._recent = [recent[:, max(0, end - round(_AROUND_S * sr) - first) :].copy()]

    def finish(self) -> dict[str, NDArray[np.float32]]:
        """Measure what is left and return the curves, shape (channels, n_frames)."""
        self._mark_around(self.n_samples)
        self._grow(self._resample(self.offset.finish(), False))
        self._grow(self._resample(np.zeros((self.audio.channels, 0), np.float32), True))
        n_frames = self.n_frames
        groups = -(-n_frames // (GROUP * TILE))
        missing = (groups * GROUP * TILE + MARGIN) * self.hop - self._n_analysed
        if missing > 0:
            self._grow(np.zeros((self.audio.channels, missing), np.float32))
        return {name: curve[:, :n_frames] for name, curve in self._curves.items()}

    @property
    def n_frames(self) -> int:
        """Whole frames in what was read; a rest under 10 ms is left out."""
        return max(1, self.n_samples * 100 // self.audio.sr)

    def _grow(self, y: NDArray[np.float32]) -> None:
        """Append samples at the analysis rate and measure every group of tiles that is complete."""
        self._n_analysed += y.shape[1]
        self._buffer = np.concatenate([self._buffer, y], axis=1)
        need, tile = (TILE + 2 * MARGIN) * self.hop, TILE * self.hop
        done = 0
        while self._buffer.shape[1] - done >= need + (GROUP - 1) * tile:
            starts = range(done, done + GROUP * tile, tile)
            tiles = scratch("tiles", (GROUP * self.audio.channels, need))
            self._measure(np.concatenate([self._buffer[:, start : start + need] for start in starts], out=tiles))
            done += GROUP * tile
        self._buffer = self._buffer[:, done:].copy()

    def _measure(self, y: NDArray[np.float32]) -> None:
        """Measure a group of tiles: the rows of `y` are the channels of the first tile, of the second and so on."""
        frames = frame(y, self.sr, band_hz=self.audio.sr / 2, first=self._n_frames)
        for feature in self.features:
            result = feature.function(frames)
            curves = result if isinstance(result, tuple) else (result,)
            for name, curve in zip(feature.gives, curves, strict=True):
                self._write(name, np.asarray(curve).reshape(GROUP, -1, TILE).swapaxes(0, 1))
        self._n_frames += GROUP * TILE

    def _write(self, name: str, tiles: NDArray[np.float32]) -> None:
        """Write tiles of shape (channels, GROUP, TILE) behind what is known of a curve, which grows if it must."""
        curve, end = self._curves[name], self._n_frames + GROUP * TILE
        if end > curve.shape[1]:
            curve = np.empty((len(curve), 2 * end), np.float32)
            curve[:, : self._n_frames] = self._curves[name][:, : self._n_frames]
            self._curves[name] = curve
        curve[:, self._n_frames : end] = tiles.reshape(len(curve), -1)

    def notes(self) -> Iterator[Note]:
        """Say what people should know of the samples as a whole."""
        offset = self.offset.largest
        if self.peak == 0:
            yield Note("all_zero")
        if offset:
            yield Note("dc_offset", (("offset", round(offset, 4)),))
        if self.peak >= 1.0:
            yield Note("full_scale")
        if self.audio.channels > 2:
            yield Note("many_channels", (("channels", self.audio.channels),))


def _resampler(sr: int, target: int, channels: int) -> Any:
    """Return a function (block, last) -> block at `target`; streamed equals at once."""
    if sr == target:
        return lambda block, last: block
    import soxr

    stream = soxr.ResampleStream(sr, target, channels, dtype="float32")
    return lambda block, last: np.ascontiguousarray(
        stream.resample_chunk(np.ascontiguousarray(block.T), last).reshape(-1, channels).T
    )


def _shortest(feature: MarkFeature, sr: int) -> int:
    return max(feature.shortest_samples, round(feature.shortest_s * sr))


def _join(parts: list[NDArray[np.void]], shortest: int) -> NDArray[np.void]:
    """Join runs that a block boundary has cut, drop the short ones and sort."""
    marks = np.concatenate(parts) if parts else np.zeros(0, MARK_DTYPE)
    if len(marks) == 0:
        return marks
    marks = marks[np.lexsort((marks["start"], marks["value"], marks["channel"]))]
    goes_on = (marks["channel"][1:] == marks["channel"][:-1]) & (marks["start"][1:] <= marks["end"][:-1])
    goes_on &= marks["value"][1:] == marks["value"][:-1]
    first = np.flatnonzero(np.concatenate([[True], ~goes_on]))
    joined = marks[first].copy()
    joined["end"] = np.maximum.reduceat(marks["end"], first)
    joined = joined[np.lexsort((joined["start"], joined["channel"]))]
    long_enough: NDArray[np.void] = joined[joined["end"] - joined["start"] >= shortest]
    return long_enough


def _call_numbers(
    features: Sequence[CallFeature], curves: dict[str, NDArray[np.float32]]
) -> dict[str, NDArray[np.float64]]:
    """Run the call features; curves are added to `curves`, numbers returned."""
    numbers: dict[str, NDArray[np.float64]] = {}
    for feature in features:
        result = feature.function(*(curves[n] if n in curves else numbers[n] for n in feature.needs))
        values = result if isinstance(result, tuple) else (result,)
        for name, value in zip(feature.gives, values, strict=True):
            if value.ndim == 2:
                curves[name] = value.astype(np.float32)
            else:
                numbers[name] = value.astype(np.float64)
    return numbers


def measured_by() -> str:
    """Return the fingerprint of what is measured where no feature of your own is added."""
    return _fingerprint(_quantities(FRAME_FEATURES, CALL_FEATURES))


def _fingerprint(quantities: Mapping[str, Quantity]) -> str:
    return fingerprint([*sorted(quantities), weights_digest()])


def _quantities(features: Sequence[FrameFeature], call_features: Sequence[CallFeature]) -> dict[str, Quantity]:
    gives = [f.gives for f in features] + [f.gives for f in call_features]
    rows = {name: quantity for given in gives for name, quantity in given.items()}
    rows |= {m.name: m.quantity for m in MARK_FEATURES}
    return rows | {name: Quantity("1", text) for name, (_, text) in _COVERAGE.items()}
