"""Baselines: what anybody could say without a tool."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.peers.judging import Entry, entry_of_numbers
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Prediction, Predictions

FRAME = 0.01
QUIET_DBFS = -90.0


def always_intact(labels: Sequence[Label]) -> Entry:
    """Call everything intact, and say that nothing happened."""
    predictions = Predictions(Prediction(label.file, "intact") for label in labels)
    return Entry("always intact", predictions, frozenset(), "nothing", 0.0)


def silence_shares(labels: Sequence[Label]) -> Entry:
    """Judge by the share of 10 ms frames below -90 dBFS alone."""
    numbers = [silence_share(label) for label in labels]
    return entry_of_numbers("silence share", labels, [None if one is None else 1.0 - one for one in numbers])


def silence_share(label: Label) -> float | None:
    """Return the share of 10 ms frames whose mean power over all channels is below -90 dBFS; None if unreadable."""
    # Imported here: stored predictions are scored without audioq.
    from audioq.audio import read
    from audioq.errors import AudioqError

    try:
        audio = read(label.path)
        size = max(1, round(FRAME * audio.sr))
        # Blocks of whole frames; what is left at the end is less than a frame.
        powers = [
            np.mean(whole.reshape(len(block), -1, size) ** 2, axis=(0, 2))
            for block in audio.blocks(size * 1000)
            if (whole := block[:, : block.shape[1] // size * size].astype(np.float64)).size
        ]
    except (AudioqError, OSError):
        return None
    if not powers:
        return None
    return float(np.mean(np.concatenate(powers) < 10 ** (QUIET_DBFS / 10)))
