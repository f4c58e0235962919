"""Picture: the spectrogram of a recording with the events of its report, as a PNG or SVG file.

Needs matplotlib: ``pip install 'audioq[plot]'``. librosa and matplotlib are imported when a picture is drawn.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audioq.events import Event
from audioq.render.wording import say_channel
from audioq.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WINDOW_SECONDS = 0.032
RANGE_DB = 80.0
"""Darkest shade, in dB under the loudest point."""

COLORS = {"dropout": "#e41a1c", "buzz": "#ff7f00", "stutter": "#984ea3", "splice": "#377eb8"}
OTHER_COLOR = "#777777"
"""Of events that do not affect the verdict."""


def draw(report: Report, y: NDArray[np.float32], sr: int, file: str | os.PathLike[str]) -> None:
    """Draw a row for each channel: the spectrogram, above it a bar for each kind of event.

    Parameters
    ----------
    report : Report
        What `analyze` said of the recording.
    y : ndarray, shape (channels, n) or (n,)
        Its samples.
    sr : int
        Their rate in Hz.
    file : path
        Where the picture goes; the ending tells the format.
    """
    from matplotlib.figure import Figure

    rows = np.atleast_2d(y)
    figure = Figure(figsize=(11, 1 + 3.2 * len(rows)), dpi=110, layout="constrained")
    for channel, axes in enumerate(np.atleast_1d(figure.subplots(len(rows), sharex=True))):
        _spectrogram(axes, rows[channel], sr)
        _bars(axes, [event for event in report.events if event.channel == channel])
        if len(rows) > 1:
            axes.set_ylabel(f"{say_channel(channel)}, Hz")
    figure.suptitle(f"{report.verdict.label}, {report.verdict.confidence:.0%} sure: {os.path.basename(report.file)}")
    # Without the name of the program, the same report gives the same bytes.
    metadata: dict[str, Any] = {"Software": None} if os.fspath(file).endswith(".png") else {}
    figure.savefig(os.fspath(file), metadata=metadata)


def _spectrogram(axes: Axes, y: NDArray[np.float32], sr: int) -> None:
    import librosa
    import librosa.display

    hop = max(1, sr // 100)
    n_fft = max(2, round(WINDOW_SECONDS * sr))
    power = np.abs(librosa.stft(np.ascontiguousarray(y, np.float32), n_fft=n_fft, hop_length=hop)) ** 2
    S = librosa.power_to_db(power, ref=max(float(power.max()), 1e-10), amin=1e-12, top_db=RANGE_DB)
    librosa.display.specshow(
        S, sr=sr, hop_length=hop, n_fft=n_fft, x_axis="s", y_axis="hz", ax=axes, cmap="gray_r", vmin=-RANGE_DB, vmax=0
    )
    axes.set_ylim(0, min(8000, sr / 2))
    axes.set_xlabel("s")
    axes.set_ylabel("Hz")


def _bars(axes: Axes, events: list[Event]) -> None:
    """Draw each kind of event as a row of bars above the spectrogram, and shade what affects the verdict."""
    kinds = list(dict.fromkeys(event.kind for event in sorted(events, key=lambda e: (not e.affects_verdict, e.kind))))
    for row, kind in enumerate(kinds):
        own = [event for event in events if event.kind == kind]
        color = COLORS.get(kind, OTHER_COLOR)
        low = 1.02 + 0.07 * (len(kinds) - 1 - row)
        for event in own:
            width = max(event.end - event.start, 0.02)
            box: dict[str, Any] = {"clip_on": False, "color": color, "linewidth": 0}
            axes.barh(low + 0.025, width, 0.05, event.start, transform=axes.get_xaxis_transform(), **box)
            if event.affects_verdict:
                axes.axvspan(event.start, event.start + width, color=color, alpha=0.15, linewidth=0)
        place: dict[str, Any] = {"transform": axes.transAxes, "fontsize": 9, "color": color, "va": "center"}
        axes.text(1.005, low + 0.025, kind, **place)
