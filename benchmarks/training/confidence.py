"""Fit the probabilities of ``audioq/confidence.py`` on labelled folders that no weight and no limit was fitted to.

    python benchmarks/training/confidence.py FOLDER... [--not source.voice=fa,ml] [--write] [--jobs 2]

Prints the models and how well they do on calls left out (five folds, split by the first talker); ``--write`` puts
them into ``audioq/confidence.py``. Needs scipy.
"""

from __future__ import annotations

import argparse
import sys
import zlib
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from audioq.audio import read  # noqa: E402
from audioq.confidence import BLOCK, HARM, Logit, evidence_of  # noqa: E402
from audioq.errors import AudioError  # noqa: E402
from audioq.events import find  # noqa: E402
from audioq.measurement import measure  # noqa: E402
from audioq.rules import CALL_RULES, RULES  # noqa: E402
from audioq.scores import score  # noqa: E402
from audioq.thresholds import DEFAULT_THRESHOLDS  # noqa: E402
from audioq.verdict import facts_of, judge  # noqa: E402
from benchmarks.training.choosing import read_labels, unwanted_values, wanted  # noqa: E402

Row = dict[str, Any]
Model = tuple[list[float], list[float], dict[str, list[float]]]
"""Weights of harm, weights of blocking, shares of the labels by rule."""

LABELS = ("intact", "degraded", "blocked")
FOLDS = 5
CAP = DEFAULT_THRESHOLDS["confidence.cap"]
CAPPED = {rule.id for rule in (*RULES, *CALL_RULES) if rule.capped}


def row_of(task: tuple[str, dict[str, Any]]) -> Row | None:
    """What is said of one recording, with the evidence and the truth."""
    folder, label = task
    try:
        table = measure(read(Path(folder) / label["file"]))
    except AudioError:
        return None
    events = find(table)
    scores = score(table, events)
    verdict, _ = judge(scores, events)
    facts = facts_of(scores, events, verdict.channel)
    talker = (label.get("voices") or [label.get("source", {}).get("voice", label["file"])])[0]
    return {
        "evidence": evidence_of(facts),
        "heard": bool(np.isfinite(facts["delivered_ratio"])),
        "rule": verdict.rule,
        "said": LABELS.index(verdict.label),
        "true": LABELS.index(label["label"]),
        "fold": zlib.crc32(talker.encode()) % FOLDS,
    }


def logit(rows: Sequence[Row], harmed: NDArray[np.float64], like: Logit, strength: float = 0.005) -> list[float]:
    """Bias and weights, none below zero, of the terms of `like`; a weak prior holds them back."""
    x = np.array([[np.log(t.offset + row["evidence"][t.evidence]) for t in like.terms] for row in rows])
    mean, spread = x.mean(0), x.std(0) + 1e-9

    def cost(w: NDArray[np.float64]) -> float:
        p = 1 / (1 + np.exp(-((x - mean) / spread @ w[1:] + w[0])))
        fit = harmed * np.log(p + 1e-9) + (1 - harmed) * np.log(1 - p + 1e-9)
        return float(-fit.mean() + strength * np.square(w[1:]).sum())

    bounds = [(None, None), *[(0, None)] * x.shape[1]]
    w = minimize(cost, np.full(x.shape[1] + 1, 0.3), bounds=bounds).x
    weights = w[1:] / spread
    return [float(w[0] - (weights * mean).sum()), *weights.tolist()]


def fit(rows: Sequence[Row]) -> Model:
    """Weights of harm and of blocking, and the shares of the labels under each rule without speech."""
    heard = [row for row in rows if row["heard"]]
    harm = logit(heard, np.array([float(row["true"] > 0) for row in heard]), HARM)
    harmed = [row for row in heard if row["true"] > 0]
    block = logit(harmed, np.array([float(row["true"] > 1) for row in harmed]), BLOCK)
    shares = {}
    for rule in sorted({row["rule"] for row in rows if not row["heard"]}):
        own = [row["true"] for row in rows if row["rule"] == rule and not row["heard"]]
        counts = np.bincount(own, minlength=3) + 1 / 3
        shares[rule] = (counts / counts.sum()).round(3).tolist()
    return harm, block, shares


