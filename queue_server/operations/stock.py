"""What comes into the store, leaves it, travels, is counted and corrected; and which services may be taken at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from queue_server.domain import events, stock
from queue_server.domain.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from queue_server.domain.fold import record
from queue_server.domain.office import Office
from queue_server.domain.stock import (
    BORROWED,
    LOST_AND_FOUND,
    MOVEMENTS,
    PARTIES,
    PLACE,
    POINTS,
    STORE,
    TRANSIT,
    BlankRequest,
    Consignment,
    CountDifference,
    Movement,
)
from queue_server.operations.equipment import settle
from queue_server.operations.promises import NewCode, break_promises, cover_shortage, require_there
from queue_server.operations.vouchers import serve_arrivals

TYPES = (*MOVEMENTS, "accept", "count", "reverse")
# What leaves by somebody's wish and not as a fact: only what is there, and not promised, may go.
WISHES = frozenset({"return", "lend", "dispatch"})


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody enters; what a type has no use for has to be left out."""

    item: str
    type: str
    quantity: int
    reference: str
    reason: str
    place: str  # the store or a counter
    party: str  # the account on the other side
    name: str  # of the other office or service point
    consignment: int | None
    short: int  # of a consignment: will not come any more
    reverses: int | None
    request: int | None


def move_stock(
    office: Office,
    *,
    item: str,
    type: str,
    new_code: NewCode,
    quantity: int | None = None,
    reference: str = "",
    reason: str = "",
    place: str = STORE,
    party: str = "",
    name: str = "",
    consignment: int | None = None,
    short: int = 0,
    reverses: int | None = None,
    request: int | None = None,
) -> dict[str, Any]:
    """Enter one movement of `quantity` whole units; for `count` the quantity is what lies there.

    Facts are never refused: spoilage and counts take from safety, then from free, then from the youngest promise
    (`docs/field.md#facts`). What arrives goes first to those who asked first (`docs/field.md#sold-out`). Raises
    `Invalid`, `NotFound` (item, movement, consignment, request), `Conflict` (reversed before, promised, not there).
    """
    if type == "count" and quantity is None:  # forgotten is not none left: that would break every promise
        raise Invalid("field", field="quantity")
    whole = quantity or 0
    said = Entered(item, type, whole, reference, reason, place, party, name, consignment, short, reverses, request)
    require_sense(office, said)
    {"count": count, "accept": accept, "reverse": reverse}.get(type, enter)(office, said)
    break_promises(office, item, new_code)
    serve_arrivals(office)
    return balance_of(office, item)


def require_sense(office: Office, said: Entered) -> None:
    if said.item not in office.catalogue.items:
        raise NotFound("item", item=said.item)
    if said.type not in TYPES:
        raise Invalid("unknown_movement", type=said.type, types=", ".join(TYPES))
    if said.type != "receive" and not (said.type == "accept" and not said.short) and not said.reason.strip():
        raise Invalid("reason_needed")
    if said.type == "destroy" and not said.reference.strip():  # the minutes' number holds a batch together
        raise Invalid("reference_needed")
    if said.party and not may_name(office, said):
        raise Invalid("unknown_party", party=said.party)
    has_place = said.type == "count" or PLACE in MOVEMENTS.get(said.type, ())
    if said.place != STORE and not (has_place and is_counter_here(office, said.item, said.place)):
        raise Invalid("unknown_place", place=said.place)


def may_name(office: Office, said: Entered) -> bool:
    if said.type == "dispatch" and is_counter_here(office, said.item, said.party):
        return True
    return said.party in PARTIES.get(said.type, ())


def is_counter_here(office: Office, item: str, account: str) -> bool:
    """A counter of the office file, or one that is there no more and still holds some."""
    known = {stock.counter_account(number) for number in office.catalogue.counters}
    return account in known or (stock.is_counter(account) and office.balance(item, account).posted > 0)


def enter(office: Office, said: Entered) -> None:
    if said.quantity < 1:
        raise Invalid("quantity", quantity=said.quantity)
    party = said.party or PARTIES.get(said.type, ("",))[0]
    source, target = stock.sides(said.type, said.place, party)
    if said.type in WISHES:
        require_possible(office, said, source, party)
    else:
        cover_shortage(office, said.item, said.quantity, source, said.name)
    announced = office.catalogue.items[said.item].next_delivery if said.type == "receive" else None
    record(
        office,
        events.StockMoved(
            said.type,
            said.item,
            said.quantity,
            source,
            target,
            said.reference,
            said.reason,
            name=said.name,
            request=request_for(office, said),
            to=party if said.type == "dispatch" else "",
            delivery=announced.isoformat() if announced else "",
        ),
    )


