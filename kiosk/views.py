"""The kiosk: one page whose screens are sections, rendered here; `kiosk.js` puts the next one in place of the last.

Two touches lead to a checklist, group and then service, and a third takes the number. What is asked for is always
rendered from the office as it is now, so that a screen never offers what is gone. Source: `docs/field.md#kiosk`.
"""

from __future__ import annotations

from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from printables import qr
from queue_server.domain import calendar
from queue_server.domain.errors import NotFound
from queue_server.domain.stock import CARDS
from queue_server.domain.views import DayView, GroupView, ItemStock, ServicesView, ServiceView, VoucherView
from queue_server.web.guards import device, public
from queue_server.web.house import house
from queue_server.web.keeper import Keeper
from queue_server.web.language import LANGUAGES, english, gettext, language
from queue_server.web.printers import printer_words
from queue_server.web.session import Caller, current

blueprint = Blueprint("kiosk", __name__, url_prefix="/kiosk", template_folder="templates", static_folder="static")

# Why nobody gets a number now, whatever the service: the day says it, not the service.
BY_THE_DAY = ("before_opening", "intake_closed", "closed", "break", "clock_behind")
MOST_CARDS = 9
UNDO_SECONDS = 60
NO_PRINTER_SET = "none"
keeper = Keeper(
    "/kiosk",
    own=Path(__file__).parent / "static",
    shared=(
        "tokens.css",
        "base.css",
        "fonts/*.woff2",
        "motif/*.svg",
        "stream.js",
        "api.js",
        "keep.js",
        "vendor/socket.io.min.js",
    ),
)


@blueprint.before_request
def indonesian_first() -> None:
    """A kiosk greets in Indonesian, whatever language its browser was installed in."""
    g.language = LANGUAGES[0]


@blueprint.get("")
@device("kiosk")
def home() -> ResponseReturnValue:
    """`?cut=1` is the page as it stands while there is no server; the kiosk's service worker keeps it."""
    if "cut" in request.args:
        return screen("away", today())
    view = services()
    addresses = {group.prefix: address_of(group, view) for group in view.groups}
    return screen("home" if view.day.takes_numbers else "closed", view.day, view=view, addresses=addresses)


@blueprint.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    return keeper.answer()


@blueprint.get("/group/<prefix>")
@device("kiosk")
def group(prefix: str) -> ResponseReturnValue:
    view = services()
    chosen = next((group for group in view.groups if group.prefix == prefix), None) or abort(404)
    rules = house().catalogue().rules
    shown = {"services": of_group(view, prefix), "by_the_day": BY_THE_DAY}
    return screen("group", view.day, group=chosen, rules=rules, **shown)


@blueprint.get("/service/<code>")
@device("kiosk")
def service(code: str) -> ResponseReturnValue:
    """The checklist with its green key; without the key where there is nothing to take; or what else there is."""
    view = services()
    chosen = next((service for service in view.services if service.code == code), None) or abort(404)
    back = "/kiosk" if len(of_group(view, chosen.group)) == 1 else f"/kiosk/group/{chosen.group}"
    may_take = chosen.open or (chosen.open_to_priority and "priority" in request.args)
    if may_take or chosen.reason in BY_THE_DAY or "read" in request.args:
        most = min(MOST_CARDS, chosen.blanks or MOST_CARDS) if chosen.cards and chosen.open else 1
        shown = {"service": chosen, "back": back, "most": most, "may_take": may_take, "asks_nik": asks_nik()}
        return screen("checklist", view.day, **shown)
    shown = {"service": chosen, "back": back, "groups": groups_of(view), "asks_nik": asks_nik()}
    shown |= instead_of(chosen, view)
    return screen("refused", view.day, level_words=view.level_words, elsewhere=view.elsewhere, **shown)


@blueprint.get("/service/<code>/nik")
@device("kiosk")
def nik(code: str) -> ResponseReturnValue:
    """What comes before the number, or another day instead of it, where the office asks for the NIK; else, or once
    neither can be had, the checklist.
    """
    view = services()
    chosen = next((service for service in view.services if service.code == code), None) or abort(404)
    if not (asks_nik() and (chosen.open or chosen.offer)):
        return service(code)
    return screen("nik", view.day, service=chosen, another_day=not chosen.open)


