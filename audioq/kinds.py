"""KINDS: what can happen to the sound of a call, and on which curve each kind is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audioq.listening import listen
from audioq.masks import bridged, filled, runs
from audioq.table import FeatureTable

Span = tuple[int, int]
"""First and one past last frame."""
Trigger = Callable[[FeatureTable, int, Mapping[str, float]], NDArray[np.float32]]
"""(table, channel, thresholds) -> the curve on which the hysteresis works, shape (n_frames,)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of event is found; its numbers are the thresholds ``<name>.onset`` and so on.

    Attributes
    ----------
    name : str
        Also the group of its thresholds: onset, offset, shortest [s], merge [s].
    curve : str or callable
        Curve of the table, or a function that makes one.
    shown : tuple of (str, str)
        Curves given as evidence and how each is summed up: ``mean``, ``max`` or ``min``.
    affects_verdict : bool or callable
        Whether a rule looks at it; a function (table, channel, span, thresholds) -> bool decides event by event.
    yields_to : tuple of str
        Kinds that claim a frame first.
    widen : callable or None
        (mask, table, channel, thresholds) -> mask: lets an event grow to its natural bounds.
    keep : callable or None
        (table, channel, span, thresholds) -> bool: a last look at the whole event.
    mark : str or None
        Sample-exact mark to which the edges are moved where they lie within 20 ms of it.
    point_at : str or None
        Curve with the place of a point in its frame, in ms.
    reported : (str, str), optional
        Curve that stands for the kind in the evidence and how it is summed up, where the hysteresis works on
        something made of several.
    probability : bool
        Whether the curve is a probability and so the confidence itself.
    weight : float
        Severity of an event that fills a second, 0 to 1.
    meaning : str
        For kinds of your own; the built-in ones have theirs in `messages`.
    """

    name: str
    curve: str | Trigger
    shown: tuple[tuple[str, str], ...] = ()
    affects_verdict: bool | Callable[[FeatureTable, int, Span, Mapping[str, float]], bool] = False
    yields_to: tuple[str, ...] = ()
    widen: Callable[[NDArray[np.bool_], FeatureTable, int, Mapping[str, float]], NDArray[np.bool_]] | None = None
    keep: Callable[[FeatureTable, int, Span, Mapping[str, float]], bool] | None = None
    mark: str | None = None
    point_at: str | None = None
    reported: tuple[str, str] | None = None
    probability: bool = False
    weight: float = 0.5
    meaning: str = field(default="")

    def trigger(self, table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
        """Return the curve on which the hysteresis works."""
        return table[self.curve][channel] if isinstance(self.curve, str) else self.curve(table, channel, limits)


_EDGE = 30
"""Frames at the beginning of a silence that tell whether speech was cut off there."""
_SHORT_EDGE = 4
"""Frames of a silence short enough that the curves can be trusted in all of it."""


def _interrupted(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """Probability that nothing was played where something should have been, in speech or in a pause."""
    either: NDArray[np.float32] = np.minimum(table["muted"][channel] + table["pause_lost"][channel], 1)
    return either


def _to_the_end_of_silence(
    mask: NDArray[np.bool_], table: FeatureTable, channel: int, limits: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Decide on each longer silence as a whole, by how it begins and ends.

    One that begins with a cut belongs to the cut until sound comes back; less must speak for a cut where speech
    falls off a cliff. In the depth of a silence nothing tells a pause from a loss, so there the curves have no say.
    """
    lost = _interrupted(table, channel, limits)
    starts, ends = runs(bridged(listen(table, channel, limits).quiet, 2))
    longer = ends - starts >= _SHORT_EDGE
    starts, ends = starts[longer], ends[longer]
    if len(starts) == 0:
        return mask
    total = np.concatenate([[0], np.cumsum(lost, dtype=np.float64)])
    heads = np.minimum(ends, starts + _EDGE)
    begins = (total[heads] - total[starts]) / (heads - starts)
    cliff = _between_cliffs(table, channel, starts, ends, limits)
    cut = np.where(cliff, begins >= limits["dropout.cliff_cut"], begins >= limits["dropout.cut"]) & (starts > 0)
    tails = np.maximum(starts, ends - _EDGE)
    stops = (total[ends] - total[tails]) / (ends - tails) >= limits["dropout.cut"]
    stops &= ends < table.n_frames
    long = ends - starts >= _EDGE
    depth = filled(len(mask), starts[long], np.where(stops, tails, ends)[long])
    return (mask & ~depth) | filled(len(mask), starts[cut & (long | cliff)], ends[cut & (long | cliff)])


def _between_cliffs(
    table: FeatureTable, channel: int, starts: NDArray[np.int64], ends: NDArray[np.int64], limits: Mapping[str, float]
) -> NDArray[np.bool_]:
    """Whether speech falls into each silence within 10 ms, and rises out of it as fast or never."""
    falls = _highest(table["fall_10"][channel], 2) >= limits["dropout.cliff"]
    rises = _highest(table["rise_10"][channel], 2) >= limits["dropout.cliff"]
    last = ends >= table.n_frames
    cliffs: NDArray[np.bool_] = falls[starts] & (rises[np.minimum(ends, table.n_frames - 1)] | last)
    return cliffs


