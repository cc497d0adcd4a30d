"""The public stock board as a poster of A4: one figure, how many of, as of when. Never a name.

Source: `docs/field.md#daily-announcement`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printables import motif, qr
from printables.page import PORTRAIT, document, fitted, say
from printables.pdf import Style, stencil, wrap
from printables.typefaces import BOLD, NUMERALS, REGULAR
from queue_server.domain import calendar
from queue_server.domain.figures import thousands
from queue_server.domain.views import ItemStock, PosterView

WIDTH, HEIGHT = PORTRAIT
MARGIN = 18 * mm
INNER = WIDTH - 2 * MARGIN
INDIGO, INK, SOGA, GREY, RED = (HexColor(f"#{code}") for code in ("1a3159", "1d1a16", "d9a467", "8a7a60", "9c2d1b"))
BAND = 7 * mm
TILES = 12
BAR: float = 9 * mm
FOOT = 46 * mm
OFFICE, DAY, QUESTION = Style(BOLD, 16), Style(REGULAR, 13), Style(BOLD, 25)
FIGURE, OF, HEAD, LINE = Style(NUMERALS, 230), Style(BOLD, 16), Style(BOLD, 15), Style(REGULAR, 14)
FREE, FREE_MORE = Style(BOLD, 34), Style(REGULAR, 14)
STEP = 20


def stock_poster(view: PosterView) -> bytes:
    """The poster of the moment; the same figures give the same bytes."""

    def draw(canvas: Canvas) -> None:
        head(canvas, view)
        y = hero(canvas, view, view.board.items[0]) if view.board.items else HEIGHT - 60 * mm
        for heading, lines in cards(view):
            y = card(canvas, heading, lines, y)
        foot(canvas, view)
        canvas.showPage()

    return document("Papan stok blangko", PORTRAIT, draw)


def head(canvas: Canvas, view: PosterView) -> None:
    canvas.setFillColor(INDIGO)
    stencil(canvas, motif.band(TILES), 0, HEIGHT - BAND, WIDTH, BAND)
    canvas.setFillColor(INK)
    say(canvas, view.office, OFFICE, MARGIN, HEIGHT - BAND - 30)
    day = calendar.long_date(date.fromisoformat(view.board.day.day))
    say(canvas, day, DAY, WIDTH - MARGIN, HEIGHT - BAND - 30, align=1)


def hero(canvas: Canvas, view: PosterView, item: ItemStock) -> float:
    """The first item in the largest figure, its bar, and what the bar's parts are; gives the height below it."""
    y = HEIGHT - BAND - 72
    for line in wrap(f"{item.name} yang masih bisa diambil hari ini", QUESTION, INNER):
        say(canvas, line, QUESTION, MARGIN, y)
        y -= 30
    words = thousands(item.available)
    style = fitted(words, FIGURE, INNER)
    canvas.setFillColor(INDIGO if item.available else RED)
    y -= 0.72 * style.size
    say(canvas, words, style, MARGIN - 4, y)
    canvas.setFillColor(INK)
    y -= 30
    say(canvas, f"dari {thousands(item.of)} untuk hari ini, per {view.clock} {view.board.day.zone}", OF, MARGIN, y)
    return bar(canvas, item, y - 14)


def bar(canvas: Canvas, item: ItemStock, top: float) -> float:
    used = max(item.of - item.available - item.promised, 0)
    parts = (
        (item.available, INDIGO, f"Masih bisa diambil {thousands(item.available)}"),
        (item.promised, SOGA, f"Disisihkan untuk yang menunggu {thousands(item.promised)}"),
        (used, GREY, f"Sudah dicetak {thousands(used)}"),
    )
    whole, x = max(sum(number for number, _, _ in parts), 1), MARGIN
    for number, colour, _ in parts:
        canvas.setFillColor(colour)
        canvas.rect(x, top - BAR, INNER * number / whole, BAR, stroke=0, fill=1)
        x += INNER * number / whole
    x, y = MARGIN, top - BAR - 20
    small = Style(REGULAR, 11)
    for _, colour, words in parts:
        canvas.setFillColor(colour)
        canvas.rect(x, y - 1, 9, 9, stroke=0, fill=1)
        canvas.setFillColor(INK)
        say(canvas, words, small, x + 14, y)
        x += 14 + small.width_of(words) + 18
    return y - 34


def cards(view: PosterView) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Other blanks, the day's quota, what the blanks went to, and the next delivery, where there are any."""
    board = view.board
    if others := board.items[1:]:
        yield "Blangko lain", [(item.name, thousands(item.available) if item.available else "habis") for item in others]
    if board.quota:
        total, left = map(thousands, board.quota)
        yield "Kuota hari ini", [(f"dari {total}", f"sisa {left}")]
    if board.purposes:
        yield (
            "Dipakai hari ini untuk",
            [(p.name, thousands(p.printed) if p.served else "tidak dilayani hari ini") for p in board.purposes],
        )
    if deliveries := [delivery(item, item.next_delivery) for item in board.items if item.next_delivery]:
        yield "Kiriman berikutnya (perkiraan)", deliveries


def delivery(item: ItemStock, day: str) -> tuple[str, str]:
    """What is announced, and for when."""
    announced = f", {thousands(item.delivery_quantity)} {item.unit}" if item.delivery_quantity else ""
    return item.name + announced, calendar.long_date(date.fromisoformat(day))


def card(canvas: Canvas, heading: str, lines: list[tuple[str, str]], y: float) -> float:
    """A heading and its lines; one that would reach into the foot is left out."""
    if y - (len(lines) + 1) * STEP < FOOT + BAND:
        return y
    say(canvas, heading, HEAD, MARGIN, y)
    for name, value in lines:
        y -= STEP
        say(canvas, name, LINE, MARGIN, y)
        say(canvas, value, HEAD, WIDTH - MARGIN, y, align=1)
    return y - 1.6 * STEP


def foot(canvas: Canvas, view: PosterView) -> None:
    """Gratis, and where to complain; the code is there only with an address."""
    canvas.setFillColor(INDIGO)
    stencil(canvas, motif.band(TILES), 0, 0, WIDTH, BAND)
    canvas.setFillColor(INK)
    say(canvas, "GRATIS", FREE, MARGIN, FOOT - 22)
    say(canvas, "Blangko dan semua layanan tidak dipungut biaya.", FREE_MORE, MARGIN, FOOT - 44)
    where = "Laporkan: pindai kode ini." if view.board.complaints else "Laporkan ke meja informasi."
    say(canvas, f"Diminta bayar? {where}", FREE_MORE, MARGIN, FOOT - 63)
    if view.board.complaints:
        side = FOOT - BAND - 12
        code = qr.ink(view.board.complaints)
        stencil(canvas, code, WIDTH - MARGIN - side, BAND + 10, side, side)