@blueprint.get("/ticket/<ticket_id>")
@device("kiosk")
def ticket(ticket_id: str) -> ResponseReturnValue:
    now = house().clock()
    queries = house().queries
    taken = queries.ticket(ticket_id, language(), now)
    hall = house().catalogue().halls[taken.hall]
    undo = max(0, UNDO_SECONDS - (now - taken.issued_at) // 1000)
    return screen(
        "number",
        queries.day_view(now),
        ticket=taken,
        promised=sum(held.quantity for held in taken.reserved if held.item in CARDS),
        code=qr_of(taken.token),
        where=hall.where.get(language()),
        undo_seconds=undo,
        prints=prints(current()),
    )


def qr_of(token: str | None) -> Markup | None:
    """The code that leads to the page of a ticket or voucher; None where phones cannot reach the server."""
    address = house().settings.public_url
    if not (address and token):
        return None
    return Markup(qr.svg(f"{address}/t/{token}", gettext("Kode QR halaman antrean Anda")))


@blueprint.get("/another-day/<code>")
@device("kiosk")
def another_day(code: str) -> ResponseReturnValue:
    """A voucher that has just been given instead of a number."""
    now = house().clock()
    given = house().queries.voucher(code.lower(), language(), now)
    undo = max(0, UNDO_SECONDS - (now - given.issued_at) // 1000)
    shown = {"voucher": given, "code": qr_of(given.token), "undo_seconds": undo, "prints": prints(current())}
    return screen("another_day", house().queries.day_view(now), **shown)


@blueprint.get("/pin")
@device("kiosk")
def pin() -> ResponseReturnValue:
    """Staff hold the clock for a while and get here."""
    return screen("pin", today())


@blueprint.get("/settings")
@device("kiosk")
def settings() -> ResponseReturnValue:
    """What this kiosk is. What can be done here needs the office's PIN each time."""
    catalogue, caller = house().catalogue(), current()
    hall = catalogue.halls[caller.hall].name.get(language()) if caller.hall else gettext("semua ruang")
    shown = {"kiosk": caller.device, "hall": hall, "version": version("antrean"), "prints": prints(caller)}
    return screen("settings", today(), printer_words=printer_words(), **shown)


@blueprint.get("/voucher")
@device("kiosk")
def voucher_entry() -> ResponseReturnValue:
    return screen("voucher", today(), code="", voucher=None)


@blueprint.get("/voucher/<code>")
@device("kiosk")
def voucher(code: str) -> ResponseReturnValue:
    """A voucher's date and place in order, with the green key from its date on."""
    day = today()
    found: VoucherView | None
    try:
        found = house().queries.voucher(code.lower(), language(), day.now)
    except NotFound:
        found = None
    return screen("voucher", day, code=code.upper(), voucher=found)


# -- what the templates are given -------------------------------------------------------------------------------------


def services() -> ServicesView:
    return house().queries.services(language(), house().clock())


def asks_nik() -> bool:
    """Source: `docs/field.md#touts`."""
    return house().catalogue().rules.numbers_per_nik > 0


def prints(kiosk: Caller) -> bool:
    return kiosk.device is not None and kiosk.device.printer != NO_PRINTER_SET


def today() -> DayView:
    return house().queries.day_view(house().clock())


def screen(name: str, day: DayView, **content: Any) -> str:
    catalogue = house().catalogue()
    now = calendar.local_time(catalogue, day.now)
    opens = next_opening(day)
    return render_template(
        f"kiosk/{name}.html",
        day=day,
        date=now.date().isoformat(),
        midnight=calendar.instant(catalogue, now.date(), 0),
        greeting=greeting(now.hour),
        english=english,
        opens_at=opens,
        opens_on=calendar.local_date(catalogue, opens).isoformat(),
        other_language="en" if language() == "id" else "id",
        information=catalogue.information.get(language()),
        **content,
    )


def of_group(view: ServicesView, prefix: str) -> list[ServiceView]:
    return [service for service in view.services if service.group == prefix]


def groups_of(view: ServicesView) -> dict[str, GroupView]:
    """By prefix."""
    return {group.prefix: group for group in view.groups}


def address_of(group: GroupView, view: ServicesView) -> str:
    """Where a group's tile leads: one with a single service skips the second touch."""
    members = of_group(view, group.prefix)
    return f"/kiosk/service/{members[0].code}" if len(members) == 1 else f"/kiosk/group/{group.prefix}"


def instead_of(service: ServiceView, view: ServicesView) -> dict[str, Any]:
    """What is gone, if it is an item that the public may know about, and the services that can be had now."""
    gone: ItemStock | None = next((item for item in view.stock if item.item == service.limited_by), None)
    by_code = {other.code: other for other in view.services}
    others = [by_code[code] for code in service.instead if by_code[code].open]
    return {"gone": gone, "others": others}


def next_opening(day: DayView) -> int:
    """When numbers can be had again (epoch ms): at the end of the break, or when the office opens next."""
    if day.state == "break" and day.break_until:
        return day.break_until
    if day.opens_at and day.opens_at > day.now:
        return day.opens_at
    catalogue = house().catalogue()
    span = calendar.span(catalogue, date.fromisoformat(day.next_day))
    if span is None:
        raise ValueError(f"{day.next_day} is no business day")
    return span.opens_ms


def greeting(hour: int) -> str:
    if hour < 11:
        return gettext("Selamat pagi.")
    if hour < 15:
        return gettext("Selamat siang.")
    return gettext("Selamat sore.") if hour < 18 else gettext("Selamat malam.")
