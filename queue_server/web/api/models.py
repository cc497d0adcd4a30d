"""What the API takes and gives, beside the views of the domain. Strict: JSON's own types, and no key too many."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
)

from queue_server.domain.equipment import Equipment
from queue_server.domain.stock import MOST_UNITS
from queue_server.domain.views import (
    ConsignmentView,
    CountDifferenceView,
    CounterBoard,
    CounterLine,
    DeviceView,
    ForecastView,
    ItemStock,
    MovementView,
    RequestView,
    Wait,
    WithdrawnView,
)
from queue_server.operations.auth import LONGEST_NAME
from queue_server.operations.holding import MOST_PLACES

MOST_LINES = 20  # of one finished visit
MOST_CARDS = 99  # old cards of one visit
LAST_INSTANT = 4_102_444_800_000  # 2100-01-01, in milliseconds

PRINTER_EXAMPLES = "tcp://10.0.0.7:9100, usb:/dev/usb/lp0, cups:NAME or none, each with ?qr=raster for a cheap printer"
KEY_PATTERN = re.compile(r"[0-9a-f]{32}")


def no_other_type(value: Any) -> Any:
    """JSON Schema calls 3 and 3.0 integers, but neither true nor "3"; plain validation would take all four."""
    if isinstance(value, bool | str | bytes):
        raise ValueError("a whole number")
    return value


def digits(value: Any) -> Any:
    """A whole number in a query, as people write numbers; 3.0 is one, as in JSON."""
    found = re.fullmatch(r"(\d{1,16})(\.0)?", str(value), re.ASCII)
    if not found:
        raise ValueError("a whole number")
    return int(found[1])


def date_written(value: str) -> str:
    """An ISO date as people write it: `20261123` and `2026-W48-1` are dates too, but not how a day is stored."""
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError("a date")
    return value


def no_number(value: Any) -> Any:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


# Bounds stand before these: only then does the document name them.
WHOLE = BeforeValidator(no_other_type)
DIGITS = BeforeValidator(digits)
JsonBool = Annotated[bool, BeforeValidator(no_number)]
# At least one character that shows, and none that controls a terminal, a printer or a database.
Text = Annotated[
    str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$")
]
MaybeText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
# Its form is checked in `domain.nik`, which says in words what is wrong; a secret shows itself in no trace or log.
Nik = Annotated[
    SecretStr, Field(max_length=40), WithJsonSchema({"type": "string", "pattern": "^[0-9]{16}$", "writeOnly": True})
]
Token = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
DeviceId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
PairingCode = Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z0-9 -]+$")]
Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME)]
Printer = Annotated[str, StringConstraints(max_length=200), Field(description=PRINTER_EXAMPLES)]
Code = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9-]+$")]
Day = Annotated[str, AfterValidator(date_written), WithJsonSchema({"type": "string", "format": "date"})]
Number = Annotated[str, StringConstraints(pattern=r"^[A-Z]-[0-9]{3,6}$")]
Place = Annotated[str, StringConstraints(pattern=r"^(store|counter-[1-9][0-9]{0,2})$")]
Party = Annotated[str, StringConstraints(max_length=20, pattern=r"^[a-z0-9-]*$")]
Units = Annotated[int, Field(ge=0, le=MOST_UNITS), WHOLE]
CounterNumber = Annotated[int, Field(ge=1, le=999), WHOLE]
Seq = Annotated[int, Field(ge=1, le=10**15), WHOLE]


class Said(BaseModel):
    """Something that was sent."""

    model_config = ConfigDict(extra="forbid")


# -- in addresses -----------------------------------------------------------------------------------------------------


class OfTicket(BaseModel):
    id: Token


class OfVoucher(BaseModel):
    code: Code


class OfCounter(BaseModel):
    id: int = Field(ge=1, le=999)


class OfService(BaseModel):
    code: Code


class OfItem(BaseModel):
    item: Code


class OfMovement(OfItem):
    seq: int = Field(ge=1, le=10**15)


class OfCount(BaseModel):
    seq: int = Field(ge=1, le=10**15)


class OfRequest(BaseModel):
    seq: int = Field(ge=1, le=10**15)


class OfHall(BaseModel):
    hall: Code


class OfDevice(BaseModel):
    id: DeviceId


class OfEquipment(BaseModel):
    id: DeviceId


class OfAlert(BaseModel):
    seq: int = Field(ge=1, le=10**15)


class WhichCounter(BaseModel):
    counter: Annotated[int, Field(ge=1, le=999), DIGITS]


class WhichNumber(BaseModel):
    """A number of today, as it is printed."""

    number: Number


class WhichPage(BaseModel):
    """A page of the ledger, newest first; `before` is the last number of the page before."""

    before: Annotated[int, Field(ge=1, le=10**15), DIGITS] | None = None


class WhichDay(BaseModel):
    date: Day | None = None


class WhichDays(BaseModel):
    """Business days, both included; left out it is the office's own day."""

    since: Day | None = None
    until: Day | None = None
    format: Literal["csv", "json"] = "json"


