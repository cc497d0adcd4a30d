"""The supervisor's pages: today, services, one number at a time, and the audit; the store's are in `store`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from queue_server.domain import calendar
from queue_server.domain.errors import Invalid, NotFound
from queue_server.domain.views import HourCount, ItemToday, TicketView, Today
from queue_server.storage import people
from queue_server.web.audit import audit
from queue_server.web.errors import STATES, problem_of
from queue_server.web.guards import ADMIN, AUDITOR, CLERKS, MANAGERS, STOCK, STOREKEEPERS, SUPERVISOR, staff
from queue_server.web.house import house
from queue_server.web.language import gettext as _
from queue_server.web.language import language
from queue_server.web.session import current

blueprint = Blueprint(
    "supervisor", __name__, url_prefix="/supervisor", template_folder="templates", static_folder="static"
)

SCARCE_DAYS = 3.0  # business days of cover below which an item is marked
HOURS_SHOWN = 9


@blueprint.get("")
@staff(SUPERVISOR, ADMIN, AUDITOR, STOCK)
def board() -> str | Response:
    """What needs somebody now, and the day at a glance. Whoever keeps the store begins at the store."""
    if current().role == STOCK:
        return redirect("/supervisor/stock")
    today = read_today()
    return page("supervisor/board.html", today, main=main_item(today), bars=bars(today.hours), places=places())


@blueprint.get("/services")
@staff(SUPERVISOR, ADMIN, AUDITOR)
def services() -> str:
    return page("supervisor/services.html", read_today())


@blueprint.get("/numbers")
@staff(SUPERVISOR, ADMIN)
def numbers() -> str:
    """One number of today: its state, its priority, another slip."""
    wanted = request.args.get("number", "").strip().upper()
    states = {state: words.get(language()) for state, words in STATES.items()}
    return page(
        "supervisor/numbers.html",
        read_today(),
        wanted=wanted,
        ticket=find(wanted) if wanted else None,
        states=states,
        asks_nik=house().catalogue().rules.numbers_per_nik > 0,
    )


@blueprint.get("/audit")
@staff(SUPERVISOR, ADMIN, AUDITOR)
def audit_list() -> str:
    """Other slips and calls out of order, of `since` to `until`; days that cannot be are said and not shown."""
    asked = [request.args.get(name) or None for name in ("since", "until")]
    refused, found = None, None
    try:
        found = audit(*map(iso_day, asked))
    except Invalid as refusal:
        refused = problem_of(refusal)["detail"]
    since, until, lines = found or (asked[0], asked[1], ())
    kinds = {kind: [line for line in lines if line.kind == kind] for kind in ("reprint", "out_of_order")}
    return page("supervisor/audit.html", read_today(), since=since, until=until, kinds=kinds, refused=refused)


def iso_day(written: str | None) -> str | None:
    """Raises `Invalid`."""
    try:
        return written and date.fromisoformat(written).isoformat()
    except ValueError:
        raise Invalid("days_written") from None


def find(number: str) -> TicketView | None:
    try:
        return house().queries.ticket_by_number(number, language(), house().clock())
    except NotFound:
        return None


# -- what the pages show -----------------------------------------------------------------------------------------------


def read_today() -> Today:
    return house().queries.today(house().clock(), language=language())


def page(template: str, today: Today, **shown: Any) -> str:
    catalogue = house().catalogue()
    return render_template(
        template,
        today=today,
        item_names={item.item: item.name for item in today.items},
        printer_words=printer_words(),
        carries_over=catalogue.rules.carry_over,
        local_day=calendar.local_date(catalogue, today.day.now).isoformat(),
        names=house().door.names(),
        clerk_name=current().name,
        zone=today.day.zone,
        now=today.day.now,
        manages=current().role in MANAGERS,
        keeps=current().role in STOREKEEPERS,
        reads_all=current().role in (*MANAGERS, AUDITOR),
        enters=current().role in CLERKS,
        scarce=SCARCE_DAYS,
        **shown,
    )


def main_item(today: Today) -> ItemToday:
    """The blank of the KTP-el, or the office's first item."""
    return next((item for item in today.items if item.item == "KTP"), today.items[0])


def places() -> Mapping[str, str]:
    """Who may ask for help, by the word that an alert names it with."""
    door = house().door
    devices = {device.device_id: device.name for device in people.all_devices(door.database, door.site)}
    counters = {f"counter-{number}": _("Loket %d") % number for number in house().catalogue().counters}
    return devices | counters


def printer_words() -> dict[str, str]:
    """Why a slip did not come out, by the printer's word for it."""
    return {
        "unreachable": _("Pencetak tidak terhubung."),
        "too_slow": _("Pencetak tidak menjawab dalam 5 detik."),
        "busy": _("Pencetak masih sibuk."),
        "no_printer": _("Tidak ada pencetak."),
        "no_file": _("Berkas pencetak tidak bisa ditulis."),
        "paper_out": _("Kertas habis."),
        "cover_open": _("Tutup pencetak terbuka."),
        "printer_fault": _("Pencetak rusak."),
        "offline": _("Pencetak dijeda atau offline."),
        "refused": _("Sistem cetak menolak kertas antrean."),
    }


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of the chart, in the units of its drawing."""

    hour: str
    taken: int
    x: int
    y: float
    height: float


CHART_WIDTH, CHART_BASE, CHART_TALLEST = 426, 112, 90


def bars(hours: tuple[HourCount, ...]) -> list[Bar]:
    """The newest hours in which numbers were taken."""
    shown = hours[-HOURS_SHOWN:]
    most = max((count.taken for count in shown), default=1)
    step = CHART_WIDTH // HOURS_SHOWN
    heights = [round(CHART_TALLEST * count.taken / most, 1) for count in shown]
    return [
        Bar(f"{count.hour:02d}", count.taken, place * step + 6, CHART_BASE - height, height)
        for place, (count, height) in enumerate(zip(shown, heights, strict=True))
    ]
