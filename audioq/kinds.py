"""KINDS: what can happen to the sound of a call, and on which curve each kind is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from audioq.absences import lost
from audioq.copies import loops, packets
from audioq.joints import cuts
from audioq.listening import bell, listen
from audioq.masks import bridged, filled, runs, widened
from audioq.silences import SURE, background_holes, fading, interrupted, to_the_end_of_silence
from audioq.table import HOP_SECONDS, FeatureTable

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


def _in_speech(table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    """Whether speech was lost, rather than a pause in which nothing was due."""
    if lost(table, channel, limits).seconds(span[0] * HOP_SECONDS, span[1] * HOP_SECONDS):
        return True
    head = slice(span[0], min(span[1], span[0] + 300))
    muted, pause = (table[name][channel, head] for name in ("muted", "pause_lost"))
    at_least = 0.25 * len(muted)  # where zeros alone tell of the outage, the curves may hardly speak
    return bool(muted.sum() >= limits["dropout.speech_share"] * max(muted.sum() + pause.sum(), at_least))


def _no_closure(table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    """Whether a silence shows more than the closure of a stop does, or than a pause in a noisy call.

    Every voice closes the mouth for a p, t or k and lets go with a burst; and where noise lies close under the
    speech, a pause is hardly told from a gap filled with it. There a gap counts only if it is digital silence, or
    sinks below the call's own background, or has two edges as steep as no mouth makes.
    """
    snr = table.number("active_level_dbfs", channel) - table.number("noise_floor_dbfs", channel)
    if span[1] - span[0] > round(limits["dropout.closure"] * 100) and not snr < limits["dropout.least_snr"]:
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


_NEAR = 6
"""Frames beside a buzz in which the packets' own edges are looked for."""


