"""What screens, slips and reports are given: frozen, ready to be shown, without anything to decide.

Words stand in the language that was asked for. Instants are epoch milliseconds (UTC), days ISO dates, waits whole
minutes `(low, high)` or None where no counter is open. `reason` is one of `REASONS` or None when all is well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

REASONS = (
    *("sold_out", "suspended", "before_opening", "intake_closed", "closed", "quota_reached", "break"),
    "clock_behind",  # no number until a supervisor confirms the clock
    "not_served",  # what the policy does not give blanks for at the present level of the stock
)
Wait = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class DayView:
    """Where the office stands in its day. `state`: before | open | break | intake_closed | closing | closed."""

    day: str
    state: str
    now: int
    zone: str  # WIB | WITA | WIT
    opens_at: int | None  # of the day that is open, else of the next one
    intake_closes_at: int | None
    closes_at: int | None
    break_until: int | None
    takes_numbers: bool
    next_day: str  # the next business day after `day`
    clock_behind: bool = False


@dataclass(frozen=True, slots=True)
class ItemStock:
    """One item in the four words: on hand = available + promised + safety. `of` is what the day could promise."""

    item: str
    name: str
    unit: str
    on_hand: int
    promised: int
    safety: int
    available: int
    of: int
    as_of: int
    next_delivery: str | None = None
    delivery_quantity: int | None = None  # of it what is yet to come, where it was announced


@dataclass(frozen=True, slots=True)
class ChecklistLine:
    label: str
    note: str
    icon: str
    kind: str
    check: bool


@dataclass(frozen=True, slots=True)
class OfferView:
    """Another day for whoever cannot have a number; without a date a place on the waiting list, `position` of `of`."""

    date: str | None
    rank: int | None
    opens_at: int | None  # come between these
    until: int | None
    announced: bool  # its blank has yet to be delivered
    position: int | None
    of: int | None


@dataclass(frozen=True, slots=True)
class ServiceView:
    code: str
    group: str
    name: str
    hall: str
    hall_name: str
    open: bool
    reason: str | None
    reason_words: str  # the supervisor's words of a suspension
    waiting: int
    ahead: int  # who comes now is called after so many, whatever their letters
    wait_minutes: Wait
    blanks: int | None  # the smallest available figure over all items it consumes; None where it needs none
    limited_by: str | None  # the item that is smallest
    gone: str | None  # its name, where none of it is left
    cards: bool
    checklist: tuple[ChecklistLine, ...]
    instead: tuple[str, ...]
    offer: OfferView | None  # where no number can be had
    shared_until: int | None  # the share is used up, and what others leave is free from this instant on
    open_to_priority: bool  # whoever asks to go first can have a number


@dataclass(frozen=True, slots=True)
class GroupView:
    prefix: str
    name: str
    short: str
    detail: str
    icon: str
    small: bool
    waiting: int
    ahead: int  # who comes now is called after so many, whatever their letters
    wait_minutes: Wait
    open: bool
    reason: str | None
    blanks: int | None  # of its first service that gives out a card; None where none does
    gone: str | None  # the name of the item for whose lack a service of it is sold out


@dataclass(frozen=True, slots=True)
class ServicesView:
    office: str
    day: DayView
    groups: tuple[GroupView, ...]
    services: tuple[ServiceView, ...]
    stock: tuple[ItemStock, ...]  # the public items
    information: str
    level: str | None  # AMAN | TERBATAS | KRITIS | KOSONG; None without a policy
    level_words: str  # what the kiosk says at this level
    phone_words: str
    elsewhere: str  # another point of service
    called_back: bool  # blanks came, and vouchers that were given today are good today as well


@dataclass(frozen=True, slots=True)
class CallView:
    seq: int
    number: str
    counter: int
    hall: str
    times: int
    called_at: int
    words: str  # what is said


@dataclass(frozen=True, slots=True)
class GroupWaiting:
    prefix: str
    short: str
    waiting: int
    reason: str | None
    gone: str | None  # the name of the item for whose lack a service of it is sold out


@dataclass(frozen=True, slots=True)
class LobbyBoard:
    hall: str
    hall_name: str
    office: str
    day: DayView
    call: CallView | None  # the newest call
    earlier: tuple[CallView, ...]  # at most five, newest first
    waiting: tuple[GroupWaiting, ...]
    stock: ItemStock | None  # the blank of the KTP-el, or the office's first public item
    quota: tuple[int, int] | None  # of the numbers for it: how many a day, and how many are left
    notices: tuple[str, ...]  # one ticker line each


@dataclass(frozen=True, slots=True)
class PurposeToday:
    """A service that gives out cards: how many it printed today, whether numbers can be taken for it, and whether the
    level of the stock serves it at all.
    """

    service: str
    name: str
    printed: int
    open: bool
    reason: str | None
    served: bool


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a supervisor has suspended for one reason, in the supervisor's words."""

    names: tuple[str, ...]  # of services, or of a group all of which has stopped
    reason: str