# -- sent -------------------------------------------------------------------------------------------------------------


class NewTicket(Said):
    """`ticket_id` is made by the caller, so that asking again after silence gives the same ticket.

    `channel` left out is `kiosk` for a device and `desk` for staff. `nik` is asked of a device where the office
    file sets `numbers_per_nik`, else of nobody; it is never kept, shown or sent back.
    """

    ticket_id: Token
    service: Code
    priority: JsonBool = False
    cards: Annotated[int, Field(ge=1, le=9), WHOLE] = 1
    voucher: Code | None = None
    channel: Literal["kiosk", "desk", "phone"] | None = None
    language: Literal["id", "en"] = "id"
    nik: Nik | None = None


class NewVoucher(Said):
    """Another day for whoever cannot have a number; `channel` and `nik` are as with a number."""

    service: Code
    priority: JsonBool = False
    cards: Annotated[int, Field(ge=1, le=9), WHOLE] = 1
    channel: Literal["kiosk", "desk", "phone"] | None = None
    language: Literal["id", "en"] = "id"
    nik: Nik | None = None


class WaitingScreen(Said):
    """The secret that `POST /pairings` gave to the screen that waits."""

    secret: Token


class NewDevice(Said):
    """`code` stands on the screen that waits; without `hall` the device sees every hall."""

    code: PairingCode
    kind: Literal["kiosk", "display"]
    name: Name
    hall: Code | None = None
    printer: Printer = "none"
    paper: Annotated[Literal[58, 80], WHOLE] = 80
    sound: JsonBool = False


class ChangedDevice(Said):
    """What is left out stays as it is; `hall` null is every hall."""

    name: Name | None = None
    hall: Code | None = None
    printer: Printer | None = None
    paper: Annotated[Literal[58, 80], WHOLE] | None = None
    sound: JsonBool | None = None


class NewEquipment(Said):
    kind: Literal["recorder", "card_printer"]
    name: Name
    place: MaybeText = ""


class Because(Said):
    reason: Text


class MaybeBecause(Said):
    reason: MaybeText = ""


class OutOfOrder(Said):
    """`counter` may be left out: a clerk holds one at most."""

    reason: Text
    counter: CounterNumber | None = None


class Used(Said):
    item: Code
    quantity: Units


class Spoilt(Used):
    reason: Text


class NextService(Said):
    service: Code


class Finish(Said):
    """`used` left out is what the catalogue says for `done`, and nothing otherwise."""

    outcome: Literal["done", "incomplete", "not_printable", "referred", "stopped"]
    used: Annotated[list[Used], Field(max_length=MOST_LINES)] | None = None
    spoilt: Annotated[list[Spoilt], Field(max_length=MOST_LINES)] = []
    next: NextService | None = None


class Places(Said):
    """How many more people go first."""

    places: Annotated[int, Field(ge=1, le=MOST_PLACES), WHOLE]


class Rank(Said):
    priority: JsonBool
    urgent: JsonBool
    reason: Text


