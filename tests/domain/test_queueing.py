"""Who is next: one pure rule that can be published, and under which nobody starves."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.catalogue import Line, Rules
from queue_server.domain.days import Pace
from queue_server.domain.queueing import (
    expected_wait,
    heads_of,
    minutes_to_call,
    next_ticket,
    people_ahead,
    place_behind,
    place_further_back,
    preview,
)
from queue_server.domain.tickets import PRIORITY, REGULAR, URGENT, VOUCHER, Ticket

RULES = Rules()
MINUTE = 60_000


def ticket(
    n: int, *, minute: int | None = None, priority: bool = False, urgent: bool = False, rank: int | None = None
) -> Ticket:
    arrived = (n if minute is None else minute) * MINUTE
    return Ticket(
        ticket_id=str(n),
        token=str(n),
        day="2026-11-23",
        prefix="A",
        number=n,
        service="KTP-CETAK",
        hall="A",
        state="waiting",
        place=n * 1000,
        issued_at=arrived,
        waits_since=arrived,
        priority=priority,
        urgent=urgent,
        voucher_rank=rank,
    )


def order(waiting: list[Ticket], streak: int = 0) -> list[int]:
    return [one.number for one in preview(waiting, streak, RULES, limit=len(waiting))]


def test_nobody_is_next_where_nobody_waits() -> None:
    assert next_ticket([], 0, RULES) is None
    assert next_ticket([{}], 5, RULES) is None


def test_the_published_order() -> None:
    waiting = [ticket(n) for n in (1, 2, 3, 4, 5)] + [ticket(n, priority=True) for n in (6, 7, 8)]
    assert order(waiting) == [1, 2, 6, 3, 4, 7, 5, 8]


def test_a_priority_ticket_that_came_first_goes_first() -> None:
    assert order([ticket(1, priority=True), ticket(2), ticket(3)]) == [1, 2, 3]


def test_vouchers_in_their_own_order_then_urgent_then_the_rest() -> None:
    waiting = [ticket(1), ticket(2, priority=True), ticket(3, urgent=True), ticket(4, rank=2), ticket(5, rank=-1)]
    assert order(waiting) == [5, 4, 3, 1, 2]


def test_several_services_of_one_counter_are_one_line() -> None:
    card, family = ticket(2), replace(ticket(1), service="KK-UBAH")
    chosen = next_ticket([heads_of([card]), heads_of([family])], 0, RULES)
    assert chosen == family


def test_whoever_has_waited_an_hour_longer_than_the_choice_goes_first() -> None:
    old, young = ticket(1, minute=0), ticket(2, minute=60, priority=True)
    assert next_ticket([heads_of([old, young])], 2, RULES) == old
    assert next_ticket([heads_of([old, replace(young, waits_since=59 * MINUTE)])], 2, RULES) == replace(
        young, waits_since=59 * MINUTE
    )


@given(
    st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40),
    st.integers(0, 5),
)
def test_everyone_is_called_exactly_once_and_in_order_of_arrival_within_a_class(
    people: list[tuple[bool, bool]], streak: int
) -> None:
    waiting = [ticket(n, minute=0, priority=p, urgent=u) for n, (p, u) in enumerate(people)]
    called = preview(waiting, streak, RULES, limit=100)
    assert sorted(t.number for t in called) == list(range(len(people)))
    for klass in (VOUCHER, URGENT, PRIORITY, REGULAR):
        mine = [t.place for t in called if t.klass == klass]
        assert mine == sorted(mine)


@given(st.integers(1, 60), st.integers(1, 60))
def test_of_any_three_calls_at_least_one_is_regular_while_somebody_regular_waits(regular: int, priority: int) -> None:
    waiting = [ticket(n, minute=0) for n in range(regular)]
    waiting += [ticket(1000 + n, minute=0, priority=True) for n in range(priority)]
    called = preview(waiting, 0, RULES, limit=200)
    last_regular = max(i for i, t in enumerate(called) if t.klass == REGULAR)
    in_between = [t.klass for t in called[: last_regular + 1]]
    assert all(REGULAR in in_between[i : i + 2] for i in range(len(in_between) - 1))


@given(st.lists(st.sampled_from([PRIORITY, REGULAR, URGENT]), min_size=1, max_size=30))
def test_the_number_said_to_be_ahead_is_what_one_counter_would_call_first(classes: list[str]) -> None:
    waiting = [
        ticket(n, minute=0, priority=klass == PRIORITY, urgent=klass == URGENT) for n, klass in enumerate(classes)
    ]
    me = waiting[-1]
    before = {klass: sum(t.klass == klass for t in waiting[:-1]) for klass in (PRIORITY, REGULAR, URGENT)}
    regular = sum(t.klass == REGULAR for t in waiting)
    said = people_ahead(me.klass, before, regular, RULES)
    really = preview(waiting, 0, RULES, limit=100).index(me)
    if me.klass in (URGENT, REGULAR):
        assert said == really
    else:  # an upper bound: a priority ticket that arrived before everybody regular does not wait for two of them
        assert said >= really


def test_a_range_is_a_fifth_less_to_two_fifths_more_and_never_narrower_than_five_minutes() -> None:
    minutes, clock = expected_wait(None, 0, 30.0)
    assert minutes == (24, 42)
    assert clock == (24 * MINUTE, 42 * MINUTE)
    assert expected_wait(None, 0, 6.0)[0] == (4, 9)
    assert expected_wait(None, 0, 3.5)[0] == (0, 5)
    assert expected_wait(None, 0, 0.0)[0] == (0, 5)
    assert expected_wait(None, 0, None) == (None, None)


def line(*counters: set[str]) -> Line:
    callers = Counter(frozenset(serves) for serves in counters)
    return Line(frozenset().union(*counters), tuple(callers.items()))


def to_call(line: Line, mine: str, waiting: dict[str, int], **more: Any) -> float | None:
    """With five minutes for everybody, behind all who wait unless `ahead` says otherwise."""
    said = {"ahead": sum(waiting.values()), "promised": {}, **more}
    return minutes_to_call(line, (mine,), waiting, said["ahead"], said["promised"], lambda _: 5.0)


def test_counters_that_serve_the_same_share_the_line() -> None:
    assert to_call(line({"A"}, {"A"}), "A", {"A": 12}) == pytest.approx(30)
    assert to_call(line({"A", "B"}, {"A", "B"}), "A", {"A": 6, "B": 6}) == pytest.approx(30)
    assert to_call(line({"A"}, {"A"}), "A", {"A": 12}, ahead=4) == pytest.approx(10)


def test_a_counter_without_anybody_before_calls_at_once_and_without_any_counter_nobody_knows() -> None:
    assert to_call(line({"A"}, {"B"}), "B", {"A": 12, "B": 0}) == 0
    assert to_call(Line(frozenset("A"), ()), "A", {"A": 3}) is None
    assert to_call(line({"A"}), "A", {"A": 0}) == 0


def test_a_counter_of_its_own_spares_the_long_line_and_a_shared_one_shares_its_help() -> None:
    own = line({"A"}, {"A"}, {"A", "B"}, {"B"})
    family, card = to_call(own, "B", {"A": 40, "B": 2}), to_call(own, "A", {"A": 40, "B": 2})
    assert family
    assert card
    assert 2.5 <= family <= 10  # two counters, of which one has forty others to call
    assert 50 < card < 100  # more than two counters
    few = line({"A"}, {"A"}, {"A"}, {"A", "B"})
    rare = to_call(few, "B", {"A": 40, "B": 1})
    assert rare
    assert rare == pytest.approx(40 * 5 / 4, rel=0.1)  # the other three help with those who came before


def test_who_has_a_voucher_and_has_not_come_yet_is_waited_for_as_well() -> None:
    assert to_call(line({"A"}), "A", {"A": 2}, promised={"A": 4.0}) == pytest.approx(30)


def test_this_days_pace_counts_beside_what_the_office_file_says() -> None:
    assert Pace("2026-11-23", "KTP-CETAK").minutes(4) == 5  # and the way to the counter
    slow = Pace("2026-11-23", "KTP-CETAK", (600,) * 3)
    assert slow.minutes(4) == 7.5
    assert Pace("2026-11-23", "KTP-CETAK", (600,) * 31).minutes(4) == pytest.approx(9.6, abs=0.1)


def test_who_steps_back_stands_behind_so_many_more_whatever_went_first() -> None:
    others = [ticket(n) for n in range(1, 9)] + [ticket(20, priority=True)]
    assert place_further_back(others, ahead=3, more=2) == 4500  # the priority one and four of the ordinary line
    assert place_further_back(others, ahead=3, more=50) == 8001
    assert place_further_back(others, ahead=9, more=1) is None
    assert place_further_back([ticket(1, rank=1), ticket(2, rank=2)], ahead=0, more=1) == 0


def test_behind_five_is_between_the_fifth_and_the_sixth() -> None:
    line = [ticket(n) for n in range(1, 9)]
    assert place_behind(line, 5) == 5500
    assert place_behind(line[:2], 5) == 2001
    assert place_behind([], 5) is None


def test_two_who_go_behind_the_same_five_keep_places_of_their_own() -> None:
    line = [ticket(n) for n in range(1, 7)]
    first = place_behind(line, 5)
    assert first
    line.insert(5, replace(ticket(9), place=first))
    second = place_behind(line, 5)
    assert second
    assert 5000 < second < first < 6000
