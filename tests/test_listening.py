"""Listening on tables made by hand: speech, tones, music and quiet by the call's own levels."""

from __future__ import annotations

import numpy as np
import pytest
from made_tables import a_channel, a_table, a_tone, stretches

from audioq.listening import bell, listen
from audioq.thresholds import DEFAULT_THRESHOLDS

pytestmark = pytest.mark.smoke


def heard(*channels, channel=0, **numbers):
    return listen(a_table(*channels, **numbers), channel, DEFAULT_THRESHOLDS)


def test_speech_stands_out_and_pauses_are_quiet():
    own = heard(a_channel(10.0, [(1, 4), (6, 9)]))
    assert np.array_equal(own.speech, stretches(10.0, [(1, 4), (6, 9)]) > 0)
    assert np.array_equal(own.quiet, ~own.speech)
    assert not own.tone.any() and not own.music.any()


def test_nothing_is_both_speech_and_quiet():
    own = heard(a_channel(10.0, [(1, 4)], silent=[(2, 3)]))
    assert not (own.speech & own.quiet).any()
    assert own.quiet[200:300].all()


@pytest.mark.parametrize("gain", [-25.0, -10.0, 0.0, 10.0])
def test_the_levels_are_the_calls_own(gain):
    channel = a_channel(10.0, [(1, 4), (6, 9)])
    channel["level"] = channel["level"] + np.float32(gain)
    own = heard(channel, active_level_dbfs=[-20.0 + gain], noise_floor_dbfs=[-60.0 + gain])
    assert np.array_equal(own.speech, stretches(10.0, [(1, 4), (6, 9)]) > 0)


def test_noise_alone_is_no_speech():
    channel = a_channel(10.0, ())
    own = heard(channel, active_level_dbfs=[-58.0], noise_floor_dbfs=[-60.0])
    assert not own.speech.any()


def test_digital_silence_is_no_speech_and_raises_no_warning():
    own = heard(a_channel(10.0, (), silent=[(0, 10)]))
    assert own.quiet.all() and not own.speech.any()


def test_a_tone_is_no_speech_and_its_pause_is_quiet():
    own = heard(a_tone(10.0, [(0, 1), (5, 6)]))
    assert own.tone[2:98].all() and not own.tone[110:490].any()
    assert not own.speech[2:98].any()
    assert own.quiet[110:490].all()


def test_a_low_line_is_hum_and_no_tone():
    assert not heard(a_tone(10.0, [(0, 5)], hz=50.0)).tone.any()


def test_a_tone_beside_speech_leaves_the_speech():
    tone, speech = a_tone(10.0, [(0, 1)]), a_channel(10.0, [(2, 9)])
    for name in ("level", "spectral_lines", "peak_hz", "zero_share"):
        tone[name][150:] = speech[name][150:]
    own = heard(tone, activity_factor=[0.8])
    assert own.tone[10:90].all() and own.speech[200:900].all() and not own.tone[200:900].any()


def test_music_never_pauses_has_few_lines_and_no_single_voice():
    music = a_channel(10.0, [(0, 10)], spectral_lines=stretches(10.0, [(0, 10)], 8.0))
    music["level"] = np.resize(np.float32([-20.0, -24.0, -28.0]), 1000)
    music["periodicity"] = np.full(1000, 0.6, np.float32)
    loud = {"active_level_dbfs": [-22.0], "noise_floor_dbfs": [-32.0], "activity_factor": [1.0]}
    assert heard(music, **loud).music.all()
    assert not heard(music, **loud).speech.any()
    one_voice = music | {"periodicity": np.full(1000, 0.98, np.float32)}
    assert not heard(one_voice, **loud).music.any()
    instrument = loud | {"noise_floor_dbfs": [-26.0]}
    assert heard(one_voice, **instrument).music.all(), "a voice that never sinks is none"
    assert not heard(music, **loud | {"activity_factor": [0.6]}).music.any()


def test_channels_are_listened_to_apart():
    speech, silence = a_channel(10.0, [(1, 4)]), a_channel(10.0, (), silent=[(0, 10)])
    assert heard(silence, speech, channel=1).speech.sum() == 300
    assert heard(silence, speech, channel=0).speech.sum() == 0


@pytest.mark.parametrize(("bursts", "keys"), [(2, False), (3, True)])
def test_short_steady_tones_out_of_quiet_are_keys_if_there_are_enough(bursts, keys):
    spans = [(1 + i, 1.1 + i) for i in range(bursts)]
    heard = listen(a_table(a_tone(6.0, spans, 770.0)), 0, DEFAULT_THRESHOLDS)
    assert heard.tone.any() == keys
    if keys:
        assert not heard.speech.any()


def test_keys_may_lie_at_either_end_of_the_recording():
    heard = listen(a_table(a_tone(5.0, [(0, 0.1), (2, 2.1), (4.9, 5)], 770.0)), 0, DEFAULT_THRESHOLDS)
    assert heard.tone.shape == (500,)


def test_a_bell_has_few_lines_and_high_ones():
    few = {"spectral_lines": np.full(400, 8, np.float32), "peak_hz": np.full(400, 2100, np.float32)}
    own = a_channel(4.0, [(0, 4)])
    table = a_table(
        own, own | few, own | few | {"peak_hz": own["peak_hz"]}, own | few | {"spectral_lines": own["spectral_lines"]}
    )
    assert [bool(bell(table, channel, DEFAULT_THRESHOLDS)[10:-10].all()) for channel in range(4)] == [
        False,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize("n", [1, 8, 11, 30])
def test_a_bell_is_one_to_its_edges_however_short(n):
    own = a_channel(n / 100, [(0, n / 100)])
    few = {"spectral_lines": np.full(n, 8, np.float32), "peak_hz": np.full(n, 2100, np.float32)}
    assert bell(a_table(own | few), 0, DEFAULT_THRESHOLDS).all()
    assert not bell(a_table(own), 0, DEFAULT_THRESHOLDS).any()
