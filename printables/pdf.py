"""A slip as a PDF, 80 mm wide and as long as it has to be: for printers behind a driver, and to be kept or sent.

All measures are dots of the thermal printer (8 to the millimetre), so that this file and the design speak of the same
sizes: 576 dots of print and 32 of margin on each side. Words and figures are text that can be copied and read aloud;
band and QR code are 1-bit pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printables import motif, qr
from printables.backlog_slip import backlog_blocks
from printables.slip import Band, Block, Checklist, Closing, Figures, Hero, Text, Weight, blocks
from printables.typefaces import BOLD, NUMERALS, REGULAR, Typeface
from queue_server.domain.backlog_views import BacklogSlip
from queue_server.domain.views import SlipView

DOT = mm / 8
WIDTH, MARGIN = 576, 32
INDENT = 16  # of everything but the band
INNER = WIDTH - 2 * INDENT
AIR = 16  # above and below a band
LINE, BASELINE = 1.25, 0.96  # of the type size: from line to line, and from the top of a line to its baseline
CAPITAL = 0.71  # of the type size: how high a numeral stands
HERO, HERO_GAP = 176, 26
FIRST_COLUMN = 190
BOX, BOX_EDGE, BOX_GAP = 22, 3, 14
QR_SIDE, QR_COLUMN, QR_GAP = 198, 222, 18


@dataclass(frozen=True, slots=True)
class Style:
    face: Typeface
    size: int
    above: int = 0  # dots left free between it and what stands over it

    def width_of(self, words: str) -> float:
        return self.face.width_of(words, self.size)


STYLES: dict[Weight, Style] = {
    "office": Style(BOLD, 30),
    "label": Style(REGULAR, 30, above=18),
    "service": Style(BOLD, 36),
    "strong": Style(BOLD, 26, above=14),
    "plain": Style(REGULAR, 24, above=6),
}
HEADING, ITEM = Style(BOLD, 26), Style(REGULAR, 26)
CLOSING_HEADING, CLOSING = Style(BOLD, 31), Style(REGULAR, 26)
FIGURE_LABEL, FIGURE = Style(REGULAR, 24), Style(NUMERALS, 52)


@dataclass(frozen=True, slots=True)
class Piece:
    """Something on the slip and its height in dots; `draw` is given the canvas and the height of its upper edge."""

    height: float
    draw: Callable[[Canvas, float], None]


def slip(view: SlipView) -> bytes:
    """The whole slip as one page; the same slip gives the same bytes."""
    return _paper(blocks(view), view.number, view.language)


def backlog_slip(view: BacklogSlip) -> bytes:
    """The slip of somebody whose card is still to be printed."""
    return _paper(backlog_blocks(view), view.number or view.state_name, view.language)


def _paper(parts: Iterable[Block], title: str, language: str) -> bytes:
    page = _column([piece for block in parts for piece in _pieces(block)])
    file = BytesIO()
    size = ((WIDTH + 2 * MARGIN) * DOT, page.height * DOT)
    canvas = Canvas(
        file,
        size,
        pageCompression=0,  # packing the page takes longer than it saves
        invariant=True,
        initialFontName=REGULAR.fontName,  # else Helvetica would be named, and it is not embedded
        lang=language,
    )
    canvas.setTitle(title)
    canvas.scale(DOT, DOT)
    canvas.translate(MARGIN, 0)
    page.draw(canvas, page.height)
    canvas.save()
    return file.getvalue()


def _pieces(block: Block) -> Iterator[Piece]:
    match block:
        case Band():
            yield from (_gap(AIR), _band(), _gap(AIR))
        case Hero(words):
            size = min(HERO, HERO * INNER / NUMERALS.width_of(words, HERO))
            x = (WIDTH - NUMERALS.width_of(words, size)) / 2
            yield from (_gap(HERO_GAP), _numeral(words, size, x), _gap(HERO_GAP))
        case Text(words, weight):
            yield _gap(STYLES[weight].above)
            yield from _paragraph(words, STYLES[weight])
        case Figures(pairs):
            yield from _figures(pairs)
        case Checklist(heading, things):
            yield from _checklist(heading, things)
        case Closing(address, heading, lines):
            yield from _closing(address, heading, lines)


@lru_cache
def _band() -> Piece:
    return _picture(motif.band(WIDTH // motif.WIDTH), 0, WIDTH, motif.HEIGHT)


# -- parts of a slip -----------------------------------------------------------------------------------------------


def _figures(pairs: tuple[tuple[str, str], ...]) -> Iterator[Piece]:
    """Between two rules; a bar parts the second from the first."""
    first = _figure(*pairs[0], INDENT)
    columns = [first]
    if len(pairs) > 1:
        label, value = pairs[0]
        wide = max(FIGURE_LABEL.width_of(label), FIGURE.width_of(value))
        bar = INDENT + max(FIRST_COLUMN, wide + 20)
        columns += [_rule(bar, 4, first.height), _figure(*pairs[1], bar + 24)]
    yield from (_gap(18), _rule(INDENT, INNER, 4), _gap(12), _beside(columns), _gap(8), _rule(INDENT, INNER, 4))


def _figure(label: str, value: str, x: float) -> Piece:
    return _column([_line(label, FIGURE_LABEL, x), _gap(12), _numeral(value, FIGURE.size, x), _gap(8)])


def _checklist(heading: str, things: tuple[str, ...]) -> Iterator[Piece]:
    yield from (_gap(14), _dashes(), _gap(12))
    yield from _paragraph(heading, HEADING, INDENT)
    for thing in things:
        lines = _column(list(_paragraph(thing, ITEM, INDENT + BOX + BOX_GAP)))
        yield _beside([_box(), lines])


def _closing(address: str | None, heading: str | None, lines: tuple[str, ...]) -> Iterator[Piece]:
    yield from (_gap(16), _dashes(), _gap(14))
    if not (address and heading):
        for line in lines:
            yield from _paragraph(line, CLOSING)
        return
    x = INDENT + QR_COLUMN + QR_GAP
    words = _column(
        [
            *_paragraph(heading, CLOSING_HEADING, x),
            *(piece for line in lines for piece in _paragraph(line, CLOSING, x)),
        ]
    )
    code = _picture(qr.ink(address), INDENT + (QR_COLUMN - QR_SIDE) / 2, QR_SIDE, QR_SIDE)
    yield from (_beside([code, words]), _gap(12))


# -- words ---------------------------------------------------------------------------------------------------------


def _paragraph(words: str, style: Style, x: float | None = None) -> Iterator[Piece]:
    """As many lines as it takes, centred on the paper or from `x` to the right edge."""
    start = INDENT if x is None else x
    for line in wrap(words, style, WIDTH - INDENT - start):
        yield _line(line, style, (WIDTH - style.width_of(line)) / 2 if x is None else x)


def wrap(words: str, style: Style, width: float) -> list[str]:
    """Lines that fit into so many dots; a word that is wider than a line is cut."""
    lines, free, space = [""], width, style.width_of(" ")
    for word in words.split():
        needed = style.width_of(word)
        if lines[-1] and space + needed <= free:
            lines[-1] += f" {word}"
            free -= space + needed
            continue
        lines += _cut(word, style, width)
        free = width - style.width_of(lines[-1])
    return lines[1:]


def _cut(word: str, style: Style, width: float) -> Iterator[str]:
    while style.width_of(word) > width:
        fits = next(n for n in range(len(word) - 1, 0, -1) if style.width_of(word[:n]) <= width)
        yield word[:fits]
        word = word[fits:]
    yield word


def _line(words: str, style: Style, x: float) -> Piece:
    return _text(words, style.face, style.size, x, LINE * style.size, BASELINE * style.size)


def _numeral(words: str, size: float, x: float) -> Piece:
    """Exactly as high as its capitals."""
    return _text(words, NUMERALS, size, x, CAPITAL * size, CAPITAL * size)


def _text(words: str, face: Typeface, size: float, x: float, height: float, baseline: float) -> Piece:
    def draw(canvas: Canvas, top: float) -> None:
        canvas.setFont(face.fontName, size)
        text = canvas.beginText(x, top - baseline)
        text.textLine(words)
        canvas.drawText(text)

    return Piece(height, draw)


# -- shapes --------------------------------------------------------------------------------------------------------


def _gap(dots: float) -> Piece:
    return Piece(dots, lambda canvas, top: None)


def _column(pieces: Sequence[Piece]) -> Piece:
    def draw(canvas: Canvas, top: float) -> None:
        for piece in pieces:
            piece.draw(canvas, top)
            top -= piece.height

    return Piece(sum(piece.height for piece in pieces), draw)


def _beside(pieces: Sequence[Piece]) -> Piece:
    """Each draws at its own x; all stand in the middle of the tallest."""
    height = max(piece.height for piece in pieces)

    def draw(canvas: Canvas, top: float) -> None:
        for piece in pieces:
            piece.draw(canvas, top - (height - piece.height) / 2)

    return Piece(height, draw)


def _rule(x: float, width: float, height: float) -> Piece:
    def draw(canvas: Canvas, top: float) -> None:
        canvas.rect(x, top - height, width, height, stroke=0, fill=1)

    return Piece(height, draw)


def _dashes() -> Piece:
    def draw(canvas: Canvas, top: float) -> None:
        canvas.setLineWidth(2)
        canvas.setDash(6, 4)
        canvas.line(INDENT, top - 1, WIDTH - INDENT, top - 1)
        canvas.setDash()

    return Piece(2, draw)


def _box() -> Piece:
    def draw(canvas: Canvas, top: float) -> None:
        canvas.setLineWidth(BOX_EDGE)
        side = BOX - BOX_EDGE
        canvas.rect(INDENT + BOX_EDGE / 2, top - BOX + BOX_EDGE / 2, side, side)

    return Piece(BOX, draw)


def _picture(image: Image.Image, x: float, width: float, height: float) -> Piece:
    """A 1-bit picture as a stencil: ink is painted black, the rest stays paper."""
    head = f"BI /W {image.width} /H {image.height} /IM true /D [1 0] /F /AHx ID"
    data = image.tobytes().hex()

    def draw(canvas: Canvas, top: float) -> None:
        canvas.addLiteral(f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {top - height:.2f} cm {head} {data}> EI Q")

    return Piece(height, draw)
