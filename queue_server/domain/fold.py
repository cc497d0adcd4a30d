"""The one fold: what each event changes. Deciding, projecting, catching up and replaying all run it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from queue_server.domain import backlog, calendar, counters, days, equipment, events, stock, tickets
from queue_server.domain.backlog import BacklogCount, BacklogDay, BacklogRecord, InvitationDay
from queue_server.domain.closing import PAPER, DayCount, PaperSheet, SignedReport, paper_queue
from queue_server.domain.counters import Action, CounterState
from queue_server.domain.days import HELP, Alert, Call, Day, OfficeFile, Pace, Sequence, ServiceCount, Suspension
from queue_server.domain.equipment import Equipment
from queue_server.domain.events import Event
from queue_server.domain.office import Entry, Office
from queue_server.domain.policy import VOUCHER, Arrival, BucketCount, ItemUse
from queue_server.domain.stock import (
    RATIONED,
    Balance,
    BlankRequest,
    Consignment,
    CountDifference,
    ItemDay,
    Movement,
    Reservation,
)
from queue_server.domain.tickets import Ticket, Voucher

E = TypeVar("E", bound=Event)
Fold = Callable[[E, Office, Entry], None]
FOLDS: dict[type[Event], Callable[[Any, Office, Entry], None]] = {}

# The column of `ServiceCount` that a ticket's last state belongs to.
COUNTED_AS = {
    tickets.FINISHED: "served",
    tickets.NO_SHOW: "no_show",
    tickets.DEFERRED: "deferred",
    tickets.CANCELLED: "cancelled",
    tickets.EXPIRED: "expired",
}


def record(office: Office, event: Event) -> None:
    """Append a fact to what the running command has decided, and let it take effect."""
    behind = office.now < office.last_at and not isinstance(event, events.ClockConfirmed)
    at = office.last_at if behind else office.now  # the journal's time never runs backwards unless somebody says so
    entry = Entry(seq=office.seq + 1, at=at, actor=office.actor, day=current_day(office))
    fold(event, office, entry)
    office.events.append((entry, event))


def fold(event: Event, office: Office, entry: Entry) -> None:
    FOLDS[type(event)](event, office, entry)
    office.seq, office.last_at = entry.seq, entry.at


def current_day(office: Office) -> str:
    """The open business day, or the local date while none is open; empty before there is an office file."""
    if office.open_day:
        return office.open_day.day
    if not office.rows["office_files"]:
        return ""
    return calendar.local_date(office.catalogue, office.now).isoformat()


def folds(event_type: type[E]) -> Callable[[Fold[E]], Fold[E]]:
    def register(function: Fold[E]) -> Fold[E]:
        FOLDS[event_type] = function
        return function

    return register


# -- the office and its days ---------------------------------------------------------------------------------------


@folds(events.OfficeApplied)
def _(event: events.OfficeApplied, office: Office, entry: Entry) -> None:
    office.put("office_files", OfficeFile(entry.seq, event.from_day, event.sha256, event.text, event.demo))


@folds(events.DayOpened)
def _(event: events.DayOpened, office: Office, entry: Entry) -> None:
    before: Day | None = office.rows["days"].get(event.day)
    office.put(
        "days",
        Day(
            event.day,
            days.OPEN,
            entry.at,
            event.intake_closes_at,
            event.closes_at,
            by_hand=event.by_hand,
            opened_seq=(before and before.opened_seq) or entry.seq,
        ),
    )
    void_signatures(office, entry, event.day, event.reason)
    for (item, account), balance in list(office.rows["balances"].items()):
        if account == stock.STORE and (event.day, item) not in office.rows["item_days"]:
            office.put("item_days", ItemDay(event.day, item, opening=balance.on_hand))


@folds(events.DayExtended)
def _(event: events.DayExtended, office: Office, entry: Entry) -> None:
    day = office.rows["days"][event.day]
    office.put("days", replace(day, intake_closes_at=event.intake_closes_at, closes_at=event.closes_at, by_hand=True))


@folds(events.ClockConfirmed)
def _(event: events.ClockConfirmed, office: Office, entry: Entry) -> None:
    """Its own instant, earlier than the entry before it, is what later entries are held against."""


@folds(events.DayClosing)
def _(event: events.DayClosing, office: Office, entry: Entry) -> None:
    office.put("days", replace(office.rows["days"][event.day], state=days.CLOSING))


@folds(events.DayClosed)
def _(event: events.DayClosed, office: Office, entry: Entry) -> None:
    office.put("days", replace(office.rows["days"][event.day], state=days.CLOSED, closed_at=entry.at))
    for counter in list(office.rows["counters"].values()):
        if counter.state != counters.CLOSED:
            office.put("counters", CounterState(counter.counter, since=entry.at))
    for item, figures in event.items.items():
        before: ItemUse = office.rows["item_uses"].get(item) or ItemUse(item)
        after = before.after(figures.get("used", 0) + figures.get("spoilt", 0))
        if after != before:
            office.put("item_uses", after)


@folds(events.DayCounted)
def _(event: events.DayCounted, office: Office, entry: Entry) -> None:
    for item, (counted, book) in event.counts.items():
        office.put("day_counts", DayCount(event.day, event.moment, item, counted, book, entry.actor, entry.at))


@folds(events.DaySigned)
def _(event: events.DaySigned, office: Office, entry: Entry) -> None:
    row: SignedReport = office.rows["signed_reports"].get(event.day) or SignedReport(event.day)
    office.put("signed_reports", row.with_signature(event.role, event.report, entry.actor, entry.at))


@folds(events.DayReopened)
def _(event: events.DayReopened, office: Office, entry: Entry) -> None:
    void_signatures(office, entry, event.day, event.reason)


def void_signatures(office: Office, entry: Entry, day: str, reason: str) -> None:
    if day in office.rows["signed_reports"]:
        office.put(
            "signed_reports",
            SignedReport(day, reopened=reason, reopened_by=entry.actor, reopened_at=entry.at),
        )


@folds(events.PaperPrepared)
def _(event: events.PaperPrepared, office: Office, entry: Entry) -> None:
    office.put("paper_sheets", PaperSheet(event.day, event.numbers))


@folds(events.DayOnPaper)
def _(event: events.DayOnPaper, office: Office, entry: Entry) -> None:
    office.put("days", Day(event.day, days.CLOSED, entry.at, entry.at, entry.at, by_hand=True, closed_at=entry.at))


@folds(events.ServiceSuspended)
def _(event: events.ServiceSuspended, office: Office, entry: Entry) -> None:
    office.put("suspensions", Suspension(event.service, event.reason, entry.at, entry.actor, event.equipment))


@folds(events.ServiceResumed)
def _(event: events.ServiceResumed, office: Office, entry: Entry) -> None:
    office.remove("suspensions", event.service)


# -- what makes a card ----------------------------------------------------------------------------------------------


@folds(events.EquipmentRegistered)
def _(event: events.EquipmentRegistered, office: Office, entry: Entry) -> None:
    office.put("equipment", Equipment(event.equipment_id, event.kind, event.name, event.place, since=entry.at))


@folds(events.EquipmentBroken)
def _(event: events.EquipmentBroken, office: Office, entry: Entry) -> None:
    change_equipment(office, entry, event.equipment_id, equipment.BROKEN, event.reason)


@folds(events.EquipmentRepaired)
def _(event: events.EquipmentRepaired, office: Office, entry: Entry) -> None:
    change_equipment(office, entry, event.equipment_id, equipment.WORKS)


@folds(events.EquipmentRetired)
def _(event: events.EquipmentRetired, office: Office, entry: Entry) -> None:
    change_equipment(office, entry, event.equipment_id, equipment.RETIRED)


def change_equipment(office: Office, entry: Entry, equipment_id: str, state: str, reason: str = "") -> None:
    old: Equipment = office.rows["equipment"][equipment_id]
    office.put("equipment", replace(old, state=state, reason=reason, since=entry.at))


# -- tickets and vouchers ------------------------------------------------------------------------------------------


@folds(events.TicketIssued)
def _(event: events.TicketIssued, office: Office, entry: Entry) -> None:
    voucher: Voucher | None = office.rows["vouchers"][event.voucher] if event.voucher else None
    queue = paper_queue(event.prefix) if event.channel == PAPER else event.prefix
    given_at = event.given_at or entry.at
    office.put("sequences", Sequence(queue, event.day, event.number))
    office.put(
        "tickets",
        Ticket(
            ticket_id=event.ticket_id,
            token=event.token,
            day=event.day,
            prefix=event.prefix,
            number=event.number,
            service=event.service,
            hall=event.hall,
            state=tickets.WAITING,
            place=entry.seq * PLACE_STEP,
            issued_at=given_at,
            waits_since=given_at,
            priority=event.priority,
            cards=event.cards,
            made=voucher.made if voucher else 0,
            voucher=event.voucher,
            voucher_rank=rank_on(voucher, event.day) if voucher else None,
            channel=event.channel,
            language=event.language,
            changed_seq=entry.seq,
        ),
    )
    count(office, event.day, event.service, taken=1)
    if voucher:
        office.put("vouchers", replace(voucher, state="redeemed", redeemed_by=event.ticket_id))


def rank_on(voucher: Voucher, day: str) -> int:
    """Who was called back stands behind those whose day it is."""
    return voucher.rank if voucher.date <= day else voucher.rank + CALLED_BACK


CALLED_BACK = 1_000_000
# Room between two neighbours in line, so that a ticket can be put behind one without moving the others.
PLACE_STEP = 1000


def change(office: Office, entry: Entry, ticket: Ticket, **changes: Any) -> Ticket:
    """Put the changed ticket and keep the day's counts: each last state is one column."""
    new = replace(ticket, changed_seq=entry.seq, **changes)
    office.put("tickets", new)
    if ticket.state != new.state:
        if column := COUNTED_AS.get(ticket.state):
            count(office, ticket.day, ticket.service, **{column: -1})
        if column := COUNTED_AS.get(new.state):
            count(office, ticket.day, new.service, **{column: 1})
    return new


