"""Container gaps: are packets that a recorder left out found where they were, and speech that went with them?

::

    python benchmarks/container_gaps.py
    python benchmarks/container_gaps.py --only "WebM Opus" --speech CLEAN --seed 3

Speech is encoded into each container, runs of packets are taken out of it and the rest is muxed again with its time
stamps. Both edges within 10 ms is found; a run of which at least half is active in the file with all its packets is in
speech. Every container loses the same stretches, as far as its packets allow.
"""

from __future__ import annotations

import argparse
import csv
import io
import multiprocessing
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audioq.absences import gaps_of
from audioq.audio import read
from audioq.batches.folders import recordings
from audioq.errors import AudioqError, SimulationError
from audioq.measurement import measure
from audioq.report import Failure, Report, compose
from audioq.simulate import Samples, active_frames
from audioq.simulate.codecs.slots import quantised
from benchmarks.chains import _interval
from benchmarks.sampling.making import resampled
from benchmarks.threads import one_thread_each
from benchmarks.trapping.excerpts import SAMPLES, first_channel

Span = tuple[float, float]

LEAST_SECONDS = 10.0
"""Shorter recordings are left out."""
WITHOUT_SPEECH = ("intact_hold_music.mp3", "intact_ringback.wav")
"""Intact samples in which nobody speaks."""
EDGE_SECONDS = 0.01
"""A gap is found if both its edges are no further away."""
PAGE_SECONDS = 1.0
"""The longest page of Ogg that is made here."""
LEAST_RUN, LONGEST_RUN = 0.04, 1.0
"""Seconds taken out at once."""
FIRST_SECONDS, EVERY_SECONDS = 1.5, 2.0
"""One run in each two seconds, and none in the first page of Ogg, which has nothing to be measured against."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container with a codec in it, and how it is made."""

    name: str
    format: str
    codec: str
    sr: int
    samples: int
    """Samples in a packet."""
    options: tuple[tuple[str, str], ...] = ()
    """Of the muxer."""
    bit_rate: int = 32000


CONTAINERS = (
    Container("WebM Opus", "webm", "libopus", 48000, 960),
    Container("Matroska AAC", "matroska", "aac", 16000, 1024),
    Container("MP4 AAC", "mp4", "aac", 16000, 1024),
    Container("MP4 Opus", "mp4", "libopus", 48000, 960),
    Container("fragmented MP4 AAC", "mp4", "aac", 16000, 1024, (("movflags", "frag_keyframe+empty_moov"),)),
    Container("mov AAC", "mov", "aac", 16000, 1024),
    Container("3gp AMR", "3gp", "amr_nb", 8000, 160, bit_rate=12200),
    Container("MPEG-TS AAC", "mpegts", "aac", 16000, 1024),
    Container("Ogg Opus, a packet a page", "ogg", "libopus", 48000, 960, (("page_duration", "20000"),)),
    Container("Ogg Opus, pages of 1 s", "ogg", "libopus", 48000, 960, (("page_duration", "1000000"),)),
)


@dataclass(frozen=True, slots=True)
class Count:
    """What was found in one container, or in several recordings of it."""

    files: int = 0
    dropped: int = 0
    """Runs of packets taken out."""
    found: int = 0
    """Of these, gaps with both edges in place."""
    near: int = 0
    """Of these, gaps as long as they are, whose edges are no further than a page away."""
    speech: int = 0
    """Runs taken out of speech."""
    reported: int = 0
    """Of these, covered to the half by dropouts."""
    false: int = 0
    """Dropouts that touch no run."""
    alarms: int = 0
    """Files with all their packets in which there is a gap or a dropout, or which are not called intact."""

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def encoded(y: Samples, kind: Container) -> bytes:
    """Return a file of one track with sound of the container's rate, shape (n,)."""
    import av

    file = io.BytesIO()
    with av.open(file, "w", format=kind.format, options=dict(kind.options)) as out:
        stream = out.add_stream(kind.codec, rate=kind.sr, layout="mono")
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = kind.bit_rate
        resampler = av.AudioResampler(stream.format, "mono", kind.sr, frame_size=kind.samples)
        frame = av.AudioFrame.from_ndarray(quantised(y)[np.newaxis], format="s16", layout="mono")
        frame.sample_rate, frame.pts = kind.sr, 0
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            out.mux(stream.encode(part))
        out.mux(stream.encode(None))
    return file.getvalue()


