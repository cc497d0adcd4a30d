"""Blanks as double entry in two phases: every move has two sides, a promise is pending until it is posted.

stok fisik (on hand) = bebas (available) + disisihkan (promised) + cadangan (safety): `docs/field.md#blanks`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from queue_server.domain.catalogue import Rules

OPEN, APPROVED, SUPERSEDED = "open", "approved", "superseded"

# On hand: the store, a counter that keeps blanks of its own (`counter-3`), and what is on the way between the two.
STORE, COUNTER, TRANSIT = "store", "counter-", "transit"
PROMISED, CITIZEN = "promised", "citizen"
SUPPLIER, PROVINCE, LENT, BORROWED, POINTS = "supplier", "province", "lent", "borrowed", "points"
SPOILED, DEFECTIVE, LOST_AND_FOUND = "spoiled", "defective", "lost-and-found"
WITHDRAWN, DESTROYED = "withdrawn", "destroyed"
# Where things come from: these alone may be below zero. Old cards come back that were handed out before the ledger.
SOURCES = frozenset({SUPPLIER, PROVINCE, BORROWED, LOST_AND_FOUND, CITIZEN})
AWAITED = "awaited"  # promised out of what the supplier has yet to bring: pending on both sides, never posted

ITEMS = ("KTP", "KTP-WNA", "KIA", "RIBBON", "FILM", "HVS", "THERMAL")
MOST_UNITS = 1_000_000  # of an item in one entry
# What a citizen takes home; ribbon, film and paper are what a print needs.
CARDS = frozenset({"KTP", "KTP-WNA", "KIA"})
RATIONED = "KTP"  # whose blanks the office's policy gives out

# What staff may enter, and from which account to which. PLACE is the store or a counter, PARTY the other side.
# `accept`, `count` and `reverse` find their sides themselves.
PLACE, PARTY = "place", "party"
MOVEMENTS: dict[str, tuple[str, str]] = {
    "receive": (PARTY, STORE),
    "return": (STORE, PARTY),
    "lend": (STORE, LENT),
    "borrow": (BORROWED, STORE),
    "dispatch": (PLACE, TRANSIT),
    "spoil": (PLACE, SPOILED),
    "defect": (PLACE, DEFECTIVE),
    "lose": (PLACE, LOST_AND_FOUND),
    "find": (LOST_AND_FOUND, PLACE),
    "destroy": (PARTY, DESTROYED),
}
# Whom a movement may name; the first where it names nobody. `dispatch` may name any counter besides.
PARTIES: dict[str, tuple[str, ...]] = {
    "receive": (SUPPLIER, PROVINCE, LENT, POINTS),
    "return": (SUPPLIER, PROVINCE, BORROWED),
    "dispatch": (POINTS, STORE),
    "destroy": (WITHDRAWN, SPOILED, DEFECTIVE),
}
# A count is corrected by a further count, for a second person's eyes; a print by the counter that made it.
IRREVERSIBLE = frozenset({"use", "count", "reverse"})


def sides(type: str, place: str = STORE, party: str = "") -> tuple[str, str]:
    """From which account to which a movement goes that staff enter."""
    named = {PLACE: place, PARTY: party}
    source, target = MOVEMENTS[type]
    return named.get(source, source), named.get(target, target)


def counter_account(counter: int) -> str:
    return f"{COUNTER}{counter}"


def is_counter(account: str) -> bool:
    return account.startswith(COUNTER)


def held(account: str) -> bool:
    """Whether it is a place of the office's own: what lies there is on hand."""
    return account in (STORE, TRANSIT) or is_counter(account)


def point_account(name: str) -> str:
    """Of one service point, for reading alone: the book keeps all of them on `POINTS`."""
    return f"{POINTS}:{name}"


def kind_of(account: str) -> str:
    """The book's account, whichever point it is."""
    return account.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Balance:
    """Whole units of one item on one account. `pending` holds promises: negative on the store's side.

    The store's row also says how many lie `at_counters` or are on the way to one: on hand is both together.
    """

    KEY: ClassVar[tuple[str, ...]] = ("item", "account")

    item: str
    account: str
    posted: int = 0
    pending: int = 0
    at_counters: int = 0

    @property
    def on_hand(self) -> int:
        return self.posted + self.at_counters

    @property
    def unpromised(self) -> int:
        return self.on_hand + self.pending


