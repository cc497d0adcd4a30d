"""Tickets: taken, looked at, given back, and everything a clerk does with the one that was called."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from flask import Response

from queue_server.domain.errors import NotAllowed, WrongState
from queue_server.domain.views import TicketView
from queue_server.operations import calling, holding, office, ticketing
from queue_server.web.api.models import (
    Finish,
    MaybeBecause,
    NewTicket,
    NextService,
    OfTicket,
    OutOfOrder,
    Places,
    PutOff,
    Rank,
    SteppedBack,
    TicketIssued,
    TicketState,
    WhichNumber,
)
from queue_server.web.api.niks import mark_of
from queue_server.web.api.routes import PREFIX, Api, answer, answers, do
from queue_server.web.guards import (
    CLERKS,
    KIOSK_OR_DESK,
    MANAGERS,
    device_or_staff,
    staff,
    ticket_holder,
    ticket_holder_or_staff,
)
from queue_server.web.house import house, new_code, new_token
from queue_server.web.language import language
from queue_server.web.session import current

api = Api("api_tickets")


@api.post("/tickets", responses=answers(TicketIssued, 200, 201))
@device_or_staff("kiosk", roles=KIOSK_OR_DESK)
def issue(body: NewTicket) -> Response:
    """Take a number: 201, and 200 with the same ticket when it is asked for again."""
    caller = current()
    voucher = body.voucher.lower() if body.voucher else None
    issued = house().do(
        ticketing.issue_ticket,
        actor=caller.id,
        tickets=(body.ticket_id,),
        vouchers=(voucher,) if voucher else (),
        ticket_id=body.ticket_id,
        token=new_token(),
        service=body.service,
        priority=body.priority,
        cards=body.cards,
        voucher=voucher,
        channel=body.channel or ("kiosk" if caller.kind == "device" else "desk"),
        language=body.language,
        nik=mark_of(body),
        unattended=caller.kind == "device",
    )
    created = issued.pop("created")
    if created and caller.kind == "device":
        watch_for_a_rush(caller.id)
    return answer(with_addresses(issued), 201 if created else 200)


def watch_for_a_rush(kiosk: str) -> None:
    numbers = house().limits.numbers
    if numbers.passes(kiosk):
        house().do(office.report_rush, actor=kiosk, device=kiosk, numbers=numbers.times + 1)


def with_addresses(issued: dict[str, Any]) -> dict[str, Any]:
    address, slip = house().settings.public_url, f"{PREFIX}/tickets/{issued['id']}/slip"
    issued["track_url"] = f"{address}/t/{issued['token']}" if address else None
    issued["slip"] = {"pdf": f"{slip}.pdf", "escpos": f"{slip}.escpos"}
    return issued


@api.get("/tickets", responses=answers(TicketView))
@staff(*CLERKS)
def find(query: WhichNumber) -> Response:
    """The ticket that carries a number today."""
    return answer(house().queries.ticket_by_number(query.number, language(), house().clock()))


@api.get("/tickets/<id>", responses=answers(TicketView))
@ticket_holder_or_staff()
def show(path: OfTicket) -> Response:
    """A ticket's state, the people ahead and the wait."""
    view = house().queries.ticket(path.id, language(), house().clock())
    caller = current()
    if caller.kind == "holder" and not hmac.compare_digest(caller.token.encode(), view.token.encode()):
        raise NotAllowed("not_your_ticket")
    return answer(view)


@api.post("/tickets/<id>/cancel", responses=answers(TicketState))
@ticket_holder_or_staff(*KIOSK_OR_DESK)
def cancel(path: OfTicket) -> Response:
    """Give a number back: its holder until it is served, at a counter its clerk or a supervisor."""
    caller = current()
    if caller.kind == "holder":
        return answer(act(ticketing.cancel, path, token=caller.token))
    return answer(act(ticketing.cancel, path, clerk=caller.id, by_supervisor=caller.role in MANAGERS))


@api.post("/tickets/<id>/step-back", responses=answers(SteppedBack))
@ticket_holder
def step_back(path: OfTicket, body: Places) -> Response:
    """Let so many more people go first, while the number waits and somebody follows."""
    return answer(act(holding.step_back, path, body, token=current().token, places=body.places))


