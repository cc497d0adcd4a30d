"""The verbs of the counter."""

from __future__ import annotations

from collections import Counter
from typing import Any

from queue_server.domain import counters, events, queueing, stock, tickets
from queue_server.domain.counters import UNDO_SECONDS, Action, CounterState
from queue_server.domain.errors import Conflict, Invalid, NotAllowed, OutOfStock, WrongState
from queue_server.domain.fold import record
from queue_server.domain.office import Office
from queue_server.domain.tickets import OUTCOMES, Ticket
from queue_server.operations.promises import (
    NewCode,
    break_at_counter,
    break_promises,
    cover_shortage,
    gone_for,
    promise,
    release_all,
    require_open_day,
    require_there,
)
from queue_server.operations.ticketing import state_of

# -- the counter itself ------------------------------------------------------------------------------------------------


def open_counter(office: Office, *, counter: int, clerk: str) -> dict[str, Any]:
    """Sit down at a counter, or come back from a break. One counter per clerk, one clerk per counter.

    A closed browser keeps its call: opening one's own counter again finds it. Raises `Conflict`, `NotFound`.
    """
    state = office.counter(counter)
    if state.state != counters.CLOSED and state.clerk != clerk:
        raise Conflict("counter_taken", counter=counter)
    for other in office.rows["counters"].values():
        if other.clerk == clerk and other.counter != counter and other.state != counters.CLOSED:
            raise Conflict("clerk_elsewhere", counter=other.counter)
    if state.state != counters.OPEN:
        record(office, events.CounterOpened(counter, clerk))
    return counter_state(office, counter)


def pause_counter(office: Office, *, counter: int, clerk: str, reason: str = "") -> dict[str, Any]:
    """Take a break; the clerk keeps the counter. Raises `WrongState` while a ticket is at the counter."""
    require_free(require_own(office, counter, clerk))
    record(office, events.CounterPaused(counter, clerk, reason))
    return counter_state(office, counter)


def close_counter(office: Office, *, counter: int, clerk: str, by_supervisor: bool = False) -> dict[str, Any]:
    """Leave a counter. A supervisor releases anybody's: its ticket returns to the head of the line.

    Raises `NotAllowed`, `WrongState` (a clerk's own open call has to be ended first).
    """
    state = office.counter(counter)
    if state.state == counters.CLOSED:
        return counter_state(office, counter)
    if state.clerk != clerk:
        if not by_supervisor:
            raise NotAllowed("other_counter", counter=counter)
        release_ticket(office, state)
    require_free(office.counter(counter))
    record(office, events.CounterClosed(counter))
    return counter_state(office, counter)


def release_ticket(office: Office, state: CounterState) -> None:
    """Back to the head: in front of everyone who waits, with its number and its turn."""
    if state.ticket_id is None:
        return
    ticket = office.ticket(state.ticket_id)
    waiting = (t.place for t in office.rows["tickets"].values() if t.state == tickets.WAITING)
    place = min(ticket.place, min(waiting, default=ticket.place + 1) - 1)
    record(office, events.TicketRequeued(ticket.ticket_id, place, keeps_turn=True))


def counter_state(office: Office, counter: int) -> dict[str, Any]:
    state = office.counter(counter)
    return {"id": counter, "state": state.state, "clerk": state.clerk, "ticket": state.ticket_id, "seq": office.seq}


def require_own(office: Office, counter: int, clerk: str) -> CounterState:
    """Raises `NotAllowed` (somebody else's) or `WrongState` (closed)."""
    state = office.counter(counter)
    if state.state == counters.CLOSED:
        raise WrongState("counter_closed", counter=counter)
    if state.clerk != clerk:
        raise NotAllowed("other_counter", counter=counter)
    return state


def require_free(state: CounterState) -> None:
    if state.ticket_id is not None:
        raise WrongState("open_call", counter=state.counter)


# -- calling -----------------------------------------------------------------------------------------------------------


def call_next(office: Office, *, counter: int, clerk: str) -> dict[str, Any] | None:
    """Call who is next for this counter (`queueing.next_ticket`); None when nobody waits."""
    state = require_ready(office, counter, clerk)
    heads = (office.heads(service) for service in office.catalogue.counters[counter].serves)
    ticket = queueing.next_ticket(heads, state.streak, office.catalogue.rules)
    if ticket is None:
        return None
    record(office, events.TicketCalled(ticket.ticket_id, counter, clerk))
    return state_of(office, ticket.ticket_id)


