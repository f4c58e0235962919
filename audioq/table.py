"""FeatureTable: everything that was measured in one recording, and nothing that was concluded.

The table is the seam of the house. Below it samples are measured without any policy; above it
facts are judged without any audio. A saved table can be judged again with other thresholds.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audioq.errors import TableError

if TYPE_CHECKING:
    import pandas as pd

HOP_SECONDS = 0.01
"""The one time grid of audioq: 10 ms."""

MARK_DTYPE = np.dtype([("channel", "<i4"), ("start", "<i8"), ("end", "<i8"), ("value", "<f4")])
"""A mark: channel, first sample, one past the last sample (native rate), value."""

TABLE_VERSION = 2


@dataclass(frozen=True, slots=True)
class Note:
    """Something that people should know about a recording, as an id of `messages` and its values."""

    id: str
    values: tuple[tuple[str, str | float], ...] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """What the container says about the recording."""

    container: str
    codec: str
    sr: int
    """Rate at which the samples were analysed as native, in Hz."""
    codec_sr: int | None
    """Rate of the coded stream in Hz where it differs from `sr` or is known; else None."""
    channels: int
    duration: float
    """Seconds of decoded sound."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """Unit and meaning of a curve, mark or number."""

    unit: str
    description: str


@dataclass(frozen=True, slots=True)
class FeatureTable:
    """Curves, marks and numbers of one recording.

    Attributes
    ----------
    curves : mapping of str to ndarray, float32, shape (channels, n_frames)
        One row a channel, one column per 10 ms frame. NaN where a quantity cannot be measured.
    marks : mapping of str to ndarray of `MARK_DTYPE`, shape (n_marks,)
        Facts that are exact to the sample, at the native rate, sorted by channel and start.
    numbers : mapping of str to ndarray, float64, shape (channels,)
        One value a channel for the whole recording. NaN where undefined.
    quantities : mapping of str to Quantity
        Unit and description of each of the above.
    file : str
        Name of the source as the user gave it.
    format : Format
        Container, codec, rates, channels, duration.
    sha256 : str or None
        Digest of the file's bytes where it was asked for.
    notes : tuple of Note
        Warnings of the reader and of the measurement.
    fingerprint : str
        Identifies the measurement: version of the table, names of its features, weights of the network.
    """

    curves: Mapping[str, NDArray[np.float32]]
    marks: Mapping[str, NDArray[np.void]]
    numbers: Mapping[str, NDArray[np.float64]]
    quantities: Mapping[str, Quantity]
    file: str
    format: Format
    sha256: str | None = None
    notes: tuple[Note, ...] = ()
    fingerprint: str = field(default="")

    @property
    def duration(self) -> float:
        """Length of the recording in seconds."""
        return self.format.duration

    @property
    def channels(self) -> int:
        """Number of channels."""
        return self.format.channels

    @property
    def n_frames(self) -> int:
        """Number of whole 10 ms frames; a rest shorter than that has none."""
        return int(next(iter(self.curves.values())).shape[1])

    @property
    def times(self) -> NDArray[np.float64]:
        """Start of each frame in seconds, shape (n_frames,)."""
        return np.arange(self.n_frames, dtype=np.float64) * HOP_SECONDS

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        """Return the curve `name`, shape (channels, n_frames).

        Raises
        ------
        TableError
            The table has no such curve.
        """
        if name not in self.curves:
            raise TableError(f"no curve named '{name}'; this table has {', '.join(sorted(self.curves))}")
        return self.curves[name]

    def number(self, name: str, channel: int) -> float:
        """Return the number `name` of a channel.

        Raises
        ------
        TableError
            The table has no such number.
        """
        if name not in self.numbers:
            raise TableError(f"no number named '{name}'; this table has {', '.join(sorted(self.numbers))}")
        return float(self.numbers[name][channel])

    def to_dataframe(self) -> pd.DataFrame:
        """Return the curves as a pandas DataFrame, one row a frame and channel."""
        import pandas as pd

        channel, frame = np.divmod(np.arange(self.channels * self.n_frames), self.n_frames)
        columns: dict[str, Any] = {"channel": channel, "time": frame * HOP_SECONDS}
        columns |= {name: curve.ravel() for name, curve in self.curves.items()}
        return pd.DataFrame(columns)


def fingerprint(names: list[str]) -> str:
    """Return a short digest of the table version and of what names the measurement."""
    text = json.dumps([TABLE_VERSION, names])
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def save(table: FeatureTable, file: str | os.PathLike[str] | IO[bytes]) -> None:
    """Write a table as a compressed ``.npz`` archive without pickled objects."""
    head = {
        "version": TABLE_VERSION,
        "quantities": {name: asdict(q) for name, q in table.quantities.items()},
        "file": table.file,
        "format": asdict(table.format),
        "sha256": table.sha256,
        "notes": [[note.id, list(note.values)] for note in table.notes],
        "fingerprint": table.fingerprint,
    }
    arrays: dict[str, NDArray[Any]] = {"head": np.array(json.dumps(head))}
    for room in ("curves", "marks", "numbers"):
        arrays |= {f"{room}/{name}": value for name, value in getattr(table, room).items()}
    if isinstance(file, (str, os.PathLike)):
        with open(file, "wb") as handle:
            np.savez_compressed(handle, **arrays)  # type: ignore[arg-type]
    else:
        np.savez_compressed(file, **arrays)  # type: ignore[arg-type]


def load(file: str | os.PathLike[str] | IO[bytes]) -> FeatureTable:
    """Read a table that `save` wrote.

    Raises
    ------
    TableError
        The file is not such a table, is damaged, or comes from another version.
    """
    try:
        with np.load(file, allow_pickle=False) as archive:
            head = json.loads(str(archive["head"]))
            arrays = {name: archive[name] for name in archive.files if name != "head"}
        version = head.get("version")
        table = _rebuilt(head, arrays) if version == TABLE_VERSION else None
    except _DAMAGE as cause:
        missing = isinstance(cause, FileNotFoundError)
        problem = "does not exist; check the name" if missing else "is no table of audioq; make one with audioq measure"
        raise TableError(f"{file}: {problem}") from cause
    if table is None:
        raise TableError(f"{file}: table of version {version}; measure the recording again")
    return table


_DAMAGE: tuple[type[Exception], ...] = (OSError, ValueError, LookupError, EOFError, TypeError, AttributeError)
_DAMAGE += (RuntimeError, MemoryError, zipfile.BadZipFile, zlib.error)
"""What NumPy, zipfile and the unpacking raise on damaged files; NotImplementedError is a RuntimeError."""


def _check_rooms(rooms: Mapping[str, Mapping[str, Any]], format: Format) -> None:
    """Raise ValueError where arrays do not fit each other or the recording that the head describes."""
    if not (format.channels >= 1 and format.sr > 0):
        raise ValueError("it describes no recording")
    if len({curve.shape for curve in rooms["curves"].values()}) != 1:
        raise ValueError("its curves differ in shape")
    shape = next(iter(rooms["curves"].values())).shape
    if len(shape) != 2 or shape[0] != format.channels or shape[1] < 1:
        raise ValueError("its curves do not match its channels")
    if any(marks.dtype != MARK_DTYPE or marks.ndim != 1 for marks in rooms["marks"].values()):
        raise ValueError("its marks have another form")
    if any(values.shape != (format.channels,) for values in rooms["numbers"].values()):
        raise ValueError("its numbers do not match its channels")


def _rebuilt(head: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> FeatureTable:
    """Put a table together again; anything amiss raises one of `_DAMAGE`."""
    rooms: dict[str, dict[str, Any]] = {"curves": {}, "marks": {}, "numbers": {}}
    for name, value in arrays.items():
        room, _, key = name.partition("/")
        rooms[room][key] = value
    format = Format(**head["format"])
    _check_rooms(rooms, format)
    return FeatureTable(
        **rooms,
        quantities={name: Quantity(**q) for name, q in head["quantities"].items()},
        file=head["file"],
        format=format,
        sha256=head["sha256"],
        notes=tuple(Note(i, tuple((k, v) for k, v in values)) for i, values in head["notes"]),
        fingerprint=head["fingerprint"],
    )
