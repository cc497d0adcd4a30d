"""What everybody may see on a phone: a ticket by its token, and the stock board. Whole without a script.

`fresh.js` asks again every ten seconds and gets the page only when it has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from printables.poster import stock_poster as poster_of
from printables.qr import svg
from queue_server.domain import calendar, tickets
from queue_server.domain.errors import NotFound, WrongState
from queue_server.domain.stock import CARDS
from queue_server.domain.views import PosterView, ServicesView, ServiceView, StockBoard, TicketView, VoucherView
from queue_server.operations import holding, ticketing, vouchers
from queue_server.web.caching import already_seen, only_if_new
from queue_server.web.guards import hold_back_strangers, phone_version, public
from queue_server.web.house import house, new_code, new_token
from queue_server.web.language import LANGUAGES, language, office_name
from queue_server.web.language import gettext as _
from queue_server.web.media import PDF_TYPE
from queue_server.web.session import holder_of

blueprint = Blueprint("public", __name__)

GIVES_BACK = (tickets.WAITING, tickets.CALLED, tickets.PARKED)  # until it is served
STEPS = (1, 3, 5, 10)  # how many people one may let go first
MINUTE_MS = 60_000
MOST_DRAWN = 12  # people in the drawn line


@blueprint.get("/t/<token>")
@public
def ticket(token: str) -> ResponseReturnValue:
    """A ticket as its holder sees it, or a voucher that was given instead of one."""
    version = f"{request.full_path} {phone_version(token)}"
    now = house().clock()
    if seen := already_seen(version):
        return seen
    try:
        view = ticket_in_its_language(token, now)
    except NotFound:
        return only_if_new(Response(voucher_page(token, now)), version)
    services = house().queries.services(language(), now)
    service = next((service for service in services.services if service.code == view.service), None)
    page = render_template("phone.html", **phone(view, services, service))
    return only_if_new(Response(page), version)


@blueprint.post("/t/<token>")
@public
def act(token: str) -> ResponseReturnValue:
    """Give the number or voucher back (`cancel`), let others go first (`back`), take another day's voucher for the
    number (`another`) or today's number for the voucher (`redeem`).
    """
    phone_version(token)
    try:
        view = house().queries.ticket_by_token(token, language(), house().clock())
    except NotFound:
        return act_on_voucher(token)
    g.language = view.language
    if request.form.get("redeem") and view.voucher:
        token = redeem(view.voucher, view.language, token)
    elif request.form.get("cancel"):
        do_with(view, ticketing.cancel, token)
    elif request.form.get("another"):
        do_with(view, holding.another_day, token, new_code=new_code)
    elif places := request.form.get("back", type=int):
        done = do_with(view, holding.step_back, token, places=places)
        return redirect(page_of(token) if done else f"/t/{token}?back=1{chosen_language()}", 303)  # which says why not
    return redirect(page_of(token), 303)


def act_on_voucher(token: str) -> ResponseReturnValue:
    voucher = house().queries.voucher_by_token(token, language(), house().clock())
    if request.form.get("redeem"):
        token = redeem(voucher, voucher.language, token)
    elif request.form.get("cancel"):
        actor, code = holder_of(token).id, voucher.code
        with suppress(WrongState):  # used meanwhile, or given back already: the page that follows says so
            house().do(vouchers.cancel_voucher, actor=actor, vouchers=(code,), code=code, token=token)
    return redirect(page_of(token), 303)


def do_with(view: TicketView, verb: Callable[..., Any], token: str, **said: Any) -> bool:
    """What the holder wants; False where it came too late: the page that follows says how things stand."""
    try:
        house().do(verb, actor=holder_of(token).id, tickets=(view.id,), ticket_id=view.id, token=token, **said)
    except WrongState:
        return False
    return True


def page_of(token: str) -> str:
    chosen = chosen_language()
    return f"/t/{token}?{chosen}" if chosen else f"/t/{token}"


def chosen_language() -> str:
    """What a link of the page carries on, where the reader has chosen a language: `&lang=en`."""
    asked = request.args.get("lang")
    return f"&lang={asked}" if asked in LANGUAGES else ""


def redeem(voucher: VoucherView, language: str, token: str) -> str:
    """Today's number for a voucher; its token. The number's id follows from the code, so a second touch is the same."""
    ticket_id = hashlib.sha256(f"voucher {voucher.code}".encode()).hexdigest()[:32]
    issued = house().do(
        ticketing.issue_ticket,
        actor=holder_of(token).id,
        tickets=(ticket_id,),
        vouchers=(voucher.code,),
        ticket_id=ticket_id,
        token=new_token(),
        service=voucher.service,
        voucher=voucher.code,
        channel="phone",
        language=language,
    )
    return str(issued["token"])


def ticket_in_its_language(token: str, now: int) -> TicketView:
    """In the language in which the number was taken, unless the phone's owner chooses the other. Raises `NotFound`."""
    view = house().queries.ticket_by_token(token, "id", now)
    g.language = view.language
    return view if language() == "id" else house().queries.ticket_by_token(token, language(), now)


