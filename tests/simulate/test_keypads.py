"""Touch tones."""

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate.keypads import COLUMNS_HZ, KEYS, ROWS_HZ, dtmf, touch_tone


@pytest.mark.parametrize("sr", [8000, 48000])
def test_every_key_has_its_two_frequencies(sr: int) -> None:
    for k, key in enumerate(KEYS):
        tone = touch_tone(key, sr // 5, sr)
        power = np.abs(np.fft.rfft(tone * np.hanning(tone.size), sr)) ** 2
        row, column = np.argmax(power[:1075]), 1075 + np.argmax(power[1075:])
        assert (row, column) == (ROWS_HZ[k // 4], COLUMNS_HZ[k % 4])


@pytest.mark.parametrize("sr", [8000, 48000])
def test_a_number_and_where_its_tones_are(sr: int) -> None:
    y, truth = dtmf("0123456789*#", 6.0, sr, np.random.default_rng(1), -20.0)
    assert (y.shape, y.dtype) == ((6 * sr,), np.float32)
    assert [span.kind for span in truth] == ["tone"] * 12
    inside = np.zeros(y.size, bool)
    for span in truth:
        part = slice(round(span.start * sr), round(span.end * sr))
        inside[part] = True
        assert 0.069 < span.end - span.start < 0.161
        middle = y[part][sr // 100 : -sr // 100].astype(float)
        assert 10 * np.log10(np.mean(middle**2)) == pytest.approx(-20.0, abs=0.5)
    assert not y[~inside].any()
    pauses = [b.start - a.end for a, b in zip(truth, truth[1:], strict=False)]
    assert min(pauses) > 0.059 and max(pauses) < 0.301


def test_what_does_not_fit_is_left_out_whole() -> None:
    y, truth = dtmf("0123456789" * 3, 1.0, 8000, np.random.default_rng(1))
    assert 2 <= len(truth) < 8
    assert truth[-1].end <= 1.0
    for digits, duration in (("", 1.0), ("12", 0.0), ("12", 0.05)):
        y, truth = dtmf(digits, duration, 8000, np.random.default_rng(1))
        assert (truth, y.any()) == ([], False)


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(SimulationError, match="no key 'x'"):
        dtmf("12x", 3.0, 8000, np.random.default_rng(1))
