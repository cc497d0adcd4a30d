"""The office file, the business day and what a supervisor has to see to."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import date
from typing import Any

from queue_server.domain import calendar, days, events, office_file, stock, tickets
from queue_server.domain.counters import help_subject
from queue_server.domain.days import DEVICE_ALARMS, Day
from queue_server.domain.errors import Conflict, Invalid, NotFound, WrongState
from queue_server.domain.fold import record
from queue_server.domain.office import UNFINISHED, Office
from queue_server.domain.tickets import Ticket, Voucher
from queue_server.operations.equipment import settle
from queue_server.operations.promises import (
    NewCode,
    clock_behind,
    day_owed,
    defer,
    front_rank,
    give_up,
    next_rank,
    release_all,
    require_true_clock,
)
from queue_server.operations.vouchers import STEP, serve_arrivals

CLOSING_GRACE_MS = 60 * 60_000  # whoever is being served at closing time is served to the end, at most so long
CLOSING_STEP = 25  # tickets or vouchers a command: a command writes at most 500 rows

# -- the office file ---------------------------------------------------------------------------------------------


def apply_office(office: Office, *, text: str, filename: str, now: bool = False, demo: bool = False) -> dict[str, Any]:
    """Enter an office file, in force from the next business day; `now` for counters, hours and words alone.

    Raises `OfficeFileError` (one sentence), `Conflict` naming what may only change from the next day on.
    """
    demo = demo or any(file.demo for file in office.rows["office_files"].values())  # a demo stays one
    new = office_file.parse(text, filename)
    new = new.for_demo() if demo else new
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    first = not office.rows["office_files"]
    today = calendar.local_date(new, office.now)
    if first or now:
        if not first and (lasting := office_file.compare(office.catalogue, new)):
            raise Conflict("not_now", what=", ".join(lasting))
        from_day = office.open_day.day if office.open_day else today.isoformat()
    else:
        day = office.open_day
        after = date.fromisoformat(day.day) if day else today
        from_day = calendar.next_business_day(new, after).isoformat()
    record(office, events.OfficeApplied(text, sha256, from_day, demo))
    return {"sha256": sha256, "from_day": from_day}


# -- opening ---------------------------------------------------------------------------------------------------------


def follow_calendar(office: Office, *, new_code: NewCode) -> dict[str, Any]:
    """Open or close the day when the calendar says so, one step a command; `more` asks for the next one at once.

    A day that a power cut left open is closed here before the next one opens. Does nothing while the clock is
    earlier than the journal. Source: `docs/field.md#business-day`.
    """
    if clock_behind(office) or not office.rows["office_files"]:
        return {"did": None, "more": False}
    day = office.open_day
    if day is None:
        return open_by_calendar(office)
    if day.state == days.CLOSING:
        return close_step(office, day, new_code)
    busy = any(counter.ticket_id for counter in office.rows["counters"].values())
    ahead = calendar.local_date(office.catalogue, office.now).isoformat() < day.day  # opened by a clock that ran ahead
    if ahead or office.now >= day.closes_at + (CLOSING_GRACE_MS if busy else 0):
        record(office, events.DayClosing(day.day))
        return {"did": "closing", "more": True}
    served = serve_arrivals(office)
    return {"did": "served" if served else None, "more": served >= STEP}


def open_by_calendar(office: Office) -> dict[str, Any]:
    catalogue = office.catalogue
    day = calendar.business_day(catalogue, office.now)
    span = calendar.span(catalogue, day) if day else None
    if day is None or span is None or day.isoformat() in office.rows["days"]:  # closed by hand stays closed
        return {"did": None, "more": False}
    record(office, events.DayOpened(day.isoformat(), span.intake_closes_ms, span.closes_ms))
    settle(office)  # today another office file may be in force
    return {"did": "opened", "more": False}


def open_day(office: Office, *, reason: str, until: int | None = None) -> dict[str, Any]:
    """Open or extend a day by hand, or confirm a clock that is earlier than the journal; each with a reason.

    `until` (ms) is when it closes, by default the end of the local date. Raises `Invalid`, `Conflict`.
    """
    if not reason.strip():
        raise Invalid("reason_needed")
    local = calendar.local_date(office.catalogue, office.now)
    if clock_behind(office):
        record(office, events.ClockConfirmed(reason))  # and no more: the calendar opens what is due
        return {"day": office.open_day.day if office.open_day else local.isoformat(), "did": "clock_confirmed"}
    closes_at = until or calendar.instant(office.catalogue, local, 24 * 60)
    if closes_at <= office.now:
        raise Invalid("until_past")
    if day := office.open_day:
        if day.state == days.CLOSING:
            raise Conflict("day_closing")
        closes_at = max(closes_at, day.closes_at)
        record(office, events.DayExtended(day.day, closes_at, closes_at, reason))
        return {"day": day.day, "did": "extended"}
    record(office, events.DayOpened(local.isoformat(), closes_at, closes_at, by_hand=True, reason=reason))
    settle(office)
    return {"day": local.isoformat(), "did": "opened"}


# -- closing ---------------------------------------------------------------------------------------------------------


def close_day(office: Office, *, reason: str = "") -> dict[str, Any]:
    """Begin the close by hand; `follow_calendar` carries it through. Raises `WrongState`, `ClockBehind`."""
    require_true_clock(office)
    day = office.open_day
    if day is None:
        raise WrongState("day_not_open")
    busy = [counter.counter for counter in office.rows["counters"].values() if counter.ticket_id]
    if busy and day.state == days.OPEN:
        raise WrongState("open_calls", counters=", ".join(map(str, sorted(busy))))
    if day.state == days.OPEN:
        record(office, events.DayClosing(day.day))
    return {"day": day.day, "did": "closing"}


def close_step(office: Office, day: Day, new_code: NewCode) -> dict[str, Any]:
    """A portion of those still here get their voucher (or expire), then yesterday's vouchers lapse, then it is done."""
    here = [ticket for ticket in office.rows["tickets"].values() if ticket.state in UNFINISHED]
    left = sorted(here, key=lambda t: (t.voucher_rank is None, t.order, t.place))
    if left:
        for ticket in left[:CLOSING_STEP]:
            send_home(office, ticket, new_code)
        return {"did": "deferred", "more": True}
    today = calendar.local_date(office.catalogue, office.now).isoformat()
    if lapsing := unused_vouchers(office, min(day.day, today)):
        for voucher in lapsing[:CLOSING_STEP]:
            lapse(office, voucher)
        return {"did": "lapsed", "more": True}
    record(office, events.DayClosed(day.day, *frozen_figures(office, day.day)))
    return {"did": "closed", "more": True}  # after a power cut the next day may be due already


