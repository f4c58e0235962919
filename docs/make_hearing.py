"""Make the pictures of docs/how-it-hears.md anew: python docs/make_hearing.py [--missed] [NAME ...].

Each picture shows an event of one kind: the spectrogram around it, and below the curves that speak for it, with their
limits. Where no recording in ``samples/`` has the kind, one is harmed here, from a seed, and the truth is known. The
recordings that are tried stand in ``hearing_cases.py``, how they are made in ``hearing_calls.py``. Where none of them
shows the kind, a sentence says so and the exit code is 1; with ``--missed`` the picture then shows harm that was done
and not found, and says so.
Needs matplotlib: pip install 'audioq[plot]'.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from hearing_calls import Made  # noqa: E402
from hearing_cases import CASES, Case, Curve  # noqa: E402

from audioq.assessable import HARMS, assess  # noqa: E402
from audioq.audio import read  # noqa: E402
from audioq.events import Event, find  # noqa: E402
from audioq.measurement import measure  # noqa: E402
from audioq.render.picture import COLORS, OTHER_COLOR  # noqa: E402
from audioq.scores import score  # noqa: E402
from audioq.table import FeatureTable  # noqa: E402
from audioq.thresholds import DEFAULT_THRESHOLDS  # noqa: E402

IMAGES = ROOT / "docs" / "images"
DPI = 96
SHORTEST, LONGEST, MARGIN = 1.6, 4.0, 0.75
"""Seconds that a picture shows, and about the event."""
RANGE_DB = 66.0
"""The lightest shade of the spectrogram, under the loudest point in the picture."""
SHADES, COLORS_KEPT = 12, 160
"""Few shades, so that the files stay small."""
NEAR = 0.06
"""An event that begins or ends no further from true harm is the one that was done."""
POINT = 0.02
"""Lines at the ends of a shorter event would hide it."""
EVENT, LIMIT, TRUTH = "#d55e00", "#c00000", "#0072b2"
INKS = ("#222222", "#0072b2", "#009e73")


class NoCase(Exception):
    """No recording shows the kind."""


def true_spans(made: Made, kind: str) -> list[tuple[float, float]]:
    """The truth about one kind, in seconds; empty where nobody wrote it down."""
    return [(a, b) for name, a, b in made.truth if name == kind]


def chosen(case: Case, made: Made, events: list[Event]) -> Event | None:
    """The surest event of the kind that is true and fits; among equals the longest, then the first."""
    truth = true_spans(made, case.kind)
    mine = [e for e in events if e.kind == case.kind]
    if truth:
        mine = [e for e in mine if any(e.start < b + NEAR and e.end > a - NEAR for a, b in truth)]
    mine = [e for e in mine if case.least <= e.end - e.start <= case.most]
    return max(mine, key=lambda e: (round(e.confidence, 1), round(e.end - e.start, 2), -e.start), default=None)


def missed_one(case: Case, made: Made, table: FeatureTable, events: list[Event]) -> Event | None:
    """The loudest true stretch of the kind that fits and was not found, or the sharpest point."""
    spans = [(a, b) for a, b in true_spans(made, case.kind) if case.least <= b - a <= case.most]
    mine = [e for e in events if e.kind == case.kind]
    missed = [(a, b) for a, b in spans if case.hidden or not any(_inside(e.start, e.end, (a, b)) for e in mine)]
    # A point is told by its jump: a cut between two silences would show nothing.
    told = [table["jump" if b - a <= POINT else "level"][0, int(a * 100) : int(b * 100) + 1].max() for a, b in missed]
    return Event(*missed[int(np.argmax(told))], case.kind, 0, 0.0, 0.0, False) if missed else None


def could_show(case: Case, table: FeatureTable, events: list[Event]) -> bool:
    """Whether the recording could have revealed the kind."""
    return {a.kind: a.assessable for a in assess(table, events, score(table, events))[0]}[case.kind]


def found(case: Case, missed: bool = False) -> tuple[Made, FeatureTable, list[Event], Event]:
    """The first of the recordings of a case that shows its kind, or one in which it was done and not found."""
    for make in case.candidates:
        made = make()
        table = measure(read(made.y[np.newaxis], sr=made.sr) if made.file is None else read(str(made.file)))
        events = [e for e in find(table) if e.channel == 0]
        one = None
        if case.hidden and not could_show(case, table, events) or missed:
            one = missed_one(case, made, table, events)
        elif not case.hidden:
            one = chosen(case, made, events)
        if one is not None:
            return made, table, events, one
    tried = "; ".join(make().caption for make in case.candidates)
    length = f" of {case.least:g} to {case.most:g} s" if case.most < 1e6 else ""
    what = f"hides a {case.kind}{length}" if case.hidden else f"shows a {case.kind}{length} that is true"
    raise NoCase(f"{case.name}: no recording {what}; tried: {tried}; add another to docs/hearing_cases.py")


def window(event: Event, duration: float) -> tuple[float, float]:
    """What a picture shows: the event with its surroundings, or an end of a long one, or its middle."""
    length = event.end - event.start
    if length + 2 * MARGIN <= LONGEST:
        width, middle = max(SHORTEST, length + 2 * MARGIN), (event.start + event.end) / 2
    else:
        edges = [t for t in (event.start, event.end) if 0.1 < t < duration - 0.1]
        width, middle = LONGEST, edges[0] if edges else duration / 2
    first = float(np.clip(middle - width / 2, 0, max(0.0, duration - width)))
    return first, min(first + width, duration)


def spectrum(y: np.ndarray, sr: int, span: tuple[float, float], size: float) -> tuple[np.ndarray, float]:
    """Power in dB under the loudest point, (bins, columns) on a grid of 5 ms, and the time of the first column."""
    n, hop = round(size * sr), round(0.005 * sr)
    first = max(0, round(span[0] * sr) - n // 2)
    part = np.pad(y[first : round(span[1] * sr) + n // 2], (0, n))
    frames = np.lib.stride_tricks.sliding_window_view(part, n)[::hop]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(n), axis=1)))
    db = 10 * np.log10(np.maximum(power, 1e-12) / max(power.max(), 1e-12)).T
    return db, (first + n / 2) / sr


def paint_spectrogram(axes: Any, made: Made, span: tuple[float, float], case: Case) -> None:
    """Dark where the sound is strong, white where there is none."""
    from matplotlib import colormaps

    db, at = spectrum(made.y, made.sr, span, case.window_s)
    extent = (at - 0.0025, at - 0.0025 + 0.005 * db.shape[1], 0, made.sr / 2)
    look: dict[str, Any] = {"cmap": colormaps["gray_r"].resampled(SHADES), "vmin": -RANGE_DB, "vmax": 0}
    axes.imshow(db, origin="lower", aspect="auto", extent=extent, interpolation="nearest", **look)
    axes.set_ylim(0, min(case.highest_hz, made.sr / 2))
    axes.set_ylabel("frequency, Hz")


def paint_bars(axes: Any, case: Case, made: Made, events: list[Event], one: Event, span: tuple[float, float]) -> None:
    """Rows of bars above the spectrogram: what is known to have been done, and what was found; pale: counts not."""
    place = {"transform": axes.get_xaxis_transform(), "clip_on": False, "linewidth": 0}
    done = sorted({kind for kind, a, b in made.truth if _inside(a, b, span)}, key=lambda kind: kind == case.kind)
    rows = [(f"truth: {kind}", TRUTH, [(a, b, 1.0) for a, b in true_spans(made, kind)]) for kind in done]
    others = {e.kind for e in events if _inside(e.start, e.end, span)}
    for kind in sorted(others, key=lambda kind: (kind == case.kind, kind)):
        spans = [(e.start, e.end, 0.3 if counts_not(e) else 1.0) for e in events if e.kind == kind]
        rows.append((kind, EVENT if kind == case.kind else COLORS.get(kind, OTHER_COLOR), spans))
    for row, (name, color, spans) in enumerate(rows):
        low = 1.03 + 0.1 * row
        for a, b, alpha in spans:
            if _inside(a, b, span):
                a, b = max(a, span[0]), min(b, span[1])
                axes.barh(low + 0.03, max(b - a, 0.01), 0.06, a, color=color, alpha=alpha, **place)
        axes.text(1.006, low + 0.03, name, transform=axes.transAxes, fontsize=8, color=color, va="center")
    for t in (one.start, one.end) if one.end - one.start > POINT else ():
        axes.axvline(t, color=EVENT, linewidth=1, linestyle="-" if one.confidence else "--")
    how_sure = f"confidence {one.confidence:.2f}" if one.confidence else "not found"
    if case.hidden:
        how_sure = "not assessable here"
    point = one.end - one.start <= POINT
    when = f"at {(one.start + one.end) / 2:.2f} s" if point else f"{one.start:.2f} to {one.end:.2f} s"
    said = f"{case.kind} {when}, {how_sure}\n{made.caption}"
    axes.set_title(said, fontsize=9, loc="left", pad=8 + 15 * len(rows))


def counts_not(event: Event) -> bool:
    """Whether an event of a kind of harm affects no verdict, as between tones."""
    return event.kind in HARMS and not event.affects_verdict


def _inside(start: float, end: float, span: tuple[float, float]) -> bool:
    return start < span[1] and end > span[0]


def paint_curve(axes: Any, curve: Curve, table: FeatureTable, one: Event, span: tuple[float, float]) -> None:
    """One row of curves of one unit with their limits."""
    first, last = (int(round(t * 100)) for t in span)
    shown = slice(max(0, first - 2), min(table.n_frames, last + 2))
    t = table.times[shown]
    for ink, (name, values) in zip(INKS, curve.values(table, DEFAULT_THRESHOLDS), strict=False):
        axes.step(t, np.clip(values[shown], *curve.clip), where="post", color=ink, linewidth=1.1, label=name)
    for name, value, style in curve.limits(table, DEFAULT_THRESHOLDS):
        axes.axhline(value, color=LIMIT, linestyle=style, linewidth=0.9, label=f"{name} {value:.4g}")
    axes.axvspan(one.start, max(one.end, one.start + 0.01), color=EVENT, alpha=0.13, linewidth=0)
    axes.set_ylabel(curve.unit, fontsize=8)
    if curve.range is not None:
        axes.set_ylim(*curve.range)
    else:
        axes.margins(y=0.12)
    axes.tick_params(labelsize=7)
    axes.grid(axis="y", linewidth=0.3)
    axes.legend(loc="upper left", bbox_to_anchor=(1.005, 1.05), fontsize=7.5, frameon=False, handlelength=1.4)


def draw(case: Case, missed: bool = False) -> Path:
    """Make one picture; return its file."""
    from matplotlib.figure import Figure

    made, table, events, one = found(case, missed)
    span = window(one, table.duration)
    n = len(case.curves)
    figure = Figure(figsize=(9.2, 3.0 + 1.15 * n), dpi=DPI, layout="constrained")
    axes = figure.subplots(1 + n, sharex=True, height_ratios=[2.1] + [1] * n)
    paint_spectrogram(axes[0], made, span, case)
    paint_bars(axes[0], case, made, events, one, span)
    axes[0].tick_params(labelsize=7)
    for row, curve in zip(axes[1:], case.curves, strict=True):
        paint_curve(row, curve, table, one, span)
    axes[-1].set_xlabel("time, s")
    axes[0].set_xlim(*span)
    file = IMAGES / f"hearing-{case.name}.png"
    save(figure, file)
    return file


def save(figure: Any, file: Path) -> None:
    """Write a figure in few colours, which takes a third of the room."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).quantize(COLORS_KEPT).save(file, optimize=True)


def main(arguments: list[str]) -> int:
    """Make the named pictures, or all; return the exit code."""
    os.chdir(ROOT)
    names = [name for name in arguments if name != "--missed"]
    unknown = set(names) - {case.name for case in CASES}
    if unknown:
        print(f"no case is named {', '.join(sorted(unknown))}; there are {', '.join(case.name for case in CASES)}")
        return 2
    IMAGES.mkdir(exist_ok=True)
    failed = 0
    for case in CASES:
        if names and case.name not in names:
            continue
        try:
            file = draw(case)
        except NoCase as cause:
            failed += 1
            print(cause, file=sys.stderr)
            if "--missed" not in arguments or case.hidden:
                continue
            file = draw(case, missed=True)
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size / 1000:.0f} kB")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
