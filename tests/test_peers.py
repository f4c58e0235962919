"""The peers side by side: judged fairly, run once, skipped in one sentence; with made tools, none installed."""

from __future__ import annotations

import itertools
import json
import math
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
import soundfile

from benchmarks import accuracy
from benchmarks.peers import environments, running
from benchmarks.peers.baselines import always_intact, silence_share, silence_shares
from benchmarks.peers.catalogue import HERE, PEERS, Peer, chosen
from benchmarks.peers.comparison import Plan, side_by_side
from benchmarks.peers.environments import SkippedError, check, pins, python_of
from benchmarks.peers.figures import edge_row, verdict_row
from benchmarks.peers.judging import Entry, entry_of_numbers, entry_of_peer, number_of
from benchmarks.peers.running import replies_of
from benchmarks.peers.table import Table
from benchmarks.peers.thresholds import FOLDS, Thresholds, best_thresholds, cross_validated, folds, grouped_by
from benchmarks.scoring.labels import CLASSES, Label
from benchmarks.scoring.predictions import Prediction, Predictions
from benchmarks.scoring.stretches import Stretch
from benchmarks.scoring.verdicts import verdict_figures

SR = 8000
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="the program ffmpeg is not on the path")

FAKE = """
import json, sys
print("noise of a library", file=sys.stderr)
for line in sys.stdin:
    path = line.strip()
    with open(__file__ + ".log", "a") as log:
        log.write(path + "\\n")
    if "bad" in path:
        print(json.dumps({"file": path, "error": "ValueError: no sound"}), flush=True)
    elif "deadly" in path:
        sys.exit(3)
    else:
        events = [{"start": 0.5, "end": 1.0, "kind": "hole"}, {"start": 1.2, "end": 1.3, "kind": "fizz"}]
        print(json.dumps({"file": path, "events": events, "scores": {"mos": 3.0}, "cpu_s": 0.5}), flush=True)
"""


def label(file: str, verdict: str | None, folder: Path = Path(), grey: bool = False, **facts: Any) -> Label:
    return Label(file, folder, verdict, grey, facts.pop("events", ()), {"dur": 2.0, **facts})


def fake_peer(place: Path, script: str = FAKE, requirements: str = "# nothing\n", **words: Any) -> Peer:
    (place / "fake").mkdir(parents=True)
    (place / "fake" / "predict.py").write_text(script, encoding="utf-8")
    (place / "fake" / "requirements.txt").write_text(requirements, encoding="utf-8")
    kinds = MappingProxyType({"hole": "dropout"})
    return Peer("fake", "fake", "fake", **{"kinds": kinds, "share": ("hole",), "place": place, **words})


def recordings(folder: Path, *names: str) -> list[Path]:
    files = [folder / f"{name}.wav" for name in names]
    for file in files:
        soundfile.write(file, np.zeros(SR), SR)
    return files


