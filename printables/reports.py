"""The daily report on A4, across: section by section, with room for the signatures at the end.

A table that does not fit goes on over the page, under its headings. Source: `docs/field.md#daily-report`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printables.page import LANDSCAPE, document, fitted, say
from printables.pdf import Style, wrap
from printables.typefaces import BOLD, REGULAR
from queue_server.domain.figures import decimal, thousands
from queue_server.domain.report_sections import SIGNERS, Cell, Section, long_day, sections
from queue_server.domain.views import ReportView

WIDTH, HEIGHT = LANDSCAPE
MARGIN = 12 * mm
INNER, BOTTOM = WIDTH - 2 * MARGIN, 14 * mm
TITLE, SUBTITLE, SECTION = Style(BOLD, 17), Style(REGULAR, 10), Style(BOLD, 11)
HEADING, CELL, TOTAL, NOTE = Style(REGULAR, 7.4), Style(REGULAR, 8.6), Style(BOLD, 8.6), Style(REGULAR, 8.6)
ROW, PAD, HEADING_STEP = 13.0, 4.0, 8.6  # points
WIDEST_WORDS = 170.0
BETWEEN = 12.0
SIGNATURE = 92.0  # points of height, with room to write


def daily_report(view: ReportView) -> bytes:
    """The whole report; the same report gives the same bytes."""

    def draw(canvas: Canvas) -> None:
        sheet = Sheet(canvas, view)
        for section in sections(view.report):
            sheet.section(section)
        sheet.signatures()
        sheet.end()

    return document(f"Laporan harian {view.report['day']}", LANDSCAPE, draw)


def written(cell: Cell, signed: bool = False) -> str:
    """1.419; 2.499,5; nothing for None; +2 where the sign is part of the figure."""
    if cell is None:
        return ""
    if signed and isinstance(cell, int) and cell > 0:
        return f"+{thousands(cell)}"
    if isinstance(cell, float):
        return decimal(cell)
    return thousands(cell) if isinstance(cell, int) else cell


def said(section: Section, place: int, cell: Cell) -> str:
    return written(cell, signed=place in section.signed)


@dataclass(frozen=True, slots=True)
class Table:
    """A section with the widths of its columns and the sizes of type in which it fits the page."""

    section: Section
    widths: tuple[float, ...]
    heading: Style
    cell: Style
    total: Style

    @property
    def heading_height(self) -> float:
        lines = max((column.count("\n") for column in self.section.columns), default=0) + 1
        return lines * HEADING_STEP + 5


def laid_out(section: Section) -> Table:
    """Columns as wide as their longest entry; where all together are wider than the page, everything is smaller."""
    widths = []
    for place, column in enumerate(section.columns):
        heading = max(HEADING.width_of(line) for line in column.split("\n"))
        longest = max((TOTAL.width_of(said(section, place, row[place])) for row in section.rows), default=0)
        wanted = max(heading, longest) + 2 * PAD
        widths.append(min(wanted, WIDEST_WORDS) if place < section.words else wanted)
    scale = min(1.0, INNER / sum(widths))
    smaller = (replace(style, size=style.size * scale) for style in (HEADING, CELL, TOTAL))
    return Table(section, tuple(width * scale for width in widths), *smaller)


class Sheet:
    """The pages as they fill from above; `y` is the height of what is still free."""

    def __init__(self, canvas: Canvas, view: ReportView) -> None:
        self.canvas, self.view, self.page = canvas, view, 0
        self.begin()

    # -- pages -------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """A page says what it is, of which day, and how final."""
        self.page += 1
        canvas, view, top = self.canvas, self.view, HEIGHT - MARGIN
        title = "Laporan harian blangko" + ("" if view.final else " (sementara)")
        say(canvas, title, TITLE, MARGIN, top - 13)
        day = f"{long_day(view.report)}, {view.report['zone']}"
        say(canvas, day, Style(BOLD, 12), WIDTH - MARGIN, top - 12, align=1)
        say(canvas, f"{view.office} · kode {view.report['office_code']}", SUBTITLE, MARGIN, top - 28)
        say(canvas, f"Disusun {view.made_at} oleh {view.prepared_by}", SUBTITLE, WIDTH - MARGIN, top - 28, align=1)
        canvas.setLineWidth(1.2)
        canvas.line(MARGIN, top - 35, WIDTH - MARGIN, top - 35)
        self.y = top - 52

    def end(self) -> None:
        say(self.canvas, f"Halaman {self.page}", NOTE, WIDTH - MARGIN, BOTTOM - 14, align=1)
        self.canvas.showPage()

    def turn(self) -> None:
        self.end()
        self.begin()

    # -- sections ----------------------------------------------------------------------------------------------------

    def section(self, section: Section) -> None:
        if not section.rows:
            self.remark(section)
            return
        table = laid_out(section)
        if self.y - table.heading_height - 3 * ROW - SECTION.size < BOTTOM:
            self.turn()
        say(self.canvas, section.title, SECTION, MARGIN, self.y)
        self.y -= 6
        self.headings(table)
        first_total = len(section.rows) - section.totals
        for place, row in enumerate(section.rows):
            if self.y - ROW < BOTTOM:
                self.turn()
                self.headings(table)
            self.row(table, row, table.total if place >= first_total else table.cell)
        for line in wrap(section.note, NOTE, INNER) if section.note else ():
            say(self.canvas, line, NOTE, MARGIN, self.y - 11)
            self.y -= 11
        self.y -= BETWEEN + SECTION.size

    def remark(self, section: Section) -> None:
        """A section without a table is one line."""
        if self.y - ROW < BOTTOM:
            self.turn()
        say(self.canvas, section.title, SECTION, MARGIN, self.y)
        say(self.canvas, section.note, NOTE, MARGIN + SECTION.width_of(section.title) + 10, self.y)
        self.y -= BETWEEN + 6

    def headings(self, table: Table) -> None:
        self.canvas.setLineWidth(0.8)
        x = MARGIN
        for place, (column, width) in enumerate(zip(table.section.columns, table.widths, strict=True)):
            lines = column.split("\n")
            for line, words in enumerate(reversed(lines)):
                y = self.y - table.heading_height + 4 + line * HEADING_STEP
                self.entry(words, table.heading, x, y, width, right=place >= table.section.words)
            x += width
        self.y -= table.heading_height
        self.canvas.line(MARGIN, self.y, MARGIN + sum(table.widths), self.y)

    def row(self, table: Table, cells: Sequence[Cell], style: Style) -> None:
        x = MARGIN
        for place, (cell, width) in enumerate(zip(cells, table.widths, strict=True)):
            words = said(table.section, place, cell)
            fits = fitted(words, style, width - 2 * PAD) if place < table.section.words else style
            self.entry(words, fits, x, self.y - ROW + 4, width, right=place >= table.section.words)
            x += width
        self.y -= ROW
        self.canvas.setLineWidth(0.3)
        self.canvas.line(MARGIN, self.y, MARGIN + sum(table.widths), self.y)

    def entry(self, words: str, style: Style, x: float, y: float, width: float, right: bool) -> None:
        say(self.canvas, words, style, x + width - PAD if right else x + PAD, y, align=1 if right else 0)

    # -- H -----------------------------------------------------------------------------------------------------------

    def signatures(self) -> None:
        """In what capacity, who has signed in Antrean and when, and a line for the pen, name and NIP."""
        if self.y - SIGNATURE < BOTTOM:
            self.turn()
        say(self.canvas, "H. Tanda tangan", SECTION, MARGIN, self.y)
        width = INNER / len(SIGNERS)
        for place, words in enumerate(SIGNERS):
            x = MARGIN + place * width
            say(self.canvas, words, TOTAL, x, self.y - 16)
            signed = self.view.signed.get(words, "")
            say(self.canvas, signed, fitted(signed, NOTE, width - 12), x, self.y - 28)
            self.canvas.setLineWidth(0.6)
            self.canvas.line(x, self.y - SIGNATURE + 22, x + width - 14, self.y - SIGNATURE + 22)
            say(self.canvas, "Nama, NIP", HEADING, x, self.y - SIGNATURE + 12)
        self.y -= SIGNATURE
