"""Ranges: numbers that make no sense are refused before any work."""

from __future__ import annotations

from audioq.batches.limits import Limits
from audioq.errors import BatchError
from audioq.messages import text


def check_ranges(
    *,
    jobs: int | None = None,
    sample: int | None = None,
    seed: int = 1,
    start: float | None = None,
    end: float | None = None,
    limits: Limits | None = None,
) -> None:
    """Refuse what a batch cannot be asked for; the command refuses it as well.

    Raises
    ------
    BatchError
        Names the argument, its value and what would do.
    """
    limits = limits or Limits()
    least: dict[str, tuple[float | None, float]] = {
        "jobs": (jobs, 1),
        "sample": (sample, 1),
        "seed": (seed, 0),
        "start": (start, 0.0),
        "timeout": (limits.timeout, 0.1),
        "max_duration": (limits.max_duration, 0.0),
        "max_memory": (limits.max_memory, 64),
        "max_size": (limits.max_size, 1),
    }
    for name, (value, lowest) in least.items():
        if value is not None and not value >= lowest:
            raise BatchError(text("error.batch.range", {"name": name, "value": value, "wanted": f"{lowest:g} or more"}))
    if end is not None and not end > (start or 0.0):
        raise BatchError(text("error.batch.range", {"name": "end", "value": end, "wanted": "more than start"}))
