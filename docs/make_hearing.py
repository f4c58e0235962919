"""Make the pictures of docs/how-it-hears.md anew: python docs/make_hearing.py [NAME ...].

Each picture shows an event of one kind: the spectrogram around it, and below the curves that speak for it, with their
limits. Where no recording in ``samples/`` has the kind, one is harmed here, from a seed, and the truth is known. The
tried recordings stand in ``hearing_cases.py``. Needs matplotlib: pip install 'audioq[plot]'.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "docs")]

from hearing_cases import CASES, Case, Curve, Made  # noqa: E402

from audioq.assessable import assess  # noqa: E402
from audioq.audio import read  # noqa: E402
from audioq.events import Event, find  # noqa: E402
from audioq.measurement import measure  # noqa: E402
from audioq.render.picture import COLORS  # noqa: E402
from audioq.scores import score  # noqa: E402
from audioq.table import FeatureTable  # noqa: E402
from audioq.thresholds import DEFAULT_THRESHOLDS  # noqa: E402

IMAGES = ROOT / "docs" / "images"
DPI = 96
SHORTEST, LONGEST, MARGIN = 1.6, 4.0, 0.75
"""Seconds that a picture shows, and about the event."""
RANGE_DB = 66.0
"""The lightest shade of the spectrogram, under the loudest point in the picture."""
SHADES = 12
"""Few shades, so that the files stay small."""
NEAR = 0.06
"""An event that begins or ends no further from true harm is the one that was done."""
EVENT, LIMIT, TRUTH = "#d55e00", "#c00000", "#0072b2"
INKS = ("#222222", "#0072b2", "#009e73")


class NoCase(SystemExit):
    """No recording shows the kind."""


def true_spans(made: Made, kind: str) -> list[tuple[float, float]]:
    """The truth about one kind, in seconds; empty where nobody wrote it down."""
    return [(a, b) for name, a, b in made.truth if name == kind]


def chosen(case: Case, made: Made, events: list[Event]) -> Event | None:
    """The surest event of the kind that is true and fits; among equals the longest, then the first."""
    truth = true_spans(made, case.kind)
    mine = [e for e in events if e.kind == case.kind and e.channel == 0]
    if truth:
        mine = [e for e in mine if any(e.start < b + NEAR and e.end > a - NEAR for a, b in truth)]
    mine = [e for e in mine if case.least <= e.end - e.start <= case.most]
    return max(mine, key=lambda e: (round(e.confidence, 1), round(e.end - e.start, 2), -e.start), default=None)


def hidden_event(case: Case, made: Made, table: FeatureTable, events: list[Event]) -> Event | None:
    """The first true event, if this recording could not have revealed its kind."""
    scores = score(table, events)
    assessed = {a.kind: a for a in assess(table, events, scores)[0]}
    fits = [(a, b) for a, b in true_spans(made, case.kind) if case.least <= b - a <= case.most]
    if assessed[case.kind].assessable or not fits:
        return None
    start, end = fits[0]
    return Event(start, end, case.kind, 0, 0.0, 0.0, False)


def found(case: Case) -> tuple[Made, FeatureTable, list[Event], Event]:
    """The first of the recordings of a case that shows its kind."""
    for make in case.candidates:
        made = make()
        table = measure(read(made.y[np.newaxis], sr=made.sr) if made.file is None else read(str(made.file)))
        events = list(find(table))
        one = hidden_event(case, made, table, events) if case.hidden else chosen(case, made, events)
        if one is not None:
            return made, table, events, one
    tried = "; ".join(make().caption for make in case.candidates)
    what = f"hides a {case.kind}" if case.hidden else f"shows a {case.kind} of {case.least:g} to {case.most:g} s"
    raise NoCase(f"{case.name}: none of the recordings {what}: {tried}; add one to docs/hearing_cases.py")


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
    """Rows of bars above the spectrogram: what was found, and what is known to have been done."""
    place = {"transform": axes.get_xaxis_transform(), "clip_on": False, "linewidth": 0}
    rows = [("true", TRUTH, true_spans(made, case.kind))] if true_spans(made, case.kind) else []
    others = sorted({e.kind for e in events if e.kind != case.kind and _inside(e.start, e.end, span)})
    rows += [(k, COLORS.get(k, "#777777"), [(e.start, e.end) for e in events if e.kind == k]) for k in others]
    if not case.hidden:
        rows.append((case.kind, EVENT, [(e.start, e.end) for e in events if e.kind == case.kind]))
    for row, (name, color, spans) in enumerate(rows):
        low = 1.03 + 0.1 * row
        for a, b in spans:
            if _inside(a, b, span):
                a, b = max(a, span[0]), min(b, span[1])
                axes.barh(low + 0.03, max(b - a, 0.01), 0.06, a, color=color, **place)
        axes.text(1.006, low + 0.03, name, transform=axes.transAxes, fontsize=8, color=color, va="center")
    if not case.hidden:
        for t in (one.start, one.end):
            axes.axvline(t, color=EVENT, linewidth=1)
    how_sure = "not told" if case.hidden else f"confidence {one.confidence:.2f}"
    said = f"{case.kind} {one.start:.2f} to {one.end:.2f} s, {how_sure}\n{made.caption}"
    axes.set_title(said, fontsize=9, loc="left", pad=8 + 15 * len(rows))


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


def draw(case: Case) -> Path:
    """Make one picture; return its file."""
    from matplotlib.figure import Figure

    made, table, events, one = found(case)
    span = window(one, table.duration)
    n = len(case.curves)
    figure = Figure(figsize=(9.2, 3.0 + 1.15 * n), dpi=DPI, layout="constrained")
    axes = figure.subplots(1 + n, sharex=True, height_ratios=[2.1] + [1] * n)
    paint_spectrogram(axes[0], made, span, case)
    paint_bars(axes[0], case, made, [e for e in events if e.channel == 0], one, span)
    axes[0].tick_params(labelsize=7)
    for row, curve in zip(axes[1:], case.curves, strict=True):
        paint_curve(row, curve, table, one, span)
    axes[-1].set_xlabel("time, s")
    axes[0].set_xlim(*span)
    file = IMAGES / f"hearing-{case.name}.png"
    figure.savefig(file, metadata={"Software": None}, pil_kwargs={"optimize": True})
    return file


def main(names: list[str]) -> Iterator[Path]:
    """Make the named pictures, or all."""
    os.chdir(ROOT)
    unknown = set(names) - {case.name for case in CASES}
    if unknown:
        raise SystemExit(f"no case is named {', '.join(sorted(unknown))}; there are {', '.join(c.name for c in CASES)}")
    IMAGES.mkdir(exist_ok=True)
    for case in CASES:
        if not names or case.name in names:
            yield draw(case)


if __name__ == "__main__":
    for written in main(sys.argv[1:]):
        print(f"{written.relative_to(ROOT)}  {written.stat().st_size / 1000:.0f} kB")
