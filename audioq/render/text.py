"""Reports for people: one line a recording, or one recording in full.

Written without Rich: its import and its tables cost 80 ms, and a call is to be told in a quarter of
a second. The text may hold characters beyond ASCII; `escape.encodable` makes it fit the console. Names from
outside are shown with everything invisible escaped.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Mapping, Sequence

from audioq import messages
from audioq.assessable import HARMS, hidden
from audioq.events import Event
from audioq.render.escape import printable
from audioq.render.timeline import bar, ruler
from audioq.render.wording import say_channel, say_format, say_hindrance, say_note, say_reason, say_score
from audioq.report import Failure, Report
from audioq.scores import METRICS
from audioq.verdict import Verdict

WIDTH = 100
"""Columns of a page that is not shown on a terminal, so that its bytes depend on nothing else."""

MOST_EVENTS = 20
"""The most events that a page lists."""

_INDENT = "  "

# Bold green, yellow and red, as codes of ANSI terminals.
_STYLES = {"intact": "1;32", "degraded": "1;33", "blocked": "1;31", "bold": "1"}

# Columns of the table of events, and the side to which each keeps.
_COLUMNS = {
    "start": ">",
    "end": ">",
    "kind": "<",
    "channel": "<",
    "severity": ">",
    "confidence": ">",
    "affects_verdict": "<",
}

# Undefined, these two say something about the recording; the others are left out where undefined.
_ALWAYS = ("mos", "delivered_ratio")

# Shown where they are not zero, because a zero says only that nothing was found.
_IF_ANY = (
    *("dropout_ratio", "dropouts_per_minute", "longest_dropout_s", "buzz_ratio", "buzz_per_minute"),
    *("stutter_per_minute", "splices_per_minute", "zero_ratio", "clipping_ratio", "hum_db"),
)


def to_line(item: Report | Failure, *, color: bool = False, language: str = "en") -> str:
    """Return a report or a failure as one line: label, how sure, the file, the first reason, warnings by their ids.

    An ``intact`` of a recording in which some harm would not have shown names the kinds.

    Parameters
    ----------
    item : Report or Failure
        What was found, or why nothing could be found.
    color : bool
        Whether to colour the label by terminal escapes.
    language : str
        Language of the sentences.
    """
    if isinstance(item, Failure):
        return printable(messages.text("line.failure", {"message": item.message}, language))
    verdict = item.verdict
    reason = _reasons(verdict, item.scores, language)[0]
    if len(item.channels) > 1 and item.channels[verdict.channel].name:
        reason = messages.text("line.channel", {"channel": _who(item, verdict.channel, language), "reason": reason})
    label = f"{verdict.label:<8}"
    if color:
        label = _styled(label, verdict.label)
    notes = "".join([f" [{note.id}]" for note in item.warnings] + _blind(item, language))
    return f"{label}  {_sure(verdict, language):>9}  {printable(item.file)}: {printable(reason)}{printable(notes)}"


def _blind(report: Report, language: str) -> list[str]:
    kinds = hidden(report.assessable, HARMS)
    if not kinds or report.verdict.label != "intact":
        return []
    return [" " + messages.text("line.hidden", {"kinds": ", ".join(kinds)}, language)]


def to_page(report: Report, *, color: bool = False, width: int = WIDTH, language: str = "en") -> str:
    """Return one recording in full, without the last line's end.

    The page has the reasons in sentences, other explanations, a timeline of the events that count
    for the verdict, the most severe events, what their kinds mean, the scores and the warnings.
    Parameters as in `to_line`; `width` is in columns.
    """
    lines = _heading(report, color, language)
    for title, section in _SECTIONS.items():
        body = section(report, width - len(_INDENT), language)
        if body:
            words = messages.text(title, language=language)
            lines += ["", _styled(words, "bold") if color else words, *(f"{_INDENT}{line}".rstrip() for line in body)]
    return "\n".join(lines)


def _styled(text: str, style: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def _sure(verdict: Verdict, language: str) -> str:
    # No verdict is certain, so nothing over 99 % is shown as more.
    return messages.text("line.confidence", {"confidence": min(verdict.confidence, 0.99)}, language)


def _reasons(verdict: Verdict, scores: Mapping[str, float], language: str) -> list[str]:
    """Return at least one sentence: the reasons, else what the verdict rests on."""
    reasons = [say_reason(reason, scores, language) for reason in verdict.because]
    if not reasons:
        known = f"basis.{verdict.basis}" in messages.MESSAGES[language]
        reasons = [messages.text(f"basis.{verdict.basis}", language=language) if known else verdict.basis]
    return list(dict.fromkeys(reasons))


def _heading(report: Report, color: bool, language: str) -> list[str]:
    label = str(report.verdict.label)
    harm = messages.text(f"severity.{messages.severity_band(report.severity)}", language=language)
    shown = _styled(label, label) if color else label
    file = report.file if report.call_id is None else f"{report.call_id}: {report.file}"
    return [
        f"{shown}  {_sure(report.verdict, language)}, {harm}  {printable(file)}",
        printable(say_format(report.format, language)),
        *_recorded(report, language),
    ]


def _recorded(report: Report, language: str) -> list[str]:
    """Return how it was recorded, where that is more than a file says of itself or was said."""
    heard = report.recording
    if heard is None or (heard.chain != "loudspeaker" and heard.side is None):
        return []
    values = {"chain": messages.text(f"chain.{heard.chain}", language=language), "confidence": heard.confidence}
    side = "" if heard.side is None else messages.text(f"side.{heard.side}", language=language)
    return [messages.text("page.recording", {**values, "side": side}, language)]


def _who(report: Report, channel: int, language: str) -> str:
    return say_channel(channel, language, report.channels[channel].name)


def _why(report: Report, width: int, language: str) -> list[str]:
    reasons = _reasons(report.verdict, report.scores, language)
    if len(report.channels) > 1 and report.channels[report.verdict.channel].name:
        who = _who(report, report.verdict.channel, language)
        reasons.append(messages.text("page.rests_on", {"channel": who}, language))
    return _bullets(reasons, width)


def _legs(report: Report, width: int, language: str) -> list[str]:
    rows = [{"leg": one.name, "file": one.file, "format": say_format(one.format, language)} for one in report.legs]
    return _bullets([messages.text("page.leg", row, language) for row in rows], width, _names(report))


def _rivals(report: Report, width: int, language: str) -> list[str]:
    known = messages.MESSAGES[language]
    ids = [(name, f"rival.{name}") for name in report.verdict.rivals]
    return _bullets([messages.text(id, language=language) if id in known else name for name, id in ids], width)


def _channels(report: Report, width: int, language: str) -> list[str]:
    lines = []
    for number, channel in enumerate(report.channels):
        verdict = channel.verdict
        values = {"channel": _who(report, number, language), "label": str(verdict.label)}
        values |= {"confidence": _sure(verdict, language), "reason": _reasons(verdict, channel.scores, language)[0]}
        sentence = "page.ignored" if channel.role == "ignored" else "page.channel"
        lines.append(messages.text(sentence, values, language))
    return _bullets(lines, width, _names(report)) if len(lines) > 1 else []


def _timeline(report: Report, width: int, language: str) -> list[str]:
    rows: dict[str, list[Event]] = {}
    order = messages.names("kind", language)
    for event in sorted(report.events, key=lambda event: (event.channel, (*order, event.kind).index(event.kind))):
        if event.affects_verdict:
            rows.setdefault(_place(event, report, language), []).append(event)
    if not rows or report.format.duration <= 0:
        return []
    indent = max(map(len, rows))
    # Beside the name stand a blank and two rules; the last second's label may stand out by a few more.
    cells = max(10, width - indent - 7)
    lines = [f"{name:>{indent}} │{bar(events, report.format.duration, cells)}│" for name, events in rows.items()]
    return [*lines, " " * (indent + 2) + ruler(report.format.duration, cells)]


def _place(event: Event, report: Report, language: str) -> str:
    name = printable(event.kind)
    return name if len(report.channels) < 2 else f"{printable(_who(report, event.channel, language))}, {name}"


def _events(report: Report, width: int, language: str) -> list[str]:
    worst = sorted(report.events, key=lambda event: (not event.affects_verdict, -event.severity, event.start))
    columns = [name for name in _COLUMNS if name != "channel" or len(report.channels) > 1]
    rows = [{name: messages.text(f"column.{name}", language=language) for name in columns}]
    shown = sorted(worst[:MOST_EVENTS], key=lambda event: (event.start, event.end, event.kind, event.channel))
    rows += [_cells(event, printable(_who(report, event.channel, language)), language) for event in shown]
    widths = {name: max(len(row[name]) for row in rows) for name in columns}
    lines = ["   ".join(f"{row[name]:{_COLUMNS[name]}{widths[name]}}" for name in columns) for row in rows]
    if len(worst) > MOST_EVENTS:
        lines.append(messages.text("page.more", {"count": len(worst) - MOST_EVENTS}, language))
    return lines if worst else []


def _cells(event: Event, who: str, language: str) -> dict[str, str]:
    counts = "page.harmful" if event.affects_verdict else "page.harmless"
    return {
        "start": f"{event.start:.2f} s",
        "end": f"{event.end:.2f} s",
        "kind": printable(event.kind),
        "channel": who,
        "severity": f"{event.severity:.2f}",
        "confidence": f"{event.confidence:.0%}",
        "affects_verdict": messages.text(counts, language=language),
    }


def _meanings(report: Report, width: int, language: str) -> list[str]:
    found = {event.kind for event in report.events}
    known = [name for name in messages.names("kind", language) if name in found]
    return _grid([(name, messages.text(f"kind.{name}", language=language)) for name in known], width)


def _scores(report: Report, width: int, language: str) -> list[str]:
    rows = [
        (metric.name, say_score(metric.name, report.scores.get(metric.name), language), metric.meaning)
        for metric in METRICS
        if _worth_showing(metric.name, report.scores.get(metric.name, math.nan))
    ]
    return _grid(rows, width)


def _worth_showing(name: str, value: float) -> bool:
    return name in _ALWAYS or (math.isfinite(value) and (value > 0 or name not in _IF_ANY))


def _warnings(report: Report, width: int, language: str) -> list[str]:
    return _bullets([say_note(note, language) for note in report.warnings], width, _names(report))


def _hidden(report: Report, width: int, language: str) -> list[str]:
    kinds: dict[str, list[str]] = {}
    for one in report.assessable:
        for note in one.why:
            kinds.setdefault(say_hindrance(note, language), []).append(one.kind)
    lines = [
        messages.text("page.hidden", {"kinds": ", ".join(names), "reason": reason}, language)
        for reason, names in kinds.items()
    ]
    return _bullets(lines, width)


# The sections in their order, by the ids of their titles; one without lines is left out.
_SECTIONS: dict[str, Callable[[Report, int, str], list[str]]] = {
    "page.why": _why,
    "page.rivals": _rivals,
    "page.legs": _legs,
    "page.channels": _channels,
    "page.timeline": _timeline,
    "page.events": _events,
    "page.meanings": _meanings,
    "page.assessable": _hidden,
    "page.scores": _scores,
    "page.warnings": _warnings,
}


def _bullets(sentences: Sequence[str], width: int, names: Sequence[str] = ()) -> list[str]:
    """Return sentences with a capital letter each, but for those that begin with a name, which stays as it is."""
    kept = tuple(names)
    return _grid([("•", s if s.startswith(kept) else s[:1].upper() + s[1:]) for s in sentences], width, gap=1)


def _names(report: Report) -> list[str]:
    """Return the names of channels and legs that people gave."""
    return [name for one in report.channels for name in (one.name, one.leg) if name] + [leg.name for leg in report.legs]


def _grid(rows: Sequence[tuple[str, ...]], width: int, gap: int = 2) -> list[str]:
    """Return rows of cells in columns, of which the last one wraps below itself."""
    widths = [max(map(len, column)) + gap for column in zip(*rows, strict=True)][:-1]
    lines = []
    for *cells, last in rows:
        head = "".join(f"{printable(cell):<{wide}}" for cell, wide in zip(cells, widths, strict=True))
        room = max(width - len(head), 20)
        wrapped = textwrap.wrap(printable(last), room, break_long_words=False, break_on_hyphens=False)
        lines += [head + wrapped[0], *(" " * len(head) + line for line in wrapped[1:])] if wrapped else [head]
    return lines
