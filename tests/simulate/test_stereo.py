"""Two channels."""

import numpy as np

from audioq.simulate.stereo import two_channels


def test_the_far_end_comes_first_and_the_shorter_one_is_filled_up() -> None:
    both = two_channels(np.ones(3, np.float32), np.full(2, 0.5, np.float32))
    assert both.dtype == np.float32
    assert both.tolist() == [[1.0, 1.0, 1.0], [0.5, 0.5, 0.0]]
