"""What closes a business day: counts by hand, the report that two people sign, and the numbers kept on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from queue_server.domain import events
from queue_server.domain.events import Event

OPENING, CLOSING = MOMENTS = ("opening", "closing")

# Who stands for the figures: whoever keeps the store, and the head of the division.
KEEPER, HEAD = ROLES = ("keeper", "head")

# Numbers of a group that are handed out by hand while the power is out: docs/decisions/0010-numbers-on-paper.md.
PAPER = "paper"  # the channel of their tickets
PAPER_FROM = 901
MOST_PAPER = 500  # of each group and day
MOST_ENTERED = 50  # in one command: each brings a ticket with up to eight further rows
PAPER_DAYS = 31  # so long after its day a paper may still be entered
WAITING, SERVED, LEFT = BECAME = ("waiting", "served", "left")


@dataclass(frozen=True, slots=True)
class DayCount:
    """What lay there when somebody counted, and what the book said at that moment."""

    KEY: ClassVar[tuple[str, ...]] = ("day", "moment", "item")

    day: str
    moment: str  # opening | closing
    item: str
    counted: int
    book: int
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class SignedReport:
    """The day's report as it was signed, JSON text to the byte; both have signed the same. Empty: open again."""

    KEY: ClassVar[tuple[str, ...]] = ("day",)

    day: str
    report: str = ""
    keeper: str | None = None
    keeper_at: int | None = None
    head: str | None = None
    head_at: int | None = None
    reopened: str = ""  # the reason of the last reopening
    reopened_by: str | None = None
    reopened_at: int | None = None

    @property
    def complete(self) -> bool:
        return self.keeper is not None and self.head is not None

    @property
    def completed_at(self) -> int | None:
        """When the second of them signed."""
        return max(self.keeper_at or 0, self.head_at or 0) if self.complete else None

    def with_signature(self, role: str, report: str, by: str, at: int) -> SignedReport:
        """Signed once more; another text than the one before begins anew."""
        row = self
        if self.report != report:
            row = replace(self, report=report, keeper=None, keeper_at=None, head=None, head_at=None)
        if role == KEEPER:
            return replace(row, keeper=by, keeper_at=at)
        return replace(row, head=by, head_at=at)


@dataclass(frozen=True, slots=True)
class Completion:
    """The entry of a second signature, and what both have signed: what comes later belongs to the next report."""

    seq: int
    at: int
    report: str  # JSON text


def completions(day: str, entries: Iterable[tuple[int, int, str, Event]]) -> list[Completion]:
    """Every time that both had signed a day, from its signatures and reopenings as (seq, at, actor, event)."""
    row, found = SignedReport(day), list[Completion]()
    for seq, at, actor, event in entries:
        if isinstance(event, events.DaySigned) and event.day == day:
            row = row.with_signature(event.role, event.report, actor, at)
            if row.complete:
                found.append(Completion(seq, at, row.report))
        elif isinstance(event, events.DayReopened | events.DayOpened) and event.day == day:
            row = SignedReport(day)
    return found


@dataclass(frozen=True, slots=True)
class PaperSheet:
    """So many numbers of every group, from `PAPER_FROM` on, are kept on paper for a day; no kiosk gives them."""

    KEY: ClassVar[tuple[str, ...]] = ("day",)

    day: str
    numbers: int


def paper_queue(prefix: str) -> str:
    """The sequence of a group's paper numbers, beside the one of its kiosks."""
    return f"{PAPER} {prefix}"


def after_kiosk(last: int, sheet: PaperSheet | None) -> int:
    """The number that follows `last` at the kiosk: what is kept on paper is passed over."""
    number = last + 1
    if sheet and PAPER_FROM <= number < PAPER_FROM + sheet.numbers:
        return PAPER_FROM + sheet.numbers
    return number
