"""Numbers on paper for a day without electricity: to be cut out, with a sheet beside them on which staff write.

Source: `docs/field.md#numbers-on-paper`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printables.page import PORTRAIT, document, fitted, say
from printables.pdf import Style
from printables.typefaces import BOLD, NUMERALS, REGULAR
from queue_server.domain import calendar
from queue_server.domain.tickets import number_label
from queue_server.domain.views import PaperGroup, PaperView

WIDTH, HEIGHT = PORTRAIT
MARGIN, HEAD = 12 * mm, 35 * mm
INNER = WIDTH - 2 * MARGIN
COLUMNS, ROWS = 3, 8
CELL, DEEP = INNER / COLUMNS, (HEIGHT - HEAD - 12 * mm) / ROWS
A_PAGE = COLUMNS * ROWS
LINE = 10 * mm  # of a record sheet, which has as many as numbers stand on a page
TITLE, PLAIN, SMALL = Style(BOLD, 17), Style(REGULAR, 10.5), Style(REGULAR, 9)
NAME, NUMBER = Style(BOLD, 10.5), Style(NUMERALS, 54)
HEADINGS = (("Nomor", 0), ("Layanan", 26), ("Jam", 98), ("Menunggu", 118), ("Selesai", 142), ("Pulang", 163))  # mm

HOW = (
    "Hanya bila listrik atau server padam. Bagikan berurutan dari nomor terkecil, gunting di garis putus-putus.",
    "Setelah menyala: Pengawas, Laporan, Nomor kertas. Nomor kios berjalan sendiri dan tidak pernah sama.",
)


def emergency_numbers(view: PaperView) -> bytes:
    """For each group the pages of numbers, then the sheets to keep them on."""

    def draw(canvas: Canvas) -> None:
        for group in view.groups:
            numbers = range(view.first, view.first + view.numbers)
            pages = [numbers[start : start + A_PAGE] for start in range(0, view.numbers, A_PAGE)]
            for page, on_it in enumerate(pages, start=1):
                head(canvas, view, f"Nomor darurat {group.prefix}: {group.name}", f"{page} dari {len(pages)}", HOW)
                cut_out(canvas, view, group, on_it)
                canvas.showPage()
            for page, on_it in enumerate(pages, start=1):
                what = "Tulis layanannya dan jam nomor dibagikan, lalu tandai bagaimana berakhirnya."
                title = f"Lembar catatan {group.prefix}: {group.name}"
                head(canvas, view, title, f"{page} dari {len(pages)}", (what,))
                record_sheet(canvas, group, on_it)
                canvas.showPage()

    return document("Nomor antrean darurat", PORTRAIT, draw)


def head(canvas: Canvas, view: PaperView, title: str, page: str, lines: Sequence[str]) -> None:
    top = HEIGHT - MARGIN
    day = calendar.long_date(date.fromisoformat(view.day))
    say(canvas, title, fitted(title, TITLE, INNER - 30 * mm), MARGIN, top - 13)
    say(canvas, page, PLAIN, WIDTH - MARGIN, top - 13, align=1)
    say(canvas, f"{view.office} · {day}", NAME, MARGIN, top - 29)
    for place, line in enumerate(lines):
        say(canvas, line, SMALL, MARGIN, top - 43 - 11 * place)


def cut_out(canvas: Canvas, view: PaperView, group: PaperGroup, numbers: Sequence[int]) -> None:
    canvas.setLineWidth(0.6)
    canvas.setDash(3, 3)
    top = HEIGHT - HEAD
    rows = -(-len(numbers) // COLUMNS)
    for row in range(rows + 1):
        canvas.line(MARGIN, top - row * DEEP, WIDTH - MARGIN, top - row * DEEP)
    for column in range(COLUMNS + 1):
        canvas.line(MARGIN + column * CELL, top, MARGIN + column * CELL, top - rows * DEEP)
    canvas.setDash()
    for place, number in enumerate(numbers):
        x = MARGIN + (place % COLUMNS + 0.5) * CELL
        y = top - place // COLUMNS * DEEP
        words = number_label(group.prefix, number)
        say(canvas, group.name, fitted(group.name, NAME, CELL - 5 * mm), x, y - 15, align=0.5)
        say(canvas, words, fitted(words, NUMBER, CELL - 6 * mm), x, y - 62, align=0.5)
        day = calendar.short_date(date.fromisoformat(view.day))
        say(canvas, f"{day} · Gratis", SMALL, x, y - DEEP + 7, align=0.5)


def record_sheet(canvas: Canvas, group: PaperGroup, numbers: Sequence[int]) -> None:
    top = HEIGHT - HEAD
    for heading, x in HEADINGS:
        say(canvas, heading, NAME, MARGIN + x * mm, top)
    canvas.setLineWidth(0.5)
    for place, number in enumerate(numbers, start=1):
        y = top - place * LINE
        canvas.line(MARGIN, y - 2.4 * mm, WIDTH - MARGIN, y - 2.4 * mm)
        say(canvas, number_label(group.prefix, number), NAME, MARGIN, y)
        for _, x in HEADINGS[3:]:
            canvas.rect(MARGIN + (x + 3) * mm, y - 1 * mm, 4.4 * mm, 4.4 * mm)
