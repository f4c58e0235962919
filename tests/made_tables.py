"""Feature tables made by hand, for tests of what judges them: no audio anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from audioq.features import CALL_FEATURES, FRAME_FEATURES, MARK_FEATURES
from audioq.table import MARK_DTYPE, FeatureTable, Format, Note, Quantity

SPEECH_DBFS, BACKGROUND_DBFS, NOTHING_DBFS = -20.0, -60.0, -100.0

Stretches = Iterable[tuple[float, float]]

QUANTITIES = {name: quantity for f in (*FRAME_FEATURES, *CALL_FEATURES) for name, quantity in f.gives.items()}
QUANTITIES |= {m.name: m.quantity for m in MARK_FEATURES}
QUANTITIES |= {name: Quantity("1", "share of the samples") for name in ("zero_share", "clipped_share")}
NUMBERS = ("noise_floor_dbfs", "active_level_dbfs", "activity_factor", "processing", "loudspeaker", "pause_bass")

# What the curves show in the background; those not named here are 0.
_BACKGROUND = {
    "level": BACKGROUND_DBFS,
    "level_low": BACKGROUND_DBFS,
    "spectral_lines": 60.0,
    "band_edge": 7000.0,
    "jump_at": 5.0,
    "flatness": -10.0,
}


def stretches(seconds: float, spans: Stretches, inside: float = 1.0, outside: float = 0.0) -> NDArray[np.float32]:
    """Return a curve of `seconds` that is `inside` within the spans (s) and `outside` elsewhere."""
    curve = np.full(round(seconds * 100), outside, np.float32)
    for start, end in spans:
        curve[round(start * 100) : round(end * 100)] = inside
    return curve


def a_channel(
    seconds: float = 20.0,
    speech: Stretches = ((0.0, 20.0),),
    lost: Stretches = (),
    silent: Stretches = (),
    **curves: NDArray[np.float32],
) -> dict[str, NDArray[np.float32]]:
    """Return the curves of one channel, each of shape (n_frames,).

    `speech` is heard but where it is `lost`, which is replaced by digital silence that the curves show for sure;
    `silent` is digital silence without any sign of a loss.
    """
    spans, gaps, quiet = list(speech), list(lost), list(silent)
    n = round(seconds * 100)
    own = {name: np.full(n, _BACKGROUND.get(name, 0.0), np.float32) for name in QUANTITIES if name not in NUMBERS}
    for name in (m.name for m in MARK_FEATURES):
        del own[name]
    heard = stretches(seconds, spans) > 0
    own["muted"] = stretches(seconds, gaps, 0.95)
    nothing = (stretches(seconds, gaps) > 0) | (stretches(seconds, quiet) > 0)
    own["level"] = np.where(nothing, NOTHING_DBFS, np.where(heard, SPEECH_DBFS, BACKGROUND_DBFS)).astype(np.float32)
    own["zero_share"] = nothing.astype(np.float32)
    own["periodicity"] = (0.9 * heard).astype(np.float32)
    # The strongest line of speech moves, that of a tone does not.
    own["peak_hz"] = np.resize(np.float32([300, 500, 800]), n)
    return own | curves


def a_tone(seconds: float, spans: Stretches, hz: float = 425.0) -> dict[str, NDArray[np.float32]]:
    """Return a channel with nothing but a tone in the given spans (s)."""
    times = list(spans)
    own = a_channel(seconds, (), silent=[(0, seconds)])
    sounds = stretches(seconds, times) > 0
    own["level"] = np.where(sounds, SPEECH_DBFS, NOTHING_DBFS).astype(np.float32)
    own["zero_share"] = (~sounds).astype(np.float32)
    own["spectral_lines"] = np.where(sounds, 1.8, 60).astype(np.float32)
    own["peak_hz"] = np.where(sounds, hz, 0).astype(np.float32)
    return own


def a_table(
    *channels: Mapping[str, NDArray[np.float32]],
    marks: Mapping[str, Sequence[tuple[int, float, float]]] | None = None,
    sr: int = 8000,
    notes: tuple[Note, ...] = (),
    quantities: Mapping[str, Quantity] | None = None,
    **numbers: Sequence[float],
) -> FeatureTable:
    """Return a table of channels; marks are (channel, start, end) in seconds."""
    rows = channels or (a_channel(),)
    curves = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
    n = len(rows)
    given: dict[str, Sequence[float]] = {
        "noise_floor_dbfs": [BACKGROUND_DBFS if row["level"].max() > NOTHING_DBFS else np.nan for row in rows],
        "active_level_dbfs": [_active(row["level"]) for row in rows],
        "activity_factor": [float(np.mean(row["level"] > BACKGROUND_DBFS)) for row in rows],
    }
    made = {m.name: np.zeros(0, MARK_DTYPE) for m in MARK_FEATURES}
    for name, spans in (marks or {}).items():
        made[name] = np.array([(c, round(a * sr), round(b * sr), 0.0) for c, a, b in spans], MARK_DTYPE)
    n_frames = next(iter(curves.values())).shape[1]
    return FeatureTable(
        curves=curves,
        marks=made,
        numbers={name: np.asarray(values, np.float64) for name, values in (given | numbers).items()},
        quantities=QUANTITIES | dict(quantities or {}),
        file="made.wav",
        format=Format("wav", "pcm_s16le", sr, None, n, n_frames / 100),
        notes=notes,
        fingerprint="made",
    )


def _active(level: NDArray[np.float32]) -> float:
    return SPEECH_DBFS if level.max() >= SPEECH_DBFS else float("nan")
