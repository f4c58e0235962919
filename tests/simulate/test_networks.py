"""Networks: exact packets against slow loops, shares within what chance allows."""

import math

import numpy as np
import pytest

from audioq.errors import SimulationError
from audioq.simulate.losses import isolated, police
from audioq.simulate.networks import NETWORKS
from audioq.simulate.spans import runs

SECONDS = 0.02
EXAMPLES: dict[str, dict[str, float]] = {
    "none": {},
    "random": {"share": 0.1},
    "isolated": {"runs_per_minute": 60, "longest": 3},
    "gilbert_elliott": {"share": 0.2, "burst_s": 0.1},
    "throttle": {"on_s": 1.0, "off_s": 2.0},
    "police": {"keep": 0.7},
    "flashes": {},
    "outage_total": {},
    "outage_after": {"start_s": 5.0},
    "outage_until": {"end_s": 5.0},
    "outage_middle": {"start_s": 2.0, "length_s": 3.0},
    "late": {"share": 0.1, "late_s": 0.05, "thrown": 0.5},
    "stalls": {"stalls_per_minute": 30, "stall_s": 0.5},
    "stalls_lost": {"stalls_per_minute": 30, "stall_s": 0.5},
}


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def lengths(mask: np.ndarray) -> np.ndarray:
    return np.array([end - start for start, end in runs(mask)])


def test_every_network_has_an_example_and_says_what_it_does() -> None:
    assert list(NETWORKS) == list(EXAMPLES)
    for name, network in NETWORKS.items():
        assert network.name == name
        assert network.meaning.endswith(".")
        assert all(s.meaning.endswith(".") and s.low < s.high for s in network.settings)
        assert all(s.default is None or s.takes(s.default) for s in network.settings)


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("n_packets", [0, 1, 2, 777])
def test_every_packet_once_and_the_same_by_seed(name: str, n_packets: int) -> None:
    playout, again, other = (NETWORKS[name].make(n_packets, SECONDS, rng(seed), **EXAMPLES[name]) for seed in (3, 3, 4))
    assert playout.packet[playout.packet >= 0].tolist() == list(range(n_packets))
    assert playout.n_packets == n_packets
    assert playout.seconds == SECONDS
    assert np.array_equal(playout.packet, again.packet)
    assert np.array_equal(playout.lost, again.lost)
    chance = name not in {"none"} and not name.startswith("outage")
    if n_packets == 777:
        assert chance != (np.array_equal(playout.lost, other.lost) and np.array_equal(playout.packet, other.packet))


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"late", "stalls"}))
def test_only_waiting_makes_a_call_longer(name: str) -> None:
    assert NETWORKS[name].make(500, SECONDS, rng(), **EXAMPLES[name]).n_slots == 500


def test_none_and_total() -> None:
    assert not NETWORKS["none"].make(9, SECONDS, rng()).lost.any()
    assert NETWORKS["outage_total"].make(9, SECONDS, rng()).lost.all()


def test_random_keeps_its_share() -> None:
    lost = NETWORKS["random"].make(20000, SECONDS, rng(), share=0.1).lost
    assert lost.mean() == pytest.approx(0.1, abs=4 * math.sqrt(0.1 * 0.9 / 20000))
    assert NETWORKS["random"].make(100, SECONDS, rng(), share=1.0).lost.all()


def slow_isolated(n_packets: int, chance: np.random.Generator, n_runs: int, longest: int, apart: int) -> list[bool]:
    """Lay down good and lost packets one after another."""
    drawn = chance.integers(1, longest + 1, n_runs).tolist()
    while sum(length + apart for length in drawn) > n_packets:
        drawn.pop()
    room = n_packets - sum(length + apart for length in drawn)
    lost: list[bool] = []
    before = 0
    for free, length in zip(sorted(chance.integers(0, room + 1, len(drawn)).tolist()), drawn, strict=True):
        lost += [False] * (free - before + apart) + [True] * length
        before = free
    return lost + [False] * (n_packets - len(lost))


@pytest.mark.parametrize(("n", "n_runs", "longest", "apart"), [(500, 30, 3, 5), (500, 900, 2, 1), (10, 3, 1, 9)])
def test_isolated_against_a_loop(n: int, n_runs: int, longest: int, apart: int) -> None:
    lost = isolated(n, rng(), n_runs=n_runs, longest=longest, apart=apart)
    assert lost.tolist() == slow_isolated(n, rng(), n_runs, longest, apart)
    assert lengths(lost).max() <= longest
    ends = [0] + [end for _, end in runs(lost)]
    assert all(start - end >= apart for (start, _), end in zip(runs(lost), ends, strict=False))


