"""What comes into the store, leaves it, is counted and corrected; and which services may be taken at all."""

from __future__ import annotations

from typing import Any

from queue_server.domain import events, stock
from queue_server.domain.errors import Conflict, Invalid, NotFound
from queue_server.domain.fold import record
from queue_server.domain.office import Office
from queue_server.domain.stock import MOVEMENTS, Movement
from queue_server.operations.promises import NewCode, break_promises, cover_shortage
from queue_server.operations.vouchers import serve_arrivals

TYPES = (*MOVEMENTS, "count", "reverse")
# What leaves the store by somebody's wish and not as a fact: only what is not promised may go.
WISHES = frozenset({"return", "lend"})


def move_stock(
    office: Office,
    *,
    item: str,
    type: str,
    new_code: NewCode,
    quantity: int = 0,
    reference: str = "",
    reason: str = "",
    reverses: int | None = None,
) -> dict[str, Any]:
    """Enter one movement of `quantity` whole units; for `count` the quantity is what lies there.

    Facts are never refused: spoilage and counts take from safety, then from free, then from the youngest promise
    (`docs/field.md#facts`). What arrives goes first to those who asked first (`docs/field.md#sold-out`). Raises
    `Invalid`, `NotFound` (item, movement), `Conflict` (reversed before, promised).
    """
    if item not in office.catalogue.items:
        raise NotFound("item", item=item)
    if type not in TYPES:
        raise Invalid("unknown_movement", type=type, types=", ".join(TYPES))
    if type != "receive" and not reason.strip():
        raise Invalid("reason_needed")
    if type == "count":
        count(office, item, quantity, reason)
    elif type == "reverse":
        reverse(office, item, reverses, reason)
    else:
        enter(office, item, type, quantity, reference, reason)
    break_promises(office, item, new_code)
    serve_arrivals(office)
    return balance_of(office, item)


def enter(office: Office, item: str, type: str, quantity: int, reference: str, reason: str) -> None:
    if quantity < 1:
        raise Invalid("quantity", quantity=quantity)
    source, target = MOVEMENTS[type]
    if source == stock.STORE:
        if type in WISHES:
            require_unpromised(office, item, quantity)
        cover_shortage(office, item, quantity)
    announced = office.catalogue.items[item].next_delivery if type == "receive" else None
    delivery = announced.isoformat() if announced else ""
    record(office, events.StockMoved(type, item, quantity, source, target, reference, reason, delivery=delivery))


def count(office: Office, item: str, counted: int, reason: str) -> None:
    """What lies there now; the difference to the book goes to or comes from lost-and-found."""
    book = office.balance(item, stock.STORE).posted
    record(office, events.StockCounted(item, counted, book, reason))
    if counted != book:
        source, target = MOVEMENTS["find" if counted > book else "lose"]
        record(office, events.StockMoved("count", item, abs(counted - book), source, target, reason=reason))


def reverse(office: Office, item: str, seq: int | None, reason: str) -> None:
    """A further entry that takes an earlier one back; the earlier one stays as it is."""
    movement: Movement | None = office.rows["movements"].get(seq)
    if movement is None or movement.item != item:
        raise NotFound("movement", seq=seq)
    if movement.type in ("use", "reverse"):
        raise Invalid("not_reversible", type=movement.type)
    if any(other.reverses == seq for other in office.rows["movements"].values()):
        raise Conflict("reversed_before", seq=seq)
    if movement.target == stock.STORE:
        require_unpromised(office, item, movement.quantity)
    record(
        office,
        events.StockMoved(
            "reverse",
            item,
            movement.quantity,
            movement.target,
            movement.source,
            movement.reference,
            reason,
            ticket_id=movement.ticket_id,
            reverses=movement.seq,
        ),
    )


def require_unpromised(office: Office, item: str, quantity: int) -> None:
    store = office.balance(item, stock.STORE)
    if store.posted + store.pending < quantity:
        raise Conflict("promised_to_citizens", item=item, free=store.posted + store.pending)


def balance_of(office: Office, item: str) -> dict[str, Any]:
    store = office.balance(item, stock.STORE)
    free = stock.available(store, office.catalogue.rules)
    return {
        "item": item,
        "on_hand": store.posted,
        "promised": -store.pending,
        "safety": store.posted + store.pending - free,
        "available": free,
        "seq": office.seq,
    }


def suspend(office: Office, *, service: str, reason: str) -> dict[str, Any]:
    """Take no more numbers for a service, with the words that every screen shows. Promises are kept."""
    if service not in office.catalogue.services:
        raise NotFound("service", service=service)
    if not reason.strip():
        raise Invalid("reason_needed")
    record(office, events.ServiceSuspended(service, reason))
    return {"service": service, "suspended": True, "reason": reason}


def resume(office: Office, *, service: str, reason: str = "") -> dict[str, Any]:
    if service not in office.catalogue.services:
        raise NotFound("service", service=service)
    if service in office.rows["suspensions"]:
        record(office, events.ServiceResumed(service, reason))
    return {"service": service, "suspended": False, "reason": reason}
