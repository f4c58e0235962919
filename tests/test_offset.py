"""Offset: where zero lies, and when it is moved."""

import numpy as np
import pytest

from audioq.audio import read
from audioq.measurement import measure
from audioq.offset import LEAST_JUMP, Offset
from audioq.report import analyze
from audioq.simulate import speechlike

SR = 8000


def spoken(seconds: float = 20.0, seed: int = 1, sr: int = SR) -> np.ndarray:
    return speechlike(seconds, sr, np.random.default_rng(seed))


def levelled(y: np.ndarray, block: int = 3000) -> tuple[np.ndarray, Offset]:
    offset = Offset(SR, len(y), 12 * SR)
    parts = [offset.take(y[:, at : at + block]) for at in range(0, y.shape[1], block)]
    return np.concatenate([*parts, offset.finish()], axis=1), offset


@pytest.mark.parametrize("seed", range(3))
def test_sound_without_an_offset_keeps_its_bits(seed: int) -> None:
    y = spoken(seed=seed)[None]
    out, offset = levelled(y)
    assert np.array_equal(out, y)
    assert offset.jumps == [] and offset.largest == 0


@pytest.mark.parametrize("at", [3.25, 9.0, 15.5])
@pytest.mark.parametrize("jump", [0.03, -0.1])
def test_a_jump_is_taken_off_at_its_sample(at: float, jump: float) -> None:
    y = spoken()
    moved = y.copy()
    moved[round(at * SR) :] += np.float32(jump)
    out, offset = levelled(moved[None])
    ((channel, start, end, size),) = offset.jumps
    assert (channel, end - start) == (0, 1)
    assert start == pytest.approx(at * SR, abs=0.02 * SR)
    assert size == pytest.approx(jump, abs=0.002)
    assert np.abs(out[0] - y).mean() < 0.002


def test_blocks_change_nothing() -> None:
    y = np.stack([spoken(seed=2), spoken(seed=3)])
    y[0, 5 * SR :] += np.float32(0.05)
    y[1, 14 * SR + 77 :] -= np.float32(0.04)
    whole, offset = levelled(y, y.shape[1])
    assert len(offset.jumps) == 2
    for block in (999, 4 * SR):
        out, other = levelled(y, block)
        assert np.array_equal(out, whole)
        assert other.jumps == offset.jumps


def test_small_or_passing_moves_are_no_jump() -> None:
    y = spoken(seed=4)
    y[5 * SR :] += np.float32(0.5 * LEAST_JUMP)
    y[12 * SR : 12 * SR + SR // 2] += np.float32(0.1)
    assert levelled(y[None])[1].jumps == []


@pytest.mark.parametrize(
    "sample", ["intact_noisy_line.wav", "intact_quiet_call.flac", "degraded_telegram_metallic.flac"]
)
def test_a_jump_does_not_move_the_verdict(sample: str) -> None:
    audio = read(f"samples/{sample}")
    y = np.concatenate(list(audio.blocks(audio.sr)), axis=1)
    before = analyze(y, sr=audio.sr)
    y[:, 7 * audio.sr :] += np.float32(0.05)
    after = analyze(y, sr=audio.sr)
    assert str(after.verdict.label) == str(before.verdict.label)
    assert [fault.id for fault in after.recording.faults] == ["dc_jump"]
    assert after.verdict.confidence < before.verdict.confidence


def test_the_mark_stands_in_the_table() -> None:
    y = spoken()
    assert "dc_jump" not in measure(read((y, SR))).marks
    y[10 * SR :] += np.float32(0.05)
    (mark,) = measure(read((y, SR))).marks["dc_jump"]
    assert mark["value"] == pytest.approx(0.05, abs=0.002)