def without(data: bytes, kind: Container, runs: Sequence[Span]) -> tuple[bytes, list[Span]]:
    """Take the packets of some stretches out; return the file and when what is gone would have been played.

    A player begins at zero, and with the first packet where that is stamped later; what lies before zero is the
    delay of the coder.
    """
    import av

    file = io.BytesIO()
    options = dict(kind.options)
    with av.open(io.BytesIO(data), "r") as source, av.open(file, "w", format=kind.format, options=options) as out:
        track = source.streams.audio[0]
        stream = out.add_stream_from_template(track)
        packets = [packet for packet in source.demux(track) if packet.dts is not None]
        stamps = np.array([float((packet.pts or 0) * (packet.time_base or 0)) for packet in packets])
        times = stamps - max(stamps[0], 0.0)
        edges = [_packets(start, end, times, kind) for start, end in runs]
        gone = {n for first, past in edges for n in range(first, past)}
        for packet in (packet for n, packet in enumerate(packets) if n not in gone):
            packet.stream = stream
            out.mux(packet)
    return file.getvalue(), [(float(times[first]), float(times[past])) for first, past in edges]


def _packets(start: float, end: float, times: NDArray[np.float64], kind: Container) -> tuple[int, int]:
    """The packets of a stretch, first and one past the last: at least 40 ms of them."""
    first = int(np.argmin(np.abs(times - start)))
    packet = kind.samples / kind.sr
    return first, first + max(round((end - start) / packet), int(np.ceil(LEAST_RUN / packet - 1e-6)))


def runs_of(seconds: float, rng: np.random.Generator) -> list[Span]:
    """Stretches to take out of a recording: as many short ones as long ones by the logarithm."""
    last = seconds - LONGEST_RUN - EVERY_SECONDS / 2
    begins = np.arange(FIRST_SECONDS, last, EVERY_SECONDS)
    lengths = np.exp(rng.uniform(np.log(LEAST_RUN), np.log(LONGEST_RUN), begins.size))
    starts = begins + rng.uniform(0.0, EVERY_SECONDS / 4, begins.size)
    return [(float(start), float(start + length)) for start, length in zip(starts, lengths, strict=True)]


def heard(data: bytes) -> tuple[list[Span], Report]:
    """The gaps of a file and what is said of it."""
    table = measure(read(data))
    gaps = gaps_of(table, 0)
    return list(zip(gaps.starts.tolist(), gaps.ends.tolist(), strict=True)), compose(table)


def tried(task: tuple[tuple[Path, int], Container], seed: int) -> Count:
    """Encode a recording, drop some of its packets and count what is found."""
    (path, number), kind = task
    y, sr = first_channel(path)
    whole = encoded(resampled(y, sr, kind.sr), kind)
    data, truth = without(whole, kind, runs_of(y.size / sr, np.random.default_rng([seed, number])))
    gaps, report = heard(data)
    dropouts = _dropouts(report)
    speech = [run for run, inside in zip(truth, _in_speech(whole, truth), strict=True) if inside]
    none, intact = heard(whole)
    return Count(
        files=1,
        dropped=len(truth),
        found=sum(any(_apart(gap, run) <= EDGE_SECONDS for gap in gaps) for run in truth),
        near=sum(any(_as_long(gap, run) and _apart(gap, run) <= PAGE_SECONDS for gap in gaps) for run in truth),
        speech=len(speech),
        reported=sum(_covered(run, dropouts) >= (run[1] - run[0]) / 2 for run in speech),
        false=sum(_covered(one, truth) <= 0 for one in dropouts),
        alarms=bool(none or _dropouts(intact) or intact.verdict.label.value != "intact"),
    )


