"""Counters: who sits where, who waits for them, and calling the next."""

from __future__ import annotations

from flask import Response

from queue_server.operations import calling
from queue_server.web.api.models import (
    CounterAfter,
    Counters,
    MaybeBecause,
    OfCounter,
    QueueOfCounter,
    TicketState,
    WhichCounter,
)
from queue_server.web.api.routes import Api, answer, answers, do
from queue_server.web.guards import CLERKS, MANAGERS, staff
from queue_server.web.house import house
from queue_server.web.language import language
from queue_server.web.session import current

api = Api("api_counters")


@api.get("/counters", responses=answers(Counters))
@staff()
def counters() -> Response:
    """Every counter as it is now."""
    lines, names = house().queries.counters(house().clock()), house().door.names()
    held = {line.clerk: names[line.clerk] for line in lines if line.clerk in names}
    return answer({"counters": lines, "names": held})


@api.get("/queue", responses=answers(QueueOfCounter))
@staff()
def queue(query: WhichCounter) -> Response:
    """What one counter's clerk sees: who waits, who is there, who was skipped."""
    seq = house().queries.head()  # read first: the board may be newer, never older
    board = house().queries.counter(query.counter, house().clock(), language())
    return answer({"seq": seq, "board": board, "clerk_name": house().door.names().get(board.clerk or "")})


@api.post("/counters/<int:id>/open", responses=answers(CounterAfter))
@staff(*CLERKS)
def open_counter(path: OfCounter) -> Response:
    """Sit down at a counter, or come back from a break."""
    return answer(do(calling.open_counter, counter=path.id, clerk=current().id))


@api.post("/counters/<int:id>/pause", responses=answers(CounterAfter))
@staff(*CLERKS)
def pause(path: OfCounter, body: MaybeBecause) -> Response:
    """Take a break and keep the counter."""
    return answer(do(calling.pause_counter, said=body, counter=path.id, clerk=current().id, reason=body.reason))


@api.post("/counters/<int:id>/close", responses=answers(CounterAfter))
@staff(*CLERKS)
def close(path: OfCounter) -> Response:
    """Leave a counter; a supervisor releases anybody's, and its ticket returns to the head of the line."""
    by_supervisor = current().role in MANAGERS
    return answer(do(calling.close_counter, counter=path.id, clerk=current().id, by_supervisor=by_supervisor))


@api.post("/counters/<int:id>/call-next", responses=answers(TicketState) | {204: None})
@staff(*CLERKS)
def call_next(path: OfCounter) -> Response:
    """Call who is next for this counter; 204 when nobody waits."""
    called = do(calling.call_next, counter=path.id, clerk=current().id)
    return answer(called) if called else Response(status=204)