def send_home(office: Office, ticket: Ticket, new_code: NewCode) -> None:
    """Source: `docs/field.md#voucher` (who is still here is booked for the next day, not refused)."""
    if ticket.state == tickets.CALLED or (ticket.state == tickets.SERVING and not office.catalogue.rules.carry_over):
        record(office, events.TicketRequeued(ticket.ticket_id, ticket.place, keeps_turn=True))
        ticket = office.ticket(ticket.ticket_id)
    if office.catalogue.rules.carry_over:
        day = office.ration.next_day_for(office.catalogue.services[ticket.service], ticket.cards)
        defer(office, ticket, day, next_rank(office, day), new_code)
    else:
        record(office, events.TicketExpired(ticket.ticket_id))
        release_all(office, ticket)


def unused_vouchers(office: Office, day: str) -> list[Voucher]:
    return [v for v in office.rows["vouchers"].values() if v.state == "open" and "" < v.date <= day]


def lapse(office: Office, voucher: Voucher) -> None:
    """One whose blank never came is no fault of its holder: it moves on, in front."""
    late = next((held for held in office.reservations_of(voucher.code) if held.awaited), None)
    if late:
        day = day_owed(office, voucher, late.item)
        record(office, events.VoucherMoved(voucher.code, day, front_rank(office, day)))
    else:
        give_up(office, voucher.code)
        record(office, events.VoucherLapsed(voucher.code))


def frozen_figures(office: Office, day: str) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]]:
    """The day's report as it stands at the close: by service, and by item."""
    services = {}
    for row in office.rows["service_counts"].values():
        if row.day == day:
            services[row.service] = {k: v for k, v in asdict(row).items() if k not in ("day", "service")}
    items, requests = {}, office.rows["blank_requests"].values()
    for row in office.rows["item_days"].values():
        if row.day == day:
            store = office.balance(row.item, stock.STORE)
            figures = {k: v for k, v in asdict(row).items() if k not in ("day", "item")}
            stands = {"on_hand": store.on_hand, "promised": -store.pending, "at_counters": store.at_counters}
            items[row.item] = {**figures, **stands, **stock.request_figures(requests, row.item)}
    return services, items


# -- alerts ------------------------------------------------------------------------------------------------------------


def ask_for_help(office: Office, *, device: str, counter: int | None = None) -> dict[str, Any]:
    """Somebody at a kiosk wants a person, or somebody at a counter, whoever sits there: it may be a neighbour's call.

    A second touch while nobody has come yet adds nothing. Raises `NotFound` (counter).
    """
    if counter is not None:
        office.counter(counter)
        device = help_subject(counter)
    if not unanswered(office, days.HELP, device):
        record(office, events.HelpAsked(device))
    return {"asked": True}


def report_rush(office: Office, *, device: str, numbers: int) -> None:
    """A kiosk gave more than so many numbers within a minute; told once until somebody has looked.

    Source: `docs/field.md#touts`.
    """
    if not unanswered(office, "kiosk_rushed", device):
        record(office, events.KioskRushed(device, numbers))


def report_sound(office: Office, *, display: str, heard: bool, why: str = "") -> dict[str, Any]:
    """A display's calls are not heard: told once. Heard again, nobody has to see to it any more."""
    alerts = office.rows["alerts"].values()
    open_ = [alert.seq for alert in alerts if (alert.kind, alert.subject) == ("sound_lost", display)]
    if heard:
        for seq in open_:
            record(office, events.AlertAnswered(seq))
    elif not open_:
        record(office, events.SoundLost(display, why))
    return {"display": display, "heard": heard}


def unanswered(office: Office, kind: str, subject: str) -> bool:
    return any((alert.kind, alert.subject) == (kind, subject) for alert in office.rows["alerts"].values())


def answer_alert(office: Office, *, seq: int) -> dict[str, Any]:
    """Raises `NotFound` when it was answered before or never was, `WrongState` for one that ends by itself."""
    alert = office.rows["alerts"].get(seq)
    if alert is None:
        raise NotFound("alert", seq=seq)
    if alert.kind in DEVICE_ALARMS:
        raise WrongState("ends_by_itself")
    record(office, events.AlertAnswered(seq, office.actor))
    return {"seq": seq, "answered": True}
