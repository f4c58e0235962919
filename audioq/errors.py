"""What can go wrong, as types. Each message names the file, the problem and the remedy."""

from __future__ import annotations


class AudioqError(Exception):
    """Any failure that audioq reports on purpose."""


class AudioError(AudioqError):
    """A recording could not be read or holds nothing that can be judged.

    Parameters
    ----------
    source : str
        File name or a description of the input, as the user gave it.
    problem : str
        What is wrong, without a full stop.
    remedy : str
        What the user can do about it, without a full stop.
    cause : str, optional
        One word for it, as batches count failures: one of `audioq.batches.rows.CAUSES`.

    Attributes
    ----------
    quotes : bool
        Whether it quotes what a library or a server said, which may hold any name.
    """

    cause = "unreadable"
    quotes = False

    def __init__(self, source: str, problem: str, remedy: str, cause: str | None = None) -> None:
        super().__init__(source, problem, remedy)
        self.source = source
        self.problem = problem
        self.remedy = remedy
        self.cause = cause or self.cause

    def __str__(self) -> str:
        return f"{self.source}: {self.problem}; {self.remedy}"


class LimitError(AudioError):
    """A recording is larger, longer, slower or needs more memory than is allowed."""

    cause = "too_long"


class CrashError(AudioError):
    """A recording ended every worker process that tried to read it."""

    cause = "crash"


class BatchError(AudioqError):
    """A batch cannot begin or go on as asked: a wrong manifest, results of another policy, a full disc."""


class RoomError(BatchError):
    """A machine has no room for a copy of a recording."""


class RolesError(AudioError):
    """The roles that were given do not fit the channels of a recording, or the legs of a call."""

    cause = "roles"


class TableError(AudioqError):
    """A saved feature table cannot be read, or lacks what a judgement needs."""


class ThresholdError(AudioqError):
    """A threshold does not exist or its value lies outside its range."""


class SimulationError(AudioqError):
    """A simulated call cannot be made as asked: no such recipe, an impossible setting, a missing codec."""


class InternalError(AudioqError):
    """Our own fault. The message asks for a report; the cause is chained."""


class InstallationError(AudioqError):
    """A file that belongs to audioq itself is missing, damaged or of another version; to install again mends it."""
