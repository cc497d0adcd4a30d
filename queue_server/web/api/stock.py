"""Blanks and what a print needs: what there is, what came and went, and what may not be taken at the moment."""

from __future__ import annotations

from flask import Response

from queue_server.domain.errors import NotFound
from queue_server.operations import stock, vouchers
from queue_server.web.api.models import (
    Because,
    Deferred,
    MaybeBecause,
    Movement,
    Movements,
    OfItem,
    OfService,
    Stock,
    StockAfter,
    Suspended,
    WhichPage,
)
from queue_server.web.api.routes import Api, answer, answers, do
from queue_server.web.guards import AUDITOR, MANAGERS, STOREKEEPERS, hold_back_strangers, public, staff
from queue_server.web.house import house, new_code
from queue_server.web.language import language
from queue_server.web.session import staff_caller

api = Api("api_stock")


@api.get("/stock", responses=answers(Stock))
@public
def items() -> Response:
    """The public items in the four words; staff see every item, and every account."""
    if staff_caller(house().door):
        return answer({"items": house().queries.stock(language(), house().clock()), "balances": balances()})
    hold_back_strangers()
    return answer({"items": house().queries.stock_board(language(), house().clock()).items})


def balances() -> list[dict[str, object]]:
    rows = house().queries.balances()
    return [{"item": b.item, "account": b.account, "posted": b.posted, "pending": b.pending} for b in rows]


@api.get("/stock/<item>/movements", responses=answers(Movements))
@staff(*STOREKEEPERS, AUDITOR)
def movements(path: OfItem, query: WhichPage) -> Response:
    """The ledger of one item, newest first."""
    if path.item not in house().catalogue().items:
        raise NotFound("item", item=path.item)
    return answer({"movements": house().queries.movements(path.item, before=query.before)})


@api.post("/stock/<item>/movements", responses=answers(StockAfter))
@staff(*STOREKEEPERS)
def move(path: OfItem, body: Movement) -> Response:
    """Enter what came, went, was counted or spoilt: a further entry, never an edit."""
    entry = body.model_dump(exclude_unset=True)  # a count that names no quantity has counted nothing
    named = [seq for seq in (body.reverses, body.consignment) if seq is not None]
    return answer(do(stock.move_stock, said=body, movements=named, item=path.item, new_code=new_code, **entry))


@api.post("/services/<code>/suspend", responses=answers(Suspended))
@staff(*MANAGERS)
def suspend(path: OfService, body: Because) -> Response:
    """Take no more numbers for a service, with the words that every screen shows; promises are kept."""
    return answer(do(stock.suspend, said=body, service=path.code, reason=body.reason))


@api.post("/services/<code>/defer", responses=answers(Deferred))
@staff(*MANAGERS)
def defer(path: OfService) -> Response:
    """A dated voucher for each of the first who wait for a suspended service; ask again while `waiting` is not 0."""
    return answer(do(vouchers.defer_waiting, service=path.code, new_code=new_code))


@api.post("/services/<code>/resume", responses=answers(Suspended))
@staff(*MANAGERS)
def resume(path: OfService, body: MaybeBecause) -> Response:
    """Take numbers for it again."""
    return answer(do(stock.resume, said=body, service=path.code, reason=body.reason))