@api.post("/tickets/<id>/another-day", responses=answers(PutOff))
@ticket_holder
def another_day(path: OfTicket) -> Response:
    """Today's number for a dated voucher, with the blanks that are set aside; once."""
    return answer(act(holding.another_day, path, token=current().token, new_code=new_code))


# -- the clerk's verbs -------------------------------------------------------------------------------------------------


def act(operation: Callable[..., Any], path: OfTicket, said: Any = None, **arguments: Any) -> Any:
    return do(operation, said=said, tickets=(path.id,), ticket_id=path.id, **arguments)


@api.post("/tickets/<id>/call", responses=answers(TicketState))
@staff(*CLERKS)
def call(path: OfTicket, body: OutOfOrder) -> Response:
    """Call somebody out of order, or back from the parked and the skipped."""
    counter = body.counter or counter_of(current().id)
    return answer(act(calling.call_ticket, path, body, counter=counter, clerk=current().id, reason=body.reason))


def counter_of(clerk: str) -> int:
    """The counter that a clerk holds. Raises `WrongState`."""
    held = next((line.counter for line in house().queries.counters(house().clock()) if line.clerk == clerk), None)
    if held is None:
        raise WrongState("no_counter")
    return held


@api.post("/tickets/<id>/recall", responses=answers(TicketState))
@staff(*CLERKS)
def recall(path: OfTicket) -> Response:
    """Call the same number again."""
    return answer(act(calling.recall, path, clerk=current().id))


@api.post("/tickets/<id>/start", responses=answers(TicketState))
@staff(*CLERKS)
def start(path: OfTicket) -> Response:
    """The person is here."""
    return answer(act(calling.start, path, clerk=current().id))


@api.post("/tickets/<id>/finish", responses=answers(TicketState))
@staff(*CLERKS)
def finish(path: OfTicket, body: Finish) -> Response:
    """End a service with what it took; with `next` the same number waits on."""
    lines = body.model_dump(include={"used", "spoilt"})
    next_service = body.next.service if body.next else None
    return answer(
        act(
            calling.finish,
            path,
            body,
            clerk=current().id,
            outcome=body.outcome,
            new_code=new_code,
            next_service=next_service,
            **lines,
        )
    )


@api.post("/tickets/<id>/no-show", responses=answers(TicketState))
@staff(*CLERKS)
def no_show(path: OfTicket) -> Response:
    """Called and not there: the first time behind the next few, the second time skipped."""
    return answer(act(calling.no_show, path, clerk=current().id))


@api.post("/tickets/<id>/requeue", responses=answers(TicketState))
@staff(*CLERKS)
def requeue(path: OfTicket) -> Response:
    """Behind the next few; a parked ticket back to its turn."""
    return answer(act(calling.requeue, path, clerk=current().id))


@api.post("/tickets/<id>/park", responses=answers(TicketState))
@staff(*CLERKS)
def park(path: OfTicket, body: MaybeBecause) -> Response:
    """Set a visit aside until what is missing has been fetched."""
    return answer(act(calling.park, path, body, clerk=current().id, reason=body.reason))


@api.post("/tickets/<id>/move", responses=answers(TicketState))
@staff(*CLERKS)
def move(path: OfTicket, body: NextService) -> Response:
    """Pass a served ticket on to another service, in front of those who came later."""
    return answer(act(calling.move, path, body, clerk=current().id, service=body.service))


@api.post("/tickets/<id>/undo", responses=answers(TicketState))
@staff(*CLERKS)
def undo(path: OfTicket) -> Response:
    """Take back the counter's own last action, within 60 s."""
    return answer(act(calling.undo, path, clerk=current().id))


@api.post("/tickets/<id>/priority", responses=answers(TicketState))
@staff(*CLERKS)
def priority(path: OfTicket, body: Rank) -> Response:
    """Withdraw priority, or mark a ticket urgent; the audit keeps the reason."""
    return answer(act(ticketing.set_priority, path, body, **body.model_dump()))