def count(office: Office, day: str, service: str, **more: int) -> None:
    row = office.rows["service_counts"].get((day, service)) or ServiceCount(day, service)
    office.put("service_counts", replace(row, **{name: getattr(row, name) + by for name, by in more.items()}))


def act(office: Office, entry: Entry, ticket: Ticket, counter: int, action: str, /, **changes: Any) -> None:
    """A counter's action on a ticket, remembered with what it replaced so that the clerk can take it back."""
    before = {name: getattr(ticket, name) for name in changes}
    state: CounterState = office.rows["counters"].get(counter) or CounterState(counter)
    done = Action(action, ticket.ticket_id, entry.at, entry.seq, before, state.streak)
    earlier, last = state.actions[:-1], state.actions[-1] if state.actions else None
    if last and last.ticket_id == ticket.ticket_id and (last.name, action) == ("no_show", "requeue"):
        done = replace(last, before={**before, **last.before}, seq=entry.seq)  # one touch of the clerk, one undo
    else:
        earlier = state.actions
    new = change(office, entry, ticket, **changes)
    held = ticket.ticket_id if new.state in tickets.AT_A_COUNTER else None
    office.put("counters", replace(state, ticket_id=held, actions=(*earlier, done)[-counters.ACTIONS_KEPT :]))


