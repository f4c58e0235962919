"""Testing: what tests of a voice service say of its recordings; for pytest, and anything that runs ``assert``."""

from __future__ import annotations

from typing import Any

from audioq.render.text import to_page
from audioq.report import Report, analyze
from audioq.rules import Label

_WORST_LAST = tuple(map(str, Label))


def assert_intact(recording: Any, *, at_worst: str = "intact", **how: Any) -> Report:
    """Fail unless the verdict on a recording is intact, and say what was found instead.

    Parameters
    ----------
    recording : path, bytes, binary file, array, or (array, sr)
        As `analyze` takes it.
    at_worst : {"intact", "degraded"}
        The worst verdict that will do.
    **how
        Handed to `analyze`, such as ``sr``, ``channels`` or ``thresholds``.

    Returns
    -------
    Report
        For further assertions; ``report.warnings`` says what is odd about the file itself, such as bytes that are
        probably in another format. A call that nobody answered is intact too: ``report.verdict.basis`` is ``speech``
        where speech was heard.

    Raises
    ------
    AssertionError
        The verdict is worse; the message is the whole report with reasons and times.
    AudioError
        The recording cannot be read, which says nothing of its sound.
    ValueError
        `at_worst` is something else.

    Examples
    --------
    >>> import numpy as np
    >>> from audioq.simulate import speechlike
    >>> from audioq.testing import assert_intact
    >>> report = assert_intact(speechlike(6.0, 8000, np.random.default_rng(1)), sr=8000)
    >>> report.scores["delivered_ratio"]
    1.0
    """
    __tracebackhide__ = True  # pytest then shows the line of the test, and not this one
    if at_worst not in _WORST_LAST[:-1]:
        raise ValueError(f"at_worst is {at_worst!r}; give one of {', '.join(_WORST_LAST[:-1])}")
    report = analyze(recording, **how)
    label = report.verdict.label.value
    if _WORST_LAST.index(label) > _WORST_LAST.index(at_worst):
        raise AssertionError(f"{label}, where {at_worst} is the worst that will do\n{to_page(report)}")
    return report
