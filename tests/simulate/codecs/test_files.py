"""Files in every format, and sound that has been through a lossy one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audioq import audio
from audioq.errors import SimulationError
from audioq.simulate import speechlike
from audioq.simulate.codecs import FORMS, lag, reencode, write

SR = 8000
Y = speechlike(1.2, SR, np.random.default_rng(21))
PAIR = np.stack([Y, np.roll(Y, 4000)])


def read(path: Path) -> tuple[np.ndarray, int]:
    recording = audio.read(path)
    return np.concatenate(list(recording.blocks(1 << 16)), axis=1), recording.sr


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.opus", "a.mp3", "a.m4a", "a.3gp"])
def test_the_same_sound_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, Y, SR)
    write(tmp_path / f"again_{name}", Y, SR)
    assert (tmp_path / name).read_bytes() == (tmp_path / f"again_{name}").read_bytes()


@pytest.mark.parametrize("name", ["a.flac", "a.wav"])
@pytest.mark.parametrize("y", [Y, PAIR])
def test_plain_files_hold_16_bits(tmp_path: Path, name: str, y: np.ndarray) -> None:
    write(tmp_path / name, y, SR)
    heard, sr = read(tmp_path / name)
    assert sr == SR
    assert np.abs(heard - np.atleast_2d(y)).max() <= 0.5 / 32768
    assert np.array_equal(heard == 0, np.rint(np.atleast_2d(y) * 32768) == 0)


def test_mu_law(tmp_path: Path) -> None:
    write(tmp_path / "a.wav", Y, SR, ulaw=True)
    assert (tmp_path / "a.wav").stat().st_size < 1.1 * Y.size
    heard, _ = read(tmp_path / "a.wav")
    assert np.unique(heard).size <= 256
    assert np.corrcoef(heard[0], Y)[0, 1] > 0.999


@pytest.mark.parametrize(("name", "least"), [("a.opus", 0.97), ("a.mp3", 0.99), ("a.m4a", 0.99), ("a.3gp", 0.85)])
def test_lossy_files_are_in_step(tmp_path: Path, name: str, least: float) -> None:
    write(tmp_path / name, Y, SR)
    heard, sr = read(tmp_path / name)
    step = sr // SR
    heard = heard[0, ::step]
    shift = lag(Y, heard, SR)
    # FFmpeg takes AMR's delay for 10 samples longer than it is, and writes so into the file.
    assert (-10 if name == "a.3gp" else 0) <= shift <= 1105
    heard = heard[shift:] if shift >= 0 else np.pad(heard, (-shift, 0))
    n = min(Y.size, heard.size)
    assert np.corrcoef(Y[:n], heard[:n])[0, 1] > least


@pytest.mark.parametrize("name", ["a.opus", "a.mp3", "a.m4a"])
def test_two_channels_stay_apart(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, PAIR, SR, kbps=48)
    heard, sr = read(tmp_path / name)
    assert heard.shape[0] == 2
    for own, other in ((0, 1), (1, 0)):
        y = heard[own, :: sr // SR]
        shift = lag(PAIR[own], y, SR)
        n = min(Y.size, y.size - shift)
        likeness = [abs(np.corrcoef(PAIR[k, :n], y[shift : shift + n])[0, 1]) for k in (own, other)]
        assert likeness[0] > 0.9 > 0.3 > likeness[1]


@pytest.mark.parametrize("name", ["a.flac", "a.mp3"])
def test_what_goes_beyond_full_scale_is_cut_off(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, 9.0 * Y, SR)
    heard, _ = read(tmp_path / name)
    assert np.abs(heard).max() < 1.5


@pytest.mark.parametrize(
    ("name", "y", "sr", "kbps", "message"),
    [
        ("a.aiff", Y, SR, None, "a.aiff: cannot write .aiff; use .flac, .wav, .opus"),
        ("a", Y, SR, None, "a: cannot write a file without a suffix"),
        ("a.opus", Y, 44100, None, "a.opus: libopus takes no 44100 Hz; resample to one of 8000, 12000"),
        ("a.3gp", Y, 16000, None, "a.3gp: libopencore_amrnb takes no 16000 Hz; resample to one of 8000"),
        ("a.3gp", PAIR, SR, None, "a.3gp: libopencore_amrnb holds 1 channels, not 2; use .flac"),
        ("a.mp3", Y, SR, 0.5, "a.mp3: cannot have 0.5 kbit/s; give 4 to 320"),
    ],
)
def test_what_a_format_cannot_hold(
    tmp_path: Path, name: str, y: np.ndarray, sr: int, kbps: float | None, message: str
) -> None:
    with pytest.raises(SimulationError) as caught:
        write(tmp_path / name, y, sr, kbps=kbps)
    assert str(caught.value).startswith(message)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize(("form", "kbps", "least"), [("mp3", 64, 0.99), ("aac", 48, 0.97), ("opus", 32, 0.87)])
@pytest.mark.parametrize("sr", [8000, 22050, 48000])
def test_reencoding_stays_in_step(form: str, kbps: float, least: float, sr: int) -> None:
    y = speechlike(0.7, sr, np.random.default_rng(22))
    heard = reencode(y, sr, form, kbps)
    assert heard.dtype == np.float32 and heard.shape == y.shape
    assert abs(lag(y, heard, sr)) <= max(1, sr // 10000)
    assert np.corrcoef(y, heard)[0, 1] > least
    assert np.array_equal(heard, reencode(y, sr, form, kbps))


@pytest.mark.parametrize("sr", [8000, 16000])
def test_reencoding_to_amr(sr: int) -> None:
    y = speechlike(1.0, sr, np.random.default_rng(22))
    heard = reencode(y, sr, "amr-nb", 12.2)
    assert heard.shape == y.shape
    assert lag(y, heard, sr) == 0
    assert np.corrcoef(y, heard)[0, 1] > 0.8


def test_reencoding_nothing_and_what_is_refused() -> None:
    assert reencode(Y[:0], SR, FORMS[0], 32).shape == (0,)
    assert reencode(Y[:1], SR, "mp3", 32).shape == (1,)
    with pytest.raises(SimulationError, match="cannot encode to 'vorbis'; use one of mp3, aac, opus, amr-nb"):
        reencode(Y, SR, "vorbis", 32)
    with pytest.raises(SimulationError, match="the codec opus: kbps cannot be 1000"):
        reencode(Y, SR, "opus", 1000)