def _processed(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """How clearly the voice is a processed one, from the first speech to the last.

    0 outside, where undefined, and where so much was lost that what is left, repeats and all, is no voice.
    """
    how_clearly = np.zeros(table.n_frames, np.float32)
    speech = np.flatnonzero(listen(table, channel, limits).speech)
    if "processing" not in table.numbers or len(speech) < 300:  # tables that others made may lack it
        return how_clearly
    within = slice(int(speech[0]), int(speech[-1]) + 1)
    harm = interrupted(table, channel, limits) + table["concealed"][channel] + table["stuttered"][channel]
    if (harm[within] >= 0.5).mean() <= limits["processed_voice.harm"]:
        how_clearly[within] = np.nan_to_num(table.number("processing", channel))
    return how_clearly


def _stuttered(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """Probability that a stretch of voice is played again and again; sure where the samples are the same."""
    stuttered = np.where(bell(table, channel, limits), 0, table["stuttered"][channel])
    return _at_least_sure(stuttered, loops(table, channel, limits))


def _at_least_sure(probability: NDArray[np.float32], sure: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Raise a probability to that of a physical rule where one holds."""
    return np.maximum(probability, np.float32(SURE) * sure)


def _lasting(table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    """Whether a stutter is long enough to be told from a steady voice, or the same to the sample."""
    lasts = span[1] - span[0] >= round(limits["stutter.brief"] * 100)
    return bool(lasts or loops(table, channel, limits, span).any())


def _covered(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """Probability that a decoder made the sound up, in speech or in the background of a pause."""
    lost = np.minimum(table["muted"][channel] + table["pause_lost"][channel], 1)
    lost = np.where(background_holes(table, channel, limits), lost, 0)
    covered = np.maximum(lost, table["concealed"][channel]).astype(np.float32)
    return _at_least_sure(covered, fading(table, channel, limits) | packets(table, channel, limits))


def _spliced(table: FeatureTable, channel: int, limits: Mapping[str, float]) -> NDArray[np.float32]:
    """Probability that time was cut out; sure where the samples do not go on and no other harm begins or ends."""
    spliced = np.where(bell(table, channel, limits), 0, table["spliced"][channel])
    frames = cuts(table, channel, limits)
    if len(frames) == 0:
        return spliced
    other = np.zeros(table.n_frames, np.bool_)
    for trigger, kind in ((_stuttered, "stutter"), (interrupted, "dropout"), (_covered, "buzz")):
        other |= trigger(table, channel, limits) >= limits[f"{kind}.offset"]
    near = widened(other, 3)
    broken = np.zeros(table.n_frames, np.bool_)
    broken[frames[~near[frames]]] = True
    return _at_least_sure(spliced, broken)


def _of_speech(table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    """Whether speech was covered up, and not only the background of a pause."""
    inside = slice(*span)
    by_network = table["concealed"][channel, inside].max() >= limits["buzz.onset"]
    return bool(by_network or packets(table, channel, limits, span).any())


def _heard_or_hole(table: FeatureTable, channel: int, span: Span, limits: Mapping[str, float]) -> bool:
    """Whether covered-up speech is loud enough to be heard, and clear if it is brief; a hole need not be."""
    if not _of_speech(table, channel, span, limits) or packets(table, channel, limits, span).any():
        return True
    clear = table["concealed"][channel, slice(*span)].max() >= limits["buzz.brief_sure"]
    return bool(
        (clear or span[1] - span[0] >= round(limits["buzz.brief"] * 100)) and _audible(table, channel, span, limits)
    )


def _at_packets(
    mask: NDArray[np.bool_], table: FeatureTable, channel: int, limits: Mapping[str, float]
) -> NDArray[np.bool_]:
    """What is no part of a voice that sounds so all along: there, an edge of a loss must be near."""
    processed = _processed(table, channel, limits) >= limits["processed_voice.onset"]
    if not processed.any():
        return mask
    edge = np.maximum(table["fall_10"][channel], table["rise_10"][channel]) >= limits["dropout.cliff"]
    edge |= interrupted(table, channel, limits) >= limits["dropout.onset"]
    edges = np.concatenate([[0], np.cumsum(edge)])
    starts, ends = runs(mask)
    near = edges[np.minimum(ends + _NEAR, len(mask))] > edges[np.maximum(starts - _NEAR, 0)]
    kept = near | ~processed[starts]
    return filled(len(mask), starts[kept], ends[kept])


KINDS: tuple[Kind, ...] = (
    Kind("music", _musical, shown=(("level", "mean"),), reported=("periodicity", "mean"), weight=0.0),
    Kind("tone", _toned, shown=(("peak_hz", "max"), ("level", "mean")), reported=("spectral_lines", "min"), weight=0.0),
    Kind(
        "stutter",
        _stuttered,
        shown=(("stutter_similarity", "max"), ("packet_similarity", "max"), ("level", "mean")),
        keep=_lasting,
        mark="repeat",
        reported=("stuttered", "max"),
        affects_verdict=True,
        probability=True,
        yields_to=("music", "tone"),
        weight=0.8,
    ),
    Kind(
        "dropout",
        interrupted,
        shown=(("level", "min"), ("fall_10", "max"), ("rise_10", "max"), ("zero_share", "mean"), ("hole_depth", "max")),
        affects_verdict=_in_speech,
        yields_to=("music", "stutter"),
        widen=to_the_end_of_silence,
        keep=_no_closure,
        mark="zero",
        reported=("muted", "max"),
        probability=True,
        weight=1.0,
    ),
    Kind(
        "buzz",
        _covered,
        shown=(("packet_similarity", "max"), ("shape_flux", "min"), ("fade_slope", "max"), ("level", "mean")),
        affects_verdict=_of_speech,
        yields_to=("music", "tone", "stutter", "dropout"),
        widen=_at_packets,
        keep=_heard_or_hole,
        mark="repeat",
        reported=("concealed", "max"),
        probability=True,
        weight=0.8,
    ),
    Kind(
        "processed_voice",
        _processed,
        shown=(("periodicity", "mean"), ("pitch_wander", "mean"), ("harmonic_contrast", "mean")),
        probability=True,
        weight=0.0,
    ),
    Kind(
        "splice",
        _spliced,
        shown=(("phase_jump", "max"),),
        affects_verdict=True,
        yields_to=("music", "tone", "stutter", "dropout", "buzz"),
        mark="discontinuity",
        point_at="jump_at",
        reported=("jump", "max"),
        probability=True,
        weight=0.4,
    ),
    Kind("dead_air", _silent, shown=(("zero_share", "mean"),), reported=("level", "max"), yields_to=("dropout",)),
    Kind("clipping", "clipped_share", shown=(("peak", "max"),), weight=0.3),
    Kind("click", "jump", shown=(("level", "mean"),), yields_to=("splice",), point_at="jump_at", weight=0.2),
    Kind("hum", "hum", shown=(("level", "mean"),), weight=0.3),
)
"""All built-in kinds; those that others yield to come first."""
