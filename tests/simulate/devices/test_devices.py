"""The table of devices: what holds for all of them."""

import inspect
import re

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate import active_level, speechlike
from audioq.simulate.devices import DEVICES, changed_voice

NEEDED = {
    "noise": {"snr_db": 20.0},
    "street": {"snr_db": 15.0},
    "hum": {"level_dbfs": -40.0},
    "reverberation": {"rt60_s": 0.4},
    "clipping": {"drive_db": 25.0},
    "gain": {"gain_db": -6.0},
    "voice_change": {"pitch_semitones": 3.0},
    "recorder_noise": {"level_dbfs": -60.0},
    "resampled": {"rate": "11025"},
}
ALL = [pytest.param(name, NEEDED.get(name, {}), id=name) for name in DEVICES]


@pytest.mark.parametrize("sr", [8000, 48000])
@pytest.mark.parametrize(("name", "given"), ALL)
def test_length_type_and_chance(name: str, given: dict, sr: int) -> None:
    y = speechlike(1.5, sr, np.random.default_rng(1))[:-7]
    kept = y.copy()
    out = DEVICES[name].pass_through(y, sr, np.random.default_rng(2), **given)
    again = DEVICES[name].pass_through(y, sr, np.random.default_rng(2), **given)
    assert (out.shape, out.dtype) == (y.shape, np.float32)
    assert np.isfinite(out).all()
    assert np.array_equal(out, again)
    assert np.array_equal(y, kept)
    assert not np.array_equal(out, y)
    assert not np.shares_memory(out, y)


@pytest.mark.parametrize(("name", "given"), ALL)
def test_silence_and_scraps_pass(name: str, given: dict) -> None:
    for n in (0, 1, 79, 1000):
        out = DEVICES[name].pass_through(np.zeros(n, np.float32), 8000, np.random.default_rng(2), **given)
        assert (out.shape, out.dtype) == ((n,), np.float32)
        assert np.isfinite(out).all()


@pytest.mark.parametrize("name", list(DEVICES))
def test_the_table_tells_what_the_functions_take(name: str) -> None:
    device = DEVICES[name]
    taken = list(inspect.signature(device.apply).parameters.values())
    assert [p.name for p in taken[:3]] == ["y", "sr", "rng"]
    assert [p.name for p in taken[3:]] == [setting.name for setting in device.settings]
    defaults = [None if p.default is p.empty else p.default for p in taken[3:]]
    assert defaults == [setting.default for setting in device.settings]
    assert device.name == name
    assert re.fullmatch(r"[A-Z].*\.", device.meaning)
    assert device.side in {"talker", "recorder", "either"}


def test_sides() -> None:
    assert {name for name, device in DEVICES.items() if device.stands("recorder")} == {
        *("recorder_noise", "agc", "gain", "clipping", "resampled", "loudspeaker"),
    }
    assert all(device.stands("talker") or device.side == "recorder" for device in DEVICES.values())


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("noise", {}, "device noise needs snr_db"),
        ("gain", {"gain_db": 1e6}, "device gain: gain_db cannot be"),
        ("gain", {"loud": 3.0}, "device gain has no setting loud"),
        ("resampled", {"rate": "7"}, "rate cannot be '7'"),
        ("noise", {"snr_db": 3.0, "color": "mauve"}, "color cannot be 'mauve'"),
    ],
)
def test_wrong_settings_are_refused(name: str, given: dict, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        DEVICES[name].pass_through(np.zeros(80, np.float32), 8000, np.random.default_rng(1), **given)


def test_a_voice_changer_that_changes_nothing_is_transparent() -> None:
    y = speechlike(2.0, 16000, np.random.default_rng(1))
    assert np.array_equal(changed_voice(y, 16000, np.random.default_rng(1)), y)
    higher = changed_voice(y, 16000, np.random.default_rng(1), pitch_semitones=4.0, formant_ratio=1.15)
    assert active_level(higher, 16000) == pytest.approx(active_level(y, 16000), abs=0.5)
