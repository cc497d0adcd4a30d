"""Blanks as double entry in two phases: every move has two sides, a promise is pending until it is posted.

stok fisik (on hand) = bebas (available) + disisihkan (promised) + cadangan (safety): `docs/field.md#blanks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from queue_server.domain.catalogue import Rules

STORE, PROMISED, CITIZENS, SUPPLIER = "store", "promised", "citizens", "supplier"
SPOILED, DEFECTIVE, LOST_AND_FOUND, LENT, BORROWED = "spoiled", "defective", "lost-and-found", "lent", "borrowed"
AWAITED = "awaited"  # promised out of what the supplier has yet to bring: pending on both sides, never posted

ITEMS = ("KTP", "KTP-WNA", "KIA", "RIBBON", "FILM", "HVS", "THERMAL")
# What a citizen takes home; ribbon, film and paper are what a print needs.
CARDS = frozenset({"KTP", "KTP-WNA", "KIA"})
RATIONED = "KTP"  # whose blanks the office's policy gives out

# What staff may enter, and from which account to which it goes. `count` and `reverse` find their sides themselves.
MOVEMENTS: dict[str, tuple[str, str]] = {
    "receive": (SUPPLIER, STORE),
    "return": (STORE, SUPPLIER),
    "lend": (STORE, LENT),
    "borrow": (BORROWED, STORE),
    "spoil": (STORE, SPOILED),
    "defect": (STORE, DEFECTIVE),
    "lose": (STORE, LOST_AND_FOUND),
    "find": (LOST_AND_FOUND, STORE),
}


@dataclass(frozen=True, slots=True)
class Balance:
    """Whole units of one item on one account. `pending` holds promises: negative on the store's side."""

    KEY: ClassVar[tuple[str, ...]] = ("item", "account")

    item: str
    account: str
    posted: int = 0
    pending: int = 0


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
    other: int = 0  # lent, lost, found, counted, returned: in is positive


def safety_stock(on_hand: int, rules: Rules) -> int:
    """What is kept back for spoilage: max(3, 5 % of on hand, rounded up), an office setting, never more than there is.

    Source: `docs/field.md#safety-stock`.
    """
    share = -(-on_hand * rules.safety_percent // 100)
    return max(0, min(on_hand, max(rules.safety_minimum, share)))


def available(store: Balance, rules: Rules) -> int:
    """What may still be promised: on hand less promised less safety, never below zero."""
    return max(0, store.posted + store.pending - safety_stock(store.posted, rules))


def days_of_cover(on_hand: int, use_per_day: float) -> float | None:
    """How many business days the stock lasts at the recent pace; None where nothing was used."""
    return round(on_hand / use_per_day, 1) if use_per_day > 0 else None
