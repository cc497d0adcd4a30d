"""What a printer answers, in words."""

from __future__ import annotations

from queue_server.web.language import gettext as _


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
