"""Recordings whose names and tags all hold a word, a search for that word in any spelling, and pseudonyms."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import zipfile
from pathlib import Path

import av
import numpy as np
import pytest
from made_batches import speech
from made_broken import make_broken

KEY = b"a key of tests, and of nothing else"

WORD = "zanzib"
"""What every name holds, in any case; no message does."""


def hashed(name: str, key: bytes = KEY) -> str:
    """Return the pseudonym of a name by the standard library alone."""
    return hmac.new(key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:24]


def spellings(word: str = WORD) -> list[bytes]:
    """Return how a word may stand in a file; percent-encoding and escapes leave letters as they are."""
    plain = [word.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")]
    triples = [base64.b64encode(bytes(shift) + word.title().encode())[4 if shift else 0 : 8] for shift in range(3)]
    return [*plain, word.encode().hex().encode(), word.title().encode().hex().encode(), *(t.lower() for t in triples)]


def opened(file: Path) -> bytes:
    """Return what is in a file, unpacked."""
    if file.suffix == ".parquet":
        parquet = pytest.importorskip("pyarrow.parquet").read_table(file)
        return repr((parquet.to_pylist(), parquet.schema.metadata, parquet.schema)).encode("utf-8", "surrogatepass")
    if file.suffix == ".npz":
        with zipfile.ZipFile(file) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    return file.read_bytes()


def told(*places: Path, said: str = "") -> list[str]:
    """Return where the word stands: names and contents of all files below some places, and what was said."""
    found = [f"said: {line}" for line in said.splitlines() if holds(line.encode("utf-8", "surrogatepass"))]
    for place in places:
        for file in place.rglob("*"):
            content = opened(file) if file.is_file() else b""
            if holds(os.fsencode(file.relative_to(place))) or holds(content):
                found.append(str(file))
    return found


def holds(data: bytes) -> bool:
    """Whether the word stands in what a file holds."""
    return any(one in data.lower() for one in spellings())


def tagged(path: Path) -> None:
    """Write a file whose tags say all that tags can say."""
    with av.open(str(path), "w", format="mp4") as out:
        for tag in ("title", "artist", "comment", "album", "date", "location", "encoder", "copyright", "description"):
            out.metadata[tag] = f"Zanzib {tag}"
        stream = out.add_stream("aac", rate=16000)
        stream.metadata["language"] = "swa"
        stream.metadata["handler_name"] = "Zanzib track"
        y = np.random.default_rng(1).normal(0, 0.1, (1, 32000)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(y, format="fltp", layout="mono")
        frame.sample_rate = 16000
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    assert holds(path.read_bytes())


def archive(path: Path, good: bytes) -> None:
    """Write an archive with a member that is whole, one whose sum is wrong, one that is encrypted, one that is none."""
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("Zanzib in/Zanzib.wav", good)
        out.writestr("Zanzib in/Zanzib wrong sum.wav", good[:4000])
        out.writestr("Zanzib in/Zanzib locked.wav", good)
        out.writestr("Zanzib in/Zanzib broken.wav", b"no sound")
    data = bytearray(path.read_bytes())
    data[data.index(good[:4000], data.index(b"wrong sum")) + 100] ^= 1
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(b"Zanzib locked"))
    data[at + 8] |= 1
    path.write_bytes(bytes(data))


def manifest(path: Path) -> None:
    """Write a manifest with something to hide in every cell that can hold words, next to its recordings."""
    here = path.parent
    for name in ("Zanzib one.wav", "Zanzib two.wav", "Zanzib near.wav", "Zanzib far.wav"):
        speech(here / name, seed=len(name))
    columns = "file,call_id,leg,volunteer,note,app,started_at,started_at_source,duration_s,duplicate_of,sha256,"
    columns += "outcome,sied"
    lines = [
        "Zanzib one.wav,,,Zanzib A,Zanzib note,wa,Tuesday with Zanzib,as Zanzib says,Zanzib long,,Zanzib,,Zanzib",
        "Zanzib two.wav,Zanzib-2,,Zanzib A,,wa,2025-08-11T12:00Z,tag,1.5,Zanzib one.wav,Zanzib,,",
        "Zanzib near.wav,Zanzib-3,near,Zanzib B,x,wa,,,,,,,",
        "Zanzib far.wav,Zanzib-3,far,Zanzib C,x,wa,,,,,,,",
        "Zanzib near.wav,Zanzib-4,near,Zanzib D,x,wa,,,,,,,",
        "Zanzib gone.wav,Zanzib-4,far,Zanzib D,x,wa,,,,,,,",
        "Zanzib gone.wav,Zanzib-5,near,Zanzib D,x,wa,,,,,,,",
        "Zanzib went.wav,Zanzib-5,far,Zanzib D,x,wa,,,,,,,",
        ",Zanzib-6,,Zanzib E,,wa,,,,,,never connected,",
        ",Zanzib-7,,Zanzib F,,sg,,,,,,,",
        "/nowhere/Zanzib/Zanzib.wav,,,,,,,,,,,,",
        "Zanzib two.wav,Zanzib-2,,Zanzib A,,wa,2025-08-11T12:00Z,tag,1.5,Zanzib one.wav,Zanzib,,",
    ]
    path.write_text("\n".join([columns, *lines]) + "\n", encoding="utf-8")


def make_named(folder: Path) -> list[Path]:
    """Fill a folder with sources of every kind and return them."""
    top = folder / "Zanzib calls"
    speech(top / "Zanzib" / "Zanzib good.wav", 3.0, holes=True)
    good = (top / "Zanzib" / "Zanzib good.wav").read_bytes()
    make_broken(top / "Zanzib broken")
    for file in (top / "Zanzib broken").iterdir():
        os.rename(file, file.with_name(f"Zanzib {file.name}"))
    (top / "Zanzib raw.ULAW").write_bytes(np.random.default_rng(2).bytes(8000))
    tagged(top / "Zanzib tagged.m4a")
    odd = (
        b"Zanzib \xe9.wav",
        b"Zanz'ib\" %41 \n\x1b[1m Zanzib.wav",
        "Zanzib \u00e9\u4e2d.wav".encode(),
        b"Zanzib .wav",
    )
    for name in odd:
        with open(os.fsencode(top) + b"/" + name, "wb") as file:
            file.write(good if b"\xe9" in name else b"no sound")
    for verb in ("crashes", "hangs", "fails", "falls", "vanishes", "grows", "runs out"):
        (top / f"Zanzib {verb}.wav").write_bytes(good)
    archive(top.parent / "Zanzib.zip", good)
    (top.parent / "Zanzib broken.tar").write_bytes(b"Zanzib" * 1000)
    (top.parent / "Zanzib empty").mkdir()
    (top.parent / "rows").mkdir()
    manifest(top.parent / "rows" / "Zanzib.csv")
    names = ("Zanzib calls", "Zanzib.zip", "Zanzib broken.tar", "Zanzib empty", "rows/Zanzib.csv", "Zanzib missing.wav")
    return [top.parent / name for name in names]
