"""The supervisor's pages: today, services, stock, and one number at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from queue_server.domain import calendar
from queue_server.domain.errors import NotFound
from queue_server.domain.stock import STORE
from queue_server.domain.views import HourCount, ItemToday, MovementView, TicketView, Today
from queue_server.storage import people
from queue_server.web.errors import STATES
from queue_server.web.guards import ADMIN, AUDITOR, CLERKS, MANAGERS, STOCK, STOREKEEPERS, SUPERVISOR, staff
from queue_server.web.house import house
from queue_server.web.language import gettext as _
from queue_server.web.language import language
from queue_server.web.session import current

blueprint = Blueprint(
    "supervisor", __name__, url_prefix="/supervisor", template_folder="templates", static_folder="static"
)

LEDGER_PAGE = 50
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


@blueprint.get("/stock")
@staff(SUPERVISOR, ADMIN, AUDITOR, STOCK)
def stock() -> str:
    """`item` is whose ledger is shown, `before` the last line of the page before."""
    today = read_today()
    item = request.args.get("item", today.items[0].item)
    if item not in house().catalogue().items:
        raise NotFound("item", item=item)
    before = request.args.get("before", type=int)
    lines = house().queries.movements(item, LEDGER_PAGE, before)
    names = house().door.names()
    return page(
        "supervisor/stock.html",
        today,
        item=item,
        lines=[ledger_line(line, names) for line in lines],
        older=lines[-1].seq if len(lines) == LEDGER_PAGE else None,
        units={code: kept.unit.get(language()) for code, kept in house().catalogue().items.items()},
        movements=movement_words(),
    )


@blueprint.get("/numbers")
@staff(SUPERVISOR, ADMIN)
def numbers() -> str:
    """One number of today: its state, its priority, another slip."""
    wanted = request.args.get("number", "").strip().upper()
    states = {state: words.get(language()) for state, words in STATES.items()}
    return page(
        "supervisor/numbers.html", read_today(), wanted=wanted, ticket=find(wanted) if wanted else None, states=states
    )


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


@dataclass(frozen=True, slots=True)
class LedgerLine:
    seq: int
    at: int
    day: str
    words: str
    change: int  # of what lies in the store
    who: str
    reference: str
    reason: str
    reverses: int | None
    reversible: bool


def ledger_line(line: MovementView, names: Mapping[str, str]) -> LedgerLine:
    """A movement as the store sees it: in is positive, out negative, between other accounts nothing."""
    change = (line.target == STORE) - (line.source == STORE)
    return LedgerLine(
        seq=line.seq,
        at=line.at,
        day=line.day,
        words=ledger_words().get(line.type, line.type),
        change=change * line.quantity,
        who=names.get(line.actor, _("sistem")),
        reference=line.reference,
        reason=line.reason,
        reverses=line.reverses,
        reversible=line.type not in ("use", "reverse"),
    )


def movement_words() -> list[tuple[str, str, str, int]]:
    """What may be entered: its code, its word, what it is, and whether it adds (1), takes (-1) or sets (0)."""
    return [
        ("receive", _("Stok masuk"), _("dari pusat atau provinsi"), 1),
        ("count", _("Opname"), _("jumlah yang benar-benar ada"), 0),
        ("spoil", _("Rusak cetak"), _("di luar loket"), -1),
        ("defect", _("Cacat pabrik"), _("belum dipakai"), -1),
        ("lend", _("Pinjam keluar"), _("ke kantor lain"), -1),
        ("borrow", _("Pinjam masuk"), _("dari kantor lain"), 1),
        ("return", _("Kembali ke pusat"), _("yang belum dijanjikan"), -1),
        ("lose", _("Hilang"), _("dilaporkan terpisah"), -1),
        ("find", _("Ditemukan"), _("di luar catatan"), 1),
    ]


def ledger_words() -> dict[str, str]:
    return {code: word for code, word, _what, _sign in movement_words()} | {
        "reverse": _("Koreksi"),
        "use": _("Terpakai di loket"),
    }