def require_possible(office: Office, said: Entered, source: str, party: str) -> None:
    """What is sent away, lent or given back is there and promised to nobody. Raises `Conflict`, `Invalid`."""
    if party == source:
        raise Invalid("same_place", place=party)
    if party == POINTS and not said.name.strip():
        raise Invalid("name_needed")
    if said.type != "dispatch" or party == POINTS:
        require_unpromised(office, said.item, said.quantity)
    require_there(office, said.item, said.quantity, source)
    owed = -office.balance(said.item, BORROWED).posted
    if party == BORROWED and owed < said.quantity:
        raise Conflict("not_borrowed", owed=owed)


def request_for(office: Office, said: Entered) -> int | None:
    """The request that a receipt fulfils. Raises `NotFound`, `Invalid`."""
    if said.request is None:
        return None
    row: BlankRequest | None = office.rows["blank_requests"].get(said.request)
    if row is None or row.item != said.item:
        raise NotFound("request", seq=said.request)
    if said.type != "receive":
        raise Invalid("not_a_receipt", type=said.type)
    return row.seq


def accept(office: Office, said: Entered) -> None:
    """What of a consignment has arrived; `short` will not, for a reason. More than was sent is found first, flagged.

    The rest stays in transit. Source: `docs/field.md#transit`.
    """
    if said.consignment is None:
        raise Invalid("field", field="consignment")
    row: Consignment | None = office.rows["consignments"].get(said.consignment)
    if row is None or row.item != said.item:
        raise NotFound("consignment", seq=said.consignment)
    if said.quantity + said.short < 1:
        raise Invalid("quantity", quantity=said.quantity)
    beyond = said.quantity + said.short - row.open
    if beyond > 0 and said.short:
        raise Invalid("short_too_much", open=row.open)
    if beyond > 0:
        found = events.StockMoved(
            "find", said.item, beyond, LOST_AND_FOUND, TRANSIT, by_itself=True, consignment=row.seq
        )
        record(office, found)
    for what, quantity, target in (("accept", said.quantity, row.target), ("lose", said.short, LOST_AND_FOUND)):
        if quantity:
            arrived = events.StockMoved(
                what,
                said.item,
                quantity,
                TRANSIT,
                target,
                said.reference,
                said.reason,
                name=row.name,
                consignment=row.seq,
            )
            record(office, arrived)


# -- counts ----------------------------------------------------------------------------------------------------------


def count(office: Office, said: Entered) -> None:
    """What lies there now. What is missing leaves the book at once, so that nobody is promised it; what is too much
    comes in when somebody else has approved it. Source: `docs/field.md#count`.
    """
    book = office.balance(said.item, said.place).posted
    record(office, events.StockCounted(said.item, said.quantity, book, said.reason, said.place))
    if said.quantity < book:
        post_difference(office, said.item, said.place, said.quantity - book, said.reason)


def approve_count(office: Office, *, count: int) -> dict[str, Any]:
    """Stand for the difference that somebody else counted. Raises `NotFound` (none is open), `NotAllowed` (own)."""
    row: CountDifference | None = office.rows["count_differences"].get(count)
    if row is None or row.state != stock.OPEN:
        raise NotFound("count", seq=count)
    if row.counted_by == office.actor:
        raise NotAllowed("own_count")
    record(office, events.CountApproved(row.seq, row.counted_by, office.actor))
    if row.difference > 0:
        post_difference(office, row.item, row.place, row.difference, row.reason)
    return balance_of(office, row.item)


def post_difference(office: Office, item: str, place: str, difference: int, reason: str) -> None:
    source, target = stock.sides("find" if difference > 0 else "lose", place)
    record(office, events.StockMoved("count", item, abs(difference), source, target, reason=reason))


# -- corrections -----------------------------------------------------------------------------------------------------


def reverse(office: Office, said: Entered) -> None:
    """A further entry that takes an earlier one back; the earlier one stays as it is."""
    if said.reverses is None:
        raise Invalid("field", field="reverses")
    movement: Movement | None = office.rows["movements"].get(said.reverses)
    if movement is None or movement.item != said.item:
        raise NotFound("movement", seq=said.reverses)
    if movement.type in stock.IRREVERSIBLE:
        raise Invalid("not_reversible", type=movement.type)
    if any(other.reverses == movement.seq for other in office.rows["movements"].values()):
        raise Conflict("reversed_before", seq=movement.seq)
    require_reversible(office, movement)
    record(
        office,
        events.StockMoved(
            "reverse",
            said.item,
            movement.quantity,
            movement.target,
            movement.source,
            movement.reference,
            said.reason,
            ticket_id=movement.ticket_id,
            reverses=movement.seq,
            name=movement.name,
            consignment=movement.seq if movement.type == "dispatch" else movement.consignment,
            request=movement.request,
        ),
    )


