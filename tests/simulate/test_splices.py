"""Time cut out."""

import numpy as np

from audioq.simulate import Span, cut_out

SR = 1000
Y = np.arange(1000, dtype=np.float32)


def test_the_seams_stand_on_the_new_time_line() -> None:
    out, truth = cut_out(Y, SR, [(0.5, 0.7), (0.1, 0.2)])
    assert np.array_equal(out, np.concatenate([Y[:100], Y[200:500], Y[700:]]))
    expected = [Span(0.095, 0.105, "splice"), Span(0.395, 0.405, "splice")]
    assert [s.kind for s in truth] == ["splice", "splice"]
    np.testing.assert_allclose([(s.start, s.end) for s in truth], [(s.start, s.end) for s in expected])
    for span in truth:
        seam = round((span.start + span.end) / 2 * SR)
        assert out[seam] - out[seam - 1] > 1


def test_a_cut_at_an_end_leaves_no_seam() -> None:
    out, truth = cut_out(Y, SR, [(0.0, 0.1), (0.9, 2.0)])
    assert np.array_equal(out, Y[100:900])
    assert truth == []
