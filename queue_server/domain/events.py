"""The facts of the journal: past tense, never changed. `docs/events.md` lists each with its fields.

An event carries its quantities, so that a replay needs nothing but the journal. A field may be added with a
default; a change of meaning is a new `VERSION` with an upcast in `storage.codec`. Days are ISO dates, instants
epoch milliseconds (UTC); staff and devices are ids, never names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar


class Event:
    VERSION: ClassVar[int] = 1
    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OfficeApplied(Event):
    text: str
    sha256: str
    from_day: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class DayOpened(Event):
    day: str
    intake_closes_at: int
    closes_at: int
    by_hand: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DayExtended(Event):
    day: str
    intake_closes_at: int
    closes_at: int
    reason: str


@dataclass(frozen=True, slots=True)
class ClockConfirmed(Event):
    reason: str


@dataclass(frozen=True, slots=True)
class DayClosing(Event):
    """No more numbers and calls; those still here are about to get their vouchers."""

    day: str


@dataclass(frozen=True, slots=True)
class DayClosed(Event):
    """The day's figures, frozen: service -> taken, served ...; item -> on hand, promised, the last request ..."""

    day: str
    services: dict[str, dict[str, int]] = field(default_factory=dict)
    items: dict[str, dict[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DayCounted(Event):
    """Counted by hand: item -> what lay there, what the book said. A difference is a movement of its own."""

    day: str
    moment: str  # opening | closing
    counts: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DaySigned(Event):
    """Somebody stands for this report, JSON text to the byte; another text than the one signed before begins anew."""

    day: str
    role: str  # keeper | head
    report: str


@dataclass(frozen=True, slots=True)
class DayReopened(Event):
    """The signatures under a day's report no longer hold."""

    day: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaperPrepared(Event):
    """So many numbers of every group are kept on paper for a day, in case the power fails."""

    day: str
    numbers: int


@dataclass(frozen=True, slots=True)
class DayOnPaper(Event):
    """A day that the server never saw, entered afterwards from paper."""

    day: str


@dataclass(frozen=True, slots=True)
class PaperServed(Event):
    """Served while nothing ran: no counter and no times, and what it needed was used."""

    ticket_id: str


@dataclass(frozen=True, slots=True)
class TicketIssued(Event):
    ticket_id: str
    token: str
    day: str
    prefix: str
    number: int
    service: str
    hall: str
    priority: bool
    cards: int
    voucher: str | None
    channel: str
    language: str
    given_at: int | None = None  # when a number on paper was handed out; otherwise it is the entry's own instant


@dataclass(frozen=True, slots=True)
class BlanksReserved(Event):
    """Set aside together. What its holder awaited of an item is awaited no longer."""

    holder: str
    items: dict[str, int]  # item -> how many
    service: str = ""  # whose line of the day they count in; empty for a voucher
    counter: int | None = None
    bucket: str = ""  # which part of the day's promise the rationed item belongs to; empty where nothing is rationed


@dataclass(frozen=True, slots=True)
class BlankAwaited(Event):
    """Promised to a voucher out of a delivery that has yet to come; a negative quantity takes that back."""

    holder: str
    item: str
    quantity: int


@dataclass(frozen=True, slots=True)
class BlankReleased(Event):
    holder: str
    item: str
    quantity: int
    service: str = ""  # whose line of the day it counts in; empty for a voucher
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class BlankCarried(Event):
    """A promise passes from a ticket to its voucher, or back to the ticket that the voucher became."""

    holder: str
    to: str
    item: str
    quantity: int
    service: str
    back: bool  # from the voucher to the new ticket


@dataclass(frozen=True, slots=True)
class BlankUsed(Event):
    """Printed and handed on. `promised` of the quantity were the ticket's own, the rest came off the shelf."""

    ticket_id: str
    item: str
    quantity: int
    promised: int
    service: str
    counter: int | None = None
    source: str = "store"  # or the counter's own account


@dataclass(frozen=True, slots=True)
class BlankUseUndone(Event):
    ticket_id: str
    item: str
    quantity: int
    promised: int
    service: str
    source: str = "store"  # where it lies again
    bucket: str = ""


@dataclass(frozen=True, slots=True)
class StockMoved(Event):
    type: str
    item: str
    quantity: int
    source: str
    target: str
    reference: str = ""
    reason: str = ""
    ticket_id: str | None = None
    service: str = ""
    counter: int | None = None
    reverses: int | None = None
    by_itself: bool = False  # a find that a fact beyond the book brought about
    name: str = ""  # of the other office or service point
    consignment: int | None = None  # the dispatch that it belongs to
    request: int | None = None  # the request that it fulfils
    to: str = ""  # of a dispatch: the account that it is on the way to
    delivery: str = ""  # the announced delivery (its date) that it is a part of


@dataclass(frozen=True, slots=True)
class StockCounted(Event):
    """A count and what the book said. What is missing leaves at once; what is too much waits for `CountApproved`."""

    item: str
    counted: int
    book: int
    reason: str
    place: str = "store"


@dataclass(frozen=True, slots=True)
class CountApproved(Event):
    """A second person stands for a count's difference; what is too much then comes in by a `StockMoved`."""

    count: int
    counted_by: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class BlanksRequested(Event):
    """With the figures that stand in the letter: on hand now, used in three months, ready to be printed."""

    item: str
    quantity: int
    party: str
    on_hand: int
    used: int
    backlog: int | None = None
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RequestGranted(Event):
    """What the other side allows; the last answer holds."""

    request: int
    quantity: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class PromiseBroken(Event):
    """A fact took the blank that was set aside for this ticket or voucher."""

    holder: str
    item: str
    quantity: int
    service: str
    number: str


@dataclass(frozen=True, slots=True)
class CounterOpened(Event):
    counter: int
    clerk: str


@dataclass(frozen=True, slots=True)
class CounterPaused(Event):
    counter: int
    clerk: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CounterClosed(Event):
    counter: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TicketCalled(Event):
    ticket_id: str
    counter: int
    clerk: str
    reason: str = ""  # why out of order


@dataclass(frozen=True, slots=True)
class TicketRecalled(Event):
    ticket_id: str
    counter: int


@dataclass(frozen=True, slots=True)
class ServiceStarted(Event):
    ticket_id: str
    counter: int


@dataclass(frozen=True, slots=True)
class ServiceFinished(Event):
    ticket_id: str
    counter: int
    outcome: str


@dataclass(frozen=True, slots=True)
class TicketMoved(Event):
    """On to the next stage or another service: number, arrival and place by arrival stay."""

    ticket_id: str
    counter: int
    service: str
    stage: int
    hall: str
    outcome: str = ""  # how the service just left ended; empty when it was only passed on
    made: int = 0  # documents of the service that have their blanks from an earlier stage


@dataclass(frozen=True, slots=True)
class TicketSkipped(Event):
    """Called and not there."""

    ticket_id: str
    counter: int


@dataclass(frozen=True, slots=True)
class TicketRequeued(Event):
    """Waiting again at `place`; `waits_since` is new unless the ticket keeps its turn."""

    ticket_id: str
    place: int
    keeps_turn: bool
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class TicketParked(Event):
    ticket_id: str
    counter: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TicketCancelled(Event):
    ticket_id: str
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class TicketDeferred(Event):
    """To a dated voucher, by day close or because the promise had to be broken."""

    ticket_id: str
    voucher: str
    date: str
    rank: int


@dataclass(frozen=True, slots=True)
class TicketExpired(Event):
    ticket_id: str


@dataclass(frozen=True, slots=True)
class VoucherGiven(Event):
    """Instead of a number; without a date a place on the waiting list, and `rank` is its order of asking."""

    code: str
    token: str
    service: str
    cards: int
    priority: bool
    date: str
    rank: int
    channel: str
    language: str


@dataclass(frozen=True, slots=True)
class VoucherMoved(Event):
    """To another date: its blank was lost or did not come; or the first date for a place on the waiting list."""

    code: str
    date: str
    rank: int


@dataclass(frozen=True, slots=True)
class VoucherCalledBack(Event):
    """Its blank has come while its holder is here: it is good on this day as well as on its date."""

    code: str
    day: str


@dataclass(frozen=True, slots=True)
class VoucherCancelled(Event):
    """Given back by its holder."""

    code: str


@dataclass(frozen=True, slots=True)
class VoucherLapsed(Event):
    code: str


@dataclass(frozen=True, slots=True)
class PriorityChanged(Event):
    ticket_id: str
    priority: bool
    urgent: bool
    reason: str


@dataclass(frozen=True, slots=True)
class ActionUndone(Event):
    """A counter takes back its own last action: the ticket's fields as they were before."""

    ticket_id: str
    counter: int
    action: str
    before: dict[str, object]
    streak: int


@dataclass(frozen=True, slots=True)
class ServiceSuspended(Event):
    service: str
    reason: str
    equipment: str = ""  # the kind of device of which none works; empty: a supervisor has said so


@dataclass(frozen=True, slots=True)
class ServiceResumed(Event):
    service: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PrintFailed(Event):
    ticket_id: str
    number: str
    device: str
    why: str


@dataclass(frozen=True, slots=True)
class SlipReprinted(Event):
    ticket_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class HelpAsked(Event):
    device: str


@dataclass(frozen=True, slots=True)
class KioskRushed(Event):
    """More numbers in a minute than people can touch out of it: a supervisor looks, nobody is refused."""

    device: str
    numbers: int


@dataclass(frozen=True, slots=True)
class SoundLost(Event):
    """A display that should speak the calls of its hall is not heard. `why`: refused no_words no_sound stalled."""

    display: str
    why: str


@dataclass(frozen=True, slots=True)
class DeviceAlarmed(Event):
    """A screen that people rely on is away, or a kiosk's printer cannot print; `detail` is its hall, or why."""

    device: str
    alarm: str  # display_away | kiosk_away | printer_down
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DeviceRecovered(Event):
    """The alarm is over: by itself, or because nobody relies on the device any more."""

    device: str
    alarm: str


@dataclass(frozen=True, slots=True)
class AlertAnswered(Event):
    seq: int
    by: str = ""  # staff id of who comes; empty in entries from before it was kept


# -- what makes a card -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EquipmentRegistered(Event):
    """A recording device or a card printer, and where it stands. It works."""

    equipment_id: str
    kind: str  # recorder | card_printer
    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class EquipmentBroken(Event):
    equipment_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class EquipmentRepaired(Event):
    equipment_id: str


@dataclass(frozen=True, slots=True)
class EquipmentRetired(Event):
    """It is gone for good, and no service waits for it."""

    equipment_id: str


# -- the print backlog: records by their random ids, at most 500 in one event ------------------------------------------


@dataclass(frozen=True, slots=True)
class RecordsEntered(Event):
    """Each as record, kind, state, original date and kecamatan; whose they are stands beside the journal."""

    entries: list[list[str]]


@dataclass(frozen=True, slots=True)
class RecordsMoved(Event):
    """To where the national register says they stand, back in line, or off it."""

    records: list[str]
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecordsReleased(Event):
    """The next in line have a blank each; `release` is the holder of its reservations."""

    records: list[str]
    release: str


@dataclass(frozen=True, slots=True)
class RecordsInvited(Event):
    records: list[str]
    day: str


@dataclass(frozen=True, slots=True)
class RecordsPrinted(Event):
    records: list[str]


@dataclass(frozen=True, slots=True)
class RecordsCollected(Event):
    records: list[str]


@dataclass(frozen=True, slots=True)
class RecordsErased(Event):
    """Name, NIK and telephone are gone; the record stays and is counted."""

    records: list[str]


EVENTS: dict[str, type[Event]] = {event.__name__: event for event in Event.__subclasses__()}
