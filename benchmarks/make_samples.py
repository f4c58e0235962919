"""Make the recordings of samples/ again: python benchmarks/make_samples.py REAL_CALLS_FOLDER -o samples

REAL_CALLS_FOLDER holds recordings of real calls: `labels.jsonl` (a line a recording, with its licence) and the
recordings beside it. Only those under CC BY-SA 3.0 that may be passed on are taken. Some samples are such a recording,
as it is; most are an intact one with known harm (audioq.simulate); a few are made of nothing but numbers.
The same folder, encoders and NumPy give the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audioq.simulate import Span
from benchmarks.sampling.calls import Call, read_calls
from benchmarks.sampling.catalogue import describe, write_readme
from benchmarks.sampling.files import write
from benchmarks.sampling.making import Made
from benchmarks.sampling.plan import SAMPLES, Sample

BLOCKED_BELOW, DEGRADED_BELOW, MARGIN = 0.15, 0.97, 0.05


def check(sample: Sample, made: Made) -> None:
    """The label must follow from the truth, away from its borders."""
    minutes = made.y.shape[1] / made.sr / 60.0
    heard = sum(span.kind in {"dropout", "buzz", "stutter"} for span in made.spans) / minutes
    fits = {
        "intact": made.delivered == 1.0 and heard == 0.0,
        "degraded": made.delivered > BLOCKED_BELOW + MARGIN
        and (made.delivered < DEGRADED_BELOW - MARGIN or heard > 8.0),
        "blocked": made.delivered < BLOCKED_BELOW - MARGIN,
    }
    print(f"{sample.name}: delivered {made.delivered:.3f}, {heard:.1f} stretches/min, {minutes * 60:.1f} s")
    if not fits[sample.label]:
        raise SystemExit(f"{sample.name}: the label does not follow from the truth")


def make(sample: Sample, calls: list[Call], path: Path) -> list[Span]:
    """Write one sample and give back its spans."""
    if sample.recipe is not None:
        made = sample.recipe(calls)
        check(sample, made)
        write(path, made)
        return made.spans
    call = calls[0]
    if (
        call.row["label"] != sample.label
        or call.row["grey"]
        or call.row["delivered"] < 0.999
        and sample.label == "intact"
    ):
        raise SystemExit(f"{sample.name}: the recording is no clear case")
    y, sr = call.samples
    spans = call.spans if call.row["conceal_events_in_speech"] or sample.label != "intact" else []
    if not y.any():
        spans = [Span(0.0, y.size / sr, "dead_air")]
    check(sample, Made(y[np.newaxis], sr, spans, round(call.row["delivered"], 2)))
    if path.suffix == call.path.suffix:
        shutil.copyfile(call.path, path)
    else:
        write(path, Made(y[np.newaxis], sr, []))
    return spans


def main() -> None:
    """Make every sample and the manifest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="REAL_CALLS_FOLDER")
    parser.add_argument("-o", "--output", type=Path, default=Path("samples"))
    arguments = parser.parse_args()
    available = read_calls(arguments.folder)
    arguments.output.mkdir(parents=True, exist_ok=True)
    rows = []
    for sample in SAMPLES:
        calls = [available[name] for name in sample.calls]
        path = arguments.output / sample.name
        rows.append(describe(sample, calls, path, make(sample, calls, path)))
    rows.sort(key=lambda row: row["file"])
    with (arguments.output / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    write_readme(rows, arguments.output)


if __name__ == "__main__":
    main()
