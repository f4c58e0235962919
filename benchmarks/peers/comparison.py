"""Comparison: audioq, the baselines and the peers that can be run here, on the same recordings."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.peers.baselines import always_intact, silence_shares
from benchmarks.peers.catalogue import Peer
from benchmarks.peers.environments import SkippedError, pins
from benchmarks.peers.figures import edge_row, verdict_row
from benchmarks.peers.judging import Entry, cpu_per_hour, entry_of_peer
from benchmarks.peers.running import ffmpeg_version, replies_of
from benchmarks.peers.table import Table
from benchmarks.scoring.labels import Label
from benchmarks.scoring.predictions import Predictions

OWN_KINDS = frozenset({"dropout", "buzz", "stutter", "splice"})


@dataclass(frozen=True, slots=True)
class Plan:
    """Which peers are run, where their environments and replies lie, and in how many processes."""

    peers: Sequence[Peer]
    home: Path
    jobs: int = 1
    edges: bool = False


def side_by_side(
    labels: Sequence[Label], predictions: Predictions, cpu_s: Mapping[str, float | None], plan: Plan
) -> Table:
    """Return the table; a peer that cannot be run is named in it with the reason, and stops nothing.

    Parameters
    ----------
    labels : sequence of Label
        The recordings.
    predictions : Predictions
        What audioq said.
    cpu_s : mapping
        File -> CPU seconds that audioq took; empty where nobody measured.
    plan : Plan
        The peers.
    """
    own = Entry("audioq", predictions, OWN_KINDS, "its own rule, nothing fitted here", cpu_per_hour(labels, cpu_s))
    entries, skipped = [own], {}
    if not plan.edges:
        entries += [always_intact(labels), silence_shares(labels)]
    present = [label.path for label in labels if label.path.is_file()]
    for peer in plan.peers:
        try:
            entries.append(entry_of_peer(peer, labels, replies_of(peer, present, plan.home, plan.jobs)))
        except SkippedError as problem:
            skipped[peer.name] = str(problem)
            print(f"{peer.name} was skipped: {problem}", file=sys.stderr)
    row = edge_row if plan.edges else verdict_row
    versions = versions_of([peer for peer in plan.peers if peer.name not in skipped])
    one_class = len({label.verdict for label in labels if label.verdict is not None and not label.grey}) == 1
    return Table([row(one, labels) for one in entries], skipped, versions, len(labels), plan.edges, one_class)


def versions_of(peers: Sequence[Peer]) -> dict[str, str]:
    """Return what was compared: audioq, and each peer's first pin or its program's own words."""
    try:
        versions = {"audioq": version("audioq")}
    except PackageNotFoundError:
        versions = {"audioq": "checkout"}
    for peer in peers:
        wanted = pins(peer)
        versions[peer.folder] = wanted[0] if wanted else ffmpeg_version().split()[-1]
    return versions
