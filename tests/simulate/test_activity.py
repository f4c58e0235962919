"""Activity of a clean signal and what harm left of it."""

import numpy as np
import pytest

from audioq.simulate import Span, active_frames, active_level, delivered_share, in_activity

SR = 8000


def burst() -> np.ndarray:
    """Two seconds of which the second half sounds at -20 dBFS."""
    y = np.zeros(2 * SR, np.float32)
    y[SR:] = 0.1 * np.sqrt(2.0) * np.sin(2 * np.pi * 200 * np.arange(SR) / SR)
    return y


def test_active_frames_and_level() -> None:
    active = active_frames(burst(), SR)
    assert active.sum() == 100
    assert active[100:].all()
    assert active_level(burst(), SR) == pytest.approx(-20.0, abs=0.01)


def test_silence_is_never_active() -> None:
    silence = np.zeros(SR, np.float32)
    assert not active_frames(silence, SR).any()
    assert active_level(silence, SR) == -np.inf
    assert np.isnan(delivered_share(silence, SR, []))


def test_only_harm_in_speech_counts() -> None:
    truth = [Span(0.0, 0.9, "dropout"), Span(1.0, 1.25, "buzz"), Span(1.5, 1.6, "hum")]
    assert delivered_share(burst(), SR, truth) == pytest.approx(0.75)
    assert in_activity(burst(), SR, truth) == truth[1:]
