"""Whether a voice sounds made: statistics against a slow twin, and what the weights make of them."""

import numpy as np
import pytest
from reference import processing as slow

from audioq.features.processing import LEAST_FRAMES, NEEDS, WEIGHTS, processed_voice, voice_statistics

RANGES = {
    "level": (-45, -20),
    "zero_share": (0, 0.25),
    "harmonic_contrast": (0, 8),
    "spread": (5, 9),
    "shape_correlation": (0.3, 1),
    "modulation_25": (0, 4),
}


def a_voice(seed=0, n=1500, **curves):
    """Curves of one channel by name: values in the ranges of real voices; pitch and periodicity come and go."""
    rng = np.random.default_rng(seed)
    drawn = {name: rng.uniform(low, high, n).astype(np.float32) for name, (low, high) in RANGES.items()}
    drawn["periodicity"] = (0.65 + 0.33 * np.sin(np.arange(n) / 9 + seed)).astype(np.float32)
    drawn["pitch_lag"] = (np.round(8 * (6.5 + 1.2 * np.sin(np.arange(n) / 40 + seed))) / 8).astype(np.float32)
    return drawn | {"active_level_dbfs": -24.0, "noise_floor_dbfs": -60.0} | curves


def clearly(*voices):
    return processed_voice(*(np.stack([voice[name] for voice in voices]) for name in NEEDS))


@pytest.mark.parametrize("seed", range(3))
def test_like_the_slow_twin(seed):
    voice = a_voice(seed)
    fast = voice_statistics(*(voice[name] for name in NEEDS))
    expected = slow.voice_statistics(*(voice[name] for name in NEEDS))
    assert fast.keys() == expected.keys()
    for name, value in expected.items():
        assert fast[name] == pytest.approx(value, rel=2e-4, abs=1e-6), name


def test_every_weight_has_its_statistic():
    known = voice_statistics(*(a_voice()[name] for name in NEEDS))
    for weights in WEIGHTS.values():
        assert set(weights) - {"offset"} <= set(known) and "offset" in weights


def test_a_pitch_that_never_moves_is_no_mouths():
    fixed = a_voice(pitch_lag=np.full(1500, 7.5, np.float32), periodicity=np.full(1500, 0.9, np.float32))
    natural, robot = clearly(a_voice(), fixed)
    assert natural < 0.5 < robot <= 1


def test_loud_sound_that_is_never_periodic_is_a_voice_times_a_tone():
    periodicity, lag = np.random.default_rng(1).uniform([[0.5], [4.0]], [[0.85], [14.0]], (2, 1500)).astype(np.float32)
    assert clearly(a_voice(periodicity=periodicity, pitch_lag=lag))[0] > 0.5


def test_clear_harmonics_that_glide_are_a_low_rate_codec():
    t = np.arange(1500, dtype=np.float32)
    glide = (7 + np.sin(t / 9)).astype(np.float32)
    coded = a_voice(
        spread=glide,
        modulation_25=np.full(1500, 0.4, np.float32),
        harmonic_contrast=np.full(1500, 6, np.float32),
        shape_correlation=np.full(1500, 0.9, np.float32),
    )
    assert clearly(coded)[0] > 0.5


def test_undefined_where_little_is_loud():
    few = np.full(1500, -80, np.float32)
    few[: LEAST_FRAMES - 1] = -22
    loud = np.zeros(1500, np.float32)
    assert np.isnan(clearly(a_voice(level=few, zero_share=loud))).all()
    assert np.isnan(clearly(a_voice(active_level_dbfs=np.nan, noise_floor_dbfs=-90.0))).all()
    few[LEAST_FRAMES - 1] = -22
    assert np.isfinite(clearly(a_voice(level=few, zero_share=loud))).all()


def test_what_cannot_be_measured_is_left_out():
    holes = a_voice(modulation_25=np.where(np.arange(1500) % 2, np.nan, 1.0).astype(np.float32))
    nothing = a_voice(shape_correlation=np.full(1500, np.nan, np.float32))
    values = clearly(holes, nothing)
    assert values.dtype == np.float64 and values.shape == (2,) and np.isfinite(values).all()


def test_channels_stand_alone():
    one, other = a_voice(1), a_voice(2, pitch_lag=np.full(1500, 7.5, np.float32))
    np.testing.assert_array_equal(clearly(one, other), [*clearly(one), *clearly(other)])
