"""The traps: each is what its name says, and the command adds up."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from audioq.simulate import Samples, active_frames, speechlike
from audioq.simulate.activity import frame_levels
from audioq.simulate.codecs.companding import compress, expand, mu_law
from audioq.simulate.keypads import COLUMNS_HZ, ROWS_HZ
from audioq.simulate.spans import runs
from benchmarks import traps
from benchmarks.scoring.labels import read_labels
from benchmarks.trapping import excerpts as sources
from benchmarks.trapping.alarms import alarm_card
from benchmarks.trapping.catalogue import TRAPS
from benchmarks.trapping.excerpts import Excerpt, given, recorded, trimmed
from benchmarks.trapping.making import Task, laid, plan
from benchmarks.trapping.mouth import CLOSURE_SECONDS, closure, predictors, spoken_by
from benchmarks.trapping.places import edged, inserted, pauses, seam, stretches
from benchmarks.trapping.quiet import companded, with_floor
from benchmarks.trapping.room import gusts, key, knock
from benchmarks.trapping.spoken import all_spoken
from benchmarks.trapping.table import HEAD, as_markdown, as_plain
from benchmarks.trapping.throat import creak_of, laugh_of, tone_of, vibrato
from benchmarks.trapping.voicing import pulses, through_mouth, train

SR = 16000
NO_CHANCE = {"untouched", "tts", "child", "deep", "fast", "slow"}
LENGTHS = {"fast": 1.0 / 1.2, "slow": 1.0 / 0.8}


@pytest.fixture(scope="module")
def speech() -> Samples:
    return speechlike(5.0, SR, np.random.default_rng(4))


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def sprung(name: str, speech: Samples, seed: int = 1, sr: int = SR) -> Samples:
    return TRAPS[name].lay(speech, sr, rng(seed))


def pitch_of(y: Samples, low: float = 60.0, high: float = 500.0) -> tuple[float, float]:
    """The lag at which a sound is most like itself, as Hz, and how much it is."""
    x = y.astype(np.float64) - np.mean(y)
    likeness = np.fft.irfft(np.abs(np.fft.rfft(x, 2 * x.size)) ** 2)[: x.size]
    first, last = int(SR / high), int(SR / low)
    lag = first + int(np.argmax(likeness[first:last]))
    return SR / lag, float(likeness[lag] / likeness[0])


def rate_of(envelope: Samples, low: float, high: float) -> float:
    """The strongest rate of a loudness curve between two, in Hz."""
    spectrum = np.abs(np.fft.rfft((envelope - envelope.mean()) * np.hanning(envelope.size), 1 << 19))
    f = np.fft.rfftfreq(1 << 19, 1.0 / SR)
    inside = (f >= low) & (f <= high)
    return float(f[inside][np.argmax(spectrum[inside])])


def share_at(y: Samples, low: float, high: float) -> float:
    """Share of the power between two frequencies."""
    power, f = np.abs(np.fft.rfft(y)) ** 2, np.fft.rfftfreq(y.size, 1.0 / SR)
    return float(power[(f >= low) & (f <= high)].sum() / power.sum())


def level(y: Samples) -> float:
    return float(10.0 * np.log10(np.mean(y.astype(np.float64) ** 2) + 1e-20))


@pytest.mark.parametrize("name", TRAPS)
def test_every_trap_keeps_its_form(name, speech):
    short = np.array(speech[: 3 * SR])
    before = short.copy()
    made = sprung(name, short)
    assert made.dtype == np.float32
    assert abs(made.size - LENGTHS.get(name, 1.0) * short.size) <= 1
    assert np.isfinite(made).all()
    assert 0.002 < np.abs(made).max() < 4.0
    np.testing.assert_array_equal(short, before)
    np.testing.assert_array_equal(sprung(name, short), made)
    assert np.array_equal(sprung(name, short, seed=2), made) == (name in NO_CHANCE)
    assert TRAPS[name].meaning


@pytest.mark.parametrize("sr", [8000, 48000])
def test_every_trap_can_be_laid_at_other_rates_and_in_silence(sr):
    speech = speechlike(1.5, sr, rng(5))
    for name, trap in TRAPS.items():
        for sound in (speech, np.zeros(sr // 2, np.float32)):
            made = trap.lay(sound, sr, rng())
            assert np.isfinite(made).all(), name
            assert abs(made.size - LENGTHS.get(name, 1.0) * sound.size) <= 1, name


def test_untouched_and_tts_leave_the_sound_alone(speech):
    np.testing.assert_array_equal(sprung("untouched", speech), speech)
    np.testing.assert_array_equal(sprung("tts", speech), speech)


def test_digital_pauses_are_zero_in_pauses_only(speech):
    made = sprung("digital_pauses", speech)
    inside = np.zeros(speech.size, bool)
    for start, end in pauses(speech, SR):
        inside[start:end] = True
    assert np.mean(made == 0) > 0.5 * inside.mean() > 0.02
    np.testing.assert_array_equal(made[~inside], speech[~inside])


def test_the_gate_shuts_in_pauses_only(speech):
    made = sprung("pause_gate", speech)
    talk = np.repeat(active_frames(speech, SR), SR // 100)
    assert level(made[: talk.size][talk]) == pytest.approx(level(speech[: talk.size][talk]), abs=0.2)
    levels = frame_levels(made, SR)
    assert levels.min() < np.percentile(levels, 95) - 55.0


def test_comfort_noise_stands_in_pauses_on_a_grid(speech):
    made = sprung("dtx", speech)
    heard = with_floor(speech, SR, (chance := rng()), chance.uniform(35.0, 50.0))
    assert np.any(made != heard)
    changed = runs(made != heard)
    frames = {start // (SR // 50) for start, end in changed for start in range(start, end, SR // 50)}
    talk = active_frames(speech, SR)
    assert not any(talk[2 * k : 2 * k + 2].any() for k in frames)
    assert all(start % (SR // 50) == 0 for start, _ in changed)


def test_mu_law_makes_a_third_of_the_samples_zero(speech):
    made = sprung("mu_law", speech)
    assert 0.28 < np.mean(made == 0) < 0.45
    assert np.unique(made).size <= 255


def test_companding_is_that_of_another_program(tmp_path, speech):
    # That program rounds to the 14 bits of the standard, and counts what lies on a border of two steps the other way
    # below zero: so it is given what is rounded down by everybody.
    steps = np.trunc(np.clip(speech * 4, -0.999, 0.999) * 8192)
    loud = (4 * steps + np.where(steps < 0, -1, 1)) / 32768
    soundfile.write(tmp_path / "u.wav", loud, SR, subtype="ULAW")
    theirs, _ = soundfile.read(tmp_path / "u.wav", dtype="float32")
    np.testing.assert_array_equal(companded(loud.astype(np.float32)), theirs)


def test_companding_is_that_of_the_simulated_calls():
    every, law = np.arange(-32768, 32768).astype(np.int16), mu_law()
    heard = companded(every.astype(np.float32) / 32768.0)
    np.testing.assert_array_equal(heard * 32768.0, expand(compress(every, law), law))


def test_digits_over_speech_are_pairs_of_tones(speech):
    added = sprung("dtmf_over", speech) - speech
    near = sum(share_at(added, f - 25.0, f + 25.0) for f in (*ROWS_HZ, *COLUMNS_HZ))
    assert near > 0.9


def test_digits_between_words_leave_holes(speech):
    holes = [end - start for start, end in runs(sprung("dtmf_between", speech) == 0) if end - start > SR // 50]
    assert len(holes) >= 3
    assert all(0.04 * SR < n < 0.3 * SR for n in holes)


def test_the_siren_has_two_tones_a_fourth_apart(speech):
    added = sprung("siren", speech) - speech
    power, f = np.abs(np.fft.rfft(added)) ** 2, np.fft.rfftfreq(added.size, 1.0 / SR)
    first = float(f[np.argmax(power)])
    others = np.where(np.abs(f - first) > 60.0, power, 0.0)
    second = float(f[np.argmax(np.where((f > 350.0) & (f < 1000.0), others, 0.0))])
    assert max(first, second) / min(first, second) == pytest.approx(4.0 / 3.0, rel=0.02)


def test_the_smoke_alarm_beeps_at_its_pitch_and_the_bell_strikes_20_times_a_second(speech):
    assert share_at(sprung("smoke_alarm", speech) - speech, 3000.0, 3200.0) > 0.95
    bell = np.abs(sprung("phone_ringing", speech) - speech)
    assert rate_of(bell, 10.0, 35.0) == pytest.approx(20.0, abs=0.5)


def test_a_stop_is_still_and_then_bursts():
    for seed in range(8):
        stop = closure(SR, rng(seed), -23.0, -70.0)
        low, high = CLOSURE_SECONDS
        assert low * SR <= stop.size <= (high + 0.02) * SR + 2
        assert level(stop[: round(0.02 * SR)]) < -44.0
        assert level(stop[-round(0.006 * SR) :]) > -45.0


def test_plosives_put_stops_into_words(speech):
    made = sprung("plosives", speech)
    floor = level(speech) - 25.0
    holes = [b - a for a, b in runs(frame_levels(made, SR) < floor) if 3 <= b - a <= 14]
    before = [b - a for a, b in runs(frame_levels(speech, SR) < floor) if 3 <= b - a <= 14]
    assert len(holes) >= len(before) + 3


def test_creak_has_25_to_60_irregular_pulses_a_second():
    for seed in range(5):
        sound = np.abs(creak_of(SR, SR, rng(seed)))
        smooth = np.convolve(sound, np.ones(48) / 48, "same")
        tops = np.flatnonzero((smooth[1:-1] >= smooth[:-2]) & (smooth[1:-1] > smooth[2:]) & (smooth[1:-1] > 0.8)) + 1
        beats = np.concatenate(([tops[0]], tops[1:][np.diff(tops) > 0.012 * SR]))
        periods = np.diff(beats) / SR
        assert 25.0 <= 1.0 / periods.mean() <= 60.0
        assert periods.std() > 0.05 * periods.mean()


def test_trills_beat_25_to_30_times_a_second():
    steady = np.ones(3 * SR, np.float32)
    steady[: SR // 2] = steady[-SR // 2 :] = 1e-4
    beaten = sprung("trills", steady)[SR // 2 : -SR // 2]
    assert beaten.min() < 0.5
    dips = [(start + end) / 2 for start, end in runs(beaten < 0.75)]
    periods = np.diff(dips) / SR
    assert 25.0 <= 1.0 / np.median(periods[periods < 0.06]) <= 30.0


def test_a_laugh_has_four_to_six_bursts_a_second():
    for seed in range(5):
        laugh = laugh_of(SR, rng(seed))
        envelope = np.convolve(np.abs(laugh), np.ones(400) / 400, "same")
        assert 3.9 <= rate_of(envelope, 2.0, 9.0) <= 6.1


def test_singing_has_vibrato_and_long_notes(speech):
    cents = 1200.0 * np.log2(vibrato(2 * SR, SR, rng()))
    assert 30.0 <= cents.max() <= 80.0
    assert 4.9 <= rate_of(cents, 2.0, 15.0) <= 6.6
    sung = sprung("singing", speech)
    assert max(end - start for start, end in stretches(sung, SR)) > 0.7 * SR


def test_tonal_syllables_move_in_pitch():
    spans = [np.ptp(12.0 * np.log2(tone_of(400, 150.0, rng(seed)))) for seed in range(20)]
    assert max(spans) == pytest.approx(12.0)
    assert np.mean(np.array(spans) > 5.0) > 0.5


def test_a_whisper_has_no_pitch_and_the_same_mouth():
    voice = 0.1 * through_mouth(pulses(np.full(2 * SR, 120.0), SR), SR, (700.0, 1100.0, 2400.0, 3500.0, 4500.0))
    said = sprung("whisper", voice)
    assert pitch_of(voice)[1] > 0.9
    assert pitch_of(said)[1] < 0.5
    assert share_at(said, 500.0, 1400.0) > 0.5


@pytest.mark.parametrize(("name", "factor"), [("child", 2**0.5), ("deep", 0.5**0.5)])
def test_other_voices_are_six_half_tones_away(name, factor):
    voice = 0.1 * through_mouth(pulses(np.full(2 * SR, 150.0), SR), SR, (700.0, 1100.0, 2400.0, 3500.0, 4500.0))
    assert pitch_of(sprung(name, voice), 100.0 * factor)[0] == pytest.approx(150.0 * factor, rel=0.03)


def test_a_suppressor_lowers_the_noise_in_pauses(speech):
    noisy = with_floor(speech, SR, (chance := rng()), chance.uniform(10.0, 20.0))
    quiet = np.concatenate([np.arange(a, b) for a, b in pauses(speech, SR, 0.3)])
    assert level(sprung("suppressed", speech)[quiet]) < level(noisy[quiet]) - 5.0


def test_music_is_tones_and_lies_8_to_18_db_under_the_voice(speech):
    tune = sprung("music", speech)
    power = np.abs(np.fft.rfft(tune)) ** 2
    assert np.sort(power)[-power.size // 50 :].sum() > 0.6 * power.sum()
    talk = np.repeat(active_frames(speech, SR), SR // 100)
    under = level(speech[: talk.size][talk]) - level(sprung("music_behind", speech) - speech)
    assert 7.5 < under < 18.5


def test_keys_snap_and_knocks_thump(speech):
    assert share_at(key(SR, rng()), 700.0, 8000.0) > 0.8
    assert share_at(knock(SR, rng()), 50.0, 900.0) > 0.8
    for name, low, high in (("typing", 2.0, 9.0), ("knocks", 0.8, 4.0)):
        added = np.abs(sprung(name, speech) - speech)
        starts = [start for start, _ in runs(added > 0.2 * added.max())]
        apart = np.diff(np.array(starts)) > 0.1 * SR
        assert low < (1 + apart.sum()) / (speech.size / SR) < high, name


def test_wind_rumbles_and_clips(speech):
    assert share_at(gusts(2 * SR, SR, rng()), 10.0, 250.0) > 0.98
    blown = sprung("wind", speech)
    assert 0.0 < np.mean(np.abs(blown) == 1.0) < 0.01


def test_breath_is_heard_in_pauses_only(speech):
    added = sprung("breathing", speech) - speech
    talk = np.repeat(active_frames(speech, SR), SR // 100)
    assert not added[: talk.size][talk].any()
    assert level(added) > -55.0


def test_robots(speech):
    ring = sprung("ring_modulation", np.ones(2 * SR, np.float32))
    assert 30.0 <= rate_of(ring, 20.0, 100.0) <= 80.0
    hertz, likeness = pitch_of(sprung("vocoder", speech)[np.repeat(active_frames(speech, SR), SR // 100)], 85.0, 165.0)
    assert 90.0 <= hertz <= 160.0
    assert likeness > 0.3
    assert {name for name, trap in TRAPS.items() if trap.processed} == {"ring_modulation", "vocoder"}


def test_prediction_is_that_of_a_slow_twin():
    frames = rng().standard_normal((3, 200))
    filters, error = predictors(frames, 6)
    for frame, found, left in zip(frames, filters, error, strict=True):
        r = np.array([frame[: 200 - k] @ frame[k:] for k in range(7)])
        r[0] = r[0] * (1.0 + 1e-4) + 1e-12
        matrix = np.array([[r[abs(i - j)] for j in range(6)] for i in range(6)])
        solved = np.linalg.solve(matrix, -r[1:])
        np.testing.assert_allclose(found, [1.0, *solved], rtol=1e-8)
        assert left == pytest.approx(r[0] + solved @ r[1:])


def test_another_source_keeps_the_loudness(speech):
    noise = rng().standard_normal(speech.size)
    assert level(spoken_by(noise, speech, SR)) == pytest.approx(level(speech), abs=1.5)


def test_pulses_come_once_a_cycle():
    source = pulses(np.full(SR, 100.0), SR)
    assert source.sum() == pytest.approx(99.0, abs=1.0)
    np.testing.assert_allclose(train(np.array([2.25]), 6), [0, 0, 0.75, 0.25, 0, 0])


def test_places(speech):
    gain = edged(100, 10, 20)
    assert gain[:10].max() < 1.0 == gain[10:80].min()
    at = seam(speech, SR, rng())
    assert not active_frames(speech, SR)[at * 100 // SR]
    longer = inserted(speech, np.ones(50, np.float32), at)
    np.testing.assert_array_equal(longer[at + 50 :], speech[at:-50])
    assert seam(np.ones(SR, np.float32), SR, rng()) < SR


def test_excerpts_are_the_untouched_intact_calls_at_three_rates():
    found = recorded()
    assert {one.name.rsplit("_", 1)[0] for one in found} == {"dtx_turn_taking", "noise_gate", "telegram_call"}
    assert [one.sr for one in found] == [8000, 16000, 48000] * 3
    assert all(2.0 < one.y.size / one.sr <= 12.5 for one in found)
    assert trimmed(np.zeros(SR, np.float32), SR).size == 0


def test_synthetic_voices_speak_where_they_are_installed(monkeypatch):
    notes: list[str] = []
    if shutil.which("espeak-ng") or shutil.which("flite"):
        monkeypatch.setattr("benchmarks.trapping.spoken.VOICES", (("espeak-ng", "en-us", "en"), ("flite", "slt", "en")))
        assert all(y.size > sr and active_frames(y, sr).any() for _, y, sr in all_spoken(notes))
    monkeypatch.setattr(shutil, "which", lambda name: None)
    notes.clear()
    assert list(all_spoken(notes)) == []
    assert len(notes) == 2
    assert "espeak-ng is not installed" in notes[0]


def test_the_plan_keeps_synthetic_voices_apart(speech):
    voices = [Excerpt(f"e{i}", speech, SR, f"e{i}", "tts" if i > 1 else "recorded") for i in range(6)]
    tasks = plan(list(TRAPS.values())[:3], voices, 1, Path("."))
    assert [(task.trap, task.excerpt.name) for task in tasks] == [
        *(("untouched", f"e{i}") for i in range(2)),
        *(("tts", f"e{i}") for i in range(2, 6)),
        *(("digital_pauses", f"e{i}") for i in (0, 1, 2, 4)),
    ]
    assert [trap.name for trap in TRAPS.values() if trap.alone] == ["singing", "tonal", "music"]
    assert not np.array_equal(laid(tasks[6]), laid(Task("digital_pauses", voices[0], 2, Path("."))))


def made_card(tmp_path: Path):
    lines = [("untouched", "a", False), ("untouched", "b", False), ("creak", "a", False), ("creak", "b", False)]
    lines += [("vocoder", "a", True), ("music", "b", False)]
    said = ["intact", "degraded", "degraded", "degraded", "blocked", "blocked"]
    with (tmp_path / "labels.jsonl").open("w", encoding="utf-8") as handle:
        for i, (trap, excerpt, grey) in enumerate(lines):
            source = {"excerpt": excerpt, "origin": "alone" if trap == "music" else "recorded"}
            label = {"file": f"{i}.flac", "dur": 30.0, "fs": 8000, "label": "intact", "grey": grey, "distractor": trap}
            handle.write(json.dumps({**label, "events": [], "source": source}) + "\n")
    event = {"kind": "buzz", "start": 1.0, "end": 1.2}
    rows = [{"verdict": {"label": one, "rule": f"rule_{one}"}, "events": [event]} for one in said]
    rows[3] = {"file": "3.flac", "error": {"type": "AudioError", "message": "cut off"}}
    return alarm_card(list(zip(read_labels(tmp_path), rows, strict=True)))


def test_alarms_are_counted_by_trap(tmp_path):
    card = made_card(tmp_path)
    creak = card.traps["creak"]
    assert (creak.n, creak.called, creak.added, creak.rate) == (2, 2, 1, 1.0)
    assert creak.low == pytest.approx(0.342, abs=0.001)
    assert creak.rules == {"rule_degraded": 1, "AudioError": 1}
    assert creak.verdicts == {"degraded": 1, "none": 1}
    assert creak.events_per_min == {"buzz": 1.0}
    assert creak.origins == {"recorded": (2, 2)}
    assert card.traps["music"].added == 1
    assert card.total is not None
    assert (card.total.n, card.total.called, card.total.origins) == (3, 3, {"recorded": (2, 2), "alone": (1, 1)})
    assert card.total_processed == card.processed["vocoder"]
    assert card.processed["vocoder"].added == 1


def test_the_table_has_a_line_for_each_trap(tmp_path):
    card = made_card(tmp_path)
    plain, markdown = as_plain(card), as_markdown(card)
    for name in ("untouched", "creak", "all traps", "processed (grey)", "vocoder"):
        assert name in plain
        assert name in markdown
    assert len({line.count("|") for line in markdown.splitlines()}) == 1
    assert markdown.splitlines()[1].count("-") > len(HEAD)


def test_the_command_runs_small_and_adds_up(tmp_path, capsys):
    arguments = ["--only", "digital_pauses", "--only", "ring_modulation", "--only", "untouched", "--limit", "2"]
    folder = tmp_path / "set"
    assert traps.main([*arguments, "--jobs", "1", "--json", "-", "--save", str(folder)]) == 0
    figures = json.loads(capsys.readouterr().out)
    labels = read_labels(folder)
    assert all(label.path.is_file() and label.verdict == "intact" and not label.events for label in labels)
    assert sum(label.grey for label in labels) == figures["total_processed"]["n"]
    everything = {**figures["traps"], **figures["processed"]}
    assert len(labels) == sum(one["n"] for one in everything.values())
    assert set(everything) == {"digital_pauses", "ring_modulation", "untouched"}
    assert figures["total"] == figures["traps"]["digital_pauses"]
    for one in everything.values():
        assert sum(one["verdicts"].values()) == one["n"]
        assert sum(one["rules"].values()) == one["called"] == one["n"] - one["verdicts"].get("intact", 0)
        assert one["low"] <= one["rate"] <= one["high"]
    assert figures["seed"] == 7


def test_given_recordings_are_read(tmp_path, speech):
    (tmp_path / "anna").mkdir()
    soundfile.write(tmp_path / "anna" / "one.wav", speech, SR)
    soundfile.write(tmp_path / "short.wav", speech[:SR], SR)
    notes: list[str] = []
    (one,) = given([tmp_path], notes)
    assert (one.voice, one.sr, one.origin) == ("anna", 8000, "given")
    assert len(notes) == 1
    assert "short.wav" in notes[0]
    assert sources.MOST_GIVEN > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--only", "ghosts"], "there is no trap 'ghosts'; use one of untouched"),
        (["--seed", "-1"], "is not a whole number"),
        (["--save", "."], "is not an empty folder"),
        (["--speech", "no/such/folder"], "no/such/folder"),
    ],
)
def test_mistakes_get_one_sentence(arguments, words, capsys):
    with pytest.raises(SystemExit) as left:
        traps.main(arguments)
    assert left.value.code == 2
    assert words in capsys.readouterr().err