def _highest(x: NDArray[np.float32], reach: int) -> NDArray[np.float32]:
    """Largest value within `reach` frames to either side."""
    padded = np.pad(x, reach, mode="edge")
    highest: NDArray[np.float32] = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1).max(axis=1)
    return highest


def _in_speech(table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    """Whether speech was lost, rather than a pause in which nothing was due."""
    head = slice(span[0], min(span[1], span[0] + 300))
    muted, pause = (table[name][channel, head].sum() for name in ("muted", "pause_lost"))
    return bool(muted >= limits["dropout.speech_share"] * (muted + pause))


def _no_closure(table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    """Whether a short silence shows more than the closure of a stop does.

    Every voice closes the mouth for a p, t or k and lets go with a burst. A short gap counts only if it is digital
    silence, or sinks below the call's own background, or has two edges as steep as no mouth makes.
    """
    if span[1] - span[0] > round(limits["dropout.closure"] * 100):
        return True
    around = slice(max(0, span[0] - 2), span[1] + 2)
    steep = min(table[edge][channel, around].max() for edge in ("fall_10", "rise_10"))
    inside = slice(*span)
    return bool(
        table["zero_share"][channel, inside].mean() >= limits["dropout.zero"]
        or table["hole_depth"][channel, inside].max() >= limits["dropout.hole"]
        or steep >= limits["dropout.steep"]
    )


def _audible(table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    """Whether what a decoder made up is loud enough to be heard beside the speech."""
    active = table.number("active_level_dbfs", channel)
    return bool(table["level"][channel, slice(*span)].max() >= active - limits["buzz.below_active"])


def _silent(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """1 where nothing is heard."""
    heard = listen(table, channel, limits)
    return bridged(heard.quiet | ~(heard.speech | heard.tone | heard.music), 2).astype(np.float32)


def _toned(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """Spectral lines, few and steady, as a number that grows as they become fewer."""
    lines = np.nan_to_num(table["spectral_lines"][channel], nan=1000)
    return np.where(listen(table, channel, limits).tone, -lines, -1000).astype(np.float32)


def _musical(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """1 where hold music is heard."""
    return listen(table, channel, limits).music.astype(np.float32)


def _spliced(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """Jump of the waveform in dB where the pitch phase jumps too and the level stays."""
    level = table["level"][channel]
    active = table.number("active_level_dbfs", channel)
    padded = np.pad(level, 3, mode="edge")
    steady = np.minimum(padded[:-6], padded[6:]) >= active - limits["splice.below_active"]
    voiced = table["phase_jump"][channel] >= limits["splice.phase"]
    return np.where(steady & voiced, table["jump"][channel], 0).astype(np.float32)


KINDS: tuple[Kind, ...] = (
    Kind("music", _musical, shown=(("level", "mean"),), reported=("periodicity", "mean"), weight=0.0),
    Kind("tone", _toned, shown=(("peak_hz", "max"), ("level", "mean")), reported=("spectral_lines", "min"), weight=0.0),
    Kind(
        "stutter",
        "stuttered",
        shown=(("stutter_similarity", "max"), ("packet_similarity", "max"), ("level", "mean")),
        affects_verdict=True,
        probability=True,
        yields_to=("music", "tone"),
        weight=0.8,
    ),
    Kind(
        "dropout",
        _interrupted,
        shown=(("level", "min"), ("fall_10", "max"), ("rise_10", "max"), ("zero_share", "mean"), ("hole_depth", "max")),
        affects_verdict=_in_speech,
        yields_to=("music", "stutter"),
        widen=_to_the_end_of_silence,
        keep=_no_closure,
        mark="zero",
        reported=("muted", "max"),
        probability=True,
        weight=1.0,
    ),
    Kind(
        "buzz",
        "concealed",
        shown=(("packet_similarity", "max"), ("shape_flux", "min"), ("fade_slope", "max"), ("level", "mean")),
        affects_verdict=True,
        yields_to=("music", "tone", "stutter", "dropout"),
        keep=_audible,
        probability=True,
        weight=0.8,
    ),
    Kind(
        "splice",
        _spliced,
        shown=(("phase_jump", "max"),),
        affects_verdict=True,
        yields_to=("music", "tone", "stutter", "dropout", "buzz"),
        point_at="jump_at",
        reported=("jump", "max"),
        weight=0.4,
    ),
    Kind("dead_air", _silent, shown=(("zero_share", "mean"),), reported=("level", "max"), yields_to=("dropout",)),
    Kind("clipping", "clipped_share", shown=(("peak", "max"),), weight=0.3),
    Kind("click", "jump", shown=(("level", "mean"),), yields_to=("splice",), point_at="jump_at", weight=0.2),
    Kind("hum", "hum", shown=(("level", "mean"),), weight=0.3),
)
"""All built-in kinds; those that others yield to come first."""
