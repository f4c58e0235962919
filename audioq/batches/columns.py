"""Columns: what stands in the tables of a batch. CSV headers, Arrow schemas and the pages follow from these lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from audioq.kinds import KINDS
from audioq.scores import METRICS

TABLES_VERSION = 1
"""The column ``schema_version``. Columns are only ever added under one version."""

TYPES = {
    "text": "text",
    "category": "text, dictionary-encoded",
    "number": "double",
    "integer": "int64",
    "boolean": "boolean",
    "time": "timestamp, µs, UTC",
    "texts": "list of text",
    "numbers": "map of text to double",
    "words": "map of text to text",
}
"""What a column can hold. A CSV cell has texts joined by blanks, and maps as JSON objects."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: how it is called, what it holds (a key of `TYPES`), in which unit, and what it means."""

    name: str
    type: str
    unit: str
    meaning: str


_ID = Column("recording_id", "text", "", "The same for the same name in every run; joins the three tables.")
_VERSION = Column("schema_version", "integer", "", "Version of these tables; under one version columns are only added.")

_VERDICT = (
    Column("label", "category", "", "`intact`, `degraded` or `blocked`; null where there is no verdict."),
    Column("basis", "category", "", "What the verdict rests on: `speech`, `no_speech` or `not_answered`."),
    Column("rule", "category", "", "Permanent id of the rule that gave the label."),
    Column("confidence", "number", "0-1", "Probability of the label."),
    Column("p_intact", "number", "0-1", "Probability that the recording is intact."),
    Column("p_degraded", "number", "0-1", "Probability that it is degraded."),
    Column("p_blocked", "number", "0-1", "Probability that it is blocked."),
)
_SCORES = tuple(Column(metric.name, "number", metric.unit, metric.meaning) for metric in METRICS)
_COUNTS = tuple(
    Column(f"{kind.name}_events", "integer", "events", f"Events `{kind.name}` on channels that are not ignored.")
    for kind in KINDS
)

RECORDINGS: tuple[Column, ...] = (
    _ID,
    Column("file", "text", "", "Name of the recording, relative to its source; bytes that are no text as `\\xNN`."),
    Column("file_uri", "text", "", "Only where the name is not Unicode: its exact bytes, percent-encoded."),
    Column("status", "category", "", "`ok`, `failed` or `no_recording`."),
    Column("cause", "category", "", "Why it failed; null unless it failed."),
    Column("error", "text", "", "The failure in a sentence."),
    *_VERDICT,
    *_SCORES,
    *_COUNTS,
    Column("chain", "category", "", "How it was recorded: `loudspeaker`, `lossy`, `direct` or `unknown`."),
    Column("chain_confidence", "number", "0-1", "Probability of the chain; null where it is unknown."),
    Column("side", "category", "", "Whose voice it holds, where that was said: `far`, `both` or `near`."),
    Column("faults", "texts", "", "What the recorder did wrong; kept out of the verdict."),
    Column("not_assessable", "texts", "", "Kinds of event that this recording could not have revealed."),
    Column("warnings", "texts", "", "Ids of the warnings."),
    Column("channel", "integer", "", "Channel on which the verdict rests, from 0, where channels were told apart."),
    Column("container", "category", "", "Container of the file."),
    Column("codec", "category", "", "Codec of the sound."),
    Column("sr", "integer", "Hz", "Rate at which the sound was analysed."),
    Column("codec_sr", "integer", "Hz", "Rate of the coded stream, where known."),
    Column("channels", "integer", "channels", "Channels of the recording, or of all legs."),
    Column("sha256", "text", "", "Digest of the file's bytes, where it was asked for."),
    Column("call_id", "text", "", "The call to which the recording belongs, where that was said."),
    Column("leg", "text", "", "The leg; of a call of several the one that the verdict rests on, if any, else all."),
    Column("started_at", "time", "UTC", "When the recording began; null where that is not known beyond doubt."),
    Column("started_at_local", "text", "", "The same as the manifest has it."),
    Column("outcome", "text", "", "What became of a call, as the manifest has it, such as `never connected`."),
    Column("small_group", "boolean", "", "With `--anonymize`: whether its group has fewer than five recordings."),
    Column("thresholds", "category", "", "Fingerprint of the thresholds: equal where the policy is equal."),
    Column("audioq", "category", "", "Version of audioq that scored it."),
    _VERSION,
)
"""One record an item of the batch, in the order of its source. Columns of the manifest follow as text."""

