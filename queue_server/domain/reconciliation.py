"""The day's reckoning: what was finished for citizens, what was spoilt, and what is gone from the store.

One pure function over four figures that come from different places: the services that tickets ended with, the blanks
entered for them, the movements of the book, and the stock from one opening to the next. A blank that was sold shows
here. Source: `docs/field.md#reconciliation`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

DONE = "done"
# What a difference is about: a ticket, cards of the print backlog, the book against what was entered, the night before,
# or a count by hand. Cards of the backlog have no ticket and are reckoned together; so is their channel named.
TICKET, BACKLOG, BOOK, NIGHT = "ticket", "backlog", "book", "night"

Needs = Callable[[str, int], Mapping[str, int]]  # (service, cards) -> item -> units that one ticket uses


@dataclass(frozen=True, slots=True)
class Done:
    """A service that ended at a counter (or on paper), under a number and with an outcome."""

    ticket_id: str
    number: str
    service: str
    channel: str
    cards: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Use:
    """Blanks entered as used for a ticket; negative when the counter took it back."""

    ticket_id: str
    number: str
    service: str
    channel: str
    item: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Count:
    moment: str  # opening | closing
    counted: int
    book: int


@dataclass(frozen=True, slots=True)
class ItemBook:
    """One item's day in the store's book. `moved` is what came less what went, use and spoilage apart."""

    item: str
    before: int | None  # what the day before ended with; None on the first day
    opening: int
    moved: int
    spoilt: int
    closing: int  # what was there when the next day began, or is there now
    counts: tuple[Count, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """consumed = expected + spoilt, or there is a difference."""

    item: str
    expected: int  # tickets finished x prints
    used: int  # entered for tickets
    spoilt: int
    consumed: int  # gone from the store
    difference: int  # consumed - expected - spoilt


@dataclass(frozen=True, slots=True)
class Difference:
    """`found` where `expected` should be; `number` is the ticket's, where it is one's."""

    kind: str  # ticket | backlog | book | night | opening | closing
    item: str
    number: str
    expected: int
    found: int


@dataclass(frozen=True, slots=True)
class Reconciliation:
    lines: tuple[Line, ...]
    differences: tuple[Difference, ...]


def reconcile(done: Sequence[Done], uses: Sequence[Use], books: Sequence[ItemBook], needs: Needs) -> Reconciliation:
    """Every item's line and every difference, by ticket where it can be.

    A line's difference is the sum of its tickets' (found less expected) and of its book's.
    """
    expected, found, numbers = by_ticket(done, uses, needs)
    lines, differences = [], []
    for book in books:
        of_tickets = ticket_differences(book.item, expected, found, numbers)
        used = sum(quantity for (_, item), quantity in found.items() if item == book.item)
        should = sum(quantity for (_, item), quantity in expected.items() if item == book.item)
        consumed = book.opening + book.moved - book.closing
        lines.append(Line(book.item, should, used, book.spoilt, consumed, difference=consumed - should - book.spoilt))
        differences += [*of_tickets, *book_differences(book, used, consumed)]
    return Reconciliation(tuple(lines), tuple(differences))


def by_ticket(
    done: Sequence[Done], uses: Sequence[Use], needs: Needs
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int], dict[str, str]]:
    """What each ticket should have used and did use, by (ticket, item); and the tickets' numbers."""
    expected: dict[tuple[str, str], int] = defaultdict(int)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for visit in done:
        if visit.outcome == DONE:
            for item, quantity in needs(visit.service, visit.cards).items():
                expected[visit.ticket_id, item] += quantity
    for use in uses:
        found[use.ticket_id, use.item] += use.quantity
    numbers = {visit.ticket_id: visit.number for visit in done} | {use.ticket_id: use.number for use in uses}
    return expected, found, numbers


def ticket_differences(
    item: str,
    expected: Mapping[tuple[str, str], int],
    found: Mapping[tuple[str, str], int],
    numbers: Mapping[str, str],
) -> list[Difference]:
    keys = [key for key in {**expected, **found} if key[1] == item]
    wrong = [
        Difference(TICKET if key[0] else BACKLOG, item, numbers[key[0]], expected.get(key, 0), found.get(key, 0))
        for key in keys
        if expected.get(key, 0) != found.get(key, 0)
    ]
    return sorted(wrong, key=lambda difference: difference.number)


def book_differences(book: ItemBook, used: int, consumed: int) -> list[Difference]:
    differences = [
        Difference(count.moment, book.item, "", count.book, count.counted)
        for count in book.counts
        if count.book != count.counted
    ]
    if consumed != used + book.spoilt:
        differences.append(Difference(BOOK, book.item, "", used + book.spoilt, consumed))
    if book.before is not None and book.before != book.opening:
        differences.append(Difference(NIGHT, book.item, "", book.before, book.opening))
    return differences
