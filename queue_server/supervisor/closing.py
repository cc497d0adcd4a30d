"""The page of a day's report: what was counted, what does not add up, who has signed, and numbers on paper."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, request

from queue_server.domain.catalogue import Item
from queue_server.domain.closing import HEAD, KEEPER
from queue_server.domain.days import CLOSED, CLOSING, OPEN
from queue_server.domain.figures import thousands
from queue_server.supervisor.views import iso_day, page, read_today
from queue_server.web.guards import ADMIN, AUDITOR, MANAGERS, STOCK, STOREKEEPERS, SUPERVISOR, staff
from queue_server.web.house import house
from queue_server.web.language import gettext as _
from queue_server.web.language import language
from queue_server.web.session import current

blueprint = Blueprint("closing", __name__, url_prefix="/supervisor", template_folder="templates")


@blueprint.get("/report")
@staff(SUPERVISOR, ADMIN, AUDITOR, STOCK)
def report() -> str:
    """`date` is the business day, by default the newest. Before the first day there is nothing to report. Raises
    `Invalid`, `NotFound`.
    """
    now, today = house().clock(), read_today()
    days = house().reports.days(now)
    shown = house().reports.daily(iso_day(request.args.get("date")), now) if days else None
    return page(
        "supervisor/report.html",
        today,
        days=days,
        states=state_words(),
        shown=shown,
        figures=shown and shown.report,
        sha256=shown and hashlib.sha256(shown.text.encode()).hexdigest(),
        signers=signers(),
        differences=difference_words(),
        units={code: unit_words(item) for code, item in house().catalogue().items.items()},
        counted=counted(shown.report) if shown else {},
        newest=bool(shown and days[0].day == shown.report["day"]),
        sheets=house().reports.papers(today.day.day, now),
        next_papers=house().reports.next_on_paper(today.day.day, now),
    )


def state_words() -> dict[str, str]:
    return {OPEN: _("buka"), CLOSING: _("sedang ditutup"), CLOSED: _("tutup")}


def signers() -> list[tuple[str, str, bool]]:
    """Each signature: its role, in words, and whether whoever looks may give it."""
    role = current().role
    return [
        (KEEPER, _("Pengurus barang"), role in STOREKEEPERS),
        (HEAD, _("Kepala bidang"), role in MANAGERS),
    ]


def difference_words() -> dict[str, str]:
    """What a difference says, by its kind; `expected` and `found` are filled in."""
    return {
        "ticket": _("Nomor %(number)s: seharusnya terpakai %(expected)s, tercatat %(found)s."),
        "backlog": _("Cetak antrean PRR: seharusnya terpakai %(expected)s, tercatat %(found)s."),
        "book": _("Keluar dari gudang %(found)s, tercatat terpakai dan rusak %(expected)s."),
        "night": _("Pagi ada %(found)s, malam sebelumnya %(expected)s."),
        "opening": _("Opname awal: dihitung %(found)s, menurut buku %(expected)s."),
        "closing": _("Opname akhir: dihitung %(found)s, menurut buku %(expected)s."),
    }


def unit_words(item: Item) -> str:
    """In what a count is written: `keping`, or `kartu (rol isi 500)`."""
    unit = item.unit.get(language())
    if not item.pack or not item.pack_name:
        return unit
    pack = item.pack_name.get(language())
    return _("%(unit)s (%(pack)s isi %(number)s)") % {"unit": unit, "pack": pack, "number": thousands(item.pack)}


def counted(report: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(line["moment"], line["item"]): line for line in report["counts"]}
