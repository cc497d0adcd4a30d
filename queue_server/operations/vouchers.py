"""Another day instead of a number, and what happens when the blanks come."""

from __future__ import annotations

import hmac
from typing import Any

from queue_server.domain import days, events, tickets
from queue_server.domain.errors import Conflict, Invalid, NotAllowed, NotFound, QuotaReached, WrongState
from queue_server.domain.fold import record
from queue_server.domain.nik import DayMark
from queue_server.domain.office import Office
from queue_server.domain.policy import Ration
from queue_server.domain.stock import RATIONED, Reservation
from queue_server.domain.tickets import Voucher
from queue_server.operations.promises import (
    NewCode,
    claim,
    defer,
    fetch_awaited,
    give_up,
    next_rank,
    require_open_day,
)
from queue_server.operations.ticketing import keep_mark, mark_within_limit, require_intake, require_service

STEP = 25  # vouchers a command: a command writes at most 500 rows
TIME_TO_COME_MS = 30 * 60_000  # whoever is called back needs it until the kiosk stops giving numbers


def give_voucher(
    office: Office,
    *,
    code: str,
    token: str,
    service: str,
    cards: int = 1,
    priority: bool = False,
    channel: str = "kiosk",
    language: str = "id",
    nik: DayMark | None = None,
    unattended: bool = False,
) -> dict[str, Any]:
    """A dated voucher, or a place on the waiting list, for somebody who cannot have a number today.

    `code` (what is typed in) and `token` (128 bits) are the caller's chance; `nik` and `unattended` are as with a
    number. Raises `Conflict` while a number can be had, `Invalid`, `QuotaReached` (more cards than a day has, or than
    a NIK may have), `ServiceClosed`, `ServiceSuspended`, `DayIsClosed`, `IntakeClosed`, `ClockBehind` and `Busy`.
    Source: `docs/field.md#sold-out`.
    """
    day = require_intake(office)
    wanted = require_service(office, service)
    if cards != 1 and not wanted.cards:
        raise Invalid("one_card", service=service)
    ration = office.ration
    refused = ration.refusal(wanted, cards, ration.bucket(wanted, priority, channel), {})
    if refused is None:
        raise Conflict("numbers_left", service=service)
    if not ration.may_wait(wanted):
        raise refused
    require_a_day(office, ration, service, cards)
    mark = mark_within_limit(office, wanted, day, nik, unattended)
    offer = ration.offer(wanted, cards)
    rank = next_rank(office, offer.date) if offer.date else office.seq + 1
    record(
        office,
        events.VoucherGiven(
            code=code,
            token=token,
            service=service,
            cards=cards,
            priority=priority,
            date=offer.date or "",
            rank=rank,
            channel=channel,
            language=language,
        ),
    )
    claim(office, code, offer)
    keep_mark(office, mark, code, day)
    return voucher_state(office, code)


def require_a_day(office: Office, ration: Ration, service: str, cards: int) -> None:
    """Raises `QuotaReached` where no day could ever give so many cards."""
    policy, wanted = office.catalogue.policy, office.catalogue.needs(service, cards).get(RATIONED, 0)
    if policy and policy.daily_quota is not None and wanted > policy.daily_quota:
        raise QuotaReached("print_quota", service=service, next_day=ration.opens_next())


def voucher_state(office: Office, code: str) -> dict[str, Any]:
    voucher: Voucher = office.rows["vouchers"][code]
    held = office.reservations_of(code)
    return {
        "code": code,
        "token": voucher.token,
        "service": voucher.service,
        "date": voucher.date or None,
        "rank": office.place_in_order(voucher),
        "state": voucher.state,
        "reserved": [{"item": r.item, "quantity": r.quantity} for r in held if r.quantity],
        "awaited": [{"item": r.item, "quantity": r.awaited} for r in held if r.awaited],
    }


def cancel_voucher(office: Office, *, code: str, token: str | None = None) -> dict[str, Any]:
    """Give a voucher or a place back; its holder shows the `token`. Raises `NotFound`, `NotAllowed`, `WrongState`."""
    voucher: Voucher | None = office.rows["vouchers"].get(code)
    if voucher is None:
        raise NotFound("voucher", code=code)
    if token is not None and not hmac.compare_digest(token, voucher.token or ""):
        raise NotAllowed("not_your_ticket")
    if voucher.state != "open":
        raise WrongState("voucher_used" if voucher.state == "redeemed" else "voucher_lapsed", code=code)
    give_up(office, code)
    record(office, events.VoucherCancelled(code))
    return voucher_state(office, code)


