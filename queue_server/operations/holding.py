"""What the holder of a number may do with it besides giving it back: let others go first, or come another day."""

from __future__ import annotations

import hmac
from typing import Any

from queue_server.domain import events, queueing, tickets
from queue_server.domain.errors import Invalid, NotAllowed, WrongState
from queue_server.domain.fold import record
from queue_server.domain.office import Office
from queue_server.domain.tickets import Ticket
from queue_server.operations.promises import NewCode, ahead_of, defer, next_rank, require_open_day, wait_of
from queue_server.operations.ticketing import state_of

MOST_PLACES = 10  # that one may step back at once


def step_back(office: Office, *, ticket_id: str, token: str, places: int) -> dict[str, Any]:
    """Let so many more people go first: the ticket's state, and how many stand before it then.

    Who had a voucher or priority stands in the ordinary line from then on, else they would be called before those whom
    they let pass. Raises `NotFound`, `NotAllowed`, `DayIsClosed`, `Invalid`, `WrongState` (not waiting, nobody
    follows, or too soon after the last time). Source: `docs/field.md#stepping-back`.
    """
    if not 1 <= places <= MOST_PLACES:
        raise Invalid("places", most=MOST_PLACES)
    ticket = waiting_ticket(office, ticket_id, token)
    if office.now < ticket.back_from:
        raise WrongState("stepped_back", until=ticket.back_from)
    others = [other for other in office.in_line(ticket.service) if other != ticket]
    place = queueing.place_further_back(others, ahead_of(office, ticket, newest=False), places)
    if place is None:
        raise WrongState("nobody_follows", number=ticket.label)
    if ticket.priority or ticket.urgent:
        record(office, events.PriorityChanged(ticket_id, priority=False, urgent=False, reason="mundur"))
    record(office, events.TicketRequeued(ticket_id, place, keeps_turn=False))
    ticket = office.ticket(ticket_id)
    ahead = ahead_of(office, ticket, newest=False)
    return {**state_of(office, ticket_id), "ahead": ahead, "wait_minutes": wait_of(office, ticket, ahead)}


def another_day(office: Office, *, ticket_id: str, token: str, new_code: NewCode) -> dict[str, Any]:
    """Today's number for a voucher of the next business day with room, with the blanks that are set aside.

    Once: a number that came from a voucher is not put off again. Raises `NotFound`, `NotAllowed`, `DayIsClosed`,
    `WrongState`. Source: `docs/field.md#voucher`.
    """
    ticket = waiting_ticket(office, ticket_id, token)
    if not office.catalogue.rules.carry_over or ticket.voucher is not None:
        raise WrongState("not_put_off", number=ticket.label)
    day = office.ration.next_day_for(office.catalogue.services[ticket.service], ticket.cards)
    code = defer(office, ticket, day, next_rank(office, day), new_code)
    return {**state_of(office, ticket_id), "voucher": {"code": code, "date": day}}


def waiting_ticket(office: Office, ticket_id: str, token: str) -> Ticket:
    """The holder's own ticket, while it waits on an open day."""
    ticket = office.ticket(ticket_id)
    if not hmac.compare_digest(token.encode(), ticket.token.encode()):
        raise NotAllowed("not_your_ticket")
    if ticket.state != tickets.WAITING:
        raise WrongState("ticket_state", number=ticket.label, state=ticket.state)
    require_open_day(office)
    return ticket