def _dropouts(report: Report) -> list[Span]:
    return [(event.start, event.end) for event in report.events if event.kind == "dropout"]


def _in_speech(whole: bytes, truth: Iterable[Span]) -> Iterator[bool]:
    """Whether at least half of each stretch is active in the file with all its packets."""
    audio = read(whole)
    active = active_frames(np.concatenate([block[0] for block in audio.blocks(audio.sr)]), audio.sr)
    for start, end in truth:
        yield bool(active[round(100 * start) : round(100 * end)].mean() >= 0.5)


def _apart(one: Span, other: Span) -> float:
    """How far the further edge of one is from that of the other, in seconds."""
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def _as_long(one: Span, other: Span) -> bool:
    return abs((one[1] - one[0]) - (other[1] - other[0])) <= EDGE_SECONDS


def _covered(span: Span, others: Iterable[Span]) -> float:
    """Seconds of a stretch that others cover, which do not overlap each other."""
    return sum(max(0.0, min(span[1], end) - max(span[0], start)) for start, end in others)


def speech_of(folders: Sequence[Path]) -> list[Path]:
    """The intact samples in which somebody speaks, and the recordings of folders: those that are long enough.

    Raises
    ------
    AudioError
        A folder is missing, or a recording cannot be read.
    SimulationError
        A folder holds no recording.
    """
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["label"] == "intact"]
    paths = [SAMPLES / row["file"] for row in rows if row["file"] not in WITHOUT_SPEECH]
    for file in (one for folder in folders for one in recordings([folder])):
        if isinstance(file, Failure):
            raise SimulationError(file.message)
        paths.append(Path(file))
    return [path for path in paths if read(str(path)).format.duration >= LEAST_SECONDS]


def share(k: int, n: int) -> str:
    """A count with its share and Wilson's interval at 95 %."""
    low, high = _interval(k, n)
    return f"{k} of {n}: {k / n:.0%} ({low:.0%}-{high:.0%})" if n else "-"


def row_of(name: str, count: Count) -> str:
    """A line of the table."""
    shares = (share(count.found, count.dropped), share(count.near, count.dropped), share(count.reported, count.speech))
    return "| " + " | ".join((name, *shares, str(count.false), f"{count.alarms} of {count.files}")) + " |"


HEAD = (
    "| container | gaps to 10 ms (95 %) | within 1 s, as long (95 %) | in speech, reported (95 %) "
    "| false dropouts | alarms with all packets |\n|---|---:|---:|---:|---:|---:|"
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 2 usage."""
    names = [kind.name for kind in CONTAINERS]
    parser = argparse.ArgumentParser(prog="container_gaps.py", description="Count the dropped packets that are found.")
    parser.add_argument("--speech", action="append", default=[], type=Path, metavar="FOLDER", help="adds recordings")
    parser.add_argument("--only", action="append", choices=names, help="a container; may be given again; default: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=multiprocessing.cpu_count(), metavar="N", help="processes")
    options = parser.parse_args(arguments)
    try:
        speech = [(path, number) for number, path in enumerate(speech_of(options.speech))]
    except AudioqError as error:
        parser.error(str(error))
    kinds = [kind for kind in CONTAINERS if kind.name in (options.only or names)]
    print(HEAD, flush=True)
    one_thread_each()
    with ProcessPoolExecutor(options.jobs, mp_context=multiprocessing.get_context("spawn")) as pool:
        counts = list(pool.map(partial(tried, seed=options.seed), product(speech, kinds)))
    for at, kind in enumerate(kinds):
        print(row_of(kind.name, sum(counts[at :: len(kinds)], Count())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
