"""The constructed calls: each is what its name says, and the command adds up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audioq.simulate import Samples, Voice, active_level, speechlike
from audioq.simulate.activity import HOP_SECONDS, frame_levels
from audioq.simulate.spans import runs
from audioq.simulate.voices import speech_frames
from benchmarks import constructed
from benchmarks.constructing import kept, lost, speakers
from benchmarks.constructing.built import Built
from benchmarks.constructing.catalogue import CONSTRUCTS
from benchmarks.constructing.figures import figures, scored
from benchmarks.constructing.making import RATES, built, plan
from benchmarks.constructing.speakers import Speaker
from benchmarks.constructing.table import HEAD, as_markdown, as_plain
from benchmarks.scoring.labels import Label, read_labels
from benchmarks.trapping.excerpts import SAMPLES

SR = 16000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clean speech of two talkers."""
    path = tmp_path_factory.mktemp("clean")
    for seed, name in enumerate(("ann", "bob")):
        y = speechlike(6.0, SR, np.random.default_rng(seed))
        soundfile.write(path / f"{name}.wav", y, SR)
    return path


@pytest.fixture(scope="module")
def speaker(folder: Path) -> Speaker:
    return speakers.given([folder], [])[0]


def made(name: str, speaker: Speaker, sr: int = SR, turn: int = 0, seed: int = 5) -> Built:
    return CONSTRUCTS[name].build(speaker, sr, turn, np.random.default_rng([seed, turn]))


def quiet_at_end(y: Samples, sr: int) -> float:
    """Seconds at the end that are softer than -60 dBFS."""
    loud = np.flatnonzero(frame_levels(y, sr) > -60.0)
    return y.size / sr - (float(loud[-1]) + 1) * HOP_SECONDS


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_every_construct_is_finite_sound_in_full_scale_and_the_same_again(name: str, speaker: Speaker) -> None:
    one, again, other = (made(name, speaker, 8000, seed=seed) for seed in (5, 5, 6))
    assert one.y.dtype == np.float32
    assert one.y.ndim == 1
    assert np.isfinite(one.y).all()
    assert np.abs(one.y).max() > 0.003
    assert np.array_equal(one.y, again.y)
    assert not np.array_equal(one.y, other.y)
    assert one.how


@pytest.mark.parametrize("sr", RATES)
def test_speech_is_cut_off_in_mid_sound_and_nothing_follows(speaker: Speaker, sr: int) -> None:
    one = made("cut_off", speaker, sr)
    assert one.how == "zeros"
    level = active_level(one.y, sr)
    levels = frame_levels(one.y, sr)
    heard = np.flatnonzero(levels > -70.0)
    cut = int(heard[-1])
    assert (levels[cut - 3 : cut] > level - lost.LOUD_DB - 3.0).all()
    assert one.y.size / sr - cut * HOP_SECONDS == pytest.approx(lost.NOTHING_SECONDS, abs=0.03)
    spoken = float(speech_frames(one.y, sr).sum()) * HOP_SECONDS
    assert 1.1 <= spoken <= 2.2
    assert one.truth is not None
    assert one.truth.delivered < 0.15


def test_the_place_of_a_cut_lies_between_loud_frames_or_is_none() -> None:
    hop = round(SR * HOP_SECONDS)
    gains = np.repeat([0.1] * 100 + [0.0] * 30 + [0.1] * 200 + [0.0] * 30, hop)
    y = (gains * np.sin(np.arange(gains.size) * 0.3)).astype(np.float32)
    # After 1.2 s of speech 20 frames of the second stretch have gone by, and the pause of 0.3 s.
    assert lost.place_of_cut(y, SR, 1.2) == pytest.approx(1.49, abs=0.011)
    # After 0.99 s the end of the first stretch is too near.
    assert lost.place_of_cut(y, SR, 0.99) == pytest.approx(1.36, abs=0.011)
    # After 2.95 s of speech too little of the sound is left.
    assert np.isnan(lost.place_of_cut(y, SR, 2.95))
    assert np.isnan(lost.place_of_cut(y, SR, 3.5))