def voucher_page(token: str, now: int) -> str:
    view = house().queries.voucher_by_token(token, "id", now)
    g.language = view.language
    if language() != "id":
        view = house().queries.voucher_by_token(token, language(), now)
    services = house().queries.services(language(), now)
    return render_template(
        "voucher.html",
        voucher=view,
        day=services.day,
        information=services.information,
        level_words=services.phone_words,
        asks="cancel" in request.args and view.state == "open",
        lang=chosen_language(),
        other_language="en" if language() == "id" else "id",
    )


def phone(view: TicketView, services: ServicesView, service: ServiceView | None) -> dict[str, Any]:
    asks = asked_for(view)
    return {
        "ticket": view,
        "day": services.day,
        "suspended": service.reason_words if service and service.reason == "suspended" else None,
        "information": services.information,
        "carries_over": house().catalogue().rules.carry_over,
        "promised": sum(held.quantity for held in view.reserved if held.item in CARDS),
        "drawn": min(view.ahead or 0, MOST_DRAWN),
        "may_give_back": view.state in GIVES_BACK,
        "may_step_back": view.state == tickets.WAITING and bool(view.follow),
        "asks": asks,
        "steps": steps_for(view) if asks == "back" else (),
        "offered": house().queries.another_day(view, house().clock()) if asks == "another" else None,
        "lang": chosen_language(),
        "other_language": other_language(),
    }


def asked_for(view: TicketView) -> str:
    """Which question the page asks; none that is out of date."""
    if "cancel" in request.args and view.state in GIVES_BACK:
        return "cancel"
    if "back" in request.args and view.state == tickets.WAITING:
        return "back"
    return "another" if "another" in request.args and view.may_put_off else ""


def steps_for(view: TicketView) -> tuple[int, ...]:
    follow = view.follow or 0
    if view.back_from:
        return ()
    return tuple(step for step in STEPS if step <= follow)


@blueprint.get("/stok")
@public
def stock_board() -> ResponseReturnValue:
    """How many blanks can still be had today, of how many, as of when. Source: `docs/field.md#daily-announcement`."""
    hold_back_strangers()
    board = house().queries.stock_board(language(), house().clock())
    code = svg(board.complaints, _("Kode QR untuk mengadu")) if board.complaints else ""
    page = render_template(
        "stok.html", board=board, items=board.items, day=board.day, code=code, other_language=other_language()
    )
    return only_if_new(Response(page), version_of(board))


@blueprint.get("/stok/poster.pdf")
@public
def stock_poster() -> ResponseReturnValue:
    """The same on A4, to be hung up; in Indonesian, for everybody who passes by."""
    hold_back_strangers()
    catalogue, now = house().catalogue(), house().clock()
    board = house().queries.stock_board("id", now)
    version = f"poster {version_of(board)}"
    if seen := already_seen(version):
        return seen
    view = PosterView(office_name(catalogue), calendar.clock(catalogue, now), board)
    poster = house().aside(poster_of, view)
    headers = {"Content-Disposition": "inline; filename=papan-stok.pdf"}
    return only_if_new(Response(poster, content_type=PDF_TYPE, headers=headers), version)


def version_of(board: StockBoard) -> str:
    """What the board shows, to the minute."""
    minute = board.day.now // MINUTE_MS
    items = [replace(item, as_of=minute) for item in board.items]
    return repr((language(), replace(board, items=tuple(items), day=replace(board.day, now=minute))))


def other_language() -> str:
    return "en" if language() == "id" else "id"