MovementType = Literal[
    "receive",
    "return",
    "lend",
    "borrow",
    "dispatch",
    "accept",
    "spoil",
    "defect",
    "lose",
    "find",
    "count",
    "destroy",
    "reverse",
]
UNCOUNTED: list[JsonValue] = [kind for kind in get_args(MovementType) if kind != "count"]


class Movement(Said):
    """`quantity` for `count` is what lies there, and has to be said; `reverses` the entry that `reverse` takes back.

    `place` is the store or a counter; `party` the account on the other side, `name` the office or service point that it
    is; `consignment` the dispatch that `accept` is about, `short` what of it will not come; `request` what `receive`
    fulfils.
    """

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["quantity"]}, {"properties": {"type": {"enum": UNCOUNTED}}}]}
    )

    type: MovementType
    quantity: Units = 0
    reference: MaybeText = ""
    reason: MaybeText = ""
    place: Place = "store"
    party: Party = ""
    name: MaybeText = ""
    consignment: Seq | None = None
    short: Units = 0
    reverses: Seq | None = None
    request: Seq | None = None


class Withdraw(Said):
    """`number` is the number of today under which the old card was handed in."""

    item: Code
    quantity: Annotated[int, Field(ge=1, le=MOST_CARDS), WHOLE] = 1
    reason: Text
    number: Number | None = None


class AskForBlanks(Said):
    """`backlog` is how many records are ready to be printed; it stands in the letter."""

    item: Code
    quantity: Annotated[int, Field(ge=1, le=MOST_UNITS), WHOLE]
    party: Literal["supplier", "province"] = "supplier"
    backlog: Units | None = None
    reference: MaybeText = ""
    reason: MaybeText = ""


class Grant(Said):
    quantity: Units
    reference: MaybeText = ""


class OpenDay(Said):
    """`until` (epoch milliseconds) is when the day closes, by default at the end of the local date."""

    reason: Text
    until: Annotated[int, Field(ge=0, le=LAST_INSTANT), WHOLE] | None = None


class AskForHelp(Said):
    """`counter` from a counter; a kiosk says nothing."""

    counter: CounterNumber | None = None


class SignIn(Said):
    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME, pattern=r"^[^\x00-\x1f\x7f]+$")]
    password: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]