@dataclass(frozen=True, slots=True)
class StockBoard:
    """What everybody may see of the stock. `quota` is of cards, or of numbers for them: a day and left."""

    day: DayView
    items: tuple[ItemStock, ...]  # the public items
    purposes: tuple[PurposeToday, ...]
    stopped: tuple[Stopped, ...]  # each service by itself, those that give out no card as well
    quota: tuple[int, int] | None
    level_words: str  # what today's level means to whoever reads it
    complaints: str | None  # an address


@dataclass(frozen=True, slots=True)
class VoucherView:
    """A dated voucher, or without a date a place on the waiting list: `position` of `of`."""

    code: str
    date: str | None
    rank: int | None  # place in the order of its day among the open vouchers, 1 is called first
    service: str
    service_name: str
    state: str  # open | redeemed | lapsed | cancelled
    opens_at: int | None  # when that day opens
    until: int | None  # come before this instant
    blanks: int  # set aside
    awaited: int  # blanks that have yet to be delivered
    position: int | None
    of: int | None
    called_back: bool  # good today as well: its blank has come
    issued_at: int
    language: str
    token: str | None  # of its own page; one that came from a ticket is seen on the ticket's


@dataclass(frozen=True, slots=True)
class Reserved:
    item: str
    name: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as its holder and the staff see it."""

    id: str
    token: str
    number: str
    day: str
    service: str
    service_name: str
    group_name: str
    hall: str
    hall_name: str
    state: str
    stage: str  # the letter of the stage it waits for or is in
    issued_at: int
    called_at: int | None
    started_at: int | None
    ended_at: int | None
    ahead: int | None  # None unless it waits
    follow: int | None  # how many of the line will be called after it; None unless it waits
    goes_first: bool  # by voucher, urgency or priority: which whoever steps back gives up
    back_from: int | None  # when its holder may step back again; None is at once
    may_put_off: bool  # its holder may have a voucher for another day instead
    wait_minutes: Wait
    wait_clock: Wait  # the same as instants, breaks skipped
    counter: int | None
    times_called: int
    skipped: int
    priority: bool
    urgent: bool
    cards: int
    language: str
    reserved: tuple[Reserved, ...]
    voucher: VoucherView | None  # what it became at day close
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class DayOffer:
    """Another day, and between which hours (ms) one is asked to come on it."""

    date: str
    opens_at: int
    until: int


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """One line of a counter's list."""

    id: str
    number: str
    service_name: str
    priority: bool
    urgent: bool
    voucher: bool
    waits_since: int
    issued_at: int


@dataclass(frozen=True, slots=True)
class CounterGroup:
    prefix: str
    name: str
    waiting: int
    longest_since: int | None
    late: bool  # the longest wait is over the permitted one
    mine: bool
    reason: str | None
    gone: str | None  # the name of the item for whose lack a service of it is sold out


@dataclass(frozen=True, slots=True)
class UndoView:
    action: str
    number: str
    ticket_id: str
    at: int
    until: int


@dataclass(frozen=True, slots=True)
class HelpView:
    """A counter's call for help. `by` is the staff id of who answered it; the page adds the name."""

    at: int
    answered_at: int | None
    by: str | None


@dataclass(frozen=True, slots=True)
class CounterBoard:
    counter: int
    hall: str
    state: str  # open | paused | closed
    clerk: str | None  # a staff id; the page adds the name
    since: int
    reason: str
    serves: str  # the groups it serves, in words
    day: DayView
    groups: tuple[CounterGroup, ...]
    stopped: tuple[Stopped, ...]  # of what it serves
    waiting_total: int
    next: tuple[WaitingLine, ...]  # at most ten, in calling order
    ticket: TicketView | None  # the one open call
    parked: tuple[WaitingLine, ...]
    skipped: tuple[WaitingLine, ...]  # not there when called, may be called back
    undo: UndoView | None
    help: HelpView | None
    finished_today: int
    mean_seconds: int | None
    services: tuple[tuple[str, str], ...]  # code and name, for passing on
    priority_after: int