@folds(events.TicketCalled)
def _(event: events.TicketCalled, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    act(
        office,
        entry,
        ticket,
        event.counter,
        "call",
        state=tickets.CALLED,
        counter=event.counter,
        clerk=event.clerk,
        called_at=entry.at,
        call_seq=entry.seq,
        started_at=None,
        times_called=1,
    )
    state = office.rows["counters"][event.counter]
    jumped = ticket.klass in (tickets.PRIORITY, tickets.URGENT)
    streak = 0 if jumped else state.streak + (ticket.klass == tickets.REGULAR)
    office.put("counters", replace(state, streak=streak))
    show_call(office, entry, event.ticket_id, event.counter)


@folds(events.TicketRecalled)
def _(event: events.TicketRecalled, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    change(office, entry, ticket, times_called=ticket.times_called + 1, call_seq=entry.seq)
    state: CounterState = office.rows["counters"][event.counter]
    if state.actions and state.actions[-1].ticket_id == event.ticket_id:  # the call can still be taken back
        *earlier, last = state.actions
        office.put("counters", replace(state, actions=(*earlier, replace(last, seq=entry.seq))))
    show_call(office, entry, event.ticket_id, event.counter)


def show_call(office: Office, entry: Entry, ticket_id: str, counter: int) -> None:
    ticket = office.ticket(ticket_id)
    hall = ticket.hall  # shown where the person waits, wherever the counter stands
    office.put(
        "calls",
        Call(
            entry.seq, ticket.day, hall, ticket_id, ticket.prefix, ticket.number, counter, ticket.times_called, entry.at
        ),
    )


@folds(events.ServiceStarted)
def _(event: events.ServiceStarted, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    act(office, entry, ticket, event.counter, "start", state=tickets.SERVING, started_at=entry.at)


@folds(events.ServiceFinished)
def _(event: events.ServiceFinished, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    keep_pace(office, entry, ticket)
    act(
        office,
        entry,
        ticket,
        event.counter,
        "finish",
        state=tickets.FINISHED,
        ended_at=entry.at,
        outcome=event.outcome,
    )


def keep_pace(office: Office, entry: Entry, ticket: Ticket) -> None:
    if ticket.called_at is None:
        return
    pace = office.rows["paces"].get((ticket.day, ticket.service)) or Pace(ticket.day, ticket.service)
    seconds = max(0, entry.at - ticket.called_at) // 1000
    office.put("paces", replace(pace, seconds=(*pace.seconds, seconds)[-days.PACE_KEPT :]))


@folds(events.TicketMoved)
def _(event: events.TicketMoved, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    if event.outcome:
        keep_pace(office, entry, ticket)
        count(office, ticket.day, ticket.service, served=1)
    act(
        office,
        entry,
        ticket,
        event.counter,
        "finish" if event.outcome else "move",
        state=tickets.WAITING,
        service=event.service,
        stage=event.stage,
        made=event.made,
        hall=event.hall,
        counter=None,
        clerk=None,
        started_at=None,
        called_at=None,
        times_called=0,
    )
    if event.service != ticket.service:
        count(office, ticket.day, event.service, taken=1)


@folds(events.TicketSkipped)
def _(event: events.TicketSkipped, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    act(
        office,
        entry,
        ticket,
        event.counter,
        "no_show",
        state=tickets.NO_SHOW,
        skipped=ticket.skipped + 1,
        ended_at=entry.at,
        place=ticket.place,
        waits_since=ticket.waits_since,
    )


@folds(events.TicketRequeued)
def _(event: events.TicketRequeued, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    changes: dict[str, Any] = {
        "state": tickets.WAITING,
        "place": event.place,
        "waits_since": ticket.waits_since if event.keeps_turn else entry.at,
        "counter": None,
        "clerk": None,
        "called_at": None,
        "started_at": None,
        "ended_at": None,
        "times_called": 0,
    }
    if not event.keeps_turn and ticket.voucher_rank is not None:
        changes["voucher_rank"] = None  # once called and absent, a voucher stands in the ordinary line
    if event.counter is None:
        if ticket.counter is not None:
            free_counter(office, ticket)
        change(office, entry, ticket, **changes)
    else:
        act(office, entry, ticket, event.counter, "requeue", **changes)


def free_counter(office: Office, ticket: Ticket) -> None:
    state = office.rows["counters"].get(ticket.counter)
    if state and state.ticket_id == ticket.ticket_id:
        office.put("counters", replace(state, ticket_id=None))


@folds(events.PaperServed)
def _(event: events.PaperServed, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    change(office, entry, ticket, state=tickets.FINISHED, ended_at=entry.at, outcome="done")


@folds(events.TicketParked)
def _(event: events.TicketParked, office: Office, entry: Entry) -> None:
    act(office, entry, office.ticket(event.ticket_id), event.counter, "park", state=tickets.PARKED)


@folds(events.TicketCancelled)
def _(event: events.TicketCancelled, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    free_counter(office, ticket)
    change(office, entry, ticket, state=tickets.CANCELLED, ended_at=entry.at)


@folds(events.TicketDeferred)
def _(event: events.TicketDeferred, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    free_counter(office, ticket)
    change(office, entry, ticket, state=tickets.DEFERRED, ended_at=entry.at)
    take_rank(office, event.date, event.rank)
    office.put(
        "vouchers",
        Voucher(
            code=event.voucher,
            ticket_id=event.ticket_id,
            date=event.date,
            rank=event.rank,
            service=ticket.service,
            cards=ticket.cards,
            made=ticket.made,
            priority=ticket.priority,
            language=ticket.language,
            issued_at=entry.at,
        ),
    )


def take_rank(office: Office, date: str, rank: int) -> None:
    """Ordinary ranks count up from 1, those of broken promises down from -1: the office's debt goes first."""
    queue = "voucher" if rank > 0 else "broken"
    office.put("sequences", Sequence(queue, date, abs(rank)))


@folds(events.TicketExpired)
def _(event: events.TicketExpired, office: Office, entry: Entry) -> None:
    change(office, entry, office.ticket(event.ticket_id), state=tickets.EXPIRED, ended_at=entry.at)


@folds(events.VoucherGiven)
def _(event: events.VoucherGiven, office: Office, entry: Entry) -> None:
    if event.date:
        take_rank(office, event.date, event.rank)
    office.put(
        "vouchers",
        Voucher(
            code=event.code,
            ticket_id=None,
            date=event.date,
            rank=event.rank,
            service=event.service,
            cards=event.cards,
            priority=event.priority,
            language=event.language,
            issued_at=entry.at,
            token=event.token,
        ),
    )


@folds(events.VoucherMoved)
def _(event: events.VoucherMoved, office: Office, entry: Entry) -> None:
    take_rank(office, event.date, event.rank)
    office.put("vouchers", replace(office.rows["vouchers"][event.code], date=event.date, rank=event.rank))
    for held in office.reservations_of(event.code):
        count_promised(office, held.day, held.bucket, -(held.quantity + held.awaited))
        count_promised(office, event.date, held.bucket, held.quantity + held.awaited)
        office.put("reservations", replace(held, day=event.date))


@folds(events.VoucherCalledBack)
def _(event: events.VoucherCalledBack, office: Office, entry: Entry) -> None:
    office.put("vouchers", replace(office.rows["vouchers"][event.code], early=event.day))


@folds(events.VoucherCancelled)
def _(event: events.VoucherCancelled, office: Office, entry: Entry) -> None:
    office.put("vouchers", replace(office.rows["vouchers"][event.code], state="cancelled"))


@folds(events.VoucherLapsed)
def _(event: events.VoucherLapsed, office: Office, entry: Entry) -> None:
    office.put("vouchers", replace(office.rows["vouchers"][event.code], state="lapsed"))


@folds(events.PriorityChanged)
def _(event: events.PriorityChanged, office: Office, entry: Entry) -> None:
    change(office, entry, office.ticket(event.ticket_id), priority=event.priority, urgent=event.urgent)


@folds(events.ActionUndone)
def _(event: events.ActionUndone, office: Office, entry: Entry) -> None:
    ticket = office.ticket(event.ticket_id)
    moved_from = event.before.get("service", ticket.service)
    if ticket.service != moved_from:
        count(office, ticket.day, ticket.service, taken=-1)
        if event.action == "finish":
            count(office, ticket.day, str(moved_from), served=-1)
    old = change(office, entry, ticket, **event.before)
    state: CounterState = office.rows["counters"][event.counter]
    held = event.ticket_id if old.state in tickets.AT_A_COUNTER else None
    left = state.actions[:-1]
    if left and left[-1].ticket_id == event.ticket_id:  # the step before may be taken back as well
        left = (*left[:-1], replace(left[-1], seq=entry.seq))
    office.put("counters", replace(state, ticket_id=held, streak=event.streak, actions=left))


@folds(events.SlipReprinted)
def _(event: events.SlipReprinted, office: Office, entry: Entry) -> None:
    """Nothing in the queue changes; the audit of reprints reads the journal."""


# -- counters ------------------------------------------------------------------------------------------------------


@folds(events.CounterOpened)
def _(event: events.CounterOpened, office: Office, entry: Entry) -> None:
    state: CounterState = office.rows["counters"].get(event.counter) or CounterState(event.counter)
    office.put("counters", replace(state, state=counters.OPEN, clerk=event.clerk, since=entry.at, reason=""))


@folds(events.CounterPaused)
def _(event: events.CounterPaused, office: Office, entry: Entry) -> None:
    state: CounterState = office.rows["counters"][event.counter]
    office.put("counters", replace(state, state=counters.PAUSED, since=entry.at, reason=event.reason))


@folds(events.CounterClosed)
def _(event: events.CounterClosed, office: Office, entry: Entry) -> None:
    office.put("counters", CounterState(event.counter, since=entry.at, reason=event.reason))


# -- stock ---------------------------------------------------------------------------------------------------------


@folds(events.BlanksReserved)
def _(event: events.BlanksReserved, office: Office, entry: Entry) -> None:
    for item, quantity in event.items.items():
        old: Reservation | None = office.rows["reservations"].get((event.holder, item))
        arrived = min(quantity, old.awaited) if old else 0
        bucket = event.bucket if item == RATIONED else ""
        hold(office, entry, event.holder, item, quantity, -arrived, event.service, bucket=bucket)
        moved = quantity, quantity, event.service, entry.seq, bucket, stock.STORE
        remember(office, event.counter, "reserve", item, *moved)


@folds(events.BlankReleased)
def _(event: events.BlankReleased, office: Office, entry: Entry) -> None:
    bucket = office.rows["reservations"][event.holder, event.item].bucket
    hold(office, entry, event.holder, event.item, -event.quantity, service=event.service)
    moved = event.quantity, event.quantity, event.service, entry.seq, bucket, stock.STORE
    remember(office, event.counter, "release", event.item, *moved)


@folds(events.BlankAwaited)
def _(event: events.BlankAwaited, office: Office, entry: Entry) -> None:
    hold(office, entry, event.holder, event.item, awaited=event.quantity, bucket=bucket_of_vouchers(event.item))


@folds(events.BlankCarried)
def _(event: events.BlankCarried, office: Office, entry: Entry) -> None:
    leaves, enters = ("", event.service) if event.back else (event.service, "")
    since = office.rows["reservations"][event.holder, event.item].seq  # a promise is as old as it was
    hold(office, entry, event.holder, event.item, -event.quantity, service=leaves)
    bucket = bucket_of_vouchers(event.item)
    hold(office, entry, event.to, event.item, event.quantity, service=enters, bucket=bucket, since=since)


@folds(events.PromiseBroken)
def _(event: events.PromiseBroken, office: Office, entry: Entry) -> None:
    hold(office, entry, event.holder, event.item, -event.quantity, service=event.service)
    alert(office, entry, "promise_broken", event.number, event.item)


def bucket_of_vouchers(item: str) -> str:
    """Whoever was promised a blank for this day before it began is in no share of it."""
    return VOUCHER if item == RATIONED else ""


def hold(
    office: Office,
    entry: Entry,
    holder: str,
    item: str,
    quantity: int = 0,
    awaited: int = 0,
    service: str = "",
    bucket: str = "",
    since: int | None = None,
    used: bool = False,
) -> None:
    """Promise a holder so much more (less when negative): pending on both sides, so the sums stay zero.

    A promise belongs to a part of one day, and that part's count follows it; only what was `used` stays counted.
    """
    old: Reservation | None = office.rows["reservations"].get((holder, item))
    if old is None:
        voucher: Voucher | None = office.rows["vouchers"].get(holder)
        day = voucher.date if voucher else entry.day
        new = Reservation(holder, item, quantity, since or entry.seq, awaited, day, bucket)
    else:
        new = replace(old, quantity=old.quantity + quantity, awaited=old.awaited + awaited)
    if new.quantity or new.awaited:
        office.put("reservations", new)
    else:
        office.remove("reservations", (holder, item))
    post(office, item, stock.STORE, pending=-quantity)
    post(office, item, stock.PROMISED, pending=quantity)
    if awaited:
        post(office, item, stock.SUPPLIER, pending=-awaited)
        post(office, item, stock.AWAITED, pending=awaited)
    if not used:
        count_promised(office, new.day, new.bucket, quantity + awaited)
    count_cards(office, entry, service, item, promised=quantity)


def count_promised(office: Office, day: str, bucket: str, more: int) -> None:
    """What a part of a day has promised."""
    if bucket and more:
        row: BucketCount = office.rows["bucket_counts"].get((day, bucket)) or BucketCount(day, bucket)
        office.put("bucket_counts", replace(row, promised=row.promised + more))


def post(office: Office, item: str, account: str, posted: int = 0, pending: int = 0, at_counters: int = 0) -> None:
    old = office.balance(item, account)
    figures = old.posted + posted, old.pending + pending, old.at_counters + at_counters
    office.put("balances", Balance(item, account, *figures))


def count_cards(office: Office, entry: Entry, service: str, item: str, **more: int) -> None:
    """A service's line of the day counts cards; ribbon, film and paper have their own lines."""
    if service and item in stock.CARDS:
        count(office, entry.day, service, **more)


def remember(office: Office, counter: int | None, *moved: Any) -> None:
    """Add a blank's move (as in `Action.stock`) to the counter's last action, so that undo can take it back too."""
    state: CounterState | None = office.rows["counters"].get(counter) if counter is not None else None
    if state and state.actions:
        *earlier, last = state.actions
        last = replace(last, stock=(*last.stock, moved))
        office.put("counters", replace(state, actions=(*earlier, last)))


@folds(events.BlankUsed)
def _(event: events.BlankUsed, office: Office, entry: Entry) -> None:
    own: Reservation | None = office.rows["reservations"].get((event.ticket_id, event.item))
    if event.promised:
        hold(office, entry, event.ticket_id, event.item, -event.promised, service=event.service, used=True)
    move(office, entry, "use", event.item, event.quantity, event.source, stock.CITIZEN, ticket_id=event.ticket_id)
    count_cards(office, entry, event.service, event.item, printed=event.quantity)
    bucket = own.bucket if own else ""
    moved = event.quantity, event.promised, event.service, entry.seq, bucket, event.source
    remember(office, event.counter, "use", event.item, *moved)


@folds(events.BlankUseUndone)
def _(event: events.BlankUseUndone, office: Office, entry: Entry) -> None:
    item, quantity = event.item, event.quantity
    move(office, entry, "reverse", item, quantity, stock.CITIZEN, event.source, ticket_id=event.ticket_id)
    count_cards(office, entry, event.service, item, printed=-quantity)
    if event.promised:
        again = event.promised
        hold(office, entry, event.ticket_id, item, again, service=event.service, bucket=event.bucket, used=True)


@folds(events.StockMoved)
def _(event: events.StockMoved, office: Office, entry: Entry) -> None:
    inside = follow_consignment(office, event, entry)
    move(
        office,
        entry,
        event.type,
        event.item,
        event.quantity,
        event.source,
        event.target,
        inside,
        reference=event.reference,
        reason=event.reason,
        ticket_id=event.ticket_id,
        reverses=event.reverses,
        name=event.name,
        consignment=event.consignment,
        request=event.request,
    )
    if event.target == stock.SPOILED:
        count_cards(office, entry, event.service, event.item, spoilt=event.quantity)
    elif event.source == stock.SPOILED:
        count_cards(office, entry, event.service, event.item, spoilt=-event.quantity)
    if event.request is not None:
        request: BlankRequest = office.rows["blank_requests"][event.request]
        fetched = event.quantity if event.target == stock.STORE else -event.quantity
        office.put("blank_requests", replace(request, fetched=request.fetched + fetched))
    moved = event.quantity, 0, event.service, entry.seq, "", event.source
    remember(office, event.counter, event.type, event.item, *moved)
    if event.delivery:
        row: Arrival = office.rows["arrivals"].get((event.item, event.delivery)) or Arrival(event.item, event.delivery)
        office.put("arrivals", replace(row, quantity=row.quantity + event.quantity))
    if event.by_itself:
        alert(office, entry, "stock_found", event.item, str(event.quantity))


def follow_consignment(office: Office, event: events.StockMoved, entry: Entry) -> bool:
    """What a move into or out of transit changes of its consignment; whether that stays inside the office."""
    if stock.TRANSIT not in (event.source, event.target):
        return False
    row = consignment_of(office, event, entry)
    quantity = event.quantity if event.source == stock.TRANSIT else -event.quantity
    if stock.LOST_AND_FOUND in (event.source, event.target):
        row = replace(row, short=row.short + quantity)
    elif event.type == "reverse" and event.reverses == row.seq:
        row = replace(row, sent=row.sent - quantity)
    elif event.type != "dispatch":
        row = replace(row, accepted=row.accepted + quantity)
    office.put("consignments", row)
    return row.inside


def consignment_of(office: Office, event: events.StockMoved, entry: Entry) -> Consignment:
    if event.consignment is not None:
        row: Consignment = office.rows["consignments"][event.consignment]
        return row
    return Consignment(
        entry.seq, entry.day, entry.at, entry.actor, event.item, event.to, event.name, sent=event.quantity
    )


@folds(events.StockCounted)
def _(event: events.StockCounted, office: Office, entry: Entry) -> None:
    """Moves nothing itself. More than the book said, and not yet approved, gives way to what is counted now."""
    for row in list(office.rows["count_differences"].values()):
        if (row.item, row.place, row.state) == (event.item, event.place, stock.OPEN) and row.difference > 0:
            close_difference(office, entry, replace(row, state=stock.SUPERSEDED))
    difference = CountDifference(
        entry.seq,
        entry.day,
        entry.at,
        entry.actor,
        event.item,
        event.place,
        event.counted,
        event.book,
        event.reason,
    )
    if difference.difference:
        office.put("count_differences", difference)
        alert(office, entry, "count_difference", event.item, f"{difference.difference:+d}")


@folds(events.CountApproved)
def _(event: events.CountApproved, office: Office, entry: Entry) -> None:
    row: CountDifference = office.rows["count_differences"][event.count]
    close_difference(office, entry, replace(row, state=stock.APPROVED, approved_by=event.approved_by))


def close_difference(office: Office, entry: Entry, row: CountDifference) -> None:
    office.put("count_differences", row)
    told: Alert | None = office.rows["alerts"].get(row.seq)
    if told and told.answered_at is None:
        office.put("alerts", replace(told, answered_at=entry.at))


@folds(events.BlanksRequested)
def _(event: events.BlanksRequested, office: Office, entry: Entry) -> None:
    office.put(
        "blank_requests",
        BlankRequest(
            entry.seq,
            entry.day,
            event.item,
            event.party,
            event.quantity,
            event.on_hand,
            event.used,
            event.backlog,
            event.reference,
            event.reason,
        ),
    )


@folds(events.RequestGranted)
def _(event: events.RequestGranted, office: Office, entry: Entry) -> None:
    row: BlankRequest = office.rows["blank_requests"][event.request]
    office.put("blank_requests", replace(row, granted=event.quantity, granted_on=entry.day))


def move(
    office: Office,
    entry: Entry,
    type: str,
    item: str,
    quantity: int,
    source: str,
    target: str,
    inside: bool = False,
    **details: Any,
) -> None:
    """Post `quantity` from one account to another and write the ledger's line; `inside`: transit is in the house."""
    before = office.balance(item, stock.STORE)
    post(office, item, source, posted=-quantity)
    post(office, item, target, posted=quantity)
    at_counters = quantity * (beside_the_store(target, inside) - beside_the_store(source, inside))
    if at_counters:
        post(office, item, stock.STORE, at_counters=at_counters)
    office.put(
        "movements",
        Movement(entry.seq, entry.day, entry.at, entry.actor, item, type, quantity, source, target, **details),
    )
    change = office.balance(item, stock.STORE).on_hand - before.on_hand
    if change or stock.WITHDRAWN in (source, target):
        day_row = office.rows["item_days"].get((entry.day, item)) or ItemDay(entry.day, item, opening=before.on_hand)
        column, by = day_column(source, target, change) if change else old_cards_column(source, target, quantity)
        office.put("item_days", replace(day_row, **{column: getattr(day_row, column) + by}))


def beside_the_store(account: str, inside: bool) -> bool:
    """On hand, but not in the store itself."""
    return stock.is_counter(account) or (inside and account == stock.TRANSIT)


def day_column(source: str, target: str, change: int) -> tuple[str, int]:
    """Which figure of the item's day a change of what is on hand belongs to; a reversal counts against the same."""
    sides = (source, target)
    if stock.CITIZEN in sides:
        return "used", -change
    if stock.SPOILED in sides:
        return "spoilt", -change
    return ("received" if stock.SUPPLIER in sides or stock.PROVINCE in sides else "other"), change


def old_cards_column(source: str, target: str, quantity: int) -> tuple[str, int]:
    """The same for a move of old cards: handed in, or destroyed."""
    if stock.DESTROYED in (source, target):
        return "destroyed", quantity if target == stock.DESTROYED else -quantity
    return "withdrawn", quantity if target == stock.WITHDRAWN else -quantity


# -- the print backlog -----------------------------------------------------------------------------------------------


@folds(events.RecordsEntered)
def _(event: events.RecordsEntered, office: Office, entry: Entry) -> None:
    arrived = entry.seq * PLACE_STEP
    new = []
    for number, (record_id, kind, state, since, kecamatan) in enumerate(event.entries):
        moved_on = since if state == backlog.PRINTED else entry.day
        new.append(BacklogRecord(record_id, kind, state, since, kecamatan, arrived + number, moved_on))
    put_records(office, entry, [], new)


@folds(events.RecordsMoved)
def _(event: events.RecordsMoved, office: Office, entry: Entry) -> None:
    give_days_back(office, event.records)
    move_records(office, entry, event.records, event.state, release=None, invited_for=None)


@folds(events.RecordsReleased)
def _(event: events.RecordsReleased, office: Office, entry: Entry) -> None:
    move_records(office, entry, event.records, backlog.RELEASED, release=event.release)


@folds(events.RecordsInvited)
def _(event: events.RecordsInvited, office: Office, entry: Entry) -> None:
    cards = give_days_back(office, event.records)
    day = office.rows["invitation_days"].get(event.day) or InvitationDay(event.day)
    office.put("invitation_days", replace(day, invited=day.invited + len(event.records), cards=day.cards + cards))
    for record_id in event.records:
        office.put("backlog", replace(office.rows["backlog"][record_id], invited_for=event.day))


@folds(events.RecordsPrinted)
def _(event: events.RecordsPrinted, office: Office, entry: Entry) -> None:
    move_records(office, entry, event.records, backlog.PRINTED, release=None)


@folds(events.RecordsCollected)
def _(event: events.RecordsCollected, office: Office, entry: Entry) -> None:
    move_records(office, entry, event.records, backlog.COLLECTED)


@folds(events.RecordsErased)
def _(event: events.RecordsErased, office: Office, entry: Entry) -> None:
    for record_id in event.records:
        office.put("backlog", replace(office.rows["backlog"][record_id], erased=True))


def give_days_back(office: Office, records: Iterable[str]) -> int:
    """Cards that are not printed leave the quota of the day that they were meant for; how many are to be printed."""
    rows = [row for record_id in records if (row := office.rows["backlog"][record_id]).state == backlog.RELEASED]
    for day, cards in Counter(row.invited_for for row in rows if row.invited_for).items():
        old: InvitationDay = office.rows["invitation_days"][day]
        office.put("invitation_days", replace(old, cards=old.cards - cards))
    return len(rows)


def move_records(office: Office, entry: Entry, records: Iterable[str], state: str, **changes: Any) -> None:
    old = [office.rows["backlog"][record_id] for record_id in records]
    put_records(office, entry, old, [replace(row, state=state, moved_on=entry.day, **changes) for row in old])


def put_records(office: Office, entry: Entry, old: list[BacklogRecord], new: list[BacklogRecord]) -> None:
    """Put the new rows, and count them where the old ones were counted."""
    more = Counter(map(backlog.counted_as, new))
    more.subtract(map(backlog.counted_as, old))
    for row in new:
        office.put("backlog", row)
    for key, by in more.items():
        tally: BacklogCount = office.rows["backlog_counts"].get(key) or BacklogCount(*key)
        if tally.records + by:
            office.put("backlog_counts", replace(tally, records=tally.records + by))
        elif tally.records:
            office.remove("backlog_counts", key)
    before = [row.state for row in old] or [""] * len(new)
    for (source, target), number in Counter(zip(before, (row.state for row in new), strict=True)).items():
        key = entry.day, source, target
        day_row: BacklogDay = office.rows["backlog_days"].get(key) or BacklogDay(*key)
        office.put("backlog_days", replace(day_row, records=day_row.records + number))


# -- what a supervisor must see --------------------------------------------------------------------------------------


def alert(office: Office, entry: Entry, kind: str, subject: str, detail: str) -> None:
    office.put("alerts", Alert(entry.seq, kind, subject, detail, entry.at))


@folds(events.PrintFailed)
def _(event: events.PrintFailed, office: Office, entry: Entry) -> None:
    alert(office, entry, "print_failed", event.number, event.why)


@folds(events.HelpAsked)
def _(event: events.HelpAsked, office: Office, entry: Entry) -> None:
    alert(office, entry, HELP, event.device, "")


@folds(events.KioskRushed)
def _(event: events.KioskRushed, office: Office, entry: Entry) -> None:
    alert(office, entry, "kiosk_rushed", event.device, str(event.numbers))


@folds(events.SoundLost)
def _(event: events.SoundLost, office: Office, entry: Entry) -> None:
    alert(office, entry, "sound_lost", event.display, event.why)


@folds(events.DeviceAlarmed)
def _(event: events.DeviceAlarmed, office: Office, entry: Entry) -> None:
    alert(office, entry, event.alarm, event.device, event.detail)


@folds(events.DeviceRecovered)
def _(event: events.DeviceRecovered, office: Office, entry: Entry) -> None:
    for row in list(office.rows["alerts"].values()):
        if (row.kind, row.subject, row.answered_at) == (event.alarm, event.device, None):
            office.put("alerts", replace(row, answered_at=entry.at))


@folds(events.AlertAnswered)
def _(event: events.AlertAnswered, office: Office, entry: Entry) -> None:
    told: Alert = office.rows["alerts"][event.seq]
    detail = event.by if told.kind == HELP else told.detail
    office.put("alerts", replace(told, answered_at=entry.at, detail=detail))
