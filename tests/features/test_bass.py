"""Bass."""

import made_tiles
import numpy as np
import pytest

from audioq.features.bass import bass_level


@pytest.mark.parametrize("sr", [8000, 16000])
@pytest.mark.parametrize(("hz", "heard"), [(125.0, True), (1000.0, False)])
def test_only_what_lies_low_counts(sr: int, hz: float, heard: bool) -> None:
    t = np.arange(made_tiles.HOPS * sr // 100) / sr
    level = bass_level(made_tiles.a_tile(0.5 * np.sin(2 * np.pi * hz * t), sr))[0]
    # A sine of amplitude 0.5 has a power of 0.0625 in its bin, and half as much again in its two neighbours.
    expected = 10 * np.log10(0.0625 * 1.5 / 6)
    assert (np.abs(level - expected) < 0.3).all() if heard else (level < -60).all()


def test_silence_lies_at_the_bottom() -> None:
    assert bass_level(made_tiles.a_tile(np.zeros((1, made_tiles.HOPS * 160)), 16000)) == pytest.approx(-120)