@pytest.fixture
def any_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which ffmpeg is found, whichever it is."""
    monkeypatch.setattr(environments.shutil, "which", lambda name: "/usr/bin/" + name)
    monkeypatch.setattr(running, "ffmpeg_version", lambda: "ffmpeg version 0")


# thresholds


def slow_scores(numbers: list[float], truth: list[str]) -> list[tuple[Thresholds, float]]:
    """Every pair of thresholds with its macro-F1, in the order of the lower and then of the upper one."""
    values = sorted(set(numbers))
    cuts = [-math.inf, *((a + b) / 2 for a, b in itertools.pairwise(values)), math.inf]
    scores = []
    for low, high in itertools.combinations_with_replacement(cuts, 2):
        limits = Thresholds(low, high)
        figures = verdict_figures(list(zip(truth, map(limits.verdict, numbers), strict=True)))
        assert figures is not None
        scores.append((limits, figures.macro_f1))
    return scores


def slow_best(numbers: list[float], truth: list[str]) -> float:
    return max(score for _, score in slow_scores(numbers, truth))


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("classes", [CLASSES, ("intact", "degraded"), ("degraded",)])
def test_no_pair_of_thresholds_is_better_than_the_chosen_one(seed: int, classes: tuple[str, ...]) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.choice(classes, 25).tolist()
    numbers = np.round(rng.normal([CLASSES.index(one) for one in truth], 1.0), 1).tolist()
    limits = best_thresholds(numbers, truth)
    figures = verdict_figures([(one, limits.verdict(number)) for one, number in zip(truth, numbers, strict=True)])
    assert figures is not None
    assert figures.macro_f1 == pytest.approx(slow_best(numbers, truth))
    assert limits.low <= limits.high


@pytest.mark.parametrize("seed", range(8))
def test_of_equally_good_pairs_the_middle_one_is_taken(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.choice(("intact", "degraded") if seed % 2 else CLASSES, 6).tolist()
    numbers = rng.integers(0, 5, 6).astype(float).tolist()
    best = pytest.approx(slow_best(numbers, truth))
    ties = [limits for limits, score in slow_scores(numbers, truth) if score == best]
    assert best_thresholds(numbers, truth) == ties[len(ties) // 2]


def test_a_limit_belongs_to_the_better_side() -> None:
    limits = Thresholds(1.0, 2.0)
    assert [limits.verdict(number) for number in (0.9, 1.0, 1.9, 2.0)] == ["blocked", "degraded", "degraded", "intact"]


def test_folds_keep_talkers_whole_where_enough_are_known() -> None:
    labels = [label(f"{i}.wav", "intact", talker=f"t{i % 7}") for i in range(35)]
    assert grouped_by(labels) == "talker"
    fold = folds(labels)
    for i, one in enumerate(labels):
        assert {fold[j] for j, other in enumerate(labels) if other.facts["talker"] == one.facts["talker"]} == {fold[i]}
    assert set(fold.tolist()) == set(range(FOLDS))


def test_folds_keep_calls_whole_where_talkers_are_few() -> None:
    labels = [label(f"{i}.wav", "intact", talker=f"t{i % 2}", call=f"c{i // 2}") for i in range(20)]
    assert grouped_by(labels) == "call"
    fold = folds(labels).reshape(10, 2)
    assert (fold[:, 0] == fold[:, 1]).all()
    assert np.bincount(fold.ravel(), minlength=FOLDS).tolist() == [4] * FOLDS


def test_no_recording_is_judged_by_what_was_learned_from_it() -> None:
    """Twin: thresholds of the other folds, fold by fold, with grey and unknown ones left out."""
    rng = np.random.default_rng(3)
    labels = [label(f"{i}.wav", CLASSES[i % 3], grey=i % 9 == 0) for i in range(40)]
    numbers: list[float | None] = [None if i % 11 == 5 else float(rng.normal(-(i % 3), 0.8)) for i in range(40)]
    fold, said = folds(labels), cross_validated(labels, numbers)
    for i, number in enumerate(numbers):
        if number is None:
            assert said[i] == "none"
            continue
        others = [j for j in range(40) if fold[j] != fold[i] and numbers[j] is not None and not labels[j].grey]
        limits = best_thresholds([numbers[j] or 0.0 for j in others], [str(labels[j].verdict) for j in others])
        assert said[i] == limits.verdict(number)


def test_labels_without_verdicts_teach_nothing() -> None:
    assert cross_validated([label("a.wav", None), label("b.wav", None)], [1.0, 2.0]) == ["none", "none"]


# from replies to verdicts, events and a number


def test_a_gap_detector_is_judged_by_the_share_of_its_gaps() -> None:
    peer = Peer("x", "x", "x", share=("hole",))
    spans = [(0.0, 1.0, "hole"), (0.5, 1.5, "hole"), (0.0, 2.0, "fizz")]
    events = [{"start": start, "end": end, "kind": kind} for start, end, kind in spans]
    assert number_of(peer, {"events": events}, 2.0) == pytest.approx(1 - 1.5 / 2)
    assert number_of(peer, {"events": []}, 0.0) is None
    assert number_of(peer, {"error": "no"}, 2.0) is None


def test_a_scorer_is_judged_by_its_score() -> None:
    peer = Peer("x", "x", "x", score="mos")
    assert number_of(peer, {"events": [], "scores": {"mos": 2.5}}, 2.0) == 2.5
    assert number_of(peer, {"events": [], "scores": {"mos": None}}, 2.0) is None


def test_replies_become_events_in_our_words_and_cost(tmp_path: Path) -> None:
    labels = [label("a.wav", "intact", tmp_path), label("b.wav", "intact", tmp_path)]
    spans = [{"start": 0.5, "end": 1.0, "kind": "hole"}, {"start": 1.2, "end": 1.3, "kind": "fizz"}]
    heard = {"events": spans, "scores": {}, "cpu_s": 0.5}
    entry = entry_of_peer(fake_peer(tmp_path), labels, {str((tmp_path / "a.wav").resolve()): heard})
    assert [(one.start, one.kind) for one in entry.predictions[labels[0]].events] == [(0.5, "dropout")]
    assert entry.predictions[labels[0]].score("mos") == pytest.approx(0.75)
    assert entry.predictions[labels[1]].verdict == "none"
    assert entry.cpu_s_per_hour == pytest.approx(0.5 / (2 / 3600))
    assert (entry.failed, entry.kinds) == (1, frozenset({"dropout"}))


def test_a_share_of_a_recording_of_unknown_length_is_a_failure_and_costs_nothing(tmp_path: Path) -> None:
    facts: tuple[dict[str, Any], ...] = ({"dur": 2.0}, {"duration": 2.0}, {})
    labels = [Label(f"{i}.wav", tmp_path, "intact", False, (), one) for i, one in enumerate(facts)]
    heard = {"events": [{"start": 0.5, "end": 1.0, "kind": "hole"}], "scores": {}, "cpu_s": 0.5}
    entry = entry_of_peer(fake_peer(tmp_path), labels, {str(one.path.resolve()): heard for one in labels})
    assert [entry.predictions[one].score("mos") for one in labels] == [pytest.approx(0.75), pytest.approx(0.75), None]
    assert entry.failed == 1
    assert entry.cpu_s_per_hour == pytest.approx(0.5 / (2 / 3600))
    assert entry_of_numbers("one", labels, [1.0, None, None]).failed == 2
    assert (
        "one gave no number for 2 recordings"
        in Table([verdict_row(entry_of_numbers("one", labels, [1.0, None, None]), labels)], {}, {}, 3).text()
    )


# baselines


def test_always_intact_is_never_wrong_on_intact_recordings() -> None:
    labels = [label("a.wav", "intact"), label("b.wav", "blocked")]
    row = verdict_row(always_intact(labels), labels)
    assert row.macro_f1 == pytest.approx((2 / 3 + 0) / 2)
    assert row.intact_called_otherwise is not None and row.intact_called_otherwise.rate == 0


def test_silence_share_counts_frames_by_loops(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    y = rng.normal(0, 0.1, (3 * SR, 2))
    y[: SR + 40] = 0.0
    y[2 * SR : 2 * SR + 200, 0] = 0.0  # one channel alone is no silence
    soundfile.write(tmp_path / "a.wav", y, SR, subtype="PCM_16")
    samples, _ = soundfile.read(tmp_path / "a.wav")
    frames = [samples[i : i + 80] for i in range(0, len(samples) - 79, 80)]
    quiet = [10 * math.log10(np.mean(frame**2) + 1e-20) < -90 for frame in frames]
    assert silence_share(label("a.wav", "intact", tmp_path)) == pytest.approx(sum(quiet) / len(quiet))


def test_an_unreadable_recording_has_no_silence_share(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"not a recording")
    labels = [label("a.wav", "intact", tmp_path), label("none.wav", "intact", tmp_path)]
    assert [silence_share(one) for one in labels] == [None, None]
    assert {silence_shares(labels).predictions[one].verdict for one in labels} == {"none"}


# running


@pytest.mark.usefixtures("any_machine")
def test_a_peer_is_run_once_and_again_where_a_file_has_changed(tmp_path: Path) -> None:
    peer, files = fake_peer(tmp_path), recordings(tmp_path, "one", "two", "bad")
    log = tmp_path / "fake" / "predict.py.log"
    first = replies_of(peer, files, tmp_path / "home")
    assert first[str(files[2].resolve())]["error"] == "ValueError: no sound"
    assert replies_of(peer, files, tmp_path / "home").keys() == first.keys()
    assert len(log.read_text().splitlines()) == 3
    soundfile.write(files[1], np.zeros(SR // 2), SR)
    replies_of(peer, files, tmp_path / "home")
    assert log.read_text().splitlines()[3:] == [str(files[1].resolve())]


@pytest.mark.usefixtures("any_machine")
def test_another_version_of_a_peer_is_asked_anew(tmp_path: Path) -> None:
    peer, files = fake_peer(tmp_path), recordings(tmp_path, "one")
    replies_of(peer, files, tmp_path / "home")
    peer.script.write_text(FAKE.replace("3.0", "4.0"), encoding="utf-8")
    said = replies_of(peer, files, tmp_path / "home")
    assert said[str(files[0].resolve())]["scores"] == {"mos": 4.0}


@pytest.mark.usefixtures("any_machine")
def test_a_process_that_ends_costs_one_recording_and_is_asked_again(tmp_path: Path) -> None:
    peer, files = fake_peer(tmp_path), recordings(tmp_path, "one", "deadly", "two")
    said = replies_of(peer, files, tmp_path / "home")
    assert ["error" in said[str(file.resolve())] for file in files] == [False, True, False]
    replies_of(peer, files, tmp_path / "home")
    log = (tmp_path / "fake" / "predict.py.log").read_text().split()
    assert [Path(one).stem for one in log] == ["one", "deadly", "two", "deadly"]


@pytest.mark.usefixtures("any_machine")
def test_several_processes_say_what_one_says(tmp_path: Path) -> None:
    peer, files = fake_peer(tmp_path), recordings(tmp_path, *"abcdef")
    assert replies_of(peer, files, tmp_path / "h1", 1) == replies_of(peer, files, tmp_path / "h2", 3)


@pytest.mark.usefixtures("any_machine")
def test_half_a_line_in_the_store_is_no_trouble(tmp_path: Path) -> None:
    peer, files = fake_peer(tmp_path), recordings(tmp_path, "one", "two")
    first = replies_of(peer, files, tmp_path / "home")
    (store,) = (tmp_path / "home" / "replies").iterdir()
    store.write_text(store.read_text(encoding="utf-8")[:-20], encoding="utf-8")
    again = replies_of(peer, files, tmp_path / "home")
    assert {file: one["scores"] for file, one in again.items()} == {f: one["scores"] for f, one in first.items()}


UNUSABLE = 'import sys\nprint(\'{"unusable": "ImportError: no torch"}\', flush=True)\nsys.exit(1)\n'


@pytest.mark.usefixtures("any_machine")
@pytest.mark.parametrize(
    ("script", "why"), [(UNUSABLE, "cannot be loaded: ImportError: no torch"), ("raise SystemExit(1)", "in a row")]
)
def test_a_peer_that_cannot_be_loaded_is_skipped(tmp_path: Path, script: str, why: str) -> None:
    peer, files = fake_peer(tmp_path, script), recordings(tmp_path, *"abcd")
    with pytest.raises(SkippedError, match=why):
        replies_of(peer, files, tmp_path / "home")


@pytest.mark.usefixtures("any_machine")
def test_a_peer_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "LONGEST_REPLY", 0.2)
    peer, files = fake_peer(tmp_path, "import time\ntime.sleep(60)\n"), recordings(tmp_path, "a")
    said = replies_of(peer, files, tmp_path / "home")
    assert "its process ended" in said[str(files[0].resolve())]["error"]


SLOW = """
import json, os, sys, time
for line in sys.stdin:
    with open(os.path.join(os.path.dirname(__file__), str(os.getpid()) + ".pid"), "w"):
        pass
    if "bad" in line:
        print(json.dumps({"unusable": "OSError: broken"}), flush=True)
    time.sleep(60)
