"""Numbers on paper for a day without electricity: set aside the evening before, entered when the power is back.

Source: `docs/field.md#numbers-on-paper`, `docs/decisions/0010-numbers-on-paper.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from queue_server.domain import calendar, days, events
from queue_server.domain.closing import (
    BECAME,
    MOST_ENTERED,
    MOST_PAPER,
    PAPER,
    PAPER_DAYS,
    PAPER_FROM,
    SERVED,
    WAITING,
    PaperSheet,
    paper_queue,
)
from queue_server.domain.errors import Conflict, Invalid, Refusal, WrongState
from queue_server.domain.fold import current_day, record
from queue_server.domain.office import Office
from queue_server.domain.tickets import Ticket, number_label
from queue_server.operations.closing import require_unsigned
from queue_server.operations.promises import NewCode, break_promises, cover_shortage, promise

NewId = Callable[[], str]


def prepare_paper(office: Office, *, day: str, numbers: int) -> dict[str, Any]:
    """Keep so many numbers of every group for paper; more may be added, none is given back.

    Raises `Invalid` (past day, more than `MOST_PAPER`), `Conflict` (a kiosk has come that far already).
    """
    if day < current_day(office):
        raise Invalid("paper_past")
    if not 1 <= numbers <= MOST_PAPER:
        raise Invalid("paper_most", most=MOST_PAPER)
    set_aside(office, day, numbers)
    return {"day": day, "numbers": kept(office, day), "first": PAPER_FROM}


def kept(office: Office, day: str) -> int:
    sheet: PaperSheet | None = office.rows["paper_sheets"].get(day)
    return sheet.numbers if sheet else 0


def set_aside(office: Office, day: str, numbers: int) -> None:
    before = kept(office, day)
    if numbers <= before:
        return
    if any(office.last_number(prefix, day) >= PAPER_FROM + before for prefix in office.catalogue.groups):
        raise Conflict("paper_too_late", first=PAPER_FROM)
    record(office, events.PaperPrepared(day, numbers))


def enter_paper(
    office: Office,
    *,
    day: str,
    service: str,
    first: int,
    last: int,
    became: str,
    new_id: NewId,
    new_code: NewCode,
    since: int | None = None,
) -> dict[str, Any]:
    """Numbers of one group that were handed out on paper, in order, become tickets that were `waiting`, `served` or
    `left`; `since` (ms) is when, so that they stand before who came later. Only today's can still wait.

    A number that was handed out is a fact: it is promised its blanks where there are any, and named where not.
    Raises `Invalid`, `Conflict` (not the next number of its group), `WrongState` (signed; waiting on another day).
    """
    prefix = require_paper(office, service, first, last, became)
    since = require_moment(office, day, became, since)
    require_next(office, prefix, day, first)
    set_aside(office, day, last - PAPER_FROM + 1)
    places = places_since(office, service, since, last - first + 1) if became == WAITING else []
    without = []
    for number in range(first, last + 1):
        ticket = issue(office, day, service, number, since, new_id)
        if became == SERVED:
            serve(office, ticket, new_code)
        elif became == WAITING:
            if places:
                place = places[number - first]
                record(office, events.TicketRequeued(ticket.ticket_id, place, keeps_turn=True))
            if not promised(office, ticket):
                without.append(ticket.label)
        else:
            record(office, events.TicketCancelled(ticket.ticket_id))
    return {
        "day": day,
        "numbers": [number_label(prefix, number) for number in range(first, last + 1)],
        "next": number_label(prefix, last + 1),
        "without_blank": without,
    }


def require_paper(office: Office, service: str, first: int, last: int, became: str) -> str:
    """The letter of the group."""
    known = office.catalogue.services.get(service)
    if known is None:
        raise Invalid("unknown_service", service=service)
    if became not in BECAME:
        raise Invalid("unknown_outcome", outcome=became)
    if not first <= last < PAPER_FROM + MOST_PAPER:
        raise Invalid("paper_range")
    if last - first >= MOST_ENTERED:
        raise Invalid("paper_at_once", most=MOST_ENTERED)
    return known.prefix


def require_moment(office: Office, day: str, became: str, since: int | None) -> int:
    """When it was handed out: on the open day, or on one that is over and that nobody has signed."""
    row: days.Day | None = office.rows["days"].get(day)
    today = office.open_day if office.open_day and office.open_day.day == day else None
    if became == WAITING and (today is None or today.state != days.OPEN):
        raise WrongState("paper_waits_today")
    date_ = date.fromisoformat(day)
    began = calendar.instant(office.catalogue, date_, 0)
    if since is not None and not began <= since <= office.now:
        raise Invalid("paper_since")
    if today is None:
        require_over(office, date_, row)
        require_unsigned(office, day)
        if row is None:
            record(office, events.DayOnPaper(day))
    return since or (office.now if today else calendar.instant(office.catalogue, date_, 12 * 60))


def require_over(office: Office, day: date, row: days.Day | None) -> None:
    """A day that has passed, not long ago; one without a row never had electricity."""
    local = calendar.local_date(office.catalogue, office.now)
    span = calendar.span(office.catalogue, day)
    over = day < local or (day == local and (row is not None or (span is not None and office.now >= span.closes_ms)))
    if not over or (local - day).days > PAPER_DAYS:
        raise Invalid("paper_day", days=PAPER_DAYS)


def require_next(office: Office, prefix: str, day: str, first: int) -> None:
    """No gap and no double. Raises `Conflict` with the number that comes next."""
    expected = (office.last_number(paper_queue(prefix), day) or PAPER_FROM - 1) + 1
    if first != expected:
        raise Conflict("paper_next", number=number_label(prefix, expected))


def places_since(office: Office, service: str, since: int, numbers: int) -> list[int]:
    """Places before those in line who came later; empty when nobody did."""
    line = [ticket for ticket in office.in_line(service) if ticket.voucher_rank is None]
    later = min((ticket.place for ticket in line if ticket.waits_since > since), default=None)
    if later is None:
        return []
    before = max((ticket.place for ticket in line if ticket.place < later), default=later - numbers - 1)
    return [before + turn for turn in range(1, numbers + 1)]


def issue(office: Office, day: str, service: str, number: int, since: int, new_id: NewId) -> Ticket:
    ticket_id = new_id()
    record(
        office,
        events.TicketIssued(
            ticket_id=ticket_id,
            token=new_id(),
            day=day,
            prefix=office.catalogue.services[service].prefix,
            number=number,
            service=service,
            hall=office.catalogue.hall_of(service),
            priority=False,
            cards=1,
            voucher=None,
            channel=PAPER,
            language="id",
            given_at=since,
        ),
    )
    return office.ticket(ticket_id)


def promised(office: Office, ticket: Ticket) -> bool:
    """Whether its blanks could be set aside, all of them."""
    savepoint = office.savepoint()
    try:
        promise(office, ticket, ticket.service)
    except Refusal:
        office.rollback_to(savepoint)
        return False
    return True


def serve(office: Office, ticket: Ticket, new_code: NewCode) -> None:
    record(office, events.PaperServed(ticket.ticket_id))
    for item, quantity in office.catalogue.needs(ticket.service, ticket.cards).items():
        cover_shortage(office, item, quantity)
        record(office, events.BlankUsed(ticket.ticket_id, item, quantity, 0, ticket.service))
        break_promises(office, item, new_code)
