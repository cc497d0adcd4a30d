"""The day's report as JSON, on paper and for spreadsheets, and the province's daily line. Made off the hub."""

from __future__ import annotations

from typing import Literal

from flask import Response

from queue_server.web.api.models import WhichDay
from queue_server.web.api.routes import JSON_TYPE, Api, answer, answers
from queue_server.web.guards import AUDITOR, STOREKEEPERS, staff
from queue_server.web.house import house
from queue_server.web.media import CSV_TYPE, PDF_TYPE, XLSX_TYPE
from queue_server.web.reports import MAKERS, as_file, report_view, with_signatures
from queue_server.web.session import current

api = Api("api_reports")


class WhichReport(WhichDay):
    """`date` is a business day, by default the newest."""

    format: Literal["pdf", "xlsx", "csv", "json"] = "json"


@api.get("/reports/daily", responses={200: {"content": {JSON_TYPE: {}, CSV_TYPE: {}, PDF_TYPE: {}, XLSX_TYPE: {}}}})
@staff(*STOREKEEPERS, AUDITOR)
def daily_report(query: WhichReport) -> Response:
    """The daily report; once two people have signed it, what they signed."""
    if query.format == "json":
        return answer(with_signatures(house().reports.daily(query.date, house().clock())))
    return file_of(query.date, query.format)


@api.get("/reports/province", responses=answers(CSV_TYPE))
@staff(*STOREKEEPERS, AUDITOR)
def province_line(query: WhichDay) -> Response:
    """The line that goes to the province each day: documents by kind, print-ready records, blanks left."""
    return file_of(query.date, "province")


def file_of(date: str | None, form: str) -> Response:
    now = house().clock()
    found = house().reports.daily(date, now)
    view = report_view(found, house().catalogue(), house().door.names(), current().name, now)
    content = house().aside(as_file, view, form)
    _, kind, ending = MAKERS[form]
    shown = "inline" if kind == PDF_TYPE else "attachment"
    return Response(
        content,
        content_type=f"{kind}; charset=utf-8" if kind == CSV_TYPE else kind,
        headers={"Content-Disposition": f"{shown}; filename=antrean-{found.report['day']}{ending}"},
    )
