"""Promising blanks, taking facts, and deferring to vouchers: what the other verbs share."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping
from datetime import date

from queue_server.domain import calendar, events, queueing, stock, tickets
from queue_server.domain.catalogue import Line
from queue_server.domain.days import CLOCK_TOLERANCE_MS, Pace
from queue_server.domain.errors import ClockBehind, Conflict, DayIsClosed
from queue_server.domain.fold import record
from queue_server.domain.office import Office
from queue_server.domain.policy import VOUCHER, Offer
from queue_server.domain.queueing import vouchers_until
from queue_server.domain.stock import Reservation
from queue_server.domain.tickets import Ticket, Voucher
from queue_server.domain.views import Wait

NewCode = Callable[[], str]


def clock_behind(office: Office) -> bool:
    """Whether the clock is earlier than the journal, by more than a time service sets it back."""
    return office.now + CLOCK_TOLERANCE_MS < office.last_at


def require_true_clock(office: Office) -> None:
    """Raises `ClockBehind` while the clock is earlier than the journal: `docs/field.md#business-day`."""
    if clock_behind(office):
        raise ClockBehind(journal=office.last_at, clock=office.now)


def require_open_day(office: Office) -> str:
    """The open business day. Raises `DayIsClosed` with the next day that opens."""
    day = office.open_day
    if day is None or day.state != "open":
        raise DayIsClosed(next_day=next_opening(office))
    return day.day


def next_opening(office: Office) -> int | None:
    """When the office opens next, as an instant (ms)."""
    catalogue, today = office.catalogue, calendar.local_date(office.catalogue, office.now)
    span = calendar.span(catalogue, today)
    if span is None or office.now >= span.opens_ms:
        span = calendar.span(catalogue, calendar.next_business_day(catalogue, today))
    return span.opens_ms if span else None


# -- promising -------------------------------------------------------------------------------------------------------


def promise(office: Office, ticket: Ticket, service: str, counter: int | None = None) -> None:
    """Set aside what the service needs and the ticket does not hold yet, all or nothing.

    Raises `OutOfStock` naming the item that is short, `QuotaReached` and `ServiceClosed` where the policy has no more
    for this ticket. What a voucher was promised is outside the policy.
    """
    ration, wanted = office.ration, office.catalogue.services[service]
    held = {reservation.item: reservation.quantity for reservation in office.reservations_of(ticket.ticket_id)}
    by_voucher = ticket.voucher is not None
    bucket = VOUCHER if by_voucher else ration.bucket(wanted, ticket.priority, ticket.channel)
    if refused := ration.refusal(wanted, ticket.to_make, bucket, held, by_voucher):
        raise refused
    needs = office.catalogue.needs(service, ticket.to_make).items()
    if missing := {item: needed - held.get(item, 0) for item, needed in needs if needed > held.get(item, 0)}:
        record(office, events.BlanksReserved(ticket.ticket_id, missing, service, counter, bucket))


def release_all(office: Office, ticket: Ticket, counter: int | None = None) -> None:
    for held in office.reservations_of(ticket.ticket_id):
        record(office, events.BlankReleased(ticket.ticket_id, held.item, held.quantity, ticket.service, counter))


def carry_all(office: Office, holder: str, to: str, service: str, back: bool) -> None:
    for held in office.reservations_of(holder):
        record(office, events.BlankCarried(holder, to, held.item, held.quantity, service, back))


# -- facts -----------------------------------------------------------------------------------------------------------


def cover_shortage(office: Office, item: str, quantity: int, account: str = stock.STORE, name: str = "") -> None:
    """A fact beyond the book first enters a find of the shortage, flagged; `name` is the other office's or service
    point's where it was short. Source: `docs/field.md#facts`.
    """
    missing = quantity - office.balance(item, account).posted
    if missing > 0 and account not in stock.SOURCES:
        source, target = stock.sides("find", account)
        record(office, events.StockMoved("find", item, missing, source, target, by_itself=True, name=name))


def require_there(office: Office, item: str, quantity: int, account: str) -> None:
    """For a wish: so many lie on the account. Raises `Conflict`."""
    there = office.balance(item, account).posted
    if there < quantity and account not in stock.SOURCES:
        raise Conflict("not_there", item=item, account=account, there=there)


def break_promises(office: Office, item: str, new_code: NewCode) -> None:
    """While less is on hand than promised, the youngest promise becomes the first voucher of a day to come."""
    while (short := -office.balance(item, stock.STORE).unpromised) > 0:
        youngest = max(breakable(office, item), key=lambda held: held.seq)
        break_promise(office, youngest, short, new_code)


def breakable(office: Office, item: str) -> list[Reservation]:
    """Promises that may break: nobody at a counter loses theirs while another can be found."""
    held = [r for r in office.rows["reservations"].values() if r.item == item and r.quantity]
    called = [r for r in held if getattr(office.rows["tickets"].get(r.holder), "state", "") in tickets.AT_A_COUNTER]
    return [r for r in held if r not in called] or held


def break_promise(office: Office, held: Reservation, short: int, new_code: NewCode) -> None:
    """A ticket or voucher loses all it holds of the item; a release of the print backlog only what is `short`."""
    ticket: Ticket | None = office.rows["tickets"].get(held.holder)
    voucher: Voucher | None = office.rows["vouchers"].get(held.holder)
    label = ticket.label if ticket else held.holder
    lost = held.quantity if ticket or voucher else min(held.quantity, short)
    record(office, events.PromiseBroken(held.holder, held.item, lost, ticket.service if ticket else "", label))
    if voucher:
        day = max(voucher.date, day_owed(office, voucher, held.item))
        record(office, events.VoucherMoved(voucher.code, day, front_rank(office, day)))
        record(office, events.BlankAwaited(voucher.code, held.item, held.quantity))
    elif ticket and ticket.state not in tickets.AT_A_COUNTER:  # who is at a counter hears it there, from a person
        owe(office, ticket, {held.item: held.quantity}, new_code)


def owe(office: Office, ticket: Ticket, lost: Mapping[str, int], new_code: NewCode) -> None:
    """The first voucher of a day to come for a ticket that lost so many units of each item, which it awaits then."""
    day = max(day_owed(office, ticket, item) for item in lost)
    code = defer(office, ticket, day, front_rank(office, day), new_code)
    for item, quantity in lost.items():
        record(office, events.BlankAwaited(code, item, quantity))


def gone_for(office: Office, ticket: Ticket, counter: int, spoilt: Mapping[str, int]) -> dict[str, int]:
    """What a served ticket needs of each item that is not there for it once so much has been spoilt at its counter.

    Its own promise counts for it, and all that nobody was promised, the safety stock too.
    """
    held = {reservation.item: reservation.quantity for reservation in office.reservations_of(ticket.ticket_id)}
    gone = {}
    for item, needed in office.catalogue.needs(ticket.service, ticket.to_make).items():
        there = (
            office.balance(item, stock.STORE).unpromised + office.balance(item, stock.counter_account(counter)).posted
        )
        if held.get(item, 0) + there - spoilt.get(item, 0) < needed:
            gone[item] = needed
    return gone


def break_at_counter(office: Office, ticket: Ticket, gone: Mapping[str, int], new_code: NewCode) -> None:
    """Whoever is sent away from the counter because the last blank is spoilt loses the promise, not the turn."""
    for held in office.reservations_of(ticket.ticket_id):
        if held.item in gone:
            record(
                office,
                events.PromiseBroken(ticket.ticket_id, held.item, held.quantity, ticket.service, ticket.label),
            )
    owe(office, ticket, gone, new_code)


# -- vouchers --------------------------------------------------------------------------------------------------------


def day_owed(office: Office, holder: Ticket | Voucher, item: str) -> str:
    """When whoever lost a blank, or never got the one that was announced, can next hope for it."""
    return office.ration.day_owed(office.catalogue.services[holder.service], holder.cards, item)


def front_rank(office: Office, day: str) -> int:
    """In front of everybody on that day. Of one shortage the youngest promise breaks first, so an older one that breaks
    after it goes in front of it.
    """
    return -office.last_number("broken", day) - 1


def next_rank(office: Office, day: str) -> int:
    return office.last_number("voucher", day) + 1


def defer(office: Office, ticket: Ticket, day: str, rank: int, new_code: NewCode) -> str:
    """Turn a waiting, serving or parked ticket into a dated voucher that takes its blanks along; the code of it."""
    tickets.require(ticket, tickets.DEFERRED)
    code = new_code()
    record(office, events.TicketDeferred(ticket.ticket_id, code, day, rank))
    carry_all(office, ticket.ticket_id, code, ticket.service, back=False)
    return code


def claim(office: Office, code: str, offer: Offer) -> None:
    """Set aside, or await, what a voucher was offered."""
    if offer.reserved:
        record(office, events.BlanksReserved(code, dict(offer.reserved), bucket=VOUCHER))
    for item, quantity in offer.awaited.items():
        record(office, events.BlankAwaited(code, item, quantity))


def give_up(office: Office, code: str) -> None:
    """Nothing is set aside for a voucher any more, and nothing awaited."""
    for held in office.reservations_of(code):
        if held.quantity:
            record(office, events.BlankReleased(code, held.item, held.quantity))
        if held.awaited:
            record(office, events.BlankAwaited(code, held.item, -held.awaited))


def fetch_awaited(office: Office, held: Reservation) -> bool:
    """Set aside what a voucher awaits of one item, if there is as much; True when it is done."""
    if held.awaited > office.ration.bebas(held.item):
        return False
    record(office, events.BlanksReserved(held.holder, {held.item: held.awaited}, bucket=held.bucket))
    return True


# -- how long ----------------------------------------------------------------------------------------------------------


def ahead_of(office: Office, ticket: Ticket, newest: bool) -> int:
    """How many will be called before it at the counters that serve it. The `newest` is behind everybody of its class,
    which saves going through the line; vouchers have an order of their own.
    """
    line = office.line(ticket.service).services
    before = {klass: sum(office.waiting[service, klass] for service in line) for klass in tickets.CLASSES}
    regular = before[tickets.REGULAR]
    if newest and ticket.klass != tickets.VOUCHER:
        before[ticket.klass] -= 1  # itself
    else:
        waiting = (t for t in office.rows["tickets"].values() if t.state == tickets.WAITING and t.service in line)
        before[ticket.klass] = sum(t.klass == ticket.klass and t.order < ticket.order for t in waiting)
    return queueing.people_ahead(ticket.klass, before, regular, office.catalogue.rules)


def wait_of(office: Office, ticket: Ticket, ahead: int) -> Wait:
    """Minutes until the call of a waiting ticket, `(low, high)`, or None where no counter is open for its service."""
    catalogue, line = office.catalogue, office.line(ticket.service)
    paces: dict[tuple[str, str], Pace] = office.rows["paces"]

    def minutes(code: str) -> float:
        pace = paces.get((ticket.day, code)) or Pace(ticket.day, code)
        return pace.minutes(catalogue.services[code].service_minutes)

    others = {code: sum(office.waiting[code, klass] for klass in tickets.CLASSES) for code in line.services}
    others[ticket.service] -= 1
    span = calendar.span(catalogue, date.fromisoformat(ticket.day))
    promised = vouchers_before(office, ticket, line) if span and office.now < vouchers_until(span.opens_ms) else {}
    expected = queueing.minutes_to_call(line, (ticket.service,), others, ahead, promised, minutes)
    return queueing.expected_wait(span, office.now, expected)[0]


def vouchers_before(office: Office, ticket: Ticket, line: Line) -> dict[str, float]:
    """Those with a voucher for the day who have not come yet and will go before a ticket: how many of each service."""
    ranks = office.order_of_day.get(ticket.day)
    if not ranks:
        return {}
    before = len(ranks) if ticket.voucher_rank is None else bisect.bisect_left(ranks, ticket.voucher_rank)
    return {code: office.dated[ticket.day, code] * before / len(ranks) for code in line.services}
