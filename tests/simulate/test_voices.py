"""Voices: recordings that can serve, recordings that cannot, and what is found in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_calls import voice, write_voice

from audioq.errors import SimulationError
from audioq.simulate import active_level, speechlike
from audioq.simulate.voices import LEVEL_DBFS, _voice, load, median_pitch, read_voices, speech_frames

SR = 16000


def noise(seconds: float, level: float) -> np.ndarray:
    return (np.random.default_rng(1).standard_normal(round(seconds * SR)) * level).astype(np.float32)


def clicks() -> np.ndarray:
    """Every frame of 10 ms lies under -90 dBFS, and yet samples stand out."""
    y = np.zeros(4 * SR, np.float32)
    y[::800] = 1.2e-4
    return y


def tapped() -> np.ndarray:
    y = noise(4.0, 1e-5)
    y[SR : SR + 4000] = noise(0.25, 0.1)
    return y


WRONG = {
    "silent": (np.zeros(3 * SR, np.float32), "is silent; pass clean speech"),
    "whisper": (noise(3.0, 2e-6), "is silent; pass clean speech"),
    "clicks": (clicks(), "holds only 0.00 s of speech; pass at least 1 s"),
    "short": (speechlike(1.5, SR, np.random.default_rng(1)), "holds 1.50 s; pass at least 2 s of clean speech"),
    "empty": (np.zeros(0, np.float32), "holds no samples"),
    "tapped": (tapped(), "of speech; pass at least 1 s"),
    "clipped": (
        np.clip(30.0 * speechlike(4.0, SR, np.random.default_rng(1)), -0.9, 0.9),
        "is clipped; pass speech that was recorded at a lower level",
    ),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_what_is_no_clean_speech_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    y, sentence = WRONG[name]
    file = tmp_path / f"{name}.wav"
    soundfile.write(file, y, SR, subtype="FLOAT")
    with pytest.raises(SimulationError) as problem:
        load(str(file))
    assert sentence in str(problem.value)
    assert str(file) in str(problem.value)
    assert "\n" not in str(problem.value)


def test_the_others_are_used(tmp_path: Path) -> None:
    good = write_voice(tmp_path / "good.wav")
    bad = tmp_path / "bad.wav"
    soundfile.write(bad, np.zeros(3 * SR), SR)
    text = tmp_path / "text.wav"
    text.write_text("no sound", encoding="utf-8")
    files = [(str(file), file.stem) for file in (bad, good, text, tmp_path / "gone.wav")]
    voices, problems = read_voices(files)
    assert [voice.name for voice in voices] == ["good"]
    assert len(problems) == 3
    for problem, word in zip(problems, ("bad.wav", "text.wav", "gone.wav"), strict=True):
        assert word in problem
        assert "\n" not in problem


def test_nothing_is_left(tmp_path: Path) -> None:
    assert read_voices([]) == ([], [])
    voices, problems = read_voices([(str(tmp_path / "gone.wav"), "gone")])
    assert voices == []
    assert len(problems) == 1


def test_recordings_of_one_talker_become_one_voice(tmp_path: Path) -> None:
    files = [
        (str(write_voice(tmp_path / "b.wav", 2)), "uwe"),
        (str(write_voice(tmp_path / "a.wav", 1, sr=8000)), "eva"),
        (str(write_voice(tmp_path / "c.wav", 3)), "eva"),
    ]
    voices, problems = read_voices(files)
    assert problems == []
    assert [voice.name for voice in voices] == ["eva", "uwe"]
    assert voices[0].sr == 16000
    alone = [read_voices([file])[0][0] for file in files]
    assert len(voices[0].phrases) == len(alone[1].phrases) + len(alone[2].phrases)


def test_a_recording_of_two_channels_gives_its_first(tmp_path: Path) -> None:
    y = speechlike(3.0, SR, np.random.default_rng(1))
    soundfile.write(tmp_path / "two.wav", np.stack([y, np.zeros_like(y)], 1), SR, subtype="FLOAT")
    assert np.array_equal(load(str(tmp_path / "two.wav"))[0], y)


def test_phrases_hold_the_speech_at_the_nominal_level() -> None:
    y = speechlike(10.0, SR, np.random.default_rng(5), level_dbfs=-40.0)
    made = _voice("a", [(y, SR)])
    factor = 10.0 ** ((LEVEL_DBFS - active_level(y, SR)) / 20.0)
    left = y * np.float32(factor)
    hop, speech = SR // 100, speech_frames(y, SR)
    covered = np.zeros(y.size, bool)
    start = 0
    for phrase in made.phrases:
        inner = phrase[400:800]
        places = [k for k in range(start, y.size - phrase.size + 1) if left[k + 400] == inner[0]]
        place = next(k for k in places if np.array_equal(left[k + 400 : k + 800], inner))
        covered[place : place + phrase.size] = True
        start = place + phrase.size
        assert phrase[0] == 0.0
        assert abs(phrase[-1]) < 1e-6
    frames = covered[: speech.size * hop].reshape(-1, hop).all(axis=1)
    assert frames[speech].all()
    assert active_level(np.concatenate(made.phrases), SR) == pytest.approx(LEVEL_DBFS, abs=1.0)


def test_speech_frames_close_stops_and_drop_blips() -> None:
    y = noise(3.0, 1e-5)
    hop = SR // 100
    for start, end in ((50, 100), (104, 150), (155, 200), (250, 252)):
        y[start * hop : end * hop] = noise((end - start) / 100.0, 0.1)
    found = speech_frames(y, SR)
    assert np.flatnonzero(found).tolist() == [*range(50, 150), *range(155, 200)]
    assert not speech_frames(np.zeros(SR, np.float32), SR).any()


def test_pauses_of_a_quarter_of_a_second_part_phrases() -> None:
    y = noise(5.0, 1e-5)
    hop = SR // 100
    for start, end in ((50, 100), (124, 180), (205, 260), (320, 390)):
        y[start * hop : end * hop] = noise((end - start) / 100.0, 0.1)
    phrases = _voice("a", [(y, SR)]).phrases
    assert [phrase.size for phrase in phrases] == [(n + 12) * hop for n in (130, 55, 70)]


@pytest.mark.parametrize("sr", [8000, 16000, 48000])
@pytest.mark.parametrize("pitch", [100.0, 200.0])
def test_pitch_of_pulses(sr: int, pitch: float) -> None:
    pulses = np.zeros(2 * sr)
    pulses[np.round(np.arange(0.0, 2 * sr - 1, sr / pitch)).astype(int)] = 1.0
    ringing = np.exp(-np.arange(sr // 100) / (sr / 400.0)) * np.cos(2 * np.pi * 600.0 * np.arange(sr // 100) / sr)
    y = np.convolve(pulses, ringing)[: pulses.size]
    y = (y * 10.0 ** (LEVEL_DBFS / 20.0) / np.sqrt(np.mean(y**2))).astype(np.float32)
    assert median_pitch(y, sr) == pytest.approx(pitch, rel=0.03)


def test_noise_and_silence_have_no_pitch() -> None:
    assert np.isnan(median_pitch(noise(2.0, 0.05), SR))
    assert np.isnan(median_pitch(np.zeros(SR, np.float32), SR))
    assert np.isnan(median_pitch(np.zeros(10, np.float32), SR))


def test_the_background_is_that_of_the_pauses() -> None:
    made = voice("a")
    assert made.floor.shape == (257,)
    assert -90.0 <= made.floor_dbfs <= LEVEL_DBFS - 25.0
    digital = _voice("d", [(speechlike(4.0, SR, np.random.default_rng(1), floor_dbfs=None), SR)])
    assert np.isfinite(digital.floor).all()