CHANNELS: tuple[Column, ...] = (
    _ID,
    Column("channel", "integer", "", "Counts from 0; of a call of several recordings, across its legs."),
    Column("name", "text", "", "What the channel is called, where that was said."),
    Column("role", "category", "", "`expected` to carry speech or `ignored`, where that was said."),
    Column("leg", "text", "", "The leg that holds the channel."),
    *_VERDICT,
    *_SCORES,
    _VERSION,
)
"""One record a channel of a recording that was scored."""

EVENTS: tuple[Column, ...] = (
    _ID,
    Column("event", "integer", "", "Counts from 0 within the recording, in order of time."),
    Column("start_s", "number", "s", "From the start of the recording."),
    Column("end_s", "number", "s", "One past the last moment."),
    Column("kind", "category", "", "What is heard; `audioq explain KIND` says more."),
    Column("channel", "integer", "", "Counts from 0."),
    Column("confidence", "number", "0-1", "Probability that the event is there."),
    Column("severity", "number", "0-1", "How badly it harms what is heard."),
    Column("affects_verdict", "boolean", "", "Whether it counts for the verdict."),
    Column("evidence", "numbers", "as evidence_units", "By curve: what was measured in the event."),
    Column("evidence_limits", "numbers", "as evidence_units", "By curve: the limit, null where there is none."),
    Column("evidence_units", "words", "", "By curve: the unit of both."),
    Column("started_at", "time", "UTC", "When the event began; null where that of the recording is not known."),
    Column("ended_at", "time", "UTC", "When it ended."),
    _VERSION,
)
"""One record an event."""

TABLES: dict[str, tuple[Column, ...]] = {"recordings": RECORDINGS, "channels": CHANNELS, "events": EVENTS}
"""The tables by name."""

_CARRIED_AS_OURS = frozenset(("file", "call_id", "leg", "outcome", "started_at"))
"""Columns of a manifest that stand in columns of ours already."""


def manifest_columns(names: Iterable[str]) -> dict[str, Column]:
    """Return the columns of `recordings` that carry those of a manifest, by the manifest's names.

    A name that one of ours, or an earlier one, has already gets ``manifest_`` in front, and a number behind if need
    be; upper and lower case are the same, as in SQL. ``file``, ``call_id``, ``leg``, ``outcome`` and ``started_at`` are
    left out, because ours hold just that; the last is ``started_at_local``.

    Examples
    --------
    >>> [column.name for column in manifest_columns(["file", "app", "SR", "App"]).values()]
    ['app', 'manifest_SR', 'manifest_App']
    """
    taken = {column.name for column in RECORDINGS}
    columns: dict[str, Column] = {}
    for name in dict.fromkeys(names):
        if name in _CARRIED_AS_OURS:
            continue
        shown = _free(name, taken)
        taken.add(shown.casefold())
        columns[name] = Column(shown, "text", "", f"Column {name!r} of the manifest.")
    return columns


def _free(name: str, taken: set[str]) -> str:
    from audioq.render.escape import undecoded

    plain = undecoded(name).replace("\0", "\\x00")
    if plain and plain.casefold() not in taken:
        return plain
    number, shown = 1, f"manifest_{plain}"
    while shown.casefold() in taken:
        number += 1
        shown = f"manifest_{plain}_{number}"
    return shown
