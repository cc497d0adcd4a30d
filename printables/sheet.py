"""An official sheet of A4: letterhead, words, tables and lines for signatures, on as many pages as it takes.

Measures are points. A block never breaks over two pages; the head of a table stands again on each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from io import BytesIO

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printables.pdf import Style, wrap
from printables.typefaces import BOLD, REGULAR

WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 22 * mm, 20 * mm, 18 * mm, 22 * mm
INNER = WIDTH - LEFT - RIGHT
LEADING = 1.35  # of the type size, from line to line
CELL = 4  # points around the words of a cell
SIGNATURE = 74  # points of height, room for a name written by hand
PLAIN, STRONG, TITLE, HEAD, SMALL = (
    Style(REGULAR, 11),
    Style(BOLD, 11),
    Style(BOLD, 15),
    Style(BOLD, 13),
    Style(REGULAR, 9),
)

Draw = Callable[[Canvas, float], None]


@dataclass(frozen=True, slots=True)
class Block:
    """So high; `draw` is given the canvas and the height of its upper edge. `again` stands on top of a new page."""

    height: float
    draw: Draw
    again: Block | None = None


def sheet(title: str, blocks: Sequence[Block]) -> bytes:
    """The PDF; the same blocks give the same bytes."""
    file = BytesIO()
    canvas = Canvas(file, A4, invariant=True, initialFontName=REGULAR.fontName, lang="id")
    canvas.setTitle(title)
    pages = paginate(blocks)
    for number, page in enumerate(pages, start=1):
        top = HEIGHT - TOP
        for block in page:
            block.draw(canvas, top)
            top -= block.height
        if len(pages) > 1:
            words = f"Halaman {number} dari {len(pages)}"
            write(canvas, words, SMALL, WIDTH - RIGHT - SMALL.width_of(words), BOTTOM / 2)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def paginate(blocks: Sequence[Block]) -> list[list[Block]]:
    room = HEIGHT - TOP - BOTTOM
    pages: list[list[Block]] = [[]]
    free = room
    for block in blocks:
        if block.height > free and pages[-1]:
            pages.append([block.again] if block.again else [])
            free = room - (block.again.height if block.again else 0)
        pages[-1].append(block)
        free -= block.height
    return pages


# -- words -----------------------------------------------------------------------------------------------------------


def write(canvas: Canvas, words: str, style: Style, x: float, baseline: float) -> None:
    canvas.setFont(style.face.fontName, style.size)
    canvas.drawString(x, baseline, words)


def gap(points: float) -> Block:
    return Block(points, lambda canvas, top: None)


def paragraph(words: str, style: Style = PLAIN, centred: bool = False) -> Block:
    lines, step = wrap(words, style, INNER), style.size * LEADING

    def draw(canvas: Canvas, top: float) -> None:
        for place, line in enumerate(lines):
            x = LEFT + (INNER - style.width_of(line)) / 2 if centred else LEFT
            write(canvas, line, style, x, top - place * step - style.size)

    return Block(len(lines) * step, draw)


def letterhead(office: str) -> list[Block]:
    """Whose sheet it is. No coat of arms: that is the office's own to print on its paper."""

    def rule(canvas: Canvas, top: float) -> None:
        canvas.setLineWidth(2)
        canvas.line(LEFT, top - 6, WIDTH - RIGHT, top - 6)
        canvas.setLineWidth(0.5)
        canvas.line(LEFT, top - 9, WIDTH - RIGHT, top - 9)

    return [
        paragraph(f"Pemerintah {office}", HEAD, centred=True),
        paragraph("Dinas Kependudukan dan Pencatatan Sipil", HEAD, centred=True),
        Block(26, rule),
    ]


# -- tables ----------------------------------------------------------------------------------------------------------


def facts(pairs: Sequence[tuple[str, str]], label: float = 0.42) -> list[Block]:
    """A line for each: what it is, and its value."""
    return [row((name, value), (label, 1 - label), ruled=False) for name, value in pairs]


def table(
    heads: Sequence[str], shares: Sequence[float], rows: Sequence[Sequence[str]], right: Collection[int]
) -> list[Block]:
    """`shares` of the width for each column; those numbered in `right` hold figures."""
    head = row(heads, shares, STRONG, right=right)
    return [head, *(row(cells, shares, right=right, again=head) for cells in rows)]


def row(
    cells: Sequence[str],
    shares: Sequence[float],
    style: Style = PLAIN,
    *,
    ruled: bool = True,
    right: Collection[int] = (),
    again: Block | None = None,
) -> Block:
    widths = [share * INNER for share in shares]
    side = CELL if ruled else 0
    lines = [wrap(cell, style, width - 2 * side) for cell, width in zip(cells, widths, strict=True)]
    step = style.size * LEADING
    height = max(len(column) for column in lines) * step + 2 * CELL

    def draw(canvas: Canvas, top: float) -> None:
        x = LEFT
        canvas.setLineWidth(0.5)
        for number, (column, width) in enumerate(zip(lines, widths, strict=True)):
            if ruled:
                canvas.rect(x, top - height, width, height)
            for place, line in enumerate(column):
                start = x + width - side - style.width_of(line) if number in right else x + side
                write(canvas, line, style, start, top - CELL - place * step - style.size)
            x += width

    return Block(height, draw, again)


# -- signatures ------------------------------------------------------------------------------------------------------


def signatures(*who: str) -> Block:
    """Side by side: in what capacity, room to sign, and lines for the name and NIP, which are written by hand."""
    width = INNER / max(2, len(who))
    first = LEFT + INNER - width if len(who) == 1 else LEFT
    lines = [wrap(words, STRONG, width - 2 * CELL) for words in who]
    step = STRONG.size * LEADING
    heads = max(len(words) for words in lines) * step

    def draw(canvas: Canvas, top: float) -> None:
        canvas.setLineWidth(0.5)
        for number, words in enumerate(lines):
            x = first + number * width
            for place, line in enumerate(words):
                write(canvas, line, STRONG, x, top - place * step - STRONG.size)
            bottom = top - heads - SIGNATURE
            canvas.line(x, bottom + 20, x + width - 24, bottom + 20)
            write(canvas, "Nama", SMALL, x, bottom + 10)
            write(canvas, "NIP", SMALL, x, bottom - 2)

    return Block(heads + SIGNATURE + 12, draw)
