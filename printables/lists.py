"""Lists for A4 paper: by kecamatan, page by page, every page saying what it is and how many there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printables.typefaces import BOLD, REGULAR, Typeface
from queue_server.domain.backlog_views import CallLine, CallList

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 15 * mm, WIDTH - 15 * mm, HEIGHT - 15 * mm, 18 * mm
ROW = 6.5 * mm
SIZE, SMALL, TITLE, GROUP = 10, 8.5, 15, 11.5
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
    file = BytesIO()
    canvas = Canvas(file, A4, invariant=True, initialFontName=REGULAR.fontName, lang=view.language)
    canvas.setTitle(view.title)
    for number, page in enumerate(pages, start=1):
        _head(canvas, view, page)
        _table(canvas, view, page)
        _foot(canvas, view, number, len(pages))
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def _pages(view: CallList) -> Iterator[Page]:
    for name, lines in view.groups:
        for start in range(0, len(lines), ROWS_A_PAGE):
            yield Page(name, len(lines), start + 1, lines[start : start + ROWS_A_PAGE])


def _head(canvas: Canvas, view: CallList, page: Page) -> None:
    words = WORDS[view.language]
    _say(canvas, view.title, BOLD, TITLE, LEFT, TOP - 12)
    _say(canvas, f"{view.office} · {view.made_on}", REGULAR, SIZE, LEFT, TOP - 28)
    if page.group:
        _say(canvas, words["of"].format(name=page.group), BOLD, GROUP, LEFT, TOP - 48)
        people = words["people"].format(number=page.people)
        _say(canvas, people, REGULAR, SIZE, RIGHT - REGULAR.width_of(people, SIZE), TOP - 48)
    else:
        _say(canvas, words["nobody"], REGULAR, GROUP, LEFT, TOP - 48)


def _table(canvas: Canvas, view: CallList, page: Page) -> None:
    y = TOP - 66
    headings = (*HEADINGS[view.language], view.day_heading)
    for column, heading in zip(COLUMNS, headings, strict=True):
        _say(canvas, heading, BOLD, SMALL, LEFT + column * mm, y)
    for number, line in enumerate(page.lines, start=page.first):
        canvas.setLineWidth(0.4)
        canvas.line(LEFT, y - 5, RIGHT, y - 5)
        y -= ROW
        cells = (str(number), line.name, line.nik, line.phone, line.kind_name, line.day)
        for place, cell in enumerate(cells):
            end = COLUMNS[place + 1] * mm if place + 1 < len(COLUMNS) else RIGHT - LEFT
            _say(canvas, _cut(cell, end - COLUMNS[place] * mm - 2), REGULAR, SMALL, LEFT + COLUMNS[place] * mm, y)


def _foot(canvas: Canvas, view: CallList, number: int, pages: int) -> None:
    said = WORDS[view.language]["page"].format(page=number, pages=pages)
    _say(canvas, view.note, REGULAR, SMALL, LEFT, BOTTOM - 12)
    _say(canvas, said, REGULAR, SMALL, RIGHT - REGULAR.width_of(said, SMALL), BOTTOM - 12)


def _cut(words: str, width: float) -> str:
    """What fits into the column; a longer text ends in dots."""
    if REGULAR.width_of(words, SMALL) <= width:
        return words
    fits = next(n for n in range(len(words), -1, -1) if REGULAR.width_of(words[:n] + "…", SMALL) <= width)
    return words[:fits] + "…"


def _say(canvas: Canvas, words: str, face: Typeface, size: float, x: float, y: float) -> None:
    canvas.setFont(face.fontName, size)
    text = canvas.beginText(x, y)
    text.textLine(words)
    canvas.drawText(text)
