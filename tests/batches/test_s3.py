"""Buckets as sources and as places of results, on a real S3 interface that runs on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from made_fleet import ENVIRONMENT, WAIT_SECONDS, fleet, wait_for
from made_names import told

import audioq
from audioq.batches import bucket_logs, leases
from audioq.batches.bucket_logs import BucketLog
from audioq.batches.bucket_parts import committed
from audioq.batches.items import Item
from audioq.batches.logs import Head
from audioq.batches.outputs import output_at
from audioq.batches.rows import failed_row
from audioq.batches.scoring import line_of
from audioq.errors import BatchError

pytest.importorskip("fsspec")
s3fs = pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")

pytestmark = pytest.mark.slow
SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NAMES = ("intact_quiet_call.flac", "degraded_random_loss.wav", "blocked_recorder_noise.wav", "intact_noise_gate.wav")
HEAD = Head("0.1", "measured", "judged", {})
RUN = """
import sys
from audioq.batches import bucket_logs
bucket_logs.PART_ROWS = 3
from audioq.cli import main
sys.argv = ["audioq", "batch", *sys.argv[1:]]
main()
"""


@pytest.fixture(scope="module")
def server():
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    server.stop()


@pytest.fixture
def bucket(server, monkeypatch, request):
    """The address of a bucket with a few recordings below ``calls/``; the environment says how to reach it."""
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    s3fs.S3FileSystem.clear_instance_cache()
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name)[-60:].strip("-")
    store = s3fs.S3FileSystem()
    store.mkdir(name)
    for number, file in enumerate(NAMES):
        store.put_file(str(SAMPLES / file), f"{name}/calls/{number}/{file}")
    yield f"s3://{name}"
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def quick(monkeypatch):
    """Runs that say often that they are alive."""
    monkeypatch.setattr(leases, "BEAT_SECONDS", 1.0)
    monkeypatch.setattr(bucket_logs, "BEAT_SECONDS", 1.0)


def objects(address: str) -> list[str]:
    store = s3fs.S3FileSystem(use_listings_cache=False)
    top = address.removeprefix("s3://").rstrip("/") + "/"
    return sorted(path.removeprefix(top) for path in store.find(top))


def content(address: str) -> bytes:
    return s3fs.S3FileSystem(use_listings_cache=False).cat_file(address)


def line(name: str) -> bytes:
    return line_of(failed_row(Item(name, name), "unreadable", "AudioError", f"{name}: is odd")).data


def ids(address: str) -> list[str]:
    with output_at(address).reading() as log:
        return [entry.id for entry in log.entries()]


def command(*arguments: str, code: str = RUN) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def environment() -> dict[str, str]:
    return ENVIRONMENT | {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def test_recordings_come_from_a_bucket(bucket, tmp_path):
    summary = audioq.batch(f"{bucket}/calls", tmp_path / "out", jobs=1)
    assert summary.statuses == {"ok": len(NAMES)}
    assert [label for label, count in summary.labels.items() if count] == ["intact", "degraded", "blocked"]
    rows = audioq.read_results(tmp_path / "out")
    assert list(rows["file"]) == [f"{bucket}/calls/{number}/{name}" for number, name in enumerate(NAMES)]


def test_a_manifest_in_the_bucket_names_recordings_beside_it(bucket, tmp_path):
    text = f"file,operator\ncalls/0/{NAMES[0]},A\ncalls/1/{NAMES[1]},B\ncalls/gone.wav,B\n"
    s3fs.S3FileSystem().pipe_file(f"{bucket}/list.csv", text.encode())
    summary = audioq.batch(f"{bucket}/list.csv", tmp_path / "out", jobs=1)
    assert summary.statuses == {"ok": 2, "failed": 1} and summary.causes == {"missing": 1}
    assert list(audioq.read_results(tmp_path / "out")["operator"]) == ["A", "B", "B"]


def test_anonymised_results_name_no_object_and_notice_what_becomes_of_one(bucket, tmp_path):
    store, calls = s3fs.S3FileSystem(), f"{bucket}/Zanzib calls"
    with zipfile.ZipFile(tmp_path / "Zanzib.zip", "w") as archive:
        archive.write(SAMPLES / NAMES[0], f"Zanzib in/{NAMES[0]}")
        archive.writestr("Zanzib broken.wav", b"no sound")
    store.put_file(str(tmp_path / "Zanzib.zip"), f"{bucket}/Zanzib.zip")
    for number, verb in enumerate(("stays", "goes", "changes", "broken")):
        store.put_file(str(SAMPLES / NAMES[number]), f"{calls}/Zanzib {verb}.wav")
    store.pipe_file(f"{calls}/Zanzib broken.wav", b"no sound")
    store.pipe_file(f"{bucket}/Zanzib.csv", b"file,who\nZanzib calls/Zanzib stays.wav,Zanzib\nZanzib gone.wav,Zanzib\n")

    def move(step):
        if step.row is None:
            store.rm_file(f"{calls}/Zanzib goes.wav")
            size = store.info(f"{calls}/Zanzib changes.wav")["size"]
            store.pipe_file(f"{calls}/Zanzib changes.wav", bytes(size))  # the etag alone tells

    notes: list[str] = []
    sources, how = [calls, f"{bucket}/Zanzib.zip", f"{bucket}/Zanzib.csv"], {"jobs": 1, "anonymize": bytes(16)}
    summary = audioq.batch(sources, tmp_path / "out", watch=move, say=notes.append, **how)
    assert summary.statuses == {"ok": 3, "failed": 5}
    assert summary.causes == {"missing": 2, "changed": 1, "unreadable": 2}
    assert told(tmp_path / "out", said="\n".join([*notes, summary.to_text()])) == []
    assert bucket.removeprefix("s3://").encode() not in (tmp_path / "out" / "log.jsonl").read_bytes()
    audioq.batch(sources, f"{bucket}/out", **how)
    for name in objects(f"{bucket}/out"):
        assert b"zanzib" not in content(f"{bucket}/out/{name}").lower()
    assert audioq.verify(f"{bucket}/out", sources, jobs=1, anonymize=bytes(16)).agree == 7


def test_results_in_a_bucket_are_those_of_a_folder_to_the_byte(bucket, tmp_path):
    formats = ["csv", "parquet", "jsonl"]
    audioq.batch(f"{bucket}/calls", tmp_path / "out", jobs=1, format=formats)
    audioq.batch(f"{bucket}/calls", f"{bucket}/out", jobs=1, format=formats)
    tables = [
        f"{name}{end}" for name in ("recordings", "channels", "events") for end in (".csv", "/part-00000.parquet")
    ]
    tables += ["recordings.jsonl", "commit.json", "summary.json"]
    for name in tables:
        assert content(f"{bucket}/out/{name}") == (tmp_path / "out" / name).read_bytes()
    log = [name for name in objects(f"{bucket}/out") if name not in tables]
    assert len(log) == 2 and log[0] == "log/commits.json"
    assert re.fullmatch(r"log/part-000001-[0-9a-f]{8}\.jsonl", log[1])


def test_what_is_done_stays_done_and_old_tables_go(bucket):
    out = f"{bucket}/out"
    audioq.batch(f"{bucket}/calls", out, jobs=1, format="parquet", partition_by="label")
    before = content(f"{out}/log/commits.json")
    steps = []
    audioq.batch(f"{bucket}/calls", out, jobs=1, format="csv", watch=steps.append)
    assert steps[-1].items == 0 and steps[-1].kept == len(NAMES)
    assert content(f"{out}/log/commits.json") == before
    assert not [name for name in objects(out) if name.endswith(".parquet")]
    assert "recordings.csv" in objects(out)


@pytest.mark.parametrize("format", ["parquet", "csv", "jsonl"])
def test_results_are_read_back(bucket, format):
    audioq.batch(f"{bucket}/calls", f"{bucket}/out/", jobs=1, format=format)
    rows = audioq.read_results(f"{bucket}/out")
    assert len(rows) == len(NAMES) and set(rows["status"]) == {"ok"}
    assert rows["mos"].notna().sum() == 3


def test_a_batch_that_is_not_finished_is_read_from_its_parts(bucket):
    with BucketLog(f"{bucket}/out", HEAD) as log:
        log.append(line("a"))
        log.flush()
        log.append(line("b"))
        log.flush()
    assert len(committed(f"{bucket}/out")) == 2
    assert list(audioq.read_results(f"{bucket}/out")["file"]) == ["a", "b"]
    with pytest.raises(BatchError, match="no results of a batch"):
        audioq.read_results(f"{bucket}/elsewhere")


def test_rows_agree_and_are_estimated(bucket):
    out = f"{bucket}/out"
    audioq.batch(f"{bucket}/calls", out, jobs=1)
    found = audioq.verify(out, f"{bucket}/calls", jobs=1)
    assert (found.agree, found.differences, found.without_row) == (len(NAMES), [], 0)
    assert audioq.estimate(f"{bucket}/calls", out, jobs=1).pending == 0
    with pytest.raises(BatchError, match="cannot be read"):
        audioq.verify(f"{bucket}/elsewhere", f"{bucket}/calls")


def test_earlier_results_in_a_bucket_are_a_baseline(bucket, tmp_path):
    audioq.batch(f"{bucket}/calls/", f"{bucket}/old", jobs=2)
    for old in (f"{bucket}/old", f"{bucket}/old/"):
        found = audioq.batch(f"{bucket}/calls/", tmp_path / "new", jobs=1, baseline=old).comparison
        assert (found.pairs, found.only_here, found.only_there, found.is_worse) == (len(NAMES), 0, 0, False)
    with pytest.raises(BatchError, match="none"):
        audioq.batch(f"{bucket}/calls/", tmp_path / "new", baseline=f"{bucket}/nothing")


def test_rows_of_another_making_are_refused(bucket):
    with BucketLog(f"{bucket}/out", HEAD) as log:
        log.append(line("a"))
    with pytest.raises(BatchError, match=f"{bucket}/out: its rows were made otherwise"):
        BucketLog(f"{bucket}/out", Head("0.1", "measured", "otherwise", {}))
    with BucketLog(f"{bucket}/out", Head("0.1", "measured", "otherwise", {}), rescore=True) as log:
        assert list(log.entries()) == []


def test_only_listed_parts_count_and_none_is_written_over(bucket):
    out = f"{bucket}/out"
    store = s3fs.S3FileSystem()
    with BucketLog(out, HEAD) as log:
        log.append(line("a"))
    first = committed(out)
    store.pipe_file(f"{out}/log/part-000002-00000000.jsonl", line("orphan"))  # sent, and then its run was killed
    with BucketLog(out, HEAD) as log:
        assert [entry.id for entry in log.entries()] == [Item("a", "a").id]
        log.append(line("b"))
    assert committed(out)[:1] == first and len(committed(out)) == 2
    assert ids(out) == [Item(name, name).id for name in "ab"]
    assert content(f"{out}/log/part-000002-00000000.jsonl") == line("orphan")


def test_a_part_that_was_cut_short_is_told(bucket):
    with BucketLog(f"{bucket}/out", HEAD) as log:
        log.append(line("a"))
    (part,) = committed(f"{bucket}/out")
    s3fs.S3FileSystem().pipe_file(f"{bucket}/out/log/{part.name}", b"{")
    with pytest.raises(BatchError, match=rf"{part.name}: cannot be read \(1 bytes, not {part.bytes}\)"):
        BucketLog(f"{bucket}/out", HEAD)


def test_rows_are_sent_off_while_the_run_goes_on(bucket, monkeypatch):
    monkeypatch.setattr(bucket_logs, "PART_SECONDS", 0.2)
    with BucketLog(f"{bucket}/out", HEAD) as log:
        log.append(line("a"))
        wait_for(lambda: b'"lines": 2' in content_or_nothing(f"{bucket}/out/log/commits.json"), "the first part")
        log.append(line("b"))
        wait_for(lambda: len(committed(f"{bucket}/out")) == 2, "the second part")


def content_or_nothing(address: str) -> bytes:
    try:
        return content(address)
    except FileNotFoundError:
        return b""


def test_a_bucket_that_fails_for_a_while_costs_nothing(bucket, monkeypatch):
    from audioq.batches import bucket_parts

    monkeypatch.setattr(bucket_logs, "PART_SECONDS", 0.1)
    failures, store = [0], bucket_parts.store

    def failing(at, data):
        if failures[0] < 3:
            failures[0] += 1
            raise OSError("the network is down")
        store(at, data)

    monkeypatch.setattr(bucket_parts, "store", failing)
    with BucketLog(f"{bucket}/out", HEAD) as log:
        log.append(line("a"))
        wait_for(lambda: failures[0] == 3, "three failures")
        log.append(line("b"))
    assert ids(f"{bucket}/out") == [Item(name, name).id for name in "ab"]


def test_a_second_run_is_refused_while_the_first_is_alive(bucket, quick):
    with BucketLog(f"{bucket}/out", HEAD) as log:
        with pytest.raises(BatchError, match=f"{bucket}/out: another run is writing"):
            BucketLog(f"{bucket}/out", HEAD)
        log.append(line("a"))
    with BucketLog(f"{bucket}/out", HEAD) as log:
        assert len(list(log.entries())) == 1


def test_the_lease_of_a_dead_run_is_taken_over(bucket, quick):
    said = []
    lease = {"run": "0", "host": "elsewhere", "pid": 1, "beat": 7}
    s3fs.S3FileSystem().pipe_file(f"{bucket}/out/log/lease.json", json.dumps(lease).encode())
    begun = time.monotonic()
    BucketLog(f"{bucket}/out", HEAD, say=said.append).close()
    assert time.monotonic() - begun >= 3 * 1.0 and "waiting up to" in said[0]
    assert "log/lease.json" not in objects(f"{bucket}/out")


def test_a_run_that_lost_its_lease_commits_nothing_more(bucket, quick):
    with pytest.raises(BatchError, match="another run is writing"), BucketLog(f"{bucket}/out", HEAD) as log:
        log.append(line("a"))
        log.flush()
        lease = {"run": "other", "host": "elsewhere", "pid": 1, "beat": 7}
        s3fs.S3FileSystem().pipe_file(f"{bucket}/out/log/lease.json", json.dumps(lease).encode())
        log.append(line("b"))
        log.flush()
    assert ids(f"{bucket}/out") == [Item("a", "a").id]
    assert json.loads(content(f"{bucket}/out/log/lease.json"))["run"] == "other"


def test_a_bucket_that_is_not_there_is_told(bucket):
    arguments = command(f"{bucket}/calls", "-o", "s3://no-such-bucket-here/out")
    done = subprocess.run(arguments, env=environment(), capture_output=True, text=True, timeout=WAIT_SECONDS)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "s3://no-such-bucket-here/out: cannot be read and written" in " ".join(done.stderr.split())


def test_a_run_that_is_killed_goes_on_and_has_every_row_once(bucket):
    source, out = f"{bucket}/many", f"{bucket}/out"
    store = s3fs.S3FileSystem()
    for number in range(24):
        store.put_file(str(SAMPLES / NAMES[number % 4]), f"{source}/{number:02d}_{NAMES[number % 4]}")
    arguments = command(source, "-o", out, "--jobs", "2")
    for parts, number in ((1, signal.SIGKILL), (3, signal.SIGKILL), (4, signal.SIGINT)):
        with subprocess.Popen(arguments, env=environment(), stderr=subprocess.PIPE, text=True) as process:
            wait_for(lambda parts=parts: len(committed(out) or ()) >= parts, f"part {parts}")
            process.send_signal(number)
            _, said = process.communicate(timeout=WAIT_SECONDS)
        assert process.returncode == (130 if number == signal.SIGINT else -number), said
    assert "commit.json" not in objects(out) and "log/lease.json" not in objects(out)
    before = ids(out)
    done = subprocess.run(arguments, env=environment(), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert ids(out)[: len(before)] == before
    assert len(ids(out)) == len(set(ids(out))) == 24
    assert list(audioq.read_results(out)["file"]) == [f"{source}/{n:02d}_{NAMES[n % 4]}" for n in range(24)]


def test_a_cluster_reads_the_bucket(bucket, tmp_path):
    pytest.importorskip("distributed")
    (tmp_path / "fleet").mkdir()
    with fleet(tmp_path / "fleet", environment()) as made:
        made.worker(nanny=True)
        made.worker()
        summary = audioq.batch(f"{bucket}/calls", f"{bucket}/out", scheduler=made.address)
    assert summary.statuses == {"ok": len(NAMES)}
    audioq.batch(f"{bucket}/calls", tmp_path / "here", jobs=1)
    assert content(f"{bucket}/out/recordings.csv") == (tmp_path / "here" / "recordings.csv").read_bytes()


def page_command(name: str) -> str:
    page = (SAMPLES.parent / "docs" / "batch_fleet.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n```sh\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found[1].strip()


def test_the_commands_of_the_page_work_as_they_stand(bucket, tmp_path):
    pytest.importorskip("distributed")
    store = s3fs.S3FileSystem()
    for name in ("calls", "calls-results"):
        store.mkdir(name)
    store.put_file(str(SAMPLES / NAMES[0]), f"calls/2025/{NAMES[0]}")
    (tmp_path / "audioq").write_text(f'#!/bin/sh\nexec {sys.executable} -m audioq "$@"\n')
    (tmp_path / "audioq").chmod(0o755)
    path = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    run = {"shell": True, "cwd": tmp_path, "env": environment() | path, "capture_output": True, "text": True}
    done = subprocess.run(page_command("bucket-command"), timeout=WAIT_SECONDS, **run)
    assert done.returncode == 0, done.stderr
    assert len(audioq.read_results("s3://calls-results/2025")) == 1
    (tmp_path / "fleet").mkdir()
    with fleet(tmp_path / "fleet", environment()) as made:
        made.worker()
        there = page_command("cluster-command").replace("tcp://scheduler-host:8786", made.address)
        done = subprocess.run(there, timeout=WAIT_SECONDS, **run)
    assert done.returncode == 0, done.stderr
    assert len(audioq.read_results(tmp_path / "results")) == 1