def test_isolated_has_its_runs() -> None:
    lost = NETWORKS["isolated"].make(30000, SECONDS, rng(), runs_per_minute=60, longest=3, apart=5).lost
    assert len(runs(lost)) == 600
    assert np.bincount(lengths(lost))[1:].tolist() == pytest.approx([200, 200, 200], abs=50)
    short = [len(runs(NETWORKS["isolated"].make(75, SECONDS, rng(k), runs_per_minute=60).lost)) for k in range(200)]
    assert set(short) == {1, 2}
    assert np.mean(short) == pytest.approx(1.5, abs=0.15)


def test_gilbert_elliott_keeps_share_and_burst() -> None:
    lost = NETWORKS["gilbert_elliott"].make(100000, SECONDS, rng(), share=0.2, burst_s=0.1).lost
    assert lost.mean() == pytest.approx(0.2, abs=0.015)
    assert lengths(lost).mean() == pytest.approx(5.0, abs=0.2)


def test_gilbert_elliott_keeps_its_share_in_short_calls() -> None:
    calls = [
        NETWORKS["gilbert_elliott"].make(100, SECONDS, rng(k), share=0.4, burst_s=1.0).lost.mean() for k in range(600)
    ]
    assert np.mean(calls) == pytest.approx(0.4, abs=0.05)


def test_gilbert_elliott_against_a_chain_of_states() -> None:
    """A loop over packets that draws every change has the same statistics, run by run."""
    chance, share, burst = rng(5), 0.3, 4.0
    bad, chain = False, []
    for _ in range(60000):
        bad = chance.random() >= 1 / burst if bad else chance.random() < share / (1 - share) / burst
        chain.append(bad)
    lost = NETWORKS["gilbert_elliott"].make(60000, SECONDS, rng(6), share=share, burst_s=burst * SECONDS).lost
    for mask in (True, False):
        slow, fast = lengths(np.array(chain) == mask), lengths(lost == mask)
        assert np.percentile(fast, [25, 50, 75, 90]) == pytest.approx(np.percentile(slow, [25, 50, 75, 90]), abs=2.0)
        assert fast.mean() == pytest.approx(slow.mean(), rel=0.06)


def test_gilbert_elliott_at_its_limits() -> None:
    make = NETWORKS["gilbert_elliott"].make
    assert make(50, SECONDS, rng(), share=1.0, burst_s=0.1).lost.all()
    assert not make(50, SECONDS, rng(), share=0.0, burst_s=0.1).lost.any()
    with pytest.raises(SimulationError, match=r"a share of 0.9 in bursts of 0.02 s: .*; give bursts of 0.18 s or more"):
        make(50, SECONDS, rng(), share=0.9, burst_s=0.02)
    assert make(50000, SECONDS, rng(), share=0.9, burst_s=0.18).lost.mean() == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize(("name", "on", "off"), [("throttle", 1.0, 2.0), ("flashes", 0.2, 3.0)])
def test_cycles_stay_within_their_lengths(name: str, on: float, off: float) -> None:
    lost = NETWORKS[name].make(30000, SECONDS, rng(), on_s=on, off_s=off).lost
    for mask, length in ((lost, off), (~lost, on)):
        drawn = lengths(mask)[1:-1] * SECONDS
        assert 0.7 * length - SECONDS <= drawn.min() < 0.8 * length
        assert 1.2 * length < drawn.max() <= 1.3 * length + SECONDS
    assert lost.mean() == pytest.approx(off / (on + off), abs=0.02)


def test_a_call_begins_anywhere_in_a_cycle() -> None:
    begins = np.array([NETWORKS["throttle"].make(50, SECONDS, rng(k), on_s=1, off_s=1).lost for k in range(400)])
    assert begins[:, 0].mean() == pytest.approx(0.5, abs=0.1)
    assert begins[:, -1].mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("keep", "bucket"), [(0.7, 8.0), (0.98, 2.0), (0.8, 1.0)])
def test_police_against_a_loop(keep: float, bucket: float) -> None:
    """A bucket that is counted in time: the hour at which the next token is there (GCRA)."""
    n = 3000
    chance = rng(2)
    first = chance.uniform(0.0, bucket)
    arrivals = np.cumsum(chance.uniform(0.5, 1.5, n))
    due = -first / keep  # when the bucket would have been empty
    expected = []
    for time in arrivals:
        due = max(due, time - bucket / keep)
        expected.append(due + 1 / keep > time + 1e-9)
        if not expected[-1]:
            due += 1 / keep
    assert police(n, rng(2), keep=keep, bucket=bucket).tolist() == expected