def require_reversible(office: Office, movement: Movement) -> None:
    """What it brought is still there, and promised to nobody. Raises `Conflict`."""
    require_there(office, movement.item, movement.quantity, movement.target)
    row: Consignment | None = office.rows["consignments"].get(movement.consignment or movement.seq)
    if movement.target == TRANSIT and row and row.open < movement.quantity:
        raise Conflict("not_there", item=movement.item, account=TRANSIT, there=row.open)
    if on_hand(movement.target, row) and not on_hand(movement.source, row):
        require_unpromised(office, movement.item, movement.quantity)


def on_hand(account: str, row: Consignment | None) -> bool:
    return account == STORE or stock.is_counter(account) or (account == TRANSIT and row is not None and row.inside)


def require_unpromised(office: Office, item: str, quantity: int) -> None:
    free = office.balance(item, STORE).unpromised
    if free < quantity:
        raise Conflict("promised_to_citizens", item=item, free=free)


# -- old cards -------------------------------------------------------------------------------------------------------


def withdraw(office: Office, *, item: str, quantity: int, reason: str, ticket_id: str | None = None) -> dict[str, Any]:
    """An old card that a citizen hands in: why, and under which number; never whose. Source:
    `docs/field.md#withdrawn-cards`. Raises `Invalid`, `NotFound`.
    """
    if item not in office.catalogue.items or item not in stock.CARDS:
        raise Invalid("unknown_item", item=item)
    if quantity < 1:
        raise Invalid("quantity", quantity=quantity)
    if not reason.strip():
        raise Invalid("reason_needed")
    if ticket_id is not None:
        office.ticket(ticket_id)
    source, target = stock.CITIZEN, stock.WITHDRAWN
    record(office, events.StockMoved("withdraw", item, quantity, source, target, reason=reason, ticket_id=ticket_id))
    return {"seq": office.seq, "item": item, "withdrawn": office.balance(item, target).posted}


# -- requests --------------------------------------------------------------------------------------------------------


def ask_for_blanks(
    office: Office,
    *,
    item: str,
    quantity: int,
    used: int,
    party: str = stock.SUPPLIER,
    backlog: int | None = None,
    reference: str = "",
    reason: str = "",
) -> dict[str, Any]:
    """Ask the centre or the province. `used` is what three months took, `backlog` how many records are ready to be
    printed: both stand in the letter. Source: `docs/field.md#requests`. Raises `NotFound`, `Invalid`.
    """
    if item not in office.catalogue.items:
        raise NotFound("item", item=item)
    if quantity < 1:
        raise Invalid("quantity", quantity=quantity)
    if party not in (stock.SUPPLIER, stock.PROVINCE):
        raise Invalid("unknown_party", party=party)
    on_hand_now = office.balance(item, STORE).on_hand
    record(office, events.BlanksRequested(item, quantity, party, on_hand_now, used, backlog, reference, reason))
    return request_state(office, office.seq)


def grant_request(office: Office, *, request: int, quantity: int, reference: str = "") -> dict[str, Any]:
    """What was allowed of it, none included; the last answer holds. Raises `NotFound`."""
    if request not in office.rows["blank_requests"]:
        raise NotFound("request", seq=request)
    record(office, events.RequestGranted(request, quantity, reference))
    return request_state(office, request)


def request_state(office: Office, request: int) -> dict[str, Any]:
    row: BlankRequest = office.rows["blank_requests"][request]
    return {"seq": row.seq, "item": row.item, "asked": row.asked, "granted": row.granted, "fetched": row.fetched}


# -- what the verbs answer, and services that may not be taken -------------------------------------------------------


def balance_of(office: Office, item: str) -> dict[str, Any]:
    store = office.balance(item, STORE)
    free = stock.available(store, office.catalogue.rules)
    return {
        "item": item,
        "on_hand": store.on_hand,
        "promised": -store.pending,
        "safety": store.unpromised - free,
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
    """Take numbers for it again, unless what it needs is broken. Raises `NotFound`, `WrongState`."""
    if service not in office.catalogue.services:
        raise NotFound("service", service=service)
    if suspension := office.rows["suspensions"].get(service):
        if suspension.equipment:
            raise WrongState("equipment_lacking", service=service)
        record(office, events.ServiceResumed(service, reason))
        settle(office)
    return {"service": service, "suspended": service in office.rows["suspensions"], "reason": reason}