@pytest.mark.parametrize("turn", range(2))
def test_of_buzz_next_to_nothing_arrives_and_the_rest_is_filled(speaker: Speaker, turn: int) -> None:
    one = made("buzz", speaker, turn=turn)
    assert one.truth is not None
    assert 0.01 <= one.truth.delivered <= lost.MOST_DELIVERED
    assert one.truth.lost.mean() == pytest.approx(lost.LOSS, abs=0.03)
    buzzing = sum(event.end - event.start for event in one.truth.events if event.kind == "buzz")
    assert buzzing > 3.0


def test_flashes_are_short_and_far_between(speaker: Speaker) -> None:
    one = made("flashes", speaker)
    assert one.truth is not None
    assert one.y.size / SR == pytest.approx(lost.FLASH_SECONDS, abs=0.1)
    open_s = [(end - start) * HOP_SECONDS for start, end in runs(~one.truth.lost)]
    shut_s = [(end - start) * HOP_SECONDS for start, end in runs(one.truth.lost)]
    assert all(0.08 <= length <= 0.47 for length in open_s[1:-1])
    assert all(1.95 <= length <= 7.05 for length in shut_s[1:-1])
    assert len(open_s) > 3


@pytest.mark.parametrize("name", ["ends_in_zeros", "ends_and_hangs_up"])
@pytest.mark.parametrize("turn", range(3))
def test_speech_that_ends_by_itself_dies_away_first(speaker: Speaker, name: str, turn: int) -> None:
    y = made(name, speaker, turn=turn).y
    assert lost.NOTHING_SECONDS <= quiet_at_end(y, SR) <= lost.NOTHING_SECONDS + 2.0
    assert float(speech_frames(y, SR).sum()) * HOP_SECONDS >= 1.2
    assert np.abs(y[-round(19.0 * SR) :]).max() == 0.0


def test_whole_phrases_are_said_until_it_is_enough(speaker: Speaker) -> None:
    for seed in range(5):
        y = kept.said(speaker.voice, SR, np.random.default_rng(seed))
        assert float(speech_frames(y, SR).sum()) * HOP_SECONDS >= kept.LEAST_SPOKEN_SECONDS - 0.05
        assert not y[-round(kept.DIES_SECONDS * SR) :].any()


def test_the_noise_of_ends_in_noise_goes_on_as_before(speaker: Speaker) -> None:
    y = made("ends_in_noise", speaker).y
    levels = frame_levels(y, SR)
    assert np.percentile(levels[-500:], 50) == pytest.approx(np.percentile(levels[-1500:-1000], 50), abs=1.5)
    assert -78.0 < levels[-500:].mean() < -48.0


@pytest.mark.parametrize("name", ["ringback", "busy", "touch_tones"])
def test_tones_last_until_the_recording_stops(speaker: Speaker, name: str) -> None:
    y = made(name, speaker).y
    assert quiet_at_end(y, SR) <= 4.1
    assert max((b - a) * HOP_SECONDS for a, b in runs(frame_levels(y, SR) < -60.0)) <= 4.1


def test_rates_ways_and_voices_come_in_turn(speaker: Speaker, folder: Path) -> None:
    two = speakers.given([folder], [])
    assert [one.voice.name for one in two] == ["ann", "bob"]
    tasks = plan([CONSTRUCTS["buzz"], CONSTRUCTS["busy"]], RATES, 4, two, 3, folder)
    assert len({task.file for task in tasks}) == len(tasks) == 2 * len(RATES) * 4
    for sr in RATES:
        names = [task.speaker.voice.name for task in tasks if task.sr == sr and task.construct == "buzz"]
        assert sorted(names) == ["ann", "ann", "bob", "bob"]
    alone = plan([CONSTRUCTS["busy"]], (8000,), 1, two, 3, folder)[0]
    same = next(task for task in tasks if task.name == alone.name)
    assert np.array_equal(built(alone).y, built(same).y)


