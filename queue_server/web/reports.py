"""A day's report as files: who made it, who signed it, and each format's type and name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from printables.reports import daily_report
from printables.tables import daily_csv, daily_xlsx, province_csv
from queue_server.domain import calendar
from queue_server.domain.catalogue import Catalogue
from queue_server.domain.closing import SignedReport
from queue_server.domain.days import CLOSED
from queue_server.domain.views import ReportView
from queue_server.storage.reports import DayReport
from queue_server.web.media import CSV_TYPE, PDF_TYPE, XLSX_TYPE

# How each is made, its type, and how its file's name ends.
MAKERS: dict[str, tuple[Callable[[ReportView], bytes | str], str, str]] = {
    "pdf": (daily_report, PDF_TYPE, ".pdf"),
    "xlsx": (daily_xlsx, XLSX_TYPE, ".xlsx"),
    "csv": (daily_csv, CSV_TYPE, ".csv"),
    "province": (province_csv, CSV_TYPE, "-provinsi.csv"),
}
SIGNED_AS = {"keeper": "Pengurus barang", "head": "Kepala Bidang Dafduk"}  # of `report_sections.SIGNERS`


def report_view(
    found: DayReport, catalogue: Catalogue, names: Mapping[str, str], prepared_by: str, now: int
) -> ReportView:
    """`names` are those of staff, by their ids: they stand on paper and never in the report itself."""
    signed = {
        title: f"{names.get(signer, signer)}, {written_at(catalogue, at)}"
        for role, title in SIGNED_AS.items()
        if (signer := getattr(found.signed, role)) and (at := getattr(found.signed, f"{role}_at")) and not found.changed
    }
    return ReportView(
        report=found.report,
        office=f"Disdukcapil {found.report['office']}",
        prepared_by=prepared_by,
        made_at=written_at(catalogue, now),
        final=found.report["state"] == CLOSED,
        signed=signed,
    )


def written_at(catalogue: Catalogue, instant: int) -> str:
    """`23 Nov 2026 16.05`"""
    return f"{calendar.slip_date(calendar.local_date(catalogue, instant))} {calendar.clock(catalogue, instant)}"


def as_file(view: ReportView, form: str) -> bytes:
    """The report in one of `MAKERS`. Takes up to a second: never on the hub."""
    made = MAKERS[form][0](view)
    return made if isinstance(made, bytes) else made.encode()


def with_signatures(found: DayReport) -> dict[str, Any]:
    """The report's JSON, who stands for it, and the hash that a signature is asked for with."""
    signed: SignedReport = found.signed
    stands = {} if found.changed else {"keeper": signed.keeper, "head": signed.head}
    return {
        **found.report,
        "signatures": {
            "keeper": None,
            "head": None,
            **stands,
            "complete": signed.complete,
            "reopened": signed.reopened,
        },
        "sha256": hashlib.sha256(found.text.encode()).hexdigest(),
    }