def call_ticket(office: Office, *, ticket_id: str, counter: int, clerk: str, reason: str) -> dict[str, Any]:
    """Call somebody out of order, or back from parked and skipped; audited with its reason (`docs/field.md#touts`)."""
    if not reason.strip():
        raise Invalid("reason_needed")
    require_ready(office, counter, clerk)
    ticket = office.ticket(ticket_id)
    if ticket.state in (tickets.PARKED, tickets.NO_SHOW):
        bring_back(office, ticket, ticket.place)
    else:
        tickets.require(ticket, tickets.CALLED)
    record(office, events.TicketCalled(ticket_id, counter, clerk, reason))
    return state_of(office, ticket_id)


def require_ready(office: Office, counter: int, clerk: str) -> CounterState:
    """An open counter of one's own without an open call, on an open day."""
    require_open_day(office)
    state = require_own(office, counter, clerk)
    if state.state != counters.OPEN:
        raise WrongState("counter_paused", counter=counter)
    require_free(state)
    return state


def bring_back(office: Office, ticket: Ticket, place: int) -> None:
    """A parked or skipped ticket of this day waits again. Somebody skipped is promised blanks anew: `OutOfStock`."""
    if ticket.day != require_open_day(office):  # a number of another day would stand in line beside today's
        raise WrongState("ticket_state", number=ticket.label, state=ticket.state)
    skipped = ticket.state == tickets.NO_SHOW
    record(office, events.TicketRequeued(ticket.ticket_id, place, keeps_turn=not skipped))
    if skipped:
        promise(office, office.ticket(ticket.ticket_id), ticket.service)


def held_ticket(office: Office, ticket_id: str, clerk: str) -> Ticket:
    """The ticket, when this clerk's counter holds it. Raises `NotFound`, `WrongState`, `NotAllowed`."""
    ticket = office.ticket(ticket_id)
    if ticket.state not in tickets.AT_A_COUNTER:
        raise WrongState("ticket_state", number=ticket.label, state=ticket.state)
    if ticket.clerk != clerk or ticket.counter is None:
        raise NotAllowed("other_clerk", number=ticket.label)
    return ticket


def recall(office: Office, *, ticket_id: str, clerk: str) -> dict[str, Any]:
    """Call the same number again."""
    ticket = held_ticket(office, ticket_id, clerk)
    if ticket.state != tickets.CALLED:
        raise WrongState("ticket_state", number=ticket.label, state=ticket.state)
    assert ticket.counter is not None
    record(office, events.TicketRecalled(ticket_id, ticket.counter))
    return state_of(office, ticket_id)


def start(office: Office, *, ticket_id: str, clerk: str) -> dict[str, Any]:
    """The person is here."""
    ticket = held_ticket(office, ticket_id, clerk)
    tickets.require(ticket, tickets.SERVING)
    assert ticket.counter is not None
    record(office, events.ServiceStarted(ticket_id, ticket.counter))
    return state_of(office, ticket_id)


def no_show(office: Office, *, ticket_id: str, clerk: str) -> dict[str, Any]:
    """Called and not there. The first time the ticket goes behind the next few by itself, with its promise kept;
    the second time it stays skipped and its blanks are free again. Source: `docs/field.md#absent-on-call`."""
    ticket = held_ticket(office, ticket_id, clerk)
    tickets.require(ticket, tickets.NO_SHOW)
    assert ticket.counter is not None
    record(office, events.TicketSkipped(ticket_id, ticket.counter))
    if ticket.skipped == 0:
        put_behind(office, office.ticket(ticket_id), ticket.counter)
    else:
        release_all(office, ticket, ticket.counter)
    return state_of(office, ticket_id)


def requeue(office: Office, *, ticket_id: str, clerk: str) -> dict[str, Any]:
    """Behind the next few: a called ticket of one's own, a skipped one restored; a parked one returns to its turn."""
    ticket = office.ticket(ticket_id)
    if ticket.state == tickets.PARKED:
        bring_back(office, ticket, ticket.place)
    elif ticket.state == tickets.NO_SHOW:
        bring_back(office, ticket, place_behind(office, ticket))
    else:
        held_ticket(office, ticket_id, clerk)
        if ticket.state != tickets.CALLED:
            raise WrongState("ticket_state", number=ticket.label, state=ticket.state)
        put_behind(office, ticket, ticket.counter)
    return state_of(office, ticket_id)


def put_behind(office: Office, ticket: Ticket, counter: int | None) -> None:
    place = place_behind(office, ticket)
    record(office, events.TicketRequeued(ticket.ticket_id, place, keeps_turn=False, counter=counter))


