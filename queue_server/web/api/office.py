"""The office as a whole: its services, its board, its day, its figures and what somebody has to see to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response

from queue_server.domain.errors import Invalid, NotFound
from queue_server.domain.views import LobbyBoard, ServicesView, Today
from queue_server.operations import office
from queue_server.web.api.models import (
    AlertAnswered,
    AskForHelp,
    DayAfter,
    HelpAsked,
    MaybeBecause,
    OfAlert,
    OfHall,
    OpenDay,
    WhichDay,
    WhichDays,
)
from queue_server.web.api.routes import JSON_TYPE, Api, answer, answers, do
from queue_server.web.audit import audit, audit_csv
from queue_server.web.caching import only_if_new
from queue_server.web.guards import AUDITOR, CLERKS, MANAGERS, device_or_staff, require_hall, staff
from queue_server.web.house import house
from queue_server.web.language import language
from queue_server.web.media import CSV_TYPE
from queue_server.web.session import current

JSON_OR_CSV: dict[Any, Any] = {200: {"content": {JSON_TYPE: {}, CSV_TYPE: {}}}}
FIRST_DAY, LAST_DAY = "2000-01-01", "2099-12-31"

api = Api("api_office")


@api.get("/services", responses=answers(ServicesView))
@device_or_staff("kiosk")
def services() -> Response:
    """The groups and services with what waits, what is left and what to bring."""
    return answer(house().queries.services(language(), house().clock()))


@api.get("/board/<hall>", responses=answers(LobbyBoard) | {304: None})
@device_or_staff("display")
def board(path: OfHall) -> Response:
    """The lobby's board, with an ETag."""
    require_hall(current(), path.hall)
    shown = house().queries.lobby(path.hall, house().clock())
    return only_if_new(answer(shown), repr(timeless(shown)))


def timeless(board: LobbyBoard) -> LobbyBoard:
    """Without the instants at which it was read: a board that shows the same is the same."""
    stock = board.stock and replace(board.stock, as_of=0)
    return replace(board, day=replace(board.day, now=0), stock=stock)


@api.get("/today", responses=answers(Today))
@staff()
def today(query: WhichDay) -> Response:
    """One row for each service beside one line for each item: of the open day, or of `date`."""
    return answer(figures_of(query))


def figures_of(query: WhichDay) -> Today:
    """Raises `NotFound` for a day before there were computers, or after everybody here has retired."""
    if query.date and not FIRST_DAY <= query.date <= LAST_DAY:
        raise NotFound("day", date=query.date)
    return house().queries.today(house().clock(), query.date, language())


@api.get("/audit", responses=JSON_OR_CSV)
@staff(*MANAGERS, AUDITOR)
def audit_list(query: WhichDays) -> Response:
    """Reprints and calls out of order, newest first: when, who, and the reason that was given.

    `kind` is `reprint` or `out_of_order`, `who` the name of the account or device behind `actor`.
    """
    since, until, lines = audit(query.since, query.until)
    if query.format == "json":
        return answer({"since": since, "until": until, "lines": lines})
    headers = {"Content-Disposition": f"attachment; filename=pemeriksaan-{since}-{until}.csv"}
    return Response(audit_csv(lines), content_type=f"{CSV_TYPE}; charset=utf-8", headers=headers)


@api.post("/day/open", responses=answers(DayAfter))
@staff(*MANAGERS)
def open_day(body: OpenDay) -> Response:
    """Open or extend the day by hand, or confirm a clock that is earlier than the journal."""
    return answer(do(office.open_day, said=body, reason=body.reason, until=body.until))


@api.post("/day/close", responses=answers(DayAfter))
@staff(*MANAGERS)
def close_day(body: MaybeBecause) -> Response:
    """Begin to close the day: whoever still waits gets a dated voucher."""
    return answer(do(office.close_day, said=body, reason=body.reason))


@api.post("/help", responses=answers(HelpAsked))
@device_or_staff("kiosk", roles=CLERKS)
def ask_for_help(body: AskForHelp) -> Response:
    """Somebody wants a person: from a kiosk, or a clerk at a counter."""
    caller = current()
    if caller.kind == "device" and body.counter is not None:
        raise Invalid("field", field="counter")
    return answer(do(office.ask_for_help, said=body, device=caller.id, counter=body.counter))


@api.post("/alerts/<int:seq>/answer", responses=answers(AlertAnswered))
@staff(*MANAGERS)
def answer_alert(path: OfAlert) -> Response:
    """Somebody has seen to it."""
    return answer(do(office.answer_alert, seq=path.seq))
