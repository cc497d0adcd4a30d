"""The same lists as a workbook. Every cell is written as text: a spreadsheet shows it and never reckons it."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter

from printables.lists import HEADINGS
from queue_server.domain.backlog_views import CallList

WIDTHS = (6, 22, 34, 20, 18, 34, 18)
SHEET_NAME = {"id": "Daftar", "en": "List"}
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def call_list(view: CallList) -> bytes:
    """One sheet with a row for each person, so that it can be sorted and filtered."""
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(SHEET_NAME[view.language])
        bold = book.add_format({"bold": True})
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        sheet.write_string(0, 0, f"{view.title} · {view.office} · {view.made_on}", bold)
        sheet.write_string(1, 0, view.note)
        first, *others = HEADINGS[view.language]
        for place, heading in enumerate((first, "Kecamatan", *others, view.day_heading)):
            sheet.write_string(3, place, heading, bold)
        lines = [(name, line) for name, its in view.groups for line in its]
        for row, (name, line) in enumerate(lines, start=4):
            sheet.write_number(row, 0, row - 3)
            for place, cell in enumerate((name, line.name, line.nik, line.phone, line.kind_name, line.day), start=1):
                sheet.write_string(row, place, cell)
        sheet.freeze_panes(4, 0)
    return file.getvalue()