def place_behind(office: Office, ticket: Ticket) -> int:
    line = office.in_line(ticket.service)
    return queueing.place_behind(line, office.catalogue.rules.requeue_behind) or ticket.place


def park(office: Office, *, ticket_id: str, clerk: str, reason: str = "") -> dict[str, Any]:
    """Set a visit aside until the person has fetched what is missing; its blanks stay promised."""
    ticket = held_ticket(office, ticket_id, clerk)
    tickets.require(ticket, tickets.PARKED)
    assert ticket.counter is not None
    record(office, events.TicketParked(ticket_id, ticket.counter, reason))
    return state_of(office, ticket_id)


# -- ending and moving on ----------------------------------------------------------------------------------------


def finish(
    office: Office,
    *,
    ticket_id: str,
    clerk: str,
    outcome: str,
    new_code: NewCode,
    used: list[dict[str, Any]] | None = None,
    spoilt: list[dict[str, Any]] | None = None,
    next_service: str | None = None,
) -> dict[str, Any]:
    """End a service with what it took; what is not used of the promise is free again in the same commit.

    `used` and `spoilt` are lists of `{item, quantity}` (spoilt also `reason`); `used` left out is what the catalogue
    says for `done` and nothing otherwise. With `next_service` the same number waits on, in front of those who came
    later; the same service again is its next stage, and keeps its promise. Whoever is sent away (`stopped`) because no
    blank is left gets the first voucher of the next day instead: the ticket is then deferred. Raises `Invalid`,
    `WrongState`, `OutOfStock` (the next service's blanks). Source: `docs/field.md#facts`.
    """
    ticket = held_ticket(office, ticket_id, clerk)
    tickets.require(ticket, tickets.FINISHED)
    counter = ticket.counter
    assert counter is not None
    if outcome not in OUTCOMES:
        raise Invalid("unknown_outcome", outcome=outcome)
    if outcome == "stopped" and not used and not next_service and send_away(office, ticket, spoilt or [], new_code):
        return state_of(office, ticket_id)
    stays = next_service == ticket.service
    if next_service:
        move_on(office, ticket, next_service, counter, outcome, used or [])
    else:
        record(office, events.ServiceFinished(ticket_id, counter, outcome))
    if used is None:
        needs = office.catalogue.needs(ticket.service, ticket.to_make) if outcome == "done" and not stays else {}
        used = [{"item": item, "quantity": quantity} for item, quantity in needs.items()]
    take_blanks(office, ticket, used, spoilt or [], counter, keep_rest=stays)
    if next_service and not stays:
        promise(office, office.ticket(ticket_id), next_service, counter)
    for line in [*used, *(spoilt or [])]:
        break_promises(office, line["item"], new_code)
    return state_of(office, ticket_id)


def send_away(office: Office, ticket: Ticket, spoilt: list[dict[str, Any]], new_code: NewCode) -> bool:
    """Defer a ticket for which no blank is left after what was spoilt; False, and nothing done, if there is one."""
    assert ticket.counter is not None
    lost: Counter[str] = Counter()
    for line in spoilt:
        lost[line["item"]] += line["quantity"]
    gone = gone_for(office, ticket, ticket.counter, lost)
    if gone:
        take_blanks(office, ticket, [], spoilt, ticket.counter, keep_rest=True)
        break_at_counter(office, ticket, gone, new_code)
        for item in lost:
            break_promises(office, item, new_code)
    return bool(gone)


def take_blanks(
    office: Office,
    ticket: Ticket,
    used: list[dict[str, Any]],
    spoilt: list[dict[str, Any]],
    counter: int,
    keep_rest: bool,
) -> None:
    """Post what was used from the ticket's own promise first, then what was spoilt, and release the rest."""
    for line in [*used, *spoilt]:
        if line["item"] not in office.catalogue.items:
            raise Invalid("unknown_item", item=line["item"])
    for line in used:
        item, quantity = line["item"], line["quantity"]
        if quantity:
            held = office.rows["reservations"].get((ticket.ticket_id, item))
            own = min(quantity, held.quantity if held else 0)
            for source, part in taken_from(office, item, quantity, counter):
                promised = min(part, own)
                own -= promised
                record(
                    office, events.BlankUsed(ticket.ticket_id, item, part, promised, ticket.service, counter, source)
                )
    for line in spoilt:
        if line["quantity"]:
            spoil(office, ticket, line["item"], line["quantity"], line.get("reason", ""), counter)
    if not keep_rest:
        release_all(office, ticket, counter)