@dataclass(frozen=True, slots=True)
class CounterLine:
    id: int  # what an address calls it: the counter's number
    counter: int
    hall: str
    state: str
    clerk: str | None
    number: str | None
    ticket_id: str | None
    ticket_state: str | None
    service_name: str
    since: int  # of the service, the call, the break, the closing, or since when nobody is served
    over_sla: bool
    light: str | None  # of the service that is going on: fine | slow | over
    reason: str
    serves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A kiosk or display as the supervisor sees it; without a hall it sees every hall. Instants are epoch ms."""

    id: str
    kind: str
    name: str
    hall: str | None
    printer: str
    paper: int
    sound: bool
    last_seen: int | None  # None: never here
    version: str  # of the page that it has loaded; empty: not known
    outdated: bool  # the server has another version, and the device should be loaded anew
    printer_state: str  # a word of `printables.printers`; empty: not known
    printer_at: int | None


@dataclass(frozen=True, slots=True)
class ServiceToday:
    service: str
    group: str
    name: str
    taken: int
    waiting: int
    served: int
    no_show: int
    deferred: int
    cancelled: int
    expired: int
    promised: int
    printed: int
    spoilt: int
    suspended: str | None  # the reason
    longest_since: int | None  # who has waited longest for it
    wait_light: str | None  # fine | slow | over
    median_minutes: float | None  # of the day's last service times
    sla_minutes: int  # that the office promises
    work_light: str | None
    lacks: str  # the kind of equipment for whose lack it is; empty: a supervisor has suspended it, or nobody
    unchecked: int  # checklist items that a supervisor has to confirm


@dataclass(frozen=True, slots=True)
class ItemToday:
    item: str
    name: str
    opening: int
    received: int
    used: int
    spoilt: int
    on_hand: int
    promised: int
    safety: int
    available: int
    days_of_cover: float | None
    limits: bool  # the smallest item of some service


@dataclass(frozen=True, slots=True)
class AlertView:
    seq: int
    kind: str
    subject: str
    detail: str
    at: int


@dataclass(frozen=True, slots=True)
class HourCount:
    hour: int
    taken: int
    served: int


@dataclass(frozen=True, slots=True)
class LongWait:
    """One of those who have waited longest. `light`: fine | slow | over."""

    number: str
    service_name: str
    since: int
    light: str


@dataclass(frozen=True, slots=True)
class Today:
    day: DayView
    office: str
    services: tuple[ServiceToday, ...]
    items: tuple[ItemToday, ...]
    counters: tuple[CounterLine, ...]
    alerts: tuple[AlertView, ...]
    hours: tuple[HourCount, ...]  # tickets taken and visits ended by the hour of the local clock
    taken: int
    served: int
    waiting: int
    no_show: int
    longest_since: int | None
    longest_number: str | None
    longest: tuple[LongWait, ...]  # the first of them


@dataclass(frozen=True, slots=True)
class MovementView:
    seq: int
    day: str
    at: int
    actor: str
    item: str
    type: str
    quantity: int
    source: str
    target: str
    reference: str
    reason: str
    reverses: int | None
    name: str  # of the other office or service point
    consignment: int | None
    request: int | None


@dataclass(frozen=True, slots=True)
class ConsignmentView:
    """What was dispatched; `open` of it is still in transit. `short` below zero: more arrived than was sent."""

    seq: int
    day: str
    at: int
    actor: str
    item: str
    target: str
    name: str
    sent: int
    accepted: int
    short: int
    open: int


@dataclass(frozen=True, slots=True)
class CountDifferenceView:
    """A count that differs from the book. What was missing has left it; what is too much waits for the approval."""

    seq: int
    day: str
    at: int
    counted_by: str
    item: str
    place: str
    counted: int
    book: int
    difference: int
    reason: str
    state: str  # open | approved | superseded
    approved_by: str | None


@dataclass(frozen=True, slots=True)
class WithdrawnView:
    """An old card, or several, that were handed in under a number."""

    seq: int
    day: str
    at: int
    actor: str
    item: str
    quantity: int
    reason: str
    number: str | None


@dataclass(frozen=True, slots=True)
class RequestView:
    """Asked, granted and fetched; `fulfilment` is what was fetched of what was asked, in per cent."""

    seq: int
    day: str
    item: str
    party: str
    asked: int
    granted: int | None  # None: no answer yet
    granted_on: str | None
    fetched: int
    awaited: int
    fulfilment: float | None
    on_hand: int
    used: int
    backlog: int | None
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class ForecastView:
    """How long an item lasts at the mean use of seven business days, and what to ask for."""

    item: str
    name: str
    unit: str
    on_hand: int
    use_per_day: float
    days_of_cover: float | None
    runs_out_on: str | None
    awaited: int
    suggested: int


@dataclass(frozen=True, slots=True)
class AuditLine:
    """Another slip, or a call out of order: what a tout needs somebody inside for."""

    seq: int
    at: int
    day: str
    kind: str  # reprint | out_of_order
    number: str
    service: str
    counter: int | None  # of a call
    actor: str
    reason: str
    who: str = ""  # the actor's name, for who may know it


@dataclass(frozen=True, slots=True)
class SlipView:
    """All that stands on a slip; `printables` turns it into bytes."""

    office: str  # "Disdukcapil Kota Serang"
    number: str  # empty on a voucher that was given instead of one
    service_name: str
    day: str  # ISO date
    issued_at: int
    time_zone: str  # IANA name
    zone: str  # WIB | WITA | WIT
    hall_name: str
    ahead: int | None
    wait_clock: Wait
    reserved: tuple[Reserved, ...]
    checklist: tuple[str, ...]
    track_url: str | None  # None: no QR and no sentence about phones
    wifi_name: str | None
    language: str
    reprint: bool = False
    voucher: VoucherView | None = None  # then the slip is a voucher: its date, code and order, or place in line
    closes_at: int | None = None


@dataclass(frozen=True, slots=True)
class RequestLetter:
    """All that stands in a letter that asks for blanks."""

    office: str  # "Kota Serang"
    day: str
    reference: str
    party: str  # supplier | province
    item: str  # its name
    unit: str
    asked: int
    on_hand: int
    used: int  # in the three months before
    backlog: int | None
    last_receipt: tuple[str, int] | None  # the day and how many
    reason: str


@dataclass(frozen=True, slots=True)
class HandoverMinutes:
    """All that stands in the minutes of a hand-over; nobody's name, they are written by hand."""

    office: str
    day: str
    reference: str
    type: str  # receive | return | lend | borrow | dispatch | accept
    party: str  # the account on the other side
    name: str  # of the other office or service point
    item: str
    unit: str
    quantity: int
    sent: int | None  # of an acceptance: what was sent, and what of it has not arrived
    missing: int | None
    note: str