def answer(truth: str, said: str, rule: str, how: str = "zeros", fs: int = 8000) -> tuple[Label, dict[str, object]]:
    facts = {"construct": "cut_off", "fs": fs, "how": how, "source": {"origin": "tts"}}
    return Label("a.flac", Path(), truth, False, (), facts), {"verdict": {"label": said, "rule": rule}}


def test_figures_count_right_ones_by_rule_and_wrong_ones_by_what_was_said() -> None:
    answers = [
        answer("blocked", "blocked", "broken_off"),
        answer("blocked", "blocked", "broken_off", fs=16000),
        answer("blocked", "intact", "arrived_whole", "repetition"),
        (answer("blocked", "", "")[0], {"error": {"type": "AudioError"}}),
    ]
    one = figures(answers)
    assert (one.n, one.right, one.share) == (4, 2, 0.5)
    assert one.low == pytest.approx(0.1500, abs=1e-4)  # Wilson's interval of 2 of 4
    assert one.high == pytest.approx(0.8500, abs=1e-4)
    assert one.rules == {"broken_off": 2}
    assert one.mistakes == {"intact by arrived_whole": 1, "none by AudioError": 1}
    card = scored(answers)
    assert list(card) == ["cut_off"]
    assert {name: part.n for name, part in card["cut_off"].rates.items()} == {"8000 Hz": 3, "16000 Hz": 1}
    assert card["cut_off"].wrong == ("a.flac",) * 2
    lines = as_plain(card).splitlines()
    assert lines[0].split()[0] == HEAD[0]
    assert sum("repetition" in line for line in lines) == 1
    assert as_markdown(card).count("\n") == len(lines) + 1


def test_the_command_saves_what_accuracy_reads(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_intact(labels: list[Label], changes: object, jobs: int) -> list[dict[str, object]]:
        return [{"file": label.file, "verdict": {"label": "intact", "rule": "arrived_whole"}} for label in labels]

    monkeypatch.setattr(constructed, "predict_all", all_intact)
    options = ["--speech", str(folder), "--variants", "2", "--rate", "8000", "--jobs", "1"]
    wanted = ["--only", "cut_off", "--only", "busy"]
    target = tmp_path / "made"
    assert constructed.main([*options, *wanted, "--save", str(target), "--json", str(tmp_path / "f.json")]) == 0
    shown = capsys.readouterr().out
    assert "cut_off" in shown
    figures_read = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["constructs"]
    assert figures_read["cut_off"]["total"]["right"] == 0
    assert figures_read["busy"]["total"]["right"] == 2
    labels = read_labels(target)
    assert [label.verdict for label in labels] == ["blocked"] * 2 + ["intact"] * 2
    assert all(label.path.is_file() for label in labels)
    assert all(label.events for label in labels if label.blocked)
    with pytest.raises(SystemExit) as ended:
        constructed.main([*options, "--save", str(target)])
    assert ended.value.code == 2


@pytest.mark.parametrize("arguments", [["--only", "nothing"], ["--variants", "0"], ["--speech", "no/such/folder"]])
def test_wrong_usage_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        constructed.main(arguments)
    assert ended.value.code == 2


def test_the_voices_that_are_always_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(speakers.intact_samples()) >= 3
    monkeypatch.setattr(speakers, "intact_samples", lambda: [SAMPLES / "intact_noise_gate.wav"])
    monkeypatch.setattr(speakers, "SPEECHLIKE", 1)
    monkeypatch.setattr(speakers, "all_spoken", lambda notes: iter(()))
    found = speakers.own(7, [])
    assert {one.origin for one in found} == {"recorded", "speechlike"}
    assert all(isinstance(one.voice, Voice) and one.voice.phrases for one in found)