# -- a service that stops --------------------------------------------------------------------------------------------


def defer_waiting(office: Office, *, service: str, new_code: NewCode) -> dict[str, Any]:
    """A dated voucher with its blanks for those who wait for a suspended service, at most `STEP` of them.

    Answers `{service, deferred, waiting}`: ask again while somebody still waits. Those with a voucher go first, then
    the line; each gets the next day that has room for its cards, as at the day's close. Raises `NotFound`,
    `DayIsClosed`, `WrongState` (not suspended). Source: `docs/field.md#outages`.
    """
    if service not in office.catalogue.services:
        raise NotFound("service", service=service)
    require_open_day(office)
    if service not in office.rows["suspensions"]:
        raise WrongState("not_suspended", service=service)
    here = [t for t in office.rows["tickets"].values() if t.state == tickets.WAITING and t.service == service]
    line = sorted(here, key=lambda t: (t.voucher_rank is None, t.order))
    for ticket in line[:STEP]:
        day = office.ration.next_day_for(office.catalogue.services[service], ticket.cards)
        defer(office, ticket, day, next_rank(office, day), new_code)
    return {"service": service, "deferred": len(line[:STEP]), "waiting": len(line[STEP:])}


def print_failed(office: Office, *, code: str, device: str, why: str) -> None:
    """A slip that did not come out costs nobody the place; a supervisor is told."""
    record(office, events.PrintFailed("", code.upper(), device, why))


# -- blanks that arrive ----------------------------------------------------------------------------------------------


def serve_arrivals(office: Office) -> int:
    """Give what is free to those who asked before anybody who comes now; how many were served, at most `STEP`.

    First today's vouchers that await it, then those that were given today: whoever is still here is called back, the
    voucher becomes good today. Then later vouchers, then the waiting list in the order of asking. Until all have
    theirs `Ration.free` keeps it from newcomers. Source: `docs/field.md#sold-out`.
    """
    if office.open_day is None or office.open_day.state != days.OPEN:
        return 0
    served = 0
    for held in awaiting(office):
        if served < STEP and fetch_awaited(office, held):
            call_back(office, held.holder)
            served += 1
    while served < STEP and serve_first_asked(office):
        served += 1
    return served


def awaiting(office: Office) -> list[Reservation]:
    """Promises out of a delivery of which something is here, in the order in which they are kept."""
    ration = office.ration
    here = {item for item in office.catalogue.items if ration.awaited(item) and ration.bebas(item)}
    if not here:
        return []
    waiting = [held for held in office.rows["reservations"].values() if held.awaited and held.item in here]
    return sorted(waiting, key=lambda held: order_of(office, office.rows["vouchers"][held.holder]))


def order_of(office: Office, voucher: Voucher) -> tuple[int, str, int]:
    if voucher.date <= office.ration.day:
        return 0, voucher.date, voucher.rank
    return 1 if asked_today(office, voucher) else 2, voucher.date, voucher.rank


def asked_today(office: Office, voucher: Voucher) -> bool:
    """Given on the open day: its holder is likely still in the building."""
    return office.open_day is not None and voucher.issued_at >= office.open_day.opened_at


def serve_first_asked(office: Office) -> bool:
    """A date, and blanks or the promise of some, for the first on the waiting list for whom there is any."""
    for voucher in office.first_asked():
        service = office.catalogue.services[voucher.service]
        offer = office.ration.offer(service, voucher.cards, first_in_line=True)
        if offer.date:
            record(office, events.VoucherMoved(voucher.code, offer.date, next_rank(office, offer.date)))
            claim(office, voucher.code, offer)
            call_back(office, voucher.code)
            return True
    return False


def call_back(office: Office, code: str) -> None:
    """A voucher that was given today and has all its blanks is good today as well, where the quota has room.

    There has to be time left to come. Its own date stays: whoever has left already comes on that.
    """
    voucher: Voucher = office.rows["vouchers"][code]
    day, ration = office.open_day, office.ration
    if day is None or not asked_today(office, voucher) or voucher.good_on(day.day):
        return
    cards = office.catalogue.needs(voucher.service, voucher.cards).get(RATIONED, 0)
    whole = not any(held.awaited for held in office.reservations_of(code))
    if whole and office.now + TIME_TO_COME_MS < day.intake_closes_at and ration.has_room(day.day, cards):
        record(office, events.VoucherCalledBack(code, day.day))
