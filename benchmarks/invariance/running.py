"""Running: every recording through its invariances, in processes, with progress on standard error."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from audioq.errors import AudioError
from audioq.simulate import Span
from benchmarks.invariance.measuring import Findings, measure_one
from benchmarks.invariance.recordings import SAMPLES, Recording, known_harm, read_recording, recordings_in
from benchmarks.invariance.simulated import CALLS, simulate_call
from benchmarks.invariance.table import BY_NAME
from benchmarks.threads import one_thread_each

QUICK_RECORDINGS = (
    "blocked_metallic_bursts.flac",
    "blocked_recorder_noise.wav",
    "blocked_telegram_silence.flac",
    "degraded_bursty_loss.flac",
    "degraded_comfort_noise.opus",
    "degraded_random_loss.wav",
    "degraded_telegram_metallic.flac",
    "intact_mobile_recorder.3gp",
    "intact_telegram_call.flac",
    "simulated_bursty_zeros",
    "simulated_bursty_repetition",
    "simulated_throttled_fades",
    "simulated_stutter",
    "simulated_tones",
    "simulated_hum",
    "simulated_clipping",
    "simulated_one_bad_direction",
)
"""Samples and simulated calls of the quick set."""

QUICK = (
    "shift 3.7 ms",
    "gain -20 dB",
    "gain +6 dB",
    "silence 5 s before",
    "background 0.5 s after",
    "8 to 16 kHz",
    "16 to 8 kHz",
    "48 to 16 kHz",
    "MP3 128 kbit/s",
    "split in two",
    "added dropout",
)
"""Invariances of the quick set; those of every bit are tested on all samples besides."""


@dataclass(frozen=True, slots=True)
class Job:
    """Where one recording comes from: a file with its known harm, or a simulated call."""

    name: str
    file: Path | None = None
    truth: tuple[Span, ...] = ()

    def load(self) -> Recording:
        """Decode or simulate it."""
        return simulate_call(self.name) if self.file is None else read_recording(self.file, self.truth)

    @property
    def quick(self) -> bool:
        """Whether it belongs to the quick set."""
        return self.name in QUICK_RECORDINGS and (self.file is None or self.file.parent == SAMPLES)


def jobs_of(folder: Path | None, simulated: bool = True) -> list[Job]:
    """The recordings of a folder and the simulated calls."""
    harm = known_harm(folder) if folder is not None else {}
    files = recordings_in(folder) if folder is not None else []
    return [
        *(Job(file.name, file, harm.get(file.name, ())) for file in files),
        *(Job(name) for name in CALLS if simulated),
    ]


def measure_job(job: Job, names: Sequence[str]) -> Findings:
    """Load one recording and try the named invariances on it; one that cannot be read is said to be so and left out."""
    try:
        return measure_one(job.load(), [BY_NAME[name] for name in names])
    except AudioError as problem:
        print(problem, file=sys.stderr)
        return Findings()


def measure_all(jobs: Sequence[Job], names: Sequence[str], processes: int) -> list[Findings]:
    """The findings of each job, in the order of the jobs."""
    started = time.monotonic()
    one_thread_each()
    # Spawned, not forked: a fork would keep the threads that numpy has started here.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        futures = [pool.submit(measure_job, job, names) for job in jobs]
        for done, _ in enumerate(as_completed(futures), start=1):
            _say_progress(done, len(jobs), time.monotonic() - started)
        return [future.result() for future in futures]


def _say_progress(done: int, n: int, seconds: float) -> None:
    terminal = sys.stderr.isatty()
    if terminal or done % max(1, n // 10) == 0 or done == n:
        end = "\r" if terminal and done < n else "\n"
        print(f"{done} of {n} recordings, {seconds:.0f} s", end=end, file=sys.stderr, flush=True)
