"""Item: one recording, or the legs of one call, that a batch is to score, and what it is known by."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sized
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Self

OPTIONS = (
    *("channels", "expect_speech", "ignore_channels", "side", "stream", "raw_format", "start", "end"),
    *("call_id", "leg"),
)
"""What may be said of a single recording, as `analyze` and `analyze_legs` take it. Columns of a manifest with these
names are options of their row and carried along as well."""


@dataclass(frozen=True, slots=True)
class Item:
    """One recording of a batch.

    Attributes
    ----------
    file : str
        Name in the results: a path or an address as it was given; of a member of an archive ``archive.zip/inside.wav``;
        empty where a row of a manifest has no recording.
    address : str
        Where a worker finds it: an absolute path, an fsspec address, or the archive that holds `member`.
    member : str or None
        Name inside the archive at `address`.
    size : int or None
        Bytes, None where the source does not say.
    version : str
        What changes with the content: time of modification in ns, etag or version of an object, checksum in an archive,
        or a digest of the content.
    options : mapping of str to str
        What is said of this recording alone; see `OPTIONS`.
    columns : mapping of str to str
        Columns of its row in a manifest, carried into the results as they stand.
    legs : tuple of Item
        The recordings of a call, where it has several; `file`, `address`, `size` and `version` then sum them up.
    outcome : str or None
        What became of a call of which there is no recording, such as ``never connected``.
    problem : tuple of (str, str) or None
        Cause and message where it is known already that it cannot be scored, such as ``("missing", "a.wav: does not
        exist; ...")``; the causes are those of `rows.CAUSES`.
    occurrence : int
        0 for the first item of its `file`, 1 for the second, and so on.
    real : tuple of (str or None, str) or None
        Where names are replaced, `member` and `version` as the source has them, for the worker alone: no row has them.
    """

    file: str
    # Neither is shown by repr: a worker of a cluster writes what it was given into its own log when it fails.
    address: str = field(default="", repr=False)
    member: str | None = None
    size: int | None = None
    version: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    legs: tuple[Self, ...] = ()
    outcome: str | None = None
    problem: tuple[str, str] | None = None
    occurrence: int = 0
    real: tuple[str | None, str] | None = field(default=None, repr=False)

    @property
    def is_masked(self) -> bool:
        """Whether names are replaced, so that nothing that is said of it may hold the real ones."""
        return self.real is not None

    @property
    def found(self) -> tuple[str | None, str]:
        """`member` and `version` as the source has them."""
        return self.real or (self.member, self.version)

    @property
    def name(self) -> str:
        """What its occurrences are counted by: the file, or the call where there are several files or none."""
        return name_of(self.file, self.options, self.legs)

    @property
    def id(self) -> str:
        """The ``recording_id``: the same for the same name in every run, on every machine."""
        return _digest([self.name, self.occurrence], 8)

    @property
    def key(self) -> str:
        """What a finished row is found by: name, size and version of the content, and what is said of it."""
        parts = [[leg.file, leg.size, leg.version, sorted(leg.options.items())] for leg in self.legs]
        own = [self.file, self.size, self.version, sorted(self.options.items()), self.occurrence]
        return _digest([own, parts, self.outcome, self.problem], 16)

    @property
    def bytes(self) -> int:
        """How large the recordings are, as far as that is known."""
        return self.size or 0

    def to_json(self) -> str:
        """Return the item as one line of JSON; surrogates that stand for bytes in names become escapes."""
        return json.dumps(self._fields(), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the item that `to_json` wrote."""
        return cls.from_dict(json.loads(text))

    @classmethod
    def from_dict(cls, found: Mapping[str, Any]) -> Self:
        """Return the item of the dict that `dataclasses.asdict` gives."""
        problem = found["problem"] and (found["problem"][0], found["problem"][1])
        real = found.get("real") and (found["real"][0], found["real"][1])
        legs = tuple(cls.from_dict(leg) for leg in found["legs"])
        return cls(**{**found, "legs": legs, "problem": problem, "real": real})

    def record(self) -> dict[str, Any]:
        """Return what a row of the log keeps: everything but where this machine finds it."""
        left_out = ("address", "problem", "legs", "real")
        kept = {name: value for name, value in self._fields().items() if name not in left_out}
        return {**kept, "legs": [leg.record() for leg in self.legs]}

    def _fields(self) -> dict[str, Any]:
        # As asdict, which copies every text, and takes five times as long; there are millions of items.
        found = {name: getattr(self, name) for name in self.__slots__}
        return {**found, "legs": tuple(leg._fields() for leg in self.legs)}

    def numbered(self, occurrence: int) -> Self:
        """Return the item as the `occurrence`-th of its name."""
        return replace(self, occurrence=occurrence) if occurrence else self


def name_of(file: str, options: Mapping[str, str], legs: Sized) -> str:
    """Return what the occurrences of an item are counted by; see `Item.name`."""
    return options.get("call_id", file) if legs or not file else file


def _digest(parts: list[Any], size: int) -> str:
    # Names may hold bytes that are no text, which Python keeps as surrogates: JSON escapes them.
    return blake2b(json.dumps(parts).encode("ascii"), digest_size=size).hexdigest()
