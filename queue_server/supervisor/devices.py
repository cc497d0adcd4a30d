"""The supervisor's page of screens, and of what makes a card."""

from __future__ import annotations

from flask import Blueprint

from queue_server.domain import calendar
from queue_server.domain.equipment import CARD_PRINTER, RECORDER
from queue_server.supervisor.views import page, read_today
from queue_server.web.attendance import VERSION
from queue_server.web.devices import views
from queue_server.web.guards import ADMIN, SUPERVISOR, staff
from queue_server.web.house import house
from queue_server.web.language import gettext as _
from queue_server.web.language import language

blueprint = Blueprint("devices", __name__, url_prefix="/supervisor", template_folder="templates")

HERE_MS = 60_000 + 20_000  # seen within a minute, and the while until it is told


@blueprint.get("/devices")
@staff(SUPERVISOR, ADMIN)
def devices() -> str:
    """Kiosks and displays with their health, and recording devices and card printers with theirs."""
    halls = {code: hall.name.get(language()) for code, hall in house().catalogue().halls.items()}
    return page(
        "supervisor/devices.html",
        read_today(),
        devices=views(),
        halls=halls,
        equipment=house().queries.equipment(),
        kinds={RECORDER: _("Alat rekam"), CARD_PRINTER: _("Pencetak kartu")},
        server_version=VERSION,
        here=HERE_MS,
        states=printer_states(),
        when=when,
    )


def when(instant: int) -> str:
    """09.42; of another day also which."""
    catalogue, now = house().catalogue(), house().clock()
    day, clock = calendar.local_date(catalogue, instant), calendar.clock(catalogue, instant)
    return clock if day == calendar.local_date(catalogue, now) else f"{calendar.short_date(day, language())} {clock}"


def printer_states() -> dict[str, tuple[str, str]]:
    """A printer's state in a word, and whether it is ok, warn-t or bad; where nobody knows, neither."""
    return {
        "ready": (_("siap"), "ok"),
        "near_end": (_("kertas hampir habis"), "warn-t"),
        "silent": (_("tidak melapor"), ""),
        "": (_("belum diketahui"), ""),
        "paper_out": (_("kertas habis"), "bad"),
        "cover_open": (_("tutup terbuka"), "bad"),
        "offline": (_("dijeda"), "bad"),
        "printer_fault": (_("rusak"), "bad"),
        "unreachable": (_("tidak terhubung"), "bad"),
        "refused": (_("ditolak sistem cetak"), "bad"),
        "too_slow": (_("tidak menjawab"), "bad"),
        "busy": (_("masih sibuk"), "warn-t"),
        "no_file": (_("berkas tidak bisa ditulis"), "bad"),
    }
