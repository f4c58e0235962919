"""Pairing: the two directions of a call side by side, what is done to the second, and what is said of the roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from benchmarks.scoring.labels import CLASSES, Label

Samples = NDArray[np.float32]

_HOP_S = 0.01
_PAUSE_S = 0.6
"""A pause in which somebody may press a button: so long, and 25 dB under the loud speech."""
_WITHIN_S = 0.3
"""Pauses up to this length lie within an utterance."""
_SHORT_S = (0.3, 2.0)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two directions of one call, with their true verdicts."""

    call: str
    a: Label
    b: Label


def pairs_of(labels: Sequence[Label]) -> list[Pair]:
    """Return the calls of which both directions have a verdict that is not grey, in order of their names."""
    calls: dict[str, dict[str, Label]] = {}
    for label in labels:
        side = label.path.stem.rpartition("_")[2]
        if side in ("a", "b") and "call" in label.facts and label.verdict in CLASSES and not label.grey:
            calls.setdefault(str(label.facts["call"]), {})[side] = label
    return [Pair(call, both["a"], both["b"]) for call, both in sorted(calls.items()) if len(both) == 2]


def worse(pair: Pair) -> str:
    """Return the worse of the two true verdicts."""
    return max(str(pair.a.verdict), str(pair.b.verdict), key=CLASSES.index)


def first(pair: Pair) -> str:
    """Return the true verdict of the first direction."""
    return str(pair.a.verdict)


def as_it_is(y: Samples, sr: int) -> Samples:
    """Leave the second direction alone."""
    return y


def emptied(y: Samples, sr: int) -> Samples:
    """Return digital silence: an unused channel, or a direction that is dead."""
    return np.zeros_like(y)


def muted(y: Samples, sr: int) -> Samples | None:
    """Return digital silence from the middle of the first long pause after 4 s on; None where there is none."""
    level = _level(y, sr)
    quiet = level < np.percentile(level, 95) - 25
    need = round(_PAUSE_S / _HOP_S)
    for frame in range(round(4 / _HOP_S), round(0.55 * len(level))):
        if quiet[frame : frame + need].all() and not quiet[: frame + 1].all():
            made = y.copy()
            made[round((frame + need / 2) * _HOP_S * sr) :] = 0
            return made
    return None


def listening(y: Samples, sr: int) -> Samples | None:
    """Return steady noise of the recording's own level with one short utterance in it; None where there is none.

    It is the shortest of 0.3 to 2 s between pauses, with what comes before and after it, so that it ends by itself.
    """
    level = _level(y, sr)
    loud = level > np.percentile(level, 95) - 30
    starts, ends = _runs(loud, round(_WITHIN_S / _HOP_S))
    fit = [
        (int(ends[i] - starts[i]), int(starts[i]), int(ends[i]))
        for i in range(1, len(starts) - 1)
        if _SHORT_S[0] <= (ends[i] - starts[i]) * _HOP_S <= _SHORT_S[1]
    ]
    if not fit:
        return None
    _, start, end = min(fit)
    floor = 10 ** (max(float(np.percentile(level, 10)), -70.0) / 20)
    made = floor * np.random.default_rng(1).standard_normal(len(y))
    margin = round(_WITHIN_S / 2 * sr)
    first, last = round(start * _HOP_S * sr) - margin, round(end * _HOP_S * sr) + margin
    ramp = np.minimum(1.0, np.minimum(np.arange(last - first), np.arange(last - first)[::-1]) / margin)
    made[first:last] = y[first:last] * ramp + made[first:last] * (1 - ramp)
    return made.astype(np.float32)


def _runs(mask: NDArray[np.bool_], gap: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return first and one past last of the runs of a mask, those up to `gap` apart taken as one."""
    at = np.flatnonzero(mask)
    breaks = np.flatnonzero(np.diff(at) > gap)
    return at[np.r_[0, breaks + 1]], at[np.r_[breaks, len(at) - 1]] + 1


def _level(y: Samples, sr: int) -> NDArray[np.float64]:
    hop = round(_HOP_S * sr)
    power = np.square(y[: len(y) // hop * hop].reshape(-1, hop).astype(np.float64)).mean(1)
    return np.asarray(10 * np.log10(power + 1e-12))


@dataclass(frozen=True, slots=True)
class Variant:
    """What is done to the second direction, what is said of the channels, and what is true then."""

    name: str
    truth: Callable[[Pair], str]
    change: Callable[[Samples, int], Samples | None] = as_it_is
    roles: Mapping[str, Any] = field(default_factory=dict)
    legs: bool = False
    second_intact: bool = False
    """Whether only calls are taken of which the second direction is intact."""


def _blocked(pair: Pair) -> str:
    return "blocked"


VARIANTS = (
    Variant("nothing said", worse),
    Variant("both expected", worse, roles={"expect_speech": (0, 1)}),
    Variant("as legs", worse, legs=True),
    Variant("b ignored", first, roles={"ignore_channels": 1}),
    Variant("b empty, nothing said", first, emptied),
    Variant("b empty, a expected", first, emptied, {"expect_speech": 0}),
    Variant("b empty, b expected", _blocked, emptied, {"expect_speech": 1}),
    Variant("b muted, nothing said", first, muted, second_intact=True),
    Variant("b muted, both expected", first, muted, {"expect_speech": (0, 1)}, second_intact=True),
    Variant("b listens, nothing said", first, listening, second_intact=True),
    Variant("b listens, a expected", first, listening, {"expect_speech": 0}, second_intact=True),
)
"""In the order of the table. An empty channel is taken for unused, but where speech was expected of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was true and what was said of one call; the sides' verdicts only where both are as recorded."""

    call: str
    variant: str
    truth: str
    label: str
    rule: str
    sides: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def answers_of(pair: Pair) -> list[Answer]:
    """Judge one call in every variant that it is fit for."""
    from audioq.report import Report, analyze

    (a, sr_a), (b, sr_b) = (soundfile.read(label.path, dtype="float32") for label in (pair.a, pair.b))
    answers = []
    for variant in VARIANTS:
        changed = None if variant.second_intact and pair.b.verdict != "intact" else variant.change(b, sr_b)
        if changed is None:
            continue
        if variant.legs or sr_a != sr_b:
            report: Report = _as_legs((a, sr_a), (changed, sr_b), variant)
        else:
            n = min(len(a), len(b))
            report = analyze(np.stack([a[:n], changed[:n]]), sr=sr_a, **variant.roles)
        truths = (str(pair.a.verdict), str(pair.b.verdict)) if variant.change is as_it_is else ()
        sides = tuple((truth, str(one.verdict.label)) for truth, one in zip(truths, report.channels, strict=False))
        said, notes = report.verdict, tuple(note.id for note in report.warnings)
        answers.append(Answer(pair.call, variant.name, variant.truth(pair), str(said.label), said.rule, sides, notes))
    return answers


def _as_legs(a: tuple[Samples, int], b: tuple[Samples, int], variant: Variant) -> Any:
    from audioq.legs import analyze_legs

    return analyze_legs({"a": a, "b": b}, **variant.roles)