"""


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def pids_of(peer: Peer) -> list[int]:
    return [int(file.stem) for file in peer.script.parent.glob("*.pid")]


def interrupt_when_running(peer: Peer, n: int) -> None:
    deadline = time.monotonic() + 20
    while len(pids_of(peer)) < n and time.monotonic() < deadline:
        time.sleep(0.02)
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs a POSIX system")
@pytest.mark.usefixtures("any_machine")
def test_ctrl_c_ends_all_processes_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    peer, files = fake_peer(tmp_path, SLOW), recordings(tmp_path, *"abcdef")
    started, hand = time.monotonic(), threading.Thread(target=interrupt_when_running, args=(peer, 2))
    hand.start()
    with pytest.raises(KeyboardInterrupt):
        replies_of(peer, files, tmp_path / "home", jobs=2)
    hand.join()
    assert time.monotonic() - started < 30
    assert len(pids_of(peer)) == 2 and not any(map(is_running, pids_of(peer)))
    assert capsys.readouterr().err == ""  # what we killed is no fault of a recording
    assert not (tmp_path / "home").exists()


@pytest.mark.usefixtures("any_machine")
def test_a_worker_that_fails_stops_the_others_at_once(tmp_path: Path) -> None:
    peer, files = fake_peer(tmp_path, SLOW), recordings(tmp_path, "slow", "bad", "more", "last")
    started = time.monotonic()
    with pytest.raises(SkippedError, match="OSError: broken"):
        replies_of(peer, files, tmp_path / "home", jobs=2)
    assert time.monotonic() - started < 30
    assert not any(map(is_running, pids_of(peer)))


HALF = """
import sys
sys.stdin.readline()
print('{"events": [', end="", flush=True)
"""


@pytest.mark.usefixtures("any_machine")
def test_half_a_reply_is_none(tmp_path: Path) -> None:
    (said,) = replies_of(fake_peer(tmp_path, HALF), recordings(tmp_path, "a"), tmp_path / "home").values()
    assert "its process ended" in said["error"]


TALKATIVE = """
import os, sys, time
def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
sys.path.insert(0, {place!r})
from replies import answer
def prepare():
    print("loaded")
    work(0.3)
    os.system("echo said by a library of another language")
    def judge(path):
        print("judging")
        work(0.05)
        if "bad" in path:
            raise ValueError("no sound\\nat all")
        return {{"scores": {{"mos": float("nan"), "other": 1.5}}}}
    return judge
