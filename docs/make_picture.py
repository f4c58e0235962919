"""Make docs/images/report.png and docs/images/spectrogram.png anew: python docs/make_picture.py [SAMPLE].

The first is what ``audioq analyze SAMPLE`` shows on a terminal, the second the spectrogram of the sample with its
events.
Needs matplotlib: pip install 'audioq[plot]'.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from audioq.audio import read  # noqa: E402
from audioq.render.picture import draw  # noqa: E402
from audioq.render.text import to_page  # noqa: E402
from audioq.report import Report, analyze  # noqa: E402

SAMPLE = "samples/degraded_telegram_metallic.flac"
IMAGES = ROOT / "docs" / "images"
COLUMNS = 100
POINTS = 10.0
WIDE, HIGH = 1233 / 2048, 1.25
"""A letter of DejaVu Sans Mono is this wide, a line this high, by the size of the letters."""
DPI = 11 * 72 / (WIDE * POINTS)
"""A letter is 11 pixels wide, no fraction, else the ends of long lines wander."""

COLORS = {"": "#e6e6e6", "1": "#ffffff", "1;31": "#ff6b6b", "1;32": "#7ee787", "1;33": "#f2cc60"}
BACKGROUND = "#16191d"


def pieces(line: str) -> Iterator[tuple[int, str, str]]:
    """Yield (column, text, style) of the parts of a line with terminal escapes."""
    style, column = "", 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            style = part[2:-1] if part != "\x1b[0m" else ""
        elif part:
            yield column, part, style
            column += len(part)


def paint(lines: list[str], file: Path) -> None:
    """Write lines of a terminal as a picture."""
    from matplotlib.figure import Figure

    width, height = COLUMNS + 2, len(lines) + 1.5
    figure = Figure(figsize=(width * POINTS * WIDE / 72, height * POINTS * HIGH / 72), dpi=DPI, facecolor=BACKGROUND)
    for row, line in enumerate(lines):
        for column, text, style in pieces(line):
            figure.text(
                (column + 1) / width,
                1 - (row + 1.5) / height,
                text,
                family="DejaVu Sans Mono",
                size=POINTS,
                weight="bold" if style else "normal",
                color=COLORS[style],
                parse_math=False,
            )
    figure.savefig(file, facecolor=BACKGROUND, metadata={"Software": None})


def terminal(report: Report, sample: str) -> list[str]:
    """Return the command and what it shows."""
    return [f"\x1b[1m$ audioq analyze {sample}\x1b[0m", *to_page(report, color=True, width=COLUMNS).splitlines()]


def main(sample: str = SAMPLE) -> None:
    """Make both pictures of one sample."""
    os.chdir(ROOT)
    IMAGES.mkdir(exist_ok=True)
    report = analyze(sample)
    paint(terminal(report, sample), IMAGES / "report.png")
    audio = read(sample)
    y = np.concatenate(list(audio.blocks(10 * audio.sr)), axis=1)
    draw(report, y, audio.sr, IMAGES / "spectrogram.png")


if __name__ == "__main__":
    main(*sys.argv[1:2])