@dataclass(frozen=True, slots=True)
class Reservation:
    """Blanks set aside for a ticket or a voucher (`holder` is its id or code), and those it was promised to come."""

    KEY: ClassVar[tuple[str, ...]] = ("holder", "item")

    holder: str
    item: str
    quantity: int
    seq: int  # when it was promised: the youngest breaks first
    awaited: int = 0  # promised, and yet to be delivered
    day: str = ""  # the business day whose promise it is
    bucket: str = ""  # out of which part of that day; empty where nothing is rationed


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the ledger; a correction is a further line that names the one it reverses."""

    KEY: ClassVar[tuple[str, ...]] = ("seq",)

    seq: int
    day: str
    at: int
    actor: str
    item: str
    type: str
    quantity: int
    source: str
    target: str
    reference: str = ""
    reason: str = ""
    ticket_id: str | None = None
    reverses: int | None = None
    name: str = ""  # of the other office or service point
    consignment: int | None = None  # the dispatch that it belongs to
    request: int | None = None  # the request that it fulfils


@dataclass(frozen=True, slots=True)
class Consignment:
    """What was dispatched, and what of it has arrived; `seq` is the dispatch. Open while some is under way."""

    KEY: ClassVar[tuple[str, ...]] = ("seq",)

    seq: int
    day: str
    at: int
    actor: str
    item: str
    target: str  # the account that it goes to
    name: str
    sent: int
    accepted: int = 0
    short: int = 0  # did not arrive; negative: more arrived than was sent

    @property
    def open(self) -> int:
        return self.sent - self.accepted - self.short

    @property
    def inside(self) -> bool:
        """Between the store and a counter of this office: on hand all the way."""
        return self.target != POINTS


@dataclass(frozen=True, slots=True)
class CountDifference:
    """A count that differs from the book, until somebody else has approved it. Source: `docs/field.md#count`."""

    KEY: ClassVar[tuple[str, ...]] = ("seq",)

    seq: int  # of the count
    day: str
    at: int
    counted_by: str
    item: str
    place: str
    counted: int
    book: int
    reason: str
    state: str = OPEN
    approved_by: str | None = None

    @property
    def difference(self) -> int:
        return self.counted - self.book


@dataclass(frozen=True, slots=True)
class BlankRequest:
    """Asked, granted and fetched, each apart. Source: `docs/field.md#requests`."""

    KEY: ClassVar[tuple[str, ...]] = ("seq",)

    seq: int
    day: str
    item: str
    party: str  # whom it goes to: the centre or the province
    asked: int
    on_hand: int  # when it was asked
    used: int  # in the three months before
    backlog: int | None  # records ready to be printed, as staff said
    reference: str
    reason: str
    granted: int | None = None
    granted_on: str | None = None
    fetched: int = 0

    @property
    def awaited(self) -> int:
        """What may still come."""
        return max(0, (self.asked if self.granted is None else self.granted) - self.fetched)


def request_figures(requests: Iterable[BlankRequest], item: str) -> dict[str, int]:
    """What may still come of an item, and the newest request's figures where there is one."""
    rows = sorted((row for row in requests if row.item == item), key=lambda row: row.seq)
    if not rows:
        return {}
    newest = rows[-1]
    granted = {} if newest.granted is None else {"granted": newest.granted}
    figures = {"awaited": sum(row.awaited for row in rows), "asked": newest.asked, "fetched": newest.fetched}
    return {**figures, **granted}


@dataclass(frozen=True, slots=True)
class ItemDay:
    """One item's day: what it began with and what came and went."""

    KEY: ClassVar[tuple[str, ...]] = ("day", "item")

    day: str
    item: str
    opening: int
    received: int = 0
    used: int = 0
    spoilt: int = 0
    other: int = 0  # lent, sent away, lost, found, counted: in is positive
    withdrawn: int = 0  # old cards that were handed in
    destroyed: int = 0  # and those of them that were destroyed

    @property
    def change(self) -> int:
        """By so many on hand went up."""
        return self.received - self.used - self.spoilt + self.other

    @property
    def moved(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in MOVED}

    def with_next(self, later: ItemDay) -> ItemDay:
        """Both as one: it began as this one did, and is called after the later."""
        return replace(
            later, opening=self.opening, **{name: n + getattr(self, name) for name, n in later.moved.items()}
        )

    def without(self, later: ItemDay) -> ItemDay:
        """What was there before the later part of it."""
        return replace(self, **{name: n - getattr(later, name) for name, n in self.moved.items()})


MOVED = ("received", "used", "spoilt", "other", "withdrawn", "destroyed")  # of an `ItemDay`


def safety_stock(on_hand: int, rules: Rules) -> int:
    """What is kept back for spoilage: max(3, 5 % of on hand, rounded up), an office setting, never more than there is.

    Source: `docs/field.md#safety-stock`.
    """
    share = -(-on_hand * rules.safety_percent // 100)
    return max(0, min(on_hand, max(rules.safety_minimum, share)))


def available(store: Balance, rules: Rules) -> int:
    """What may still be promised: on hand less promised less safety, never below zero."""
    return max(0, store.unpromised - safety_stock(store.on_hand, rules))
