"""Clicks."""

import numpy as np
import pytest

from audioq.simulate import Span, add_clicks

SR = 16000


def test_clicks_stand_where_they_should() -> None:
    out, truth = add_clicks(np.zeros(SR, np.float32), SR, [0.5, 0.25])
    assert truth == [Span(0.245, 0.255, "click"), Span(0.495, 0.505, "click")]
    assert np.flatnonzero(out)[0] == SR // 4
    assert out[SR // 4] == np.float32(0.7)
    heard = np.zeros(SR, bool)
    for span in truth:
        heard[round(span.start * SR) : round(span.end * SR)] = True
    assert not out[~heard].any()


def test_a_click_at_the_end_is_cut_and_full_scale_is_kept() -> None:
    out, _ = add_clicks(np.full(SR, 0.9, np.float32), SR, [0.9999], height=1.0)
    assert out.shape == (SR,)
    assert out.max() == 1.0


def test_a_click_outside_the_signal_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        add_clicks(np.zeros(SR, np.float32), SR, [1.0])