class PairDevice(Said):
    token: Annotated[str, StringConstraints(min_length=20, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class Pin(Said):
    """What opens a kiosk's settings."""

    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{6,8}$")]


# -- answered ---------------------------------------------------------------------------------------------------------


class Instead(BaseModel):
    """What a citizen can do.

    A dated `voucher` or a place on the `waiting_list` (both by `POST /vouchers`), another `service`, a number for those
    who ask to go first (`priority`), the `next_day`, another point of service (`elsewhere`), or the information desk.
    """

    kind: Literal["voucher", "waiting_list", "priority", "service", "next_day", "elsewhere", "information"]
    service: str | None = None
    date: str | None = None
    words: str


class Problem(BaseModel):
    """RFC 9457. `code` is stable; `detail` is a sentence in the caller's language."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instead: list[Instead]


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Quantity(BaseModel):
    item: str
    quantity: int


class Slip(BaseModel):
    pdf: str
    escpos: str


class TicketIssued(BaseModel):
    """`token` is the holder's: with it the ticket can be looked at and given back. `track_url` is what the QR holds."""

    id: str
    token: str
    number: str
    service: str
    hall: str
    state: str
    ahead: int
    wait_minutes: Wait
    track_url: str | None
    reserved: list[Quantity]
    slip: Slip


class Voucher(BaseModel):
    """Its day and `rank`, or on the waiting list (`date` null) its `position` of `of`. `token` is the holder's.

    `rank` is the place in the order of its day among the vouchers that are open: 1 is called first; else null.
    `blanks` are set aside, `awaited` have yet to be delivered; `called_back`: good today as well.
    """

    code: str
    date: str | None
    rank: int | None
    service: str
    service_name: str
    state: Literal["open", "redeemed", "lapsed", "cancelled"]
    opens_at: int | None
    until: int | None
    blanks: int
    awaited: int
    position: int | None
    of: int | None
    called_back: bool
    issued_at: int
    language: str
    token: str | None
    track_url: str | None
    slip: Slip


class VoucherCancelled(BaseModel):
    code: str
    state: str


class TicketState(BaseModel):
    """A ticket after a clerk's action."""

    id: str
    number: str
    service: str
    state: str
    counter: int | None
    times_called: int
    skipped: int
    reserved: list[Quantity]
    seq: int


class SteppedBack(TicketState):
    """`ahead` and `wait_minutes` as they are from now on."""

    ahead: int
    wait_minutes: Wait


class DatedVoucher(BaseModel):
    code: str
    date: str


class PutOff(TicketState):
    """Deferred: what was the number is `voucher` from now on."""

    voucher: DatedVoucher


class CounterAfter(BaseModel):
    id: int
    state: str
    clerk: str | None
    ticket: str | None
    seq: int


class Counters(BaseModel):
    """`names` gives the name of each clerk who holds a counter."""

    counters: list[CounterLine]
    names: dict[str, str]


class QueueOfCounter(BaseModel):
    """What the stream's topic `counter:<id>` shows; `seq` is the journal's number that the board shows at least."""

    seq: int
    board: CounterBoard
    clerk_name: str | None


class Printed(BaseModel):
    printed: bool
    why: str | None = None


class BalanceOf(BaseModel):
    """One account of one item; `pending` is promised."""

    item: str
    account: str
    posted: int
    pending: int


class Stock(BaseModel):
    """`balances` for staff alone."""

    items: list[ItemStock]
    balances: list[BalanceOf] | None = None


class Movements(BaseModel):
    movements: list[MovementView]


class StockAfter(BaseModel):
    item: str
    on_hand: int
    promised: int
    safety: int
    available: int
    seq: int


class Consignments(BaseModel):
    consignments: list[ConsignmentView]


class Counts(BaseModel):
    counts: list[CountDifferenceView]
    approved: list[CountDifferenceView]


class WithdrawnCards(BaseModel):
    kept: list[Quantity]
    cards: list[WithdrawnView]


class WithdrawnAfter(BaseModel):
    """`withdrawn` is how many of them wait for their destruction."""

    seq: int
    item: str
    withdrawn: int


class Requests(BaseModel):
    requests: list[RequestView]


class RequestAfter(BaseModel):
    seq: int
    item: str
    asked: int
    granted: int | None
    fetched: int


class Forecasts(BaseModel):
    items: list[ForecastView]


class Suspended(BaseModel):
    service: str
    suspended: bool
    reason: str


class Deferred(BaseModel):
    """How many got their voucher now, and how many still wait for the service."""

    service: str
    deferred: int
    waiting: int


class DayAfter(BaseModel):
    day: str
    did: str


class HelpAsked(BaseModel):
    asked: bool


class AlertAnswered(BaseModel):
    seq: int
    answered: bool


class SignedIn(BaseModel):
    """`home` is the page that belongs to the role."""

    csrf_token: str
    name: str
    role: str
    home: str


class Paired(BaseModel):
    csrf_token: str
    kind: str
    name: str
    hall: str | None
    home: str


class NewPairing(BaseModel):
    """`code` is shown, `secret` is the screen's own: it is the device's token once somebody has typed the code."""

    code: str
    secret: str
    expires_at: int


class PairingState(BaseModel):
    """`waiting`, `expired`, or `paired`: then this browser has its cookie, and `home` is its page."""

    state: str
    home: str | None = None


class Devices(BaseModel):
    """`version` is the server's."""

    devices: list[DeviceView]
    version: str


class DeviceAfter(BaseModel):
    """`silenced` are the names of the displays that are not heard any more, because this one is."""

    device_id: str
    silenced: list[str]


class DeviceRevoked(BaseModel):
    device_id: str
    revoked: bool


class EquipmentRegister(BaseModel):
    equipment: list[Equipment]


class EquipmentAfter(BaseModel):
    """The services that stopped because of it, and those that go on."""

    equipment_id: str
    state: str
    stopped: list[str]
    resumed: list[str]
