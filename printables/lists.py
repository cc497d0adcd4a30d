"""Lists for A4 paper: by kecamatan, page by page, every page saying what it is and how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printables.page import PORTRAIT, document, say
from printables.pdf import Style
from printables.typefaces import BOLD, REGULAR
from queue_server.domain.backlog_views import CallLine, CallList

WIDTH, HEIGHT = PORTRAIT
LEFT, RIGHT, TOP, BOTTOM = 15 * mm, WIDTH - 15 * mm, HEIGHT - 15 * mm, 18 * mm
ROW = 6.5 * mm
TITLE, GROUP, NOBODY = Style(BOLD, 15), Style(BOLD, 11.5), Style(REGULAR, 11.5)
PLAIN, HEADING, CELL = Style(REGULAR, 10), Style(BOLD, 8.5), Style(REGULAR, 8.5)
ROWS_A_PAGE = 36
COLUMNS = (0, 9, 60, 92, 116, 155)  # mm from the left: number, name, NIK, telephone, kind, day

HEADINGS = {"id": ("No.", "Nama", "NIK", "Telepon", "Jenis"), "en": ("No.", "Name", "NIK", "Telephone", "Kind")}
WORDS = {
    "id": {
        "page": "Halaman {page} dari {pages}",
        "people": "{number} orang",
        "nobody": "Tidak ada yang perlu dipanggil.",
        "of": "Kecamatan {name}",
    },
    "en": {
        "page": "Page {page} of {pages}",
        "people": "{number} people",
        "nobody": "Nobody is to be called.",
        "of": "Kecamatan {name}",
    },
}


@dataclass(frozen=True, slots=True)
class Page:
    group: str
    people: int  # of the whole kecamatan
    first: int  # number of its first line
    lines: tuple[CallLine, ...]


def call_list(view: CallList) -> bytes:
    """The whole list; a kecamatan begins on a page of its own, so that it can be handed out alone."""
    pages = list(_pages(view)) or [Page("", 0, 1, ())]

    def draw(canvas: Canvas) -> None:
        for number, page in enumerate(pages, start=1):
            _head(canvas, view, page)
            _table(canvas, view, page)
            _foot(canvas, view, number, len(pages))
            canvas.showPage()

    return document(view.title, PORTRAIT, draw, view.language)


def _pages(view: CallList) -> Iterator[Page]:
    for name, lines in view.groups:
        for start in range(0, len(lines), ROWS_A_PAGE):
            yield Page(name, len(lines), start + 1, lines[start : start + ROWS_A_PAGE])


def _head(canvas: Canvas, view: CallList, page: Page) -> None:
    words = WORDS[view.language]
    say(canvas, view.title, TITLE, LEFT, TOP - 12)
    say(canvas, f"{view.office} · {view.made_on}", PLAIN, LEFT, TOP - 28)
    if page.group:
        say(canvas, words["of"].format(name=page.group), GROUP, LEFT, TOP - 48)
        say(canvas, words["people"].format(number=page.people), PLAIN, RIGHT, TOP - 48, align=1)
    else:
        say(canvas, words["nobody"], NOBODY, LEFT, TOP - 48)


def _table(canvas: Canvas, view: CallList, page: Page) -> None:
    y = TOP - 66
    headings = (*HEADINGS[view.language], view.day_heading)
    for column, heading in zip(COLUMNS, headings, strict=True):
        say(canvas, heading, HEADING, LEFT + column * mm, y)
    for number, line in enumerate(page.lines, start=page.first):
        canvas.setLineWidth(0.4)
        canvas.line(LEFT, y - 5, RIGHT, y - 5)
        y -= ROW
        cells = (str(number), line.name, line.nik, line.phone, line.kind_name, line.day)
        for place, cell in enumerate(cells):
            end = COLUMNS[place + 1] * mm if place + 1 < len(COLUMNS) else RIGHT - LEFT
            say(canvas, _cut(cell, end - COLUMNS[place] * mm - 2), CELL, LEFT + COLUMNS[place] * mm, y)


def _foot(canvas: Canvas, view: CallList, number: int, pages: int) -> None:
    said = WORDS[view.language]["page"].format(page=number, pages=pages)
    say(canvas, view.note, CELL, LEFT, BOTTOM - 12)
    say(canvas, said, CELL, RIGHT, BOTTOM - 12, align=1)


def _cut(words: str, width: float) -> str:
    """What fits into the column; a longer text ends in dots."""
    if CELL.width_of(words) <= width:
        return words
    fits = next(n for n in range(len(words), -1, -1) if CELL.width_of(words[:n] + "…") <= width)
    return words[:fits] + "…"
