"""What the API takes and gives of the print backlog."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from queue_server.domain import backlog
from queue_server.domain.backlog_views import RecordView
from queue_server.web.api.models import WHOLE, Code, Day, MaybeText, Said, Text, Token

Kecamatan = Annotated[str, StringConstraints(pattern=r"^\d{2}\.\d{2}\.\d{2}$")]
Kind = Literal["first", "disaster", "suket-prr", "suket-other", "replacement"]
State = Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Z_]+$")]


class OfRecord(BaseModel):
    record: Token


class OfRun(BaseModel):
    run: Token


class OfList(BaseModel):
    list: Code


class WhichList(BaseModel):
    """Of one kecamatan or of all."""

    format: Literal["pdf", "xlsx"] = "pdf"
    kecamatan: Kecamatan | None = None


class NewRecord(Said):
    """`id` is made by the caller: the same again is the same record. `since` is the original date."""

    id: Token
    nik: Text
    name: Text
    phone: MaybeText = ""
    kind: Kind
    state: State = backlog.PRINT_READY
    since: Day
    kecamatan: Kecamatan


class Search(Said):
    nik: Text


class NewState(Said):
    """`reason` where somebody is taken off the line, or back from a blank or a card."""

    state: State
    reason: MaybeText = ""


class Cards(Said):
    cards: Annotated[int, Field(ge=1, le=backlog.MOST_RELEASED), WHOLE]


class OnDay(Said):
    day: Day


class Records(BaseModel):
    records: list[RecordView]


class StateCount(BaseModel):
    state: str
    name: str
    kind: str
    records: int


class DayCount(BaseModel):
    """How many are asked to come, and how many of their cards are not printed yet."""

    day: str
    invited: int
    to_print: int


class BacklogFigures(BaseModel):
    waiting: int
    states: list[StateCount]
    days: list[DayCount]
    without_blank: int
    uncollected: int


class Released(BaseModel):
    """`short_of` is the item that ended before all were released."""

    released: int
    days: dict[str, int]
    short_of: str | None


class RecordAfter(BaseModel):
    id: str
    state: str


class HowMany(BaseModel):
    records: int


class ImportRun(BaseModel):
    """`position` is the last line that is in; instants are epoch milliseconds."""

    id: str
    lines: int
    position: int
    entered: int
    moved: int
    repeated: int
    bad: int
    started_at: int
    finished_at: int | None


class ImportRuns(BaseModel):
    imports: list[ImportRun]
