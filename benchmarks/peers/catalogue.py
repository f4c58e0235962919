"""Catalogue: which tools are run beside audioq, how their words are read, and which number they are judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Peer:
    """One row of the table.

    Parameters
    ----------
    name : str
        Name of the row.
    folder : str
        Folder with ``requirements.txt`` and ``predict.py``; a name that brings all rows of the folder.
    run : str
        What ``predict.py`` is told to do; rows with the same folder and run share their replies.
    kinds : mapping
        The tool's word for an event -> audioq's kind; other words are not asked for.
    score : str or None
        The score that is judged, larger for better sound; None: see `share`.
    share : tuple of str
        The tool's words for the events whose share of the recording is judged, where `score` is None.
    place : Path
        Folder of all peers.
    """

    name: str
    folder: str
    run: str
    kinds: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    score: str | None = None
    share: tuple[str, ...] = ()
    place: Path = HERE

    @property
    def script(self) -> Path:
        """What is run by the peer's own Python."""
        return self.place / self.folder / "predict.py"

    @property
    def requirements(self) -> Path:
        """What its environment holds."""
        return self.place / self.folder / "requirements.txt"


SILENCE = MappingProxyType({"silence": "dropout"})
ESSENTIA = MappingProxyType({"gap": "dropout", "discontinuity": "splice"})
GLITCHES = MappingProxyType({"dead_stream": "dropout", "held_tone": "buzz"})

PEERS: tuple[Peer, ...] = (
    *(Peer(name, "ffmpeg", name, SILENCE, share=("silence",)) for name in ("ffmpeg-60", "ffmpeg-50", "ffmpeg-90")),
    *(
        Peer(name, "essentia", name, ESSENTIA, share=("gap",))
        for name in ("essentia", "essentia-calls", "essentia-gate60")
    ),
    Peer("deepeval-integrity", "deepeval", "deepeval", score="integrity"),
    Peer("deepeval-glitch", "deepeval", "deepeval", GLITCHES, share=("dead_stream", "held_tone")),
    Peer("plcmos", "plcmos", "plcmos", score="mos"),
    Peer("distillmos", "distillmos", "distillmos", score="mos"),
    Peer("nisqa", "nisqa", "nisqa", score="mos"),
    Peer("dnsmos", "dnsmos", "dnsmos", score="ovrl"),
)
"""Cheap ones first."""


def chosen(names: Iterable[str], peers: Iterable[Peer] = PEERS) -> list[Peer]:
    """Return the peers of these names, of rows or of folders; ``all`` stands for every one.

    Raises
    ------
    ValueError
        A name is not in the catalogue.
    """
    rows, wanted = list(peers), set(names)
    known = {"all"} | {peer.name for peer in rows} | {peer.folder for peer in rows}
    unknown = sorted(wanted - known)
    if unknown:
        raise ValueError(f"no peer is called '{unknown[0]}'; there are {', '.join(sorted(known))}")
    return [peer for peer in rows if wanted & {"all", peer.name, peer.folder}]
