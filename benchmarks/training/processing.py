"""Fit the weights of ``audioq/features/processing.py`` on labelled folders.

    audioq simulate CLEAN -o vocoded --recipe benchmarks/training/vocoded.toml --seed 7001 --count 240
    audioq simulate CLEAN -o usual --seed 504 --count 900
    python benchmarks/traps.py --speech CLEAN --save traps --seed 901
    python benchmarks/training/processing.py vocoded usual traps

It prints the weights, and for each talker left out what is found and what natural voices are wrongly called. Calls of
which almost nothing arrived, music, tones, synthetic and changed voices are neither: they are left out of the fit.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from audioq.audio import read
from audioq.features import CALL_FEATURES
from audioq.features.loss import loss_probabilities
from audioq.features.processing import NEEDS, voice_statistics
from audioq.measurement import measure

SORTS: Mapping[str, tuple[str, ...]] = {
    "fixed_pitch": ("pitch_deviation",),
    "ring": ("periodicity_90", "same_lag"),
    "low_rate": ("harmonics_25", "roughness", "ripple_75", "periodicity_step_90", "correlation_25"),
}
"""What each sort of processing is told by."""
TRUTH = {"vocoder": "fixed_pitch", "ring_modulation": "ring", "lpc10": "low_rate"}
FALSE_RATE = 0.0045
"""Share of natural voices that each sort may get wrong: three make less than 2 % of talkers left out."""
FOLDS = 4
DECAY = 1.0
ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Example:
    """One channel: its talker, the sort that was made of it ("natural" if none), what it shows."""

    talker: str
    sort: str
    statistics: Mapping[str, float]


def sort_of(label: Mapping[str, Any]) -> str | None:
    """Return the sort of a labelled call: a trap's name, ``lpc10``, ``natural``; None where it is left out."""
    settings = label.get("codec_params") or {}
    if settings.get("name") == "spandsp-lpc10":
        return "lpc10"
    trap, voices = label.get("distractor"), label.get("voices") or ()
    chain = {part["name"] for part in label.get("far_chain") or ()} & {"noise_suppression", "voice_change"}
    synthetic = any(str(voice).startswith(("espeak", "flite", "speechlike", "tts")) for voice in voices)
    if synthetic or chain or label.get("vocoder") or label.get("content") != "speech":
        return None
    if trap in ("ring_modulation", "vocoder"):
        return "vocoder" if trap == "vocoder" else "ring_modulation"
    unsure = trap in ("suppressed", "whisper", "singing", "tonal", "music", "tts") or label["label"] == "blocked"
    return None if unsure else "natural"


def gather(folder: Path) -> Iterator[Example]:
    """Measure what a folder holds."""
    rest = tuple(feature for feature in CALL_FEATURES if feature.function is not loss_probabilities)
    rest = tuple(feature for feature in rest if not set(feature.needs) & {"muted", "concealed", "spliced"})
    for line in (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        sort = sort_of(label)
        if sort is None:
            continue
        table = measure(read(folder / label["file"]), call_features=rest)
        for channel in range(table.channels):
            curves = (table[n][channel] if n in table.curves else table.number(n, channel) for n in NEEDS)
            found = voice_statistics(*curves)  # type: ignore[arg-type]
            if found is not None:
                yield Example(str(label["voices"][0]), sort, found)


def logistic(
    X: NDArray[np.float64], y: NDArray[np.bool_], counts: NDArray[np.float64] | None = None, decay: float = DECAY
) -> NDArray[np.float64]:
    """Weights of a logistic regression by Newton's method, the offset last; `decay` on standard units.

    `counts` says for how many each row stands; one where nothing is given.
    """
    counts = np.ones(len(X)) if counts is None else counts
    mean, scale = X.mean(axis=0), X.std(axis=0) + 1e-9
    Z = np.column_stack([(X - mean) / scale, np.ones(len(X))])
    w, ridge = np.zeros(Z.shape[1]), decay * np.diag([*np.ones(X.shape[1]), 0.0])
    for _ in range(ROUNDS):
        p = 1 / (1 + np.exp(-np.clip(Z @ w, -30, 30)))
        hessian = (Z * (counts * p * (1 - p))[:, None]).T @ Z + ridge + 1e-9 * np.eye(len(w))
        w -= np.linalg.solve(hessian, Z.T @ (counts * (p - y)) + ridge @ w)
    slopes = w[:-1] / scale
    return np.append(slopes, w[-1] - slopes @ mean)


def fit_sort(examples: Sequence[Example], sort: str) -> dict[str, float]:
    """Weights of a sort; its offset is moved so that `FALSE_RATE` of the natural voices lie over 0."""
    names = SORTS[sort]
    used = [one for one in examples if one.sort == "natural" or TRUTH[one.sort] == sort]
    X = np.array([[one.statistics[name] for name in names] for one in used])
    y = np.array([one.sort != "natural" for one in used])
    w = logistic(X, y)
    offset = -float(np.quantile(X[~y] @ w[:-1], 1 - FALSE_RATE))
    return {**{name: float(value) for name, value in zip(names, w, strict=False)}, "offset": offset}


def fit(examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """Weights of all sorts."""
    return {sort: fit_sort(examples, sort) for sort in SORTS}


def is_processed(weights: Mapping[str, Mapping[str, float]], statistics: Mapping[str, float]) -> bool:
    """Whether any sort lies over its limit."""
    return any(w["offset"] + sum(w[k] * statistics[k] for k in w if k != "offset") >= 0 for w in weights.values())


def left_out(examples: Sequence[Example]) -> dict[str, list[bool]]:
    """Whether each example is called processed by weights fitted without its talker, by sort."""
    answers: dict[str, list[bool]] = {}
    folds = [zlib.crc32(one.talker.encode()) % FOLDS for one in examples]
    for fold in range(FOLDS):
        weights = fit([one for one, place in zip(examples, folds, strict=True) if place != fold])
        for one, place in zip(examples, folds, strict=True):
            if place == fold:
                answers.setdefault(one.sort, []).append(is_processed(weights, one.statistics))
    return answers


def main() -> None:
    """Measure, fit, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    examples = [one for folder in parser.parse_args().folders for one in gather(folder)]
    missing = {"natural", *TRUTH} - {one.sort for one in examples}
    if missing:
        sys.exit(f"no example of {', '.join(sorted(missing))}: give folders made as the head of this file says")
    for sort, answers in sorted(left_out(examples).items()):
        print(f"{sort:16} {np.mean(answers):6.3f} of {len(answers)} called processed")
    for sort, weights in fit(examples).items():
        print(f'    "{sort}": {json.dumps({name: float(f"{value:.4g}") for name, value in weights.items()})},')


if __name__ == "__main__":
    main()
