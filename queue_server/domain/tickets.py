"""A ticket, a voucher, and the one table of what may become of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from queue_server.domain.errors import WrongState

WAITING, CALLED, SERVING, PARKED = "waiting", "called", "serving", "parked"
NO_SHOW, FINISHED, DEFERRED, CANCELLED, EXPIRED = "no_show", "finished", "deferred", "cancelled", "expired"

# The only ways a ticket may go. Undo is not a way on: it is a further event that restores what was before.
TRANSITIONS: dict[str, frozenset[str]] = {
    WAITING: frozenset({CALLED, CANCELLED, DEFERRED, EXPIRED}),
    CALLED: frozenset({SERVING, WAITING, NO_SHOW, CANCELLED}),
    SERVING: frozenset({FINISHED, PARKED, WAITING, DEFERRED, CANCELLED}),
    PARKED: frozenset({WAITING, CANCELLED, DEFERRED, EXPIRED}),
    NO_SHOW: frozenset({WAITING}),
    FINISHED: frozenset(),
    DEFERRED: frozenset(),
    CANCELLED: frozenset(),
    EXPIRED: frozenset(),
}
BACK_AGAIN_MS = 10 * 60_000  # between two times that one number steps back
AT_A_COUNTER = frozenset({CALLED, SERVING})
OUTCOMES = ("done", "incomplete", "not_printable", "referred", "stopped")

# Who goes first among those who wait (`queueing.next_ticket`), first to last.
VOUCHER, URGENT, PRIORITY, REGULAR = "voucher", "urgent", "priority", "regular"
CLASSES = (VOUCHER, URGENT, PRIORITY, REGULAR)


@dataclass(frozen=True, slots=True)
class Ticket:
    """One visit under one number. Instants are epoch milliseconds (UTC); `place` orders the line, smaller first."""

    KEY: ClassVar[tuple[str, ...]] = ("ticket_id",)

    ticket_id: str
    token: str  # 128 random bits: all that a phone knows
    day: str  # ISO date of the business day
    prefix: str
    number: int
    service: str
    hall: str
    state: str
    place: int
    issued_at: int
    waits_since: int
    stage: int = 0  # index into the service's stages
    priority: bool = False
    urgent: bool = False
    cards: int = 1
    made: int = 0  # of these, in an earlier stage: no blank is needed for them any more
    voucher: str | None = None
    voucher_rank: int | None = None
    channel: str = "kiosk"
    language: str = "id"
    times_called: int = 0
    skipped: int = 0
    counter: int | None = None
    clerk: str | None = None
    called_at: int | None = None
    call_seq: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    outcome: str | None = None
    changed_seq: int = 0

    @property
    def label(self) -> str:
        return number_label(self.prefix, self.number)

    @property
    def klass(self) -> str:
        if self.voucher_rank is not None:
            return VOUCHER
        if self.urgent:
            return URGENT
        return PRIORITY if self.priority else REGULAR

    @property
    def to_make(self) -> int:
        """Cards that still need their blanks."""
        return self.cards - self.made

    @property
    def back_from(self) -> int:
        """When its holder may step back (again), having been put behind others last at `waits_since`."""
        return self.issued_at if self.waits_since == self.issued_at else self.waits_since + BACK_AGAIN_MS

    @property
    def order(self) -> int:
        """Where it stands among its own class."""
        return self.place if self.voucher_rank is None else self.voucher_rank


@dataclass(frozen=True, slots=True)
class Voucher:
    """A dated place in front of everyone without one, with the blanks that are set aside for it.

    Without a date it is a place on its service's waiting list, in the order of `rank`.
    """

    KEY: ClassVar[tuple[str, ...]] = ("code",)

    code: str
    ticket_id: str | None  # the ticket it came from; None for one that was given instead of a number
    date: str  # ISO date of the business day it is for; empty on the waiting list
    rank: int  # smaller first; negative for a promise that the office had to break
    service: str
    cards: int
    priority: bool
    language: str
    issued_at: int
    state: str = "open"  # open | redeemed | lapsed | cancelled
    redeemed_by: str | None = None
    token: str | None = None  # 128 random bits for its phone page; one from a ticket is found by the ticket's
    made: int = 0  # of the cards, before it was given: they only wait to be picked up
    early: str = ""  # a day before its date on which it is good as well, because its blank has come

    @property
    def waits(self) -> bool:
        """On the waiting list."""
        return self.state == "open" and not self.date

    @property
    def in_order(self) -> bool:
        """It has a place in the order of its day."""
        return self.state == "open" and bool(self.date)

    def good_on(self, day: str) -> bool:
        """On its date (or later, when the office did not open on it), and on the day on which it was called back."""
        return bool(self.date) and (self.date <= day or self.early == day)


def number_label(prefix: str, number: int) -> str:
    """`A-053`: the same on paper, on screens, in the API and in speech; four digits from 1,000 on."""
    return f"{prefix}-{number:03d}"


def require(ticket: Ticket, state: str) -> None:
    """Refuse a step that the table does not know. Raises `WrongState`."""
    if state not in TRANSITIONS[ticket.state]:
        raise WrongState("ticket_state", number=ticket.label, state=ticket.state)
