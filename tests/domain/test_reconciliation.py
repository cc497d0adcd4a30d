"""The reckoning is one pure function: an honest day has no difference, and whatever is wrong is listed where it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.reconciliation import Count, Difference, Done, ItemBook, Use, reconcile

CONSUMES = {"KTP-CETAK": {"KTP": 1, "RIBBON": 1}, "KK-BARU": {"HVS": 2}, "AMBIL": {}}
ITEMS = ("KTP", "RIBBON", "HVS")


def needs(service: str, cards: int) -> Mapping[str, int]:
    return {item: quantity * cards for item, quantity in CONSUMES[service].items()}


@st.composite
def honest_days(draw: st.DrawFn) -> tuple[list[Done], list[Use], list[ItemBook]]:
    """Every ticket used what its services need, what a counter took back was entered again, and the book follows."""
    done, uses = [], []
    for place in range(draw(st.integers(0, 8))):
        ticket, number = f"t{place}", f"A-{place + 1:03d}"
        for service in draw(st.lists(st.sampled_from(sorted(CONSUMES)), max_size=2)):
            cards = draw(st.integers(1, 3))
            outcome = draw(st.sampled_from(["done", "done", "incomplete"]))
            done.append(Done(ticket, number, service, "kiosk", cards, outcome))
            if outcome == "done":
                for item, quantity in needs(service, cards).items():
                    times = draw(st.sampled_from([[1], [1, -1, 1]]))
                    uses += [Use(ticket, number, service, "kiosk", item, quantity * sign) for sign in times]
    used = Counter[str]()
    for use in uses:
        used[use.item] += use.quantity
    books = []
    for item in ITEMS:
        opening, moved, spoilt = draw(st.integers(50, 90)), draw(st.integers(-20, 20)), draw(st.integers(0, 9))
        closing = opening + moved - used[item] - spoilt
        counts = tuple(Count(moment, n, n) for moment, n in (("opening", opening), ("closing", closing)))
        books.append(ItemBook(item, opening, opening, moved, spoilt, closing, counts))
    return done, uses, books


@given(day=honest_days())
def test_an_honest_day_has_no_difference(day: tuple[list[Done], list[Use], list[ItemBook]]) -> None:
    found = reconcile(*day, needs)
    assert found.differences == ()
    for line in found.lines:
        assert line.difference == 0
        assert line.used + line.spoilt == line.consumed
        assert line.expected == line.used


@given(day=honest_days(), which=st.integers(0, 2), by=st.sampled_from([-3, -1, 1, 2]))
def test_one_figure_of_the_book_that_is_wrong_is_the_one_that_is_listed(
    day: tuple[list[Done], list[Use], list[ItemBook]], which: int, by: int
) -> None:
    done, uses, books = day
    right = books[which]
    consumed = right.opening + right.moved - right.closing
    broken = {
        "book": (replace(right, closing=right.closing - by), consumed, consumed + by),
        "night": (replace(right, before=right.opening - by), right.opening - by, right.opening),
        "closing": (
            replace(right, counts=(right.counts[0], Count("closing", right.closing + by, right.closing))),
            right.closing,
            right.closing + by,
        ),
    }
    for kind, (wrong, expected, found) in broken.items():
        listed = reconcile(done, uses, [wrong if book == right else book for book in books], needs)
        assert listed.differences == (Difference(kind, right.item, "", expected, found),)


@given(day=honest_days(), by=st.sampled_from([-1, 1, 4]), data=st.data())
def test_one_print_too_many_or_too_few_is_listed_under_its_number(
    day: tuple[list[Done], list[Use], list[ItemBook]], by: int, data: st.DataObject
) -> None:
    done, uses, books = day
    stranger = Done("x", "B-009", "AMBIL", "kiosk", 1, "done")
    ticket = data.draw(st.sampled_from([*done, stranger]))
    item = data.draw(st.sampled_from(ITEMS))
    more = Use(ticket.ticket_id, ticket.number, ticket.service, "kiosk", item, by)
    books = [replace(book, closing=book.closing - by) if book.item == item else book for book in books]
    (listed,) = reconcile([*done, stranger], [*uses, more], books, needs).differences
    assert (listed.kind, listed.item, listed.number, listed.found - listed.expected) == (
        "ticket",
        item,
        ticket.number,
        by,
    )


@given(
    days=st.tuples(honest_days(), honest_days()),
    closings=st.lists(st.integers(0, 99), min_size=3, max_size=3),
)
def test_a_lines_difference_is_the_sum_of_what_is_listed_for_it(
    days: tuple[tuple[list[Done], list[Use], list[ItemBook]], ...], closings: list[int]
) -> None:
    done, uses = days[0][0], days[1][1]  # of two different days: nothing fits
    books = [replace(book, closing=closing) for book, closing in zip(days[0][2], closings, strict=True)]
    found = reconcile(done, uses, books, needs)
    for line in found.lines:
        explained = [d for d in found.differences if d.item == line.item and d.kind in ("ticket", "book")]
        assert line.difference == sum(d.found - d.expected for d in explained)


@pytest.mark.parametrize(("outcome", "expected"), [("done", 0), ("incomplete", 1), ("stopped", 1)])
def test_only_a_service_that_was_done_accounts_for_a_blank(outcome: str, expected: int) -> None:
    done = [Done("t", "A-001", "KTP-CETAK", "kiosk", 1, outcome)]
    uses = [Use("t", "A-001", "KTP-CETAK", "kiosk", item, 1) for item in ("KTP", "RIBBON")]
    books = [ItemBook("KTP", None, 10, 0, 0, 9), ItemBook("RIBBON", None, 10, 0, 0, 9)]
    found = reconcile(done, uses, books, needs)
    assert sum(line.difference for line in found.lines) == 2 * expected
    assert [(d.kind, d.number) for d in found.differences] == [("ticket", "A-001")] * 2 * expected
