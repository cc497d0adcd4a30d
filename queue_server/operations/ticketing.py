"""Taking a number and giving it back."""

from __future__ import annotations

import hmac
from datetime import date
from typing import Any

from queue_server.domain import calendar, events, tickets
from queue_server.domain.catalogue import Service
from queue_server.domain.closing import after_kiosk
from queue_server.domain.errors import (
    Busy,
    Conflict,
    DayIsClosed,
    IntakeClosed,
    Invalid,
    NotAllowed,
    NotFound,
    OutOfStock,
    QuotaReached,
    ServiceSuspended,
    WrongState,
)
from queue_server.domain.fold import record
from queue_server.domain.nik import DayMark
from queue_server.domain.office import Office
from queue_server.domain.tickets import Ticket, Voucher
from queue_server.operations.promises import (
    ahead_of,
    carry_all,
    fetch_awaited,
    next_opening,
    promise,
    release_all,
    require_open_day,
    require_true_clock,
    wait_of,
)


def issue_ticket(
    office: Office,
    *,
    ticket_id: str,
    token: str,
    service: str,
    priority: bool = False,
    cards: int = 1,
    voucher: str | None = None,
    channel: str = "kiosk",
    language: str = "id",
    nik: DayMark | None = None,
    unattended: bool = False,
) -> dict[str, Any]:
    """Give the next number and promise its blanks in the same breath. Asking again gives the same ticket.

    `ticket_id` and `token` are the caller's chance: 32 hex digits and 128 random bits. With `voucher` (a code) the
    new ticket takes over what the voucher holds. Where the office asks for the NIK its holder is known for the day by
    `nik`; without it no number is given where nobody looks (`unattended`). Raises `Conflict` (the same id for another
    service), `ClockBehind`, `DayIsClosed`, `IntakeClosed`, `Invalid`, `ServiceSuspended`, `QuotaReached`, `OutOfStock`,
    `NotFound`, `WrongState` (voucher) and `Busy`. Source: `docs/field.md#numbers`, `docs/field.md#promise`.
    """
    if known := office.rows["tickets"].get(ticket_id):
        if known.voucher != voucher or (known.service != service and known.call_seq is None):
            raise Conflict("other_service", number=known.label)  # once called, staff may have passed it on
        return issued(office, known, created=False)
    day = require_intake(office)
    wanted = require_service(office, service, promised=voucher is not None)
    if cards != 1 and not wanted.cards:
        raise Invalid("one_card", service=service)
    held = require_voucher(office, voucher, service, day) if voucher else None
    mark = None
    if held:
        require_its_blanks(office, held)
    else:  # whoever has a voucher was promised a place on this day
        require_quota(office, wanted, day)
        mark = mark_within_limit(office, wanted, day, nik, unattended)
    record(
        office,
        events.TicketIssued(
            ticket_id=ticket_id,
            token=token,
            day=day,
            prefix=wanted.prefix,
            number=after_kiosk(office.last_number(wanted.prefix, day), office.rows["paper_sheets"].get(day)),
            service=service,
            hall=office.catalogue.hall_of(service),
            priority=held.priority if held else priority,
            cards=held.cards if held else cards,
            voucher=voucher,
            channel=channel,
            language=language,
        ),
    )
    ticket = office.ticket(ticket_id)
    if held:
        carry_all(office, held.code, ticket_id, service, back=True)
    promise(office, ticket, service)  # of a voucher: what had to be taken from it when a promise broke
    keep_mark(office, mark, ticket_id, day)
    return issued(office, ticket, created=True)


def issued(office: Office, ticket: Ticket, created: bool) -> dict[str, Any]:
    ahead = ahead_of(office, ticket, newest=created) if ticket.state == tickets.WAITING else 0
    return {
        "id": ticket.ticket_id,
        "token": ticket.token,
        "number": ticket.label,
        "service": ticket.service,
        "hall": ticket.hall,
        "state": ticket.state,
        "ahead": ahead,
        "wait_minutes": wait_of(office, ticket, ahead) if ticket.state == tickets.WAITING else None,
        "reserved": [{"item": r.item, "quantity": r.quantity} for r in office.reservations_of(ticket.ticket_id)],
        "created": created,
    }


def require_intake(office: Office) -> str:
    """The business day that still takes numbers."""
    require_true_clock(office)
    day = require_open_day(office)
    row = office.rows["days"][day]
    if office.now >= row.closes_at:
        raise DayIsClosed(next_day=next_opening(office))
    if office.now >= row.intake_closes_at:
        raise IntakeClosed(closed_at=row.intake_closes_at, next_day=next_opening(office))
    span = calendar.span(office.catalogue, date.fromisoformat(day))
    pause = calendar.in_break(span, office.now)
    if pause and not office.catalogue.rules.intake_in_break:
        raise IntakeClosed("break", until=pause[1])
    return day


def require_service(office: Office, code: str, promised: bool = False) -> Service:
    """A suspension stops new numbers; what was `promised` by a voucher is kept."""
    service = office.catalogue.services.get(code)
    if service is None:
        raise Invalid("unknown_service", service=code)
    suspension = office.rows["suspensions"].get(code)
    if suspension and not promised:
        raise ServiceSuspended(service=code, words=suspension.reason)
    return service


def require_quota(office: Office, service: Service, day: str) -> None:
    quota = office.catalogue.groups[service.prefix].quota
    if quota is not None and office.last_number(service.prefix, day) >= quota:
        raise QuotaReached(service=service.code, quota=quota, next_day=next_opening(office))


