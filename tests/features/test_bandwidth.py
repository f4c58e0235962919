"""Bandwidth."""

import made_tiles
import numpy as np
import pytest
from reference import bandwidth as slow

from audioq.features.bandwidth import band_edge
from audioq.frames import SPECTRUM_MARGIN, TILE
from audioq.simulate import colored_noise


@pytest.mark.parametrize(("sr", "band_hz"), [(8000, 4000), (16000, 8000), (16000, 5512.5)])
def test_like_the_slow_twin(sr: int, band_hz: float) -> None:
    frames = made_tiles.a_tile(made_tiles.two_channels(sr), sr, band_hz)
    inner = slice(SPECTRUM_MARGIN, SPECTRUM_MARGIN + TILE)
    for S, curve in zip(frames.S[..., inner], band_edge(frames), strict=True):
        np.testing.assert_allclose(curve, slow.band_edge(S, band_hz))


@pytest.mark.parametrize("edge_hz", [1000.0, 3400.0, 7000.0])
def test_noise_of_a_known_band(edge_hz: float) -> None:
    rng = np.random.default_rng(13)
    y = colored_noise(made_tiles.HOPS * 160, 16000, rng, level_dbfs=-20, band=(100, edge_hz))
    edges = band_edge(made_tiles.a_tile(y, 16000), depth_db=25)
    np.testing.assert_allclose(edges, edge_hz, atol=150)


def test_silence_has_no_band_and_the_sources_band_is_the_limit() -> None:
    assert np.isnan(band_edge(made_tiles.a_tile(np.zeros(made_tiles.HOPS * 80), 8000))).all()
    noise = np.random.default_rng(14).standard_normal(made_tiles.HOPS * 160) * 0.1
    edges = band_edge(made_tiles.a_tile(noise, 16000, 5512.5))
    assert edges.shape == (1, TILE)
    assert np.all(edges == 5512.5)
