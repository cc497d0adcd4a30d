"""The daily report for spreadsheets: a workbook with a sheet for each section, and plain CSV.

Some words in a report were typed in by people, so nothing is ever written as a formula, a link or a number unless it
is a figure. A workbook shows figures as the office writes them (1.419) in whatever language it is opened; CSV holds
bare digits, because there a full stop would be read as a decimal point.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from printables.spreadsheets import OPTIONS
from queue_server.domain.report_sections import Cell, Section, long_day, province_line, sections
from queue_server.domain.views import ReportView

# With the dots written out: a comma would follow the reader's locale.
FIGURE = r"[>=1000000]#\.###\.##0;[>=1000]#\.##0;0"
DECIMAL = "0.0"
SIGNED = r"[>=1000]+#\.##0;[>0]+0;0"
FIRST_ROW = 4  # of a table: above it stand office, day and title
NARROW, WIDE = 11, 34  # characters
# What a spreadsheet takes for the beginning of a formula.
BEGINS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones count as well


def daily_xlsx(view: ReportView) -> bytes:
    """One sheet for each section that has something to show, in the report's order."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        formats = {
            "bold": book.add_format({"bold": True}),
            "heading": book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 1}),
            "figure": book.add_format({"num_format": FIGURE}),
            "signed": book.add_format({"num_format": SIGNED}),
            "decimal": book.add_format({"num_format": DECIMAL}),
        }
        for section in sections(view.report):
            fill(book.add_worksheet(section.title), view, section, formats)
    return file.getvalue()


def fill(sheet: Worksheet, view: ReportView, section: Section, formats: Mapping[str, Format]) -> None:
    final = "" if view.final else " (sementara)"
    sheet.write_string(0, 0, f"{view.office} · {long_day(view.report)}{final}", formats["bold"])
    sheet.write_string(1, 0, section.title, formats["bold"])
    if section.note:
        sheet.write_string(2, 0, section.note)
    for place, column in enumerate(section.columns):
        sheet.set_column(place, place, WIDE if place < section.words else NARROW)
        sheet.write_string(FIRST_ROW - 1, place, one_line(column), formats["heading"])
    for row, cells in enumerate(section.rows, start=FIRST_ROW):
        for place, cell in enumerate(cells):
            kind = "decimal" if isinstance(cell, float) else "signed" if place in section.signed else "figure"
            write(sheet, row, place, cell, formats[kind])
    sheet.freeze_panes(FIRST_ROW, section.words)


def write(sheet: Worksheet, row: int, place: int, cell: Cell, form: Format) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, place, cell)
    elif cell is not None:
        sheet.write_number(row, place, cell, form)


def one_line(heading: str) -> str:
    """A heading whose word is broken on paper is whole here."""
    return heading.replace("-\n", "").replace("\n", " ")


# -- CSV ---------------------------------------------------------------------------------------------------------------


def daily_csv(view: ReportView) -> str:
    """Office and day, then every section: its title, its columns, its rows."""
    lines: list[Sequence[Cell]] = [(view.office, view.report["day"], "" if view.final else "sementara")]
    for section in sections(view.report):
        lines += [(), (section.title,), tuple(map(one_line, section.columns)), *section.rows]
        if section.note:
            lines.append((section.note,))
    return written(lines)


def province_csv(view: ReportView) -> str:
    """One line with its headings, to be put under the line of the day before."""
    line = province_line(view.report)
    return written([tuple(line), tuple(line.values())])


def written(lines: Iterable[Sequence[Cell]]) -> str:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerows([plain(cell) for cell in line] for line in lines)
    return output.getvalue()


def plain(cell: Cell) -> Cell:
    """A text that a spreadsheet shows and never reckons."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip().startswith(BEGINS_FORMULA) else cell