def mark_within_limit(office: Office, service: Service, day: str, nik: DayMark | None, unattended: bool) -> str | None:
    """What the holder is known by today, None where nobody asks or staff gave the number to who has no NIK.

    Numbers and vouchers count alike; one that was given back counts no more. Source: `docs/field.md#touts`.
    """
    limit = office.catalogue.rules.numbers_per_nik
    if not limit:
        return None
    if nik is None:
        if unattended:
            raise Invalid("nik_needed")
        return None
    mark = nik(day)
    if mark not in office.marks:  # this batch has opened the day: its rows are those of the day before
        raise Busy("day_changed")
    rows = office.rows["tickets"], office.rows["vouchers"]
    taken = [row for holder in office.marks[mark] for known in rows if (row := known.get(holder))]
    if sum(row.state != tickets.CANCELLED for row in taken) >= limit:
        raise QuotaReached("nik_quota", service=service.code, limit=limit)
    return mark


def keep_mark(office: Office, mark: str | None, holder: str, day: str) -> None:
    """`holder` is a ticket's id or a voucher's code. The journal never learns of it."""
    if mark:
        office.marks[mark].add(holder)
        office.hand_over("nik_marks", {"holder": holder, "mark": mark, "day": day})


def require_voucher(office: Office, code: str, service: str, day: str) -> Voucher:
    """A voucher that is good on this day. Source: `docs/field.md#voucher`."""
    voucher: Voucher | None = office.rows["vouchers"].get(code)
    if voucher is None:
        raise NotFound("voucher", code=code)
    if voucher.state != "open":
        raise WrongState("voucher_used" if voucher.state == "redeemed" else "voucher_lapsed", code=code)
    if voucher.service != service:
        raise Conflict("voucher_service", code=code, service=voucher.service)
    if voucher.waits:
        raise WrongState("voucher_waits", code=code)
    if not voucher.good_on(day):
        raise WrongState("voucher_early", code=code, date=voucher.date)
    return voucher


def require_its_blanks(office: Office, voucher: Voucher) -> None:
    """A voucher keeps its right while its blank has not come. Raises `OutOfStock`."""
    for held in office.reservations_of(voucher.code):
        if held.awaited and not fetch_awaited(office, held):
            raise OutOfStock("not_arrived", code=voucher.code, item=held.item, service=voucher.service)


def cancel(
    office: Office, *, ticket_id: str, token: str | None = None, clerk: str | None = None, by_supervisor: bool = False
) -> dict[str, Any]:
    """Give a number back; its blanks are free again in the same commit.

    The holder shows the ticket's `token` and may cancel until being served; at a counter only the clerk who holds
    the ticket, or a supervisor, may. Raises `NotFound`, `NotAllowed`, `WrongState`.
    """
    ticket = office.ticket(ticket_id)
    if token is not None and not hmac.compare_digest(token.encode(), ticket.token.encode()):
        raise NotAllowed("not_your_ticket")
    tickets.require(ticket, tickets.CANCELLED)
    if ticket.state in tickets.AT_A_COUNTER and not by_supervisor:
        if token is not None and ticket.state == tickets.SERVING:
            raise WrongState("being_served", number=ticket.label)
        if token is None and ticket.clerk != clerk:
            raise NotAllowed("other_clerk", number=ticket.label)
    record(office, events.TicketCancelled(ticket_id))
    release_all(office, ticket)
    return state_of(office, ticket_id)


def set_priority(office: Office, *, ticket_id: str, priority: bool, urgent: bool, reason: str) -> dict[str, Any]:
    """Staff withdraw priority or mark a ticket urgent; the audit keeps the reason. Source: `docs/field.md#priority`."""
    ticket = office.ticket(ticket_id)
    if ticket.state not in (tickets.WAITING, tickets.PARKED):
        raise WrongState("ticket_state", number=ticket.label, state=ticket.state)
    record(office, events.PriorityChanged(ticket_id, priority, urgent, reason))
    return state_of(office, ticket_id)


def print_failed(office: Office, *, ticket_id: str, device: str, why: str) -> None:
    """A slip that did not come out costs nobody the place; a supervisor is told."""
    record(office, events.PrintFailed(ticket_id, office.ticket(ticket_id).label, device, why))


def reprint(office: Office, *, ticket_id: str, reason: str) -> dict[str, Any]:
    """Another slip for the same number, marked and audited (`docs/field.md#touts`). Raises `Invalid`: no reason."""
    if not reason.strip():
        raise Invalid("reason_needed")
    ticket = office.ticket(ticket_id)
    record(office, events.SlipReprinted(ticket_id, reason))
    return {"id": ticket_id, "number": ticket.label}


def state_of(office: Office, ticket_id: str) -> dict[str, Any]:
    """What a verb answers: the ticket's state after it."""
    ticket = office.ticket(ticket_id)
    return {
        "id": ticket.ticket_id,
        "number": ticket.label,
        "service": ticket.service,
        "state": ticket.state,
        "counter": ticket.counter if ticket.state in tickets.AT_A_COUNTER else None,
        "times_called": ticket.times_called,
        "skipped": ticket.skipped,
        "reserved": [{"item": r.item, "quantity": r.quantity} for r in office.reservations_of(ticket_id)],
        "seq": office.seq,
    }