def taken_from(office: Office, item: str, quantity: int, counter: int) -> list[tuple[str, int]]:
    """The counter's own blanks first, where it keeps some, then the store's; what the book lacks is found there."""
    own = stock.counter_account(counter)
    at_counter = min(quantity, office.balance(item, own).posted)
    from_store = quantity - at_counter
    cover_shortage(office, item, from_store)
    return [(account, part) for account, part in ((own, at_counter), (stock.STORE, from_store)) if part]


def spoil(office: Office, ticket: Ticket, item: str, quantity: int, reason: str, counter: int) -> None:
    for account, part in taken_from(office, item, quantity, counter):
        source, target = stock.sides("spoil", account)
        record(
            office,
            events.StockMoved(
                "spoil",
                item,
                part,
                source,
                target,
                reason=reason,
                ticket_id=ticket.ticket_id,
                service=ticket.service,
                counter=counter,
            ),
        )


def move(office: Office, *, ticket_id: str, clerk: str, service: str) -> dict[str, Any]:
    """Pass a served ticket to another service; the promise changes in the same commit. Raises `OutOfStock`."""
    ticket = held_ticket(office, ticket_id, clerk)
    if ticket.state != tickets.SERVING:
        raise WrongState("ticket_state", number=ticket.label, state=ticket.state)
    assert ticket.counter is not None
    move_on(office, ticket, service, ticket.counter, outcome="", used=[])
    if service != ticket.service:
        release_all(office, ticket, ticket.counter)
        promise(office, office.ticket(ticket_id), service, ticket.counter)
    return state_of(office, ticket_id)


def move_on(
    office: Office, ticket: Ticket, service: str, counter: int, outcome: str, used: list[dict[str, Any]]
) -> None:
    catalogue = office.catalogue
    if service not in catalogue.services:
        raise Invalid("unknown_service", service=service)
    stage = ticket.stage + 1 if service == ticket.service else 0
    if stage >= len(catalogue.services[service].stages):
        raise Invalid("last_stage", service=service)
    hall = catalogue.hall_of(service)
    ended = outcome if service != ticket.service else ""  # a stage is not yet a service done
    made = ticket.made + catalogue.documents(service, used) if service == ticket.service else 0
    record(office, events.TicketMoved(ticket.ticket_id, counter, service, stage, hall, ended, min(made, ticket.cards)))


# -- undo --------------------------------------------------------------------------------------------------------------


def undo(office: Office, *, ticket_id: str, clerk: str) -> dict[str, Any]:
    """Take back the counter's own last action within 60 s, while nobody else has acted on the ticket.

    A further event: the ticket's fields and blanks are as before. Raises `WrongState`, `OutOfStock` (the blank that
    was freed is promised to somebody else by now).
    """
    ticket = office.ticket(ticket_id)
    state = next((c for c in office.rows["counters"].values() if c.clerk == clerk), None)
    action = state.actions[-1] if state and state.actions else None
    if state is None or action is None or action.ticket_id != ticket_id:
        raise WrongState("nothing_to_undo")
    if office.now - action.at > UNDO_SECONDS * 1000:
        raise WrongState("undo_too_late", seconds=UNDO_SECONDS)
    if ticket.changed_seq != action.seq:
        raise WrongState("ticket_changed", number=ticket.label)
    if state.ticket_id not in (None, ticket_id):
        raise WrongState("open_call", counter=state.counter)
    record(office, events.ActionUndone(ticket_id, state.counter, action.name, action.before, action.streak))
    for line in reversed(action.stock):
        undo_blanks(office, action, *line)
    return state_of(office, ticket_id)


def undo_blanks(
    office: Office,
    action: Action,
    kind: str,
    item: str,
    quantity: int,
    promised: int,
    service: str,
    seq: int,
    bucket: str,
    account: str,
) -> None:
    match kind:
        case "use":
            undone = events.BlankUseUndone(action.ticket_id, item, quantity, promised, service, account, bucket)
            record(office, undone)
        case "reserve":
            record(office, events.BlankReleased(action.ticket_id, item, quantity, service))
        case "release":
            if office.balance(item, stock.STORE).unpromised < quantity:
                raise OutOfStock(item=item, wanted=quantity, available=0, service=service)
            if bucket and (refused := office.ration.over(office.catalogue.services[service], quantity, bucket)):
                raise refused
            record(office, events.BlanksReserved(action.ticket_id, {item: quantity}, service, bucket=bucket))
        case "spoil":
            source, target = stock.sides("spoil", account)
            require_there(office, item, quantity, target)
            back = events.StockMoved(
                "reverse", item, quantity, target, source, ticket_id=action.ticket_id, service=service, reverses=seq
            )
            record(office, back)
