"""Hum."""

import numpy as np
import pytest

from audioq.simulate import Span, add_hum

SR = 8000


@pytest.mark.parametrize("frequency", [50.0, 60.0])
def test_hum_has_its_frequency_and_level(frequency: float) -> None:
    out, truth = add_hum(np.zeros(2 * SR, np.float32), SR, frequency=frequency, level_dbfs=-40.0)
    assert truth == [Span(0.0, 2.0, "hum")]
    assert 10 * np.log10(np.mean(out.astype(float) ** 2)) == pytest.approx(-40.0, abs=0.01)
    assert np.argmax(np.abs(np.fft.rfft(out))) == 2 * frequency


def test_an_empty_signal_has_no_hum() -> None:
    out, truth = add_hum(np.zeros(0, np.float32), SR)
    assert (out.size, truth) == (0, [])
