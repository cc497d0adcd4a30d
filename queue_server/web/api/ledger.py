"""The store's book beyond single movements: what is under way, counts, old cards, requests, and their papers."""

from __future__ import annotations

from dataclasses import replace

from flask import Response

from printables import papers
from queue_server.domain.stock import CARDS
from queue_server.domain.views import DestructionMinutes, HandoverMinutes
from queue_server.operations import stock
from queue_server.web.api.models import (
    AskForBlanks,
    Consignments,
    Counts,
    Forecasts,
    Grant,
    OfCount,
    OfMovement,
    OfRequest,
    RequestAfter,
    Requests,
    StockAfter,
    WhichPage,
    Withdraw,
    WithdrawnAfter,
    WithdrawnCards,
)
from queue_server.web.api.routes import Api, answer, answers, do
from queue_server.web.guards import AUDITOR, KIOSK_OR_DESK, STOREKEEPERS, staff
from queue_server.web.house import house
from queue_server.web.language import language
from queue_server.web.media import PDF_TYPE

CARDS_A_PAGE = 100

api = Api("api_ledger")


@api.get("/stock/consignments", responses=answers(Consignments))
@staff(*STOREKEEPERS, AUDITOR)
def consignments() -> Response:
    """What was dispatched and has not arrived, oldest first."""
    return answer({"consignments": house().ledger.consignments()})


@api.get("/stock/counts", responses=answers(Counts))
@staff(*STOREKEEPERS, AUDITOR)
def counts() -> Response:
    """Counts that differ from the book and wait for a second person, oldest first; and the newest `approved` ones."""
    ledger = house().ledger
    return answer({"counts": ledger.count_differences(), "approved": ledger.approved_differences()})


@api.post("/stock/counts/<int:seq>/approve", responses=answers(StockAfter))
@staff(*STOREKEEPERS)
def approve(path: OfCount) -> Response:
    """Stand for the difference that somebody else counted."""
    return answer(do(stock.approve_count, count=path.seq))


@api.get("/stock/counts/<int:seq>/minutes.pdf", responses=answers(PDF_TYPE))
@staff(*STOREKEEPERS, AUDITOR)
def count_minutes(path: OfCount) -> Response:
    """The minutes of a difference that a second person has approved, to be signed by both."""
    view, names = house().ledger.count_minutes(path.seq, house().clock()), house().door.names()
    counted_by, approved_by = (names.get(by, by) for by in (view.counted_by, view.approved_by))
    named = replace(view, counted_by=counted_by, approved_by=approved_by)
    return Response(house().aside(papers.count_minutes, named), content_type=PDF_TYPE)


@api.get("/stock/<item>/movements/<int:seq>/minutes.pdf", responses=answers(PDF_TYPE))
@staff(*STOREKEEPERS, AUDITOR)
def minutes(path: OfMovement) -> Response:
    """The minutes of a hand-over, or of the destruction that the movement belongs to, to be signed."""
    view = house().ledger.minutes(path.item, path.seq, house().clock())
    return Response(house().aside(minutes_pdf, view), content_type=PDF_TYPE)


def minutes_pdf(view: HandoverMinutes | DestructionMinutes) -> bytes:
    if isinstance(view, DestructionMinutes):
        return papers.destruction_minutes(view)
    return papers.handover_minutes(view)


# -- old cards -------------------------------------------------------------------------------------------------------


@api.get("/withdrawn", responses=answers(WithdrawnCards))
@staff(*STOREKEEPERS, AUDITOR)
def withdrawn(query: WhichPage) -> Response:
    """Old cards that were handed in, newest first; `kept` says how many wait for their destruction."""
    return answer({"kept": kept(), "cards": house().ledger.withdrawn(CARDS_A_PAGE, query.before)})


def kept() -> list[dict[str, object]]:
    items = house().catalogue().items
    lying = {row.item: row.posted for row in house().queries.balances() if row.account == "withdrawn"}
    return [{"item": item, "quantity": lying.get(item, 0)} for item in items if item in CARDS]


@api.post("/withdrawn", responses=answers(WithdrawnAfter))
@staff(*KIOSK_OR_DESK)
def withdraw(body: Withdraw) -> Response:
    """Log an old card: why it was withdrawn, and under which number of today; never whose it was."""
    ticket = None
    if body.number is not None:
        ticket = house().queries.ticket_by_number(body.number, language(), house().clock()).id
    card = {"item": body.item, "quantity": body.quantity, "reason": body.reason, "ticket_id": ticket}
    return answer(do(stock.withdraw, said=body, tickets=(ticket,) if ticket else (), **card))


# -- requests --------------------------------------------------------------------------------------------------------


@api.get("/forecast", responses=answers(Forecasts))
@staff(*STOREKEEPERS, AUDITOR)
def forecasts() -> Response:
    """How long each item lasts at the use of seven business days, and what to ask for."""
    return answer({"items": house().ledger.forecasts(house().clock(), language())})


@api.get("/requests", responses=answers(Requests))
@staff(*STOREKEEPERS, AUDITOR)
def requests() -> Response:
    """What was asked for, granted and fetched, newest first."""
    return answer({"requests": house().ledger.requests()})


@api.post("/requests", responses=answers(RequestAfter))
@staff(*STOREKEEPERS)
def ask(body: AskForBlanks) -> Response:
    """Ask the centre or the province for blanks."""
    used = house().ledger.used_lately(body.item, house().clock())
    return answer(do(stock.ask_for_blanks, said=body, used=used, **body.model_dump()))


@api.post("/requests/<int:seq>/grant", responses=answers(RequestAfter))
@staff(*STOREKEEPERS)
def grant(path: OfRequest, body: Grant) -> Response:
    """What was allowed of it, none included. What is fetched is a receipt that names the request."""
    return answer(do(stock.grant_request, said=body, request=path.seq, **body.model_dump()))


@api.get("/requests/<int:seq>/letter.pdf", responses=answers(PDF_TYPE))
@staff(*STOREKEEPERS, AUDITOR)
def letter(path: OfRequest) -> Response:
    """The letter that asks, to be signed."""
    view = house().ledger.request_letter(path.seq, house().clock())
    return Response(house().aside(papers.request_letter, view), content_type=PDF_TYPE)
