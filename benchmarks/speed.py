"""Speed: what audioq costs, as ratios that hold on any machine.

::

    python benchmarks/speed.py            # a few minutes
    python benchmarks/speed.py --quick    # about one minute, rougher

Three figures: CPU as a ratio to the floor of ``floor.py`` (measured inside the process after a first call, so
without start-up), cold start as a ratio to ``import numpy``, and peak memory by length. Only standard modules are
imported here: on Linux the peak of a child includes what its parent held when it was started. Needs a POSIX system.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
HOUR = 3600.0
FIRST = 10.0
"""Seconds of the recording of a first call and of a cold start."""
WORK = {
    "floor": "from benchmarks.floor import main; work = lambda file: main([file])",
    "analysis": "from audioq.report import analyze as work",
}
TIMED = """
import sys, time
{work}
work(sys.argv[1])  # what a first call imports is the cold start's affair
started = time.process_time()
work(sys.argv[2])
print(time.process_time() - started)
"""
MIB_UNITS = 1024.0 * 1024.0 if sys.platform == "darwin" else 1024.0
"""The system tells peak memory in bytes on macOS and in KiB elsewhere."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of a command took."""

    wall: float
    cpu: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often to measure."""

    length: float
    rounds: int
    starts: int
    memory: tuple[float, ...]


FULL = Plan(length=3600, rounds=7, starts=15, memory=(30, 600, 3600))
QUICK = Plan(length=600, rounds=7, starts=5, memory=(30, 600))


class RunError(Exception):
    """A measured command failed, so that its cost means nothing."""


def _environment() -> dict[str, str]:
    """One thread, and modules compiled once as in an installed copy, which some machines forbid."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "OPENBLAS_NUM_THREADS": "1"}


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command with one thread and return what it took, start-up and children included."""
    started = time.perf_counter()
    # From the checkout's root, so that this checkout is measured, installed or not.
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environment(), cwd=HERE.parent)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RunError(f"exit code {process.returncode} from {' '.join(command[:4])} ...")
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MIB_UNITS)


def cpu_of(work: str, first: Path, file: Path) -> float:
    """Return the CPU seconds of one call, in a process of its own that has made a first call already."""
    command = _python("-c", TIMED.format(work=WORK[work]), str(first), str(file))
    done = subprocess.run(command, stdout=subprocess.PIPE, env=_environment(), cwd=HERE.parent, text=True, check=False)
    if done.returncode:
        raise RunError(f"exit code {done.returncode} from the {work}")
    return float(done.stdout)


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _command(file: Path) -> list[str]:
    return _python("-m", "audioq", "analyze", str(file), "--format", "json")


def _import_numpy(file: Path) -> list[str]:
    return _python("-c", "import numpy")


class Recordings:
    """Writes each recording when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, seconds: float, sr: int, channels: int) -> Path:
        """Return the file of a recording of this length, rate and number of channels."""
        file = self._folder / f"{seconds:g}s_{sr}_{channels}.wav"
        if not file.exists():
            subprocess.run(
                _python(str(HERE / "recording.py"), str(file), f"{seconds:g}", str(sr), str(channels)), check=True
            )
        return file


@dataclass(frozen=True, slots=True)
class Ratio:
    """Cost against a yardstick, round by round: both medians, and the ratio with its range."""

    name: str
    unit: str
    subject: float
    yardstick: float
    ratio: float
    low: float
    high: float


def ratio_of(name: str, unit: str, subject: Sequence[float], yardstick: Sequence[float]) -> Ratio:
    """Return the ratio of two costs that were measured in turn, so that both saw the same machine."""
    ratios = [one / other for one, other in zip(subject, yardstick, strict=True)]
    return Ratio(name, unit, median(subject), median(yardstick), median(ratios), min(ratios), max(ratios))