answer(prepare)
"""


@pytest.mark.usefixtures("any_machine")
def test_what_a_library_prints_is_no_reply(tmp_path: Path) -> None:
    peer, files = fake_peer(tmp_path, TALKATIVE.format(place=str(HERE))), recordings(tmp_path, "one", "bad")
    one, bad = replies_of(peer, files, tmp_path / "home").values()
    assert (one["scores"], one["events"]) == ({"mos": None, "other": 1.5}, [])
    assert 0.045 < one["cpu_s"] < 0.3  # judging, and not loading
    assert bad["error"] == "ValueError: no sound at all"


@pytest.mark.usefixtures("any_machine")
def test_a_library_that_is_missing_is_told(tmp_path: Path) -> None:
    script = TALKATIVE.format(place=str(HERE)).replace('print("loaded")', "import no_such_library")
    with pytest.raises(SkippedError, match="cannot be loaded: ModuleNotFoundError: No module named 'no_such_library'"):
        replies_of(fake_peer(tmp_path, script), recordings(tmp_path, "one"), tmp_path / "home")


# environments


@pytest.mark.usefixtures("any_machine")
def test_an_installation_that_fails_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    peer = fake_peer(tmp_path, requirements="no-such-thing==1.0\n")

    def fail(command: list[str]) -> None:
        raise environments.subprocess.CalledProcessError(1, command, stderr="hm\nERROR: No matching distribution\n")

    monkeypatch.setattr(environments, "_run", fail)
    with pytest.raises(SkippedError, match="could not be made: ERROR: No matching distribution"):
        python_of(peer, tmp_path / "home")


def test_an_environment_is_made_once_and_shared_by_equal_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def made(command: list[str]) -> None:
        commands.append(command)
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)

    monkeypatch.setattr(environments, "_run", made)
    one = fake_peer(tmp_path / "one", requirements="thing==1\n")
    two = fake_peer(tmp_path / "two", requirements="# other words\nthing==1\n")
    assert python_of(one, tmp_path / "home") == python_of(two, tmp_path / "home")
    assert len(commands) == 2
    assert python_of(fake_peer(tmp_path / "three"), tmp_path / "home") == Path(sys.executable)


def test_what_no_index_can_give_is_asked_for_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nisqa,) = chosen(["nisqa"])
    monkeypatch.setattr(environments.shutil, "which", lambda name: "/usr/bin/" + name)
    monkeypatch.delenv(environments.WEIGHTS, raising=False)
    with pytest.raises(SkippedError, match="--nisqa-weights"):
        check(nisqa)
    monkeypatch.setenv(environments.WEIGHTS, str(tmp_path / "none.tar"))
    with pytest.raises(SkippedError, match="is no file"):
        check(nisqa)
    monkeypatch.setattr(environments.shutil, "which", lambda name: None)
    with pytest.raises(SkippedError, match="ffmpeg"):
        check(PEERS[0])


# catalogue


def test_peers_are_chosen_by_row_or_folder() -> None:
    assert [peer.name for peer in chosen(["ffmpeg", "plcmos"])] == ["ffmpeg-60", "ffmpeg-50", "ffmpeg-90", "plcmos"]
    assert chosen(["all"]) == list(PEERS)
    with pytest.raises(ValueError, match="no peer is called 'ffmpg'"):
        chosen(["ffmpg"])


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_every_peer_has_a_script_exact_pins_and_one_number(peer: Peer) -> None:
    compile(peer.script.read_text(encoding="utf-8"), str(peer.script), "exec")
    assert all("==" in pin for pin in pins(peer))
    assert (peer.score is None) != (not peer.share)
    assert set(peer.kinds.values()) <= {"dropout", "buzz", "stutter", "splice"}


# table


@pytest.mark.usefixtures("any_machine")
def test_the_table_holds_tools_baselines_and_who_was_skipped(tmp_path: Path) -> None:
    files = recordings(tmp_path, *"abcdef")
    hole = (Stretch(0.5, 1.0, "dropout", (0.5, 1.0)),)
    verdicts = ("intact", "degraded", "intact", "degraded", "blocked", "blocked")
    labels = [
        label(file.name, verdict, tmp_path, events=hole if verdict == "degraded" else ())
        for file, verdict in zip(files, verdicts, strict=True)
    ]
    own = Predictions(Prediction(one.file, str(one.verdict), None, {}, one.events) for one in labels)
    good = fake_peer(tmp_path / "good")
    gone = fake_peer(tmp_path / "gone", UNUSABLE)
    gone = Peer("gone", "fake", "gone", gone.kinds, share=gone.share, place=gone.place)
    plan = Plan([good, gone], tmp_path / "home")
    table = side_by_side(labels, own, {one.file: 0.001 for one in labels}, plan)
    assert [row.tool for row in table.rows] == ["audioq", "always intact", "silence share", "fake"]
    audioq, fake = table.rows[0], table.rows[3]
    assert (audioq.macro_f1, audioq.cpu_s_per_hour) == (1.0, pytest.approx(1.8))
    found = fake.events["dropout"]
    assert found is not None and (found.tp, found.fp) == (2, 2)
    assert fake.events["buzz"] is None  # it has no word for it
    assert fake.false_per_min == pytest.approx(30.0)
    text = table.text()
    assert "1.000 (1.00-1.00)" in text and "gone was skipped: it cannot be loaded" in text
    assert "two thresholds, cross-validated by call: silence share, fake" in text
    head, *lines = text.splitlines()[2:7]
    at = head.index("macro-F1 (95 %)") + len("macro-F1 (95 %)")
    assert all(line[:at].endswith(")") and line[at : at + 2] == "  " for line in lines)
    json.dumps(table.data(), allow_nan=False)


def test_markdown_has_one_rule_and_equal_columns() -> None:
    labels = [label("a.wav", "intact"), label("b.wav", "degraded")]
    rows = [verdict_row(entry_of_numbers("one", labels, [1.0, 0.0]), labels)]
    lines = [line for line in Table(rows, {}, {}, 2).markdown().splitlines() if line.startswith("|")]
    assert len(lines) == 3 and len({line.count("|") for line in lines}) == 1
    assert lines[1].startswith("|---|---:")


def test_edges_tell_kinds_apart_and_blame_nobody_for_words_he_lacks() -> None:
    events = tuple(Stretch(t, t + 0.04, kind, (t, t + 0.04)) for t, kind in ((0.2, "silence"), (0.8, "stutter")))
    labels = [label("a.wav", None, events=events, mos=3.0), label("b.wav", None, mos=4.0)]
    said = Predictions([Prediction("a.wav", "none", None, {}, (Stretch(0.21, 0.23, "dropout", (0.21, 0.23)),))])
    row = edge_row(Entry("gaps", said, frozenset({"dropout"}), "nothing"), labels)
    found = row.events["silence"]
    assert found is not None and (found.tp, found.fn, found.fp) == (1, 0, 0)
    assert (row.events["stutter"], row.false_per_min) == (None, 0.0)
    text = Table([row], {}, {}, 2, edges=True).text()
    assert "silence F1 (precision/recall)" in text and "1.00 (1.00/1.00)" in text and "macro-F1" not in text


# the command, and the one peer that needs no installation


def folder_of_calls(folder: Path) -> Path:
    rng = np.random.default_rng(5)
    lines = []
    for name, verdict in (("a", "intact"), ("b", "degraded"), ("c", "intact"), ("d", "degraded")):
        y = rng.normal(0, 0.1, 2 * SR)
        if verdict == "degraded":
            y[SR : SR + 2000] = 0.0
        soundfile.write(folder / f"{name}.wav", y, SR, subtype="PCM_16")
        events = [{"start": 1.0, "end": 1.25, "kind": "dropout"}] if verdict == "degraded" else []
        lines.append({"file": f"{name}.wav", "label": verdict, "dur": 2.0, "events": events})
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "labels.jsonl").write_text(text, encoding="utf-8")
    said = "".join(json.dumps({"file": one["file"], "verdict": {"label": one["label"]}}) + "\n" for one in lines)
    (folder / "said.jsonl").write_text(said, encoding="utf-8")
    return folder


@needs_ffmpeg
def test_ffmpeg_finds_a_hole_of_known_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of_calls(tmp_path)
    options = ["--predictions", str(folder / "said.jsonl"), "--peers", "ffmpeg-60,nisqa", "--markdown"]
    figures = folder / "figures.json"
    code = accuracy.main([str(folder), *options, "--peers-home", str(folder / "home"), "--json", str(figures)])
    assert code == 0
    rows = {row["tool"]: row for row in json.loads(figures.read_text(encoding="utf-8"))["peers"]["rows"]}
    assert rows["ffmpeg-60"]["events"]["dropout"]["f1"] == 1.0
    assert rows["ffmpeg-60"]["false_per_min"] == 0.0
    assert rows["ffmpeg-60"]["cpu_s_per_hour"] > 0
    assert rows["audioq"]["cpu_s_per_hour"] is None
    assert "| ffmpeg-60 |" in capsys.readouterr().out


def test_a_misspelt_peer_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = folder_of_calls(tmp_path)
    assert accuracy.main([str(folder), "--peers", "essentai"]) == 2
    assert "no peer is called 'essentai'" in capsys.readouterr().err


def test_a_system_without_resource_is_told_before_any_analysis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(accuracy, "find_spec", lambda name: None)
    assert accuracy.main([str(folder_of_calls(tmp_path)), "--peers", "ffmpeg"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert "--peers needs Linux, macOS or WSL" in said.err


@needs_ffmpeg
def test_what_peers_hear_is_the_mean_of_the_channels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(HERE))
    from benchmarks.peers.decoding import decoded

    rng = np.random.default_rng(6)
    y = rng.uniform(-0.5, 0.5, (SR, 2))
    soundfile.write(tmp_path / "a.flac", y, SR, subtype="PCM_16")
    samples, _ = soundfile.read(tmp_path / "a.flac")
    np.testing.assert_allclose(decoded(str(tmp_path / "a.flac"), SR), samples.mean(axis=1), atol=1e-6)
    with pytest.raises(ValueError, match="ffmpeg cannot decode it"):
        decoded(str(tmp_path / "none.flac"), SR)