@dataclass(frozen=True, slots=True)
class DestructionLine:
    item: str
    unit: str
    kind: str  # withdrawn | spoiled | defective
    destroyed: int
    left: int  # on that account afterwards


@dataclass(frozen=True, slots=True)
class DestructionMinutes:
    """All that stands in the minutes of a destruction: what was destroyed, and the log of cards since the last one."""

    office: str
    day: str
    reference: str
    manner: str
    lines: tuple[DestructionLine, ...]
    log: tuple[WithdrawnView, ...]  # oldest first
    logged: int  # cards in all, of which the log may show fewer
    item_names: dict[str, str]


@dataclass(frozen=True, slots=True)
class CountMinutes:
    """All that stands in the minutes of a count that differed, and that somebody else has approved.

    Who counted and who approved are ids of staff until whoever prints it puts their names in.
    """

    office: str
    day: str
    clock: str  # 16.30
    item: str
    unit: str
    place: str  # the store or a counter
    book: int
    counted: int
    difference: int
    reason: str
    counted_by: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class PaperGroup:
    prefix: str
    name: str


@dataclass(frozen=True, slots=True)
class PaperView:
    """The numbers that are kept on paper for a day: so many of each group, from `first` on."""

    office: str  # "Disdukcapil Kota Serang"
    day: str
    groups: tuple[PaperGroup, ...]
    first: int
    numbers: int


@dataclass(frozen=True, slots=True)
class ReportView:
    """A day's report for paper or a spreadsheet. `signed` says who and when, by the office's title."""

    report: dict[str, Any]
    office: str  # "Disdukcapil Kota Serang"
    prepared_by: str
    made_at: str  # "23 Nov 2026 16.05"
    final: bool  # the day is closed
    signed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PosterView:
    office: str
    clock: str  # 09.43
    board: StockBoard


def as_json(value: Any) -> Any:
    """A view as plain JSON values: dataclasses become objects, tuples lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [as_json(item) for item in value]
    if isinstance(value, dict):
        return {key: as_json(item) for key, item in value.items()}
    return value