def measure_cost(recordings: Recordings, plan: Plan) -> Ratio:
    """Return the CPU of the analysis of 16 kHz mono as a ratio to the floor."""
    first, file = (recordings.get(seconds, 16000, 1) for seconds in (FIRST, plan.length))
    turns = [(cpu_of("analysis", first, file), cpu_of("floor", first, file)) for _ in range(plan.rounds)]
    hours = plan.length / HOUR
    return ratio_of("analysis / floor", "CPU s an hour", [a / hours for a, _ in turns], [f / hours for _, f in turns])


def measure_start(recordings: Recordings, plan: Plan) -> tuple[Ratio, Ratio]:
    """Return wall and CPU time of a cold ``audioq analyze one.wav`` as ratios to ``import numpy``."""
    file = recordings.get(FIRST, 16000, 1)
    for command in (_import_numpy, _command):  # once unmeasured: the files come from the disk
        cost_of(command(file))
    turns = [(cost_of(_command(file)), cost_of(_import_numpy(file))) for _ in range(plan.starts)]
    wall = ratio_of("cold start / import numpy", "s", [a.wall for a, _ in turns], [n.wall for _, n in turns])
    cpu = ratio_of("cold start / import numpy", "CPU s", [a.cpu for a, _ in turns], [n.cpu for _, n in turns])
    return wall, cpu


@dataclass(frozen=True, slots=True)
class Peak:
    """Most memory that ``audioq analyze`` held, and its CPU time."""

    seconds: float
    sr: int
    channels: int
    mib: float
    cpu: float


def measure_memory(recordings: Recordings, plan: Plan) -> Iterator[Peak]:
    """Yield the peak memory of the command by length, for the two usual forms of recordings."""
    for sr, channels in ((16000, 1), (48000, 2)):
        for seconds in plan.memory:
            cost = cost_of(_command(recordings.get(seconds, sr, channels)))
            yield Peak(seconds, sr, channels, cost.peak_mib, cost.cpu)


def ratio_lines(ratios: Sequence[Ratio]) -> list[str]:
    """Return ratios as rows of a Markdown table."""
    lines = ["| what | unit | audioq | yardstick | ratio | lowest to highest |", "|---|---|---:|---:|---:|---:|"]
    for one in ratios:
        costs = f"{one.subject:.3f} | {one.yardstick:.3f}"
        lines.append(f"| {one.name} | {one.unit} | {costs} | **{one.ratio:.2f}** | {one.low:.2f} to {one.high:.2f} |")
    return lines


def peak_lines(peaks: Sequence[Peak]) -> list[str]:
    """Return peaks as rows of a Markdown table."""
    lines = ["| recording | length, s | peak MiB | CPU s |", "|---|---:|---:|---:|"]
    for one in peaks:
        form = f"{one.sr // 1000} kHz, {'stereo' if one.channels == 2 else 'mono'}"
        lines.append(f"| {form} | {one.seconds:g} | **{one.mib:.0f}** | {one.cpu:.2f} |")
    return lines


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="speed.py", description="Measure what audioq costs.")
    parser.add_argument("--quick", action="store_true", help="shorter recordings and fewer rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON too")
    return parser


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def measure(plan: Plan, folder: Path) -> tuple[list[Ratio], list[Peak]]:
    """Measure all three tables, with a line on standard error before each."""
    recordings = Recordings(folder)
    _note("cold start")
    starts = measure_start(recordings, plan)
    _note("cost against the floor")
    cost = measure_cost(recordings, plan)
    _note("peak memory")
    return [cost, *starts], list(measure_memory(recordings, plan))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 done, 1 a measured command failed, 2 usage."""
    options = _parser().parse_args(arguments)
    plan = QUICK if options.quick else FULL
    try:
        with tempfile.TemporaryDirectory() as folder:
            ratios, peaks = measure(plan, Path(folder))
    except (RunError, subprocess.CalledProcessError) as problem:
        _note(f"nothing can be said: {problem}")
        return 1
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print("\n".join([machine, "", *ratio_lines(ratios), "", *peak_lines(peaks)]))
    if options.json is not None:
        figures = {"machine": machine, "ratios": [asdict(r) for r in ratios], "peaks": [asdict(p) for p in peaks]}
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