def test_police_never_lets_more_through_than_allowed() -> None:
    through = ~NETWORKS["police"].make(20000, SECONDS, rng(), keep=0.6, bucket=10).lost
    assert through.mean() == pytest.approx(0.6, abs=0.01)
    sent = np.concatenate([[0], np.cumsum(through)])
    for window in (5, 20, 100):
        assert np.max(sent[window:] - sent[:-window]) <= 10 + 0.6 * 1.5 * window
    assert NETWORKS["police"].make(100, SECONDS, rng(), keep=0.0, bucket=1).lost.mean() > 0.98


def test_outages() -> None:
    assert NETWORKS["outage_after"].make(500, SECONDS, rng(), start_s=4).gaps() == [(4.0, 10.0)]
    assert NETWORKS["outage_until"].make(500, SECONDS, rng(), end_s=4).gaps() == [(0.0, 4.0)]
    assert NETWORKS["outage_middle"].make(500, SECONDS, rng(), start_s=4, length_s=2).gaps() == [(4.0, 6.0)]
    assert NETWORKS["outage_after"].make(500, SECONDS, rng(), start_s=11).gaps() == []


@pytest.mark.parametrize(("late_s", "slots"), [(0.001, 1), (0.02, 1), (0.021, 2), (0.06, 3), (0.3, 15)])
def test_late_packets_are_waited_for(late_s: float, slots: int) -> None:
    playout = NETWORKS["late"].make(5000, SECONDS, rng(), share=0.1, late_s=late_s, thrown=0.0)
    assert np.array_equal(playout.lost, playout.waiting)
    late = np.flatnonzero(rng().random(5000) < 0.1)
    expected = []
    for k in range(5000):
        expected += [-1] * (slots if k in late else 0) + [k]
    assert playout.packet.tolist() == expected
    assert playout.n_slots == 5000 + late.size * slots


def test_late_packets_are_thrown_away() -> None:
    thrown = NETWORKS["late"].make(5000, SECONDS, rng(), share=0.1, late_s=0.06)
    waited = NETWORKS["late"].make(5000, SECONDS, rng(), share=0.1, late_s=0.06, thrown=0.0)
    some = NETWORKS["late"].make(5000, SECONDS, rng(), share=0.1, late_s=0.06, thrown=0.3)
    assert thrown.n_slots == 5000
    n_late = int(thrown.lost.sum())
    assert waited.n_slots == 5000 + 3 * n_late
    assert some.n_slots == 5000 + 3 * (n_late - int((some.lost & ~some.waiting).sum()))
    assert (some.lost & ~some.waiting).sum() / n_late == pytest.approx(0.3, abs=0.09)


def test_stalls_add_their_time_and_lose_nothing() -> None:
    playout = NETWORKS["stalls"].make(30000, SECONDS, rng(), stalls_per_minute=12, stall_s=0.5)
    assert np.array_equal(playout.lost, playout.waiting)
    waits = lengths(playout.waiting)
    assert waits.size == 120
    assert playout.n_slots == 30000 + waits.sum()
    assert 0.34 <= waits.min() * SECONDS < 0.4
    assert 0.6 < waits.max() * SECONDS <= 0.66
    assert not playout.lost[0]


def test_stalls_lost_lose_what_stalls_delay() -> None:
    """The same draws: what comes late there is gone here, packet by packet."""
    settings = {"stalls_per_minute": 60.0, "stall_s": 0.7}
    delayed = NETWORKS["stalls"].make(2000, SECONDS, rng(), **settings)
    lost = [False] * 2000
    wait = 0
    for packet in delayed.packet.tolist():
        if packet < 0:
            wait += 1
            continue
        for k in range(packet, min(2000, packet + wait)):
            lost[k] = True
        wait = 0
    gone = NETWORKS["stalls_lost"].make(2000, SECONDS, rng(), **settings)
    assert gone.lost.tolist() == lost
    assert gone.n_slots == 2000


def test_settings_are_checked() -> None:
    with pytest.raises(SimulationError, match="network random: share cannot be 2; give a number, 0 to 1"):
        NETWORKS["random"].make(10, SECONDS, rng(), share=2)
    with pytest.raises(SimulationError, match="network flashes has no setting share; use on_s, off_s"):
        NETWORKS["flashes"].make(10, SECONDS, rng(), share=0.1)
