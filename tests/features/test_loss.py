"""The network: NumPy against its own definition, with weights drawn at random."""

import numpy as np
import pytest
from reference import loss as slow

from audioq.features import CALL_FEATURES, FRAME_FEATURES, loss

HIDDEN = 6


def random_weights(dilations: tuple[int, ...] = (1, 2, 4), hidden: int = HIDDEN) -> slow.Weights:
    rng = np.random.default_rng(22)
    x, setting = loss.inputs(a_channel(40))
    shapes = {
        "in_weight": (loss.STACK * x.shape[1], hidden),
        "in_bias": (hidden,),
        "setting_weight": (setting.size, hidden),
        "out_weight": (hidden, loss.STACK * len(loss.CLASSES)),
        "out_bias": (loss.STACK * len(loss.CLASSES),),
    }
    for layer in range(len(dilations)):
        shapes |= {f"weight_{layer}": (3, hidden, hidden), f"bias_{layer}": (hidden,)}
    weights = {name: 0.3 * rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    x_scale = np.abs(x).mean(axis=0) + 1
    setting_scale = np.abs(setting) + 1
    weights |= {"x_mean": x.mean(axis=0), "x_scale": x_scale.astype(np.float32)}
    weights |= {"setting_mean": 0 * setting, "setting_scale": setting_scale.astype(np.float32)}
    return weights | {"dilations": np.array(dilations, np.float32)}


def a_channel(n_frames: int) -> dict[str, np.ndarray]:
    """Values in the ranges of the curves; whatever is a number of the whole call is one here."""
    rng = np.random.default_rng(n_frames)
    numbers = {name for f in CALL_FEATURES for name in f.gives if name.endswith(("_dbfs", "_factor"))}
    units = {name: q.unit for f in (*FRAME_FEATURES, *CALL_FEATURES) for name, q in f.gives.items()}
    ranges = {"dBFS": (-100, -10), "dB": (0, 30), "1": (0, 1), "Hz": (100, 8000), "dB/s": (-300, 300), "bins": (1, 60)}
    channel = {}
    for name in loss.NEEDS:
        low, high = ranges.get(units.get(name, "1"), (0, 1))
        channel[name] = rng.uniform(low, high, () if name in numbers else n_frames).astype(np.float32)
    return channel


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> slow.Weights:
    drawn = random_weights()
    monkeypatch.setattr(loss, "_weights", lambda: drawn)
    return drawn


@pytest.mark.parametrize("n_frames", [5, 8, 31, 4095, 4097, 8194])
def test_like_a_convolution_step_by_step_whatever_the_tiles(weights: slow.Weights, n_frames: int) -> None:
    channel = a_channel(n_frames)
    p = loss.probabilities(channel)
    x, setting = loss.inputs(channel)
    assert p.shape == (n_frames, len(loss.CLASSES))
    assert p.dtype == np.float32
    np.testing.assert_allclose(p, slow.probabilities(x, setting, weights, loss.STACK), atol=2e-5)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_a_frame_far_away_does_not_matter_and_a_near_one_does(weights: slow.Weights) -> None:
    weights["setting_weight"][:] = 0  # else the medians of the call carry the change everywhere
    channel = a_channel(400)
    changed = {name: values.copy() for name, values in channel.items()}
    changed["jump"][200] += 20
    reach = int(weights["dilations"].sum())
    moved = np.flatnonzero(np.abs(loss.probabilities(channel) - loss.probabilities(changed)).max(axis=1) > 1e-7)
    assert 200 - loss.STACK * reach <= moved.min() < 200
    assert 201 < moved.max() <= 201 + loss.STACK * reach


def test_every_output_is_its_class_and_each_channel_its_own(weights: slow.Weights) -> None:
    one, two = a_channel(50), a_channel(51)
    two = {name: value[:50] if value.ndim else value for name, value in two.items()}
    together = loss.loss_probabilities(*(np.stack([one[name], two[name]]) for name in loss.NEEDS))
    order = [loss.CLASSES.index(name) for name in ("muted", "lost in a pause", "concealed", "stuttered", "spliced")]
    for channel, measured in enumerate((one, two)):
        expected = loss.probabilities(measured)
        for curve, column in zip(together, order, strict=True):
            assert np.array_equal(curve[channel], expected[:, column])


@pytest.mark.smoke
def test_what_the_network_sees_is_finite_whatever_is_undefined() -> None:
    channel = a_channel(60)
    for name in ("band_edge", "spectral_lines"):
        channel[name][:30] = np.nan
    channel["active_level_dbfs"] = np.float32(np.nan)
    x, setting = loss.inputs(channel)
    assert np.isfinite(x).all()
    assert np.isfinite(setting).all()
    assert x.shape[0] == 60
    assert setting.ndim == 1


@pytest.mark.smoke
def test_the_weights_that_ship_fit_and_the_probabilities_sum_to_one() -> None:
    p = loss.probabilities(a_channel(333))
    assert p.shape == (333, len(loss.CLASSES))
    assert np.isfinite(p).all()
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-5)


def test_needs_are_measured_before() -> None:
    known = {name for f in FRAME_FEATURES for name in f.gives} | {"zero_share", "clipped_share"}
    for feature in CALL_FEATURES:
        assert set(feature.needs) <= known, feature.needs
        known |= set(feature.gives)


def test_inputs_are_as_many_as_the_weights_must_have():
    x, setting = loss.inputs(a_channel(50))
    assert (x.shape[1], len(setting)) == (loss.INPUTS, 2 * loss.INPUTS + 1)
