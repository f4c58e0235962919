"""A plan knows what is to be done and what is done, in the order of the sources."""

from __future__ import annotations

from dataclasses import replace

from audioq.batches.items import Item
from audioq.batches.logs import Entry
from audioq.batches.plans import Amount, Plan

ITEMS = [Item(name, f"/x/{name}", size=10, version="1") for name in ("b", "a", "c\udce9")]


def entry(item: Item, offset: int, status: str = "ok") -> Entry:
    return Entry(offset, item.id, item.key, status)


def planned(items=ITEMS) -> Plan:
    plan = Plan()
    plan.add(items)
    return plan


def test_items_come_in_their_order_and_once():
    with planned() as plan:
        assert list(plan.pending()) == ITEMS
        assert plan.amount() == plan.total() == Amount(3, 30)


def test_done_items_are_not_pending_even_while_they_come():
    items = [Item(f"{n}.wav") for n in range(1200)]
    with planned(items) as plan:
        seen = []
        for item in plan.pending():
            seen.append(item)
            plan.done(item, len(seen), "ok")
        assert seen == items and list(plan.pending()) == [] and plan.amount() == Amount(0, 0)


def test_a_log_says_what_is_done():
    with planned() as plan:
        plan.take_up([entry(ITEMS[2], 5), entry(ITEMS[0], 7, "failed"), entry(ITEMS[2], 9)])
        assert list(plan.pending()) == [ITEMS[1]]
        assert list(plan.pending(retry_failed=True)) == ITEMS[:2]
        plan.done(ITEMS[1], 11, "ok")
        assert [(item.file, offset) for item, offset in plan.finished()] == [("b", 7), ("a", 11), ("c\udce9", 9)]


def test_a_recording_that_changed_is_done_again_unless_only_new_ones_are_wanted():
    before = replace(ITEMS[0], size=9)
    for new_only, pending in ((False, ITEMS), (True, ITEMS[1:])):
        with planned() as plan:
            plan.take_up([entry(before, 5)], new_only=new_only)
            assert list(plan.pending()) == pending
            assert [offset for _, offset in plan.finished()] == ([5] if new_only else [])


def test_what_failed_and_was_taken_out_is_counted():
    with Plan() as plan:
        plan.add([Item("a.wav")])
        plan.take_up([Entry(10, "1", "k1", "ok"), Entry(20, "2", "k2", "failed"), Entry(30, "3", "k3", "failed")])
        assert plan.gone() == [10, 20, 30] and plan.gone_failures() == 2


def test_rows_of_recordings_that_are_gone_stay():
    gone = Item("gone.wav")
    with planned() as plan:
        plan.take_up([entry(gone, 3), entry(ITEMS[0], 5), entry(gone, 7)])
        assert list(plan.finished()) == [(ITEMS[0], 5), (None, 7)]


def test_a_sample_is_the_same_for_the_same_seed():
    items = [Item(str(n)) for n in range(100)]
    drawn = []
    for seed in (1, 1, 2):
        with planned(items) as plan:
            plan.sample(10, seed)
            drawn.append([item.file for item in plan.pending()])
    assert len(drawn[0]) == 10 and drawn[0] == drawn[1] != drawn[2]
    assert drawn[0] == sorted(drawn[0], key=int)
    with planned() as plan:
        plan.sample(10, 1)
        assert list(plan.pending()) == ITEMS
