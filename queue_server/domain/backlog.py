"""The print backlog: records whose card is still owed, where each stands, who is next, and on which day they come.

A record is known by a random id and by what orders the line; whose it is stands beside the journal, sealed
(`storage.backlog`). Source: `docs/field.md#print-backlog`, `docs/field.md#record-states`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

# Where the national register says that a record stands; staff type it in or import it.
UNREGISTERED, CAPTURED, PROCESSING = "UNREGISTERED", "BIO_CAPTURED", "PROCESSING"
SENT, AT_CENTRE = "SENT_FOR_ENROLLMENT", "RECEIVED_AT_CENTRAL"
FAILED_ENROLLING, FAILED_SEARCHING = "ENROLL_FAILURE_AT_CENTRAL", "SEARCH_FAILURE_AT_CENTRAL"
FAILED_HERE, DUPLICATE, PRINT_READY = "ENROLL_FAILURE_AT_REGIONAL", "DUPLICATE_RECORD", "PRINT_READY_RECORD"
REGISTER_STATES = (
    *(UNREGISTERED, CAPTURED, PROCESSING, SENT, AT_CENTRE),
    *(FAILED_ENROLLING, FAILED_SEARCHING, FAILED_HERE, DUPLICATE, PRINT_READY),
)
# What the office makes of it.
RELEASED, PRINTED, COLLECTED, WITHDRAWN = "RELEASED", "CARD_PRINTED", "COLLECTED", "WITHDRAWN"
STATES = (*REGISTER_STATES, RELEASED, PRINTED, COLLECTED, WITHDRAWN)
ENTERED_AS = (*REGISTER_STATES, PRINTED)  # cards that lay there before Antrean came are entered as printed
TO_COME = frozenset({RELEASED, PRINTED})  # whose holder is asked to come
OVER = frozenset({COLLECTED, WITHDRAWN})

# Why a card is owed, in the national order of priority: `docs/field.md#print-backlog`.
FIRST, DISASTER, SUKET_PRR = "first", "disaster", "suket-prr"
SUKET_OTHER, REPLACEMENT = "suket-other", "replacement"
KINDS = (FIRST, DISASTER, SUKET_PRR, SUKET_OTHER, REPLACEMENT)

PRINTED_AS = "KTP-CETAK"  # the service whose blanks and ribbon a card takes
MOST_AT_ONCE = 500  # records in one command
MOST_RELEASED = 20_000  # cards in one release

Waiting = Mapping[tuple[str, str], int]  # (kind, original date) -> how many are print-ready


@dataclass(frozen=True, slots=True)
class BacklogRecord:
    """`since` is the original date (ISO), `arrived` orders records of one date, `moved_on` is the day of its state."""

    KEY: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    kind: str
    state: str
    since: str
    kecamatan: str  # its code
    arrived: int
    moved_on: str
    invited_for: str | None = None
    release: str | None = None  # which release holds the blank
    erased: bool = False


@dataclass(frozen=True, slots=True)
class BacklogCount:
    """How many records; by original date while they stand in line (else `since` is empty)."""

    KEY: ClassVar[tuple[str, ...]] = ("state", "kind", "since")

    state: str
    kind: str
    since: str
    records: int = 0


@dataclass(frozen=True, slots=True)
class BacklogDay:
    """How many records went from one state to another on a day; from none when they were entered."""

    KEY: ClassVar[tuple[str, ...]] = ("day", "source", "target")

    day: str
    source: str
    target: str
    records: int = 0


@dataclass(frozen=True, slots=True)
class InvitationDay:
    """Who is asked to come on a day. `cards` are those to be printed for it, which count in its quota: not a card that
    was printed before its holder was asked again, nor one that was taken off or moved to another day.
    """

    KEY: ClassVar[tuple[str, ...]] = ("day",)

    day: str
    invited: int = 0
    cards: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What the journal is told of a record."""

    record_id: str
    kind: str
    state: str
    since: str
    kecamatan: str


def counted_as(record: BacklogRecord) -> tuple[str, str, str]:
    """The key of its `BacklogCount`."""
    return record.state, record.kind, record.since if record.state == PRINT_READY else ""


def next_in_line(waiting: Waiting, order: Sequence[str], cards: int) -> dict[tuple[str, str], int]:
    """How many of each (kind, original date) are next when so many blanks come: first by `order`, then by date.

    Within one date who was entered first is first. Source: `docs/field.md#print-backlog`.
    """
    chosen: dict[tuple[str, str], int] = {}
    for key in sorted(waiting, key=lambda key: (order.index(key[0]), key[1])):
        if cards <= 0:
            break
        if taken := min(cards, waiting[key]):
            chosen[key] = taken
            cards -= taken
    return chosen


def in_front(waiting: Waiting, order: Sequence[str], kind: str, since: str) -> int:
    """How many stand before the first of that kind and date, by the same rule as `next_in_line`."""
    place = (order.index(kind), since)
    return sum(number for (k, day), number in waiting.items() if (order.index(k), day) < place)


def invitation_days(room: Callable[[str], int], days: Iterable[str], cards: int) -> Iterator[tuple[str, int]]:
    """Spread `cards` invitations over business `days`, on each no more than there is `room` for."""
    for day in days:
        if cards <= 0:
            return
        free = min(cards, room(day))
        if free > 0:
            yield day, free
            cards -= free


def tally(records: Iterable[BacklogRecord]) -> Counter[tuple[str, str]]:
    """(kind, original date) -> how many."""
    return Counter((record.kind, record.since) for record in records)