def forecast(rows: Sequence[Row], model: Model) -> NDArray[np.float64]:
    """Probabilities of the three labels, that of what was said the largest."""
    harm, block, shares = model
    out = np.empty((len(rows), 3))
    for i, row in enumerate(rows):
        h, b = (
            1
            / (
                1
                + np.exp(
                    -w[0]
                    - sum(
                        v * np.log(t.offset + row["evidence"][t.evidence]) for v, t in zip(w[1:], m.terms, strict=True)
                    )
                )
            )
            for w, m in ((harm, HARM), (block, BLOCK))
        )
        known = shares.get(row["rule"], [1 / 3] * 3)
        out[i] = (1 - h, h * (1 - b), h * b) if row["heard"] else known
        out[i, row["said"]] = out[i].max()
    out /= out.sum(1, keepdims=True)
    said = np.array([row["said"] for row in rows])
    capped = np.array([row["rule"] in CAPPED for row in rows]) & (out[np.arange(len(rows)), said] > CAP)
    for j in np.flatnonzero(capped):  # as the verdict does where other explanations fit as well
        out[j] *= (1 - CAP) / (1 - out[j, said[j]])
        out[j, said[j]] = CAP
    return out


def report(rows: Sequence[Row], p: NDArray[np.float64]) -> str:
    """Brier score beside that of constant shares, AUC of right against wrong, calibration error in five bins."""
    true, said = (np.array([row[key] for row in rows]) for key in ("true", "said"))
    right, sure = true == said, p[np.arange(len(rows)), said]
    one_hot = np.eye(3)[true]
    brier, constant = (np.square(q - one_hot).sum(1).mean() for q in (p, one_hot.mean(0)))
    above = (sure[right][:, None] > sure[~right]).mean() + 0.5 * (sure[right][:, None] == sure[~right]).mean()
    bins = np.array_split(np.argsort(sure), 5)
    error = sum(abs(sure[b].mean() - right[b].mean()) * len(b) for b in bins) / len(rows)
    return (
        f"{len(rows)} calls: Brier {brier:.3f} (constant {constant:.3f}), AUC {above:.3f}, ECE in five bins {error:.3f}"
    )


def source(model: Model) -> str:
    """The models as they stand in ``audioq/confidence.py``."""
    lines = []
    for name, weights, like in (("HARM", model[0], HARM), ("BLOCK", model[1], BLOCK)):
        terms = [
            f'        Term("{t.evidence}", {t.offset}, {w:.3f}),' for t, w in zip(like.terms, weights[1:], strict=True)
        ]
        lines += [f"{name} = Logit(", f"    {weights[0]:.3f},", "    (", *terms, "    ),", ")"]
    rows = [f'    "{rule}": ({", ".join(map(str, shares))}),' for rule, shares in model[2].items()]
    return "\n".join([*lines, "SHARES = {", *rows, "}", ""])


def main() -> None:
    """Read, fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--not", dest="unwanted", action="append", default=[], metavar="KEY=V1,V2")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    unwanted = unwanted_values(args.unwanted)
    tasks = []
    for folder in args.folders:
        tasks += [(folder, one) for one in read_labels(Path(folder)) if not one.get("grey") and wanted(one, unwanted)]
    with ProcessPoolExecutor(args.jobs) as pool:
        rows = [row for row in pool.map(row_of, tasks, chunksize=8) if row is not None]
    p = np.empty((len(rows), 3))
    fold = np.array([row["fold"] for row in rows])
    for k in range(FOLDS):
        model = fit([row for row in rows if row["fold"] != k])
        p[fold == k] = forecast([row for row in rows if row["fold"] == k], model)
    print("left out:", report(rows, p))
    model = fit(rows)
    print(source(model))
    if args.write:
        file = ROOT / "audioq" / "confidence.py"
        text = file.read_text()
        file.write_text(text[: text.index("HARM = Logit(")] + source(model))


if __name__ == "__main__":
    main()
