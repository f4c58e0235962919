"""Attempts: one recording that fails leaves the others alone."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import IO, TypeVar

from audioq import messages
from audioq.errors import AudioqError, InstallationError, InternalError
from audioq.report import Failure

Made = TypeVar("Made")


def attempt(file: str, make: Callable[[str], Made], trace: IO[str] | None = None) -> Made | Failure:
    """Return what `make` makes of a file, or a `Failure` where it raises.

    What audioq raises on purpose keeps its type and message. Anything else is our own fault and
    becomes an `InternalError` that asks for a report.

    Parameters
    ----------
    file : str
        What `make` gets.
    make : callable
        Makes a report of one file.
    trace : text file, optional
        Where the traceback of a fault of our own goes.
    """
    try:
        return make(file)
    except InstallationError:
        raise  # no recording can be analysed, and none is to blame
    except AudioqError as error:
        return Failure(file=file, type=type(error).__name__, message=str(error))
    except Exception as error:
        if trace is not None:
            traceback.print_exc(file=trace)
        return _our_fault(file, error)


def _our_fault(file: str, error: Exception) -> Failure:
    from audioq import __version__

    cause = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    message = messages.text("error.internal", {"file": file, "cause": cause, "version": __version__})
    return Failure(file=file, type=InternalError.__name__, message=message)
