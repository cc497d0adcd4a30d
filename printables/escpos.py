"""A slip as ESC/POS bytes for thermal printers of 58 and 80 mm.

The bytes are put together here, from the command names of python-escpos: its printer classes choose code pages by
themselves (an en dash came out as byte 0x96, which cheap printers show as garbage), know no hanging indent, and take
many times as long for a slip that is the same but for some words. Bands and number are raster, so that they look the
same on every printer; all else is the printer's own font A, 12 x 24 dots, and plain ASCII, which every code page has.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from escpos import constants as command
from PIL import Image, ImageDraw, ImageFont

from printables import motif, qr
from printables.backlog_slip import backlog_blocks
from printables.slip import Band, Block, Checklist, Closing, Figures, Hero, Text, Trial, Weight, blocks, trial_blocks
from queue_server.domain.backlog_views import BacklogSlip
from queue_server.domain.views import SlipView

NUMERALS = Path(__file__).parent / "fonts" / "antrean-numerals-800.ttf"
GAP = 20  # dots above and below the number
MARGIN = 16  # dots that a wide number leaves free on each side
QR_DOTS = 6  # a module: 0.75 mm
LINES_TO_THE_KNIFE = 4  # from the print head, at 1/6 inch
LOOKALIKES = str.maketrans({"–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "·": "-"})

LEFT, CENTRE = command.TXT_STYLE["align"]["left"], command.TXT_STYLE["align"]["center"]
BOLD, LIGHT = command.TXT_STYLE["bold"][True], command.TXT_STYLE["bold"][False]
NORMAL, TALL, LARGE = (command.TXT_SIZE + bytes([size]) for size in (0x00, 0x01, 0x11))
FEED_LINES, FEED_DOTS = command.ESC + b"d", command.ESC + b"J"
AIR = FEED_DOTS + bytes([16])


@dataclass(frozen=True, slots=True)
class Paper:
    dots: int
    columns: int  # of font A
    number: int  # type size of the number in dots, where it fits
    draws_qr: bool = True  # the printer itself, by GS ( k; a cheap one is sent the dots


PAPERS = {58: Paper(dots=384, columns=32, number=116), 80: Paper(dots=576, columns=48, number=176)}


def slip(view: SlipView, paper: int, draws_qr: bool = True) -> bytes:
    """The whole slip for paper of 58 or 80 mm, from initialise to partial cut. Raises `KeyError` for other paper."""
    return _whole(blocks(view), paper, draws_qr)


def backlog_slip(view: BacklogSlip, paper: int, draws_qr: bool = True) -> bytes:
    """The same for the slip of somebody whose card is still to be printed."""
    return _whole(backlog_blocks(view), paper, draws_qr)


def trial(view: Trial, paper: int, draws_qr: bool = True) -> bytes:
    """The same for a slip without a number."""
    return _whole(trial_blocks(view), paper, draws_qr)


def _whole(said: Iterable[Block], paper: int, draws_qr: bool) -> bytes:
    kind = replace(PAPERS[paper], draws_qr=draws_qr)
    parts = [part for block in said for part in _block(block, kind)]
    return b"".join([command.HW_INIT, *parts, FEED_LINES, bytes([LINES_TO_THE_KNIFE]), command.PAPER_PART_CUT])


def fold(text: str) -> str:
    """Printable ASCII alone: accents are dropped, dashes and quotes replaced, what is left over becomes `?`.

    Control characters go too, so that no name in an office file can give the printer a command.
    """
    if text.isascii() and text.isprintable():
        return text
    plain = unicodedata.normalize("NFKD", text.translate(LOOKALIKES))
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if " " <= letter <= "~" else " " if letter.isspace() else "?" for letter in letters)


def _block(block: Block, paper: Paper) -> Iterable[bytes]:
    match block:
        case Band():
            return [AIR, _band(paper.dots), AIR]
        case Hero(words):
            return [_hero(words, paper)]
        case Text(words, weight):
            return _text(words, weight, paper)
        case Figures(pairs):
            return _figures(pairs, paper)
        case Checklist(heading, things):
            return _checklist(heading, things, paper)
        case Closing(address, heading, lines):
            return _closing(address, heading, lines, paper)


# -- words ---------------------------------------------------------------------------------------------------------


def _text(words: str, weight: Weight, paper: Paper) -> Iterator[bytes]:
    match weight:
        case "office":
            yield from (CENTRE, BOLD, TALL, _lines(words, paper.columns), NORMAL, LIGHT, AIR)
        case "service":
            large = 2 * len(fold(words)) <= paper.columns
            yield from (CENTRE, BOLD, LARGE if large else TALL, _lines(words, paper.columns), NORMAL, LIGHT)
        case "strong":
            yield from (CENTRE, BOLD, _lines(words, paper.columns), LIGHT)
        case "label" | "plain":
            yield from (CENTRE, _lines(words, paper.columns))


def _lines(words: str, columns: int, first: str = "", rest: str = "") -> bytes:
    words = fold(words)
    if len(first) + len(words) <= columns:
        return f"{first}{words}\n".encode("ascii")
    lines = textwrap.wrap(words, columns, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _figures(pairs: tuple[tuple[str, str], ...], paper: Paper) -> Iterator[bytes]:
    """Side by side where the paper is wide enough, else one below the other; the figures twice as large."""
    yield from (LEFT, _rule(paper))
    labels, values = [fold(label) for label, _ in pairs], [fold(value) for _, value in pairs]
    column = max(len(labels[0]), 2 * len(values[0])) + 3
    column += column % 2  # a large letter takes two columns
    if column + max(len(labels[-1]), 2 * len(values[-1])) <= paper.columns:
        left, *right = labels
        yield from (_row(left, right, column), BOLD, LARGE)
        left, *right = values
        yield from (_row(left, right, column // 2), NORMAL, LIGHT)
    else:
        for label, value in zip(labels, values, strict=True):
            yield from (_row(label, [], 0), BOLD, LARGE, _row(value, [], 0), NORMAL, LIGHT)
    yield _rule(paper)


def _row(left: str, right: list[str], column: int) -> bytes:
    return f"{left:<{column}}{''.join(right)}".rstrip().encode("ascii") + b"\n"


def _rule(paper: Paper) -> bytes:
    return b"-" * paper.columns + b"\n"


def _checklist(heading: str, things: tuple[str, ...], paper: Paper) -> Iterator[bytes]:
    yield from (LEFT, b"\n", BOLD, _lines(heading, paper.columns), LIGHT)
    for thing in things:
        yield _lines(thing, paper.columns, first="[ ] ", rest="    ")


def _closing(address: str | None, heading: str | None, lines: tuple[str, ...], paper: Paper) -> Iterator[bytes]:
    yield from (CENTRE, b"\n")
    if address and heading:
        code = _qr(address) if paper.draws_qr else _qr_dots(address, paper.dots)
        yield from (code, b"\n", BOLD, _lines(heading, paper.columns), LIGHT)
    for line in lines:
        yield _lines(line, paper.columns)


# -- pictures ------------------------------------------------------------------------------------------------------


@lru_cache
def _band(dots: int) -> bytes:
    cells = motif.band(dots // motif.WIDTH)
    return _raster(cells.resize((dots, motif.HEIGHT), Image.Resampling.NEAREST))


def _hero(words: str, paper: Paper) -> bytes:
    """The number in the screens' own numerals, made smaller where it would be wider than the paper."""
    wide = sum(_glyph(letter, paper.number).width for letter in words)
    size = min(paper.number, paper.number * (paper.dots - 2 * MARGIN) // wide)
    glyphs = [_glyph(letter, size) for letter in words]
    image = Image.new("1", (paper.dots, glyphs[0].height))
    x = (paper.dots - sum(glyph.width for glyph in glyphs)) // 2
    for glyph in glyphs:
        image.paste(glyph, (x, 0))
        x += glyph.width
    return _raster(image)


@lru_cache(maxsize=256)
def _glyph(letter: str, size: int) -> Image.Image:
    """One numeral as wide as its step, with the gap above and below a capital; ink is 1."""
    font = ImageFont.truetype(NUMERALS, size)
    capital = -round(font.getbbox("H", anchor="ls")[1])
    image = Image.new("1", (round(font.getlength(letter)), capital + 2 * GAP))
    ImageDraw.Draw(image).text((0, capital + GAP), letter, fill=1, font=font, anchor="ls")
    return image


def _raster(image: Image.Image) -> bytes:
    """GS v 0: rows of whole bytes from above, ink is 1."""
    size = (image.width // 8).to_bytes(2, "little") + image.height.to_bytes(2, "little")
    return b"".join([command.S_RASTER_N, size, image.tobytes()])


def _qr(address: str) -> bytes:
    """GS ( k: the printer draws the code itself, sharper and with a hundredth of the bytes."""
    data = address.encode()
    model = _gs_k(b"1A", bytes([48 + command.QR_MODEL_2, 0]))
    size = _gs_k(b"1C", bytes([QR_DOTS]))
    correction = _gs_k(b"1E", bytes([48 + command.QR_ECLEVEL_M]))
    return model + size + correction + _gs_k(b"1P", b"0" + data) + _gs_k(b"1Q", b"0")


def _qr_dots(address: str, dots: int) -> bytes:
    """The code as a raster in the middle of the paper, its modules as large as the printer's own would be.

    The white around it is the standard's: what is printed next stands below it.
    """
    code = qr.ink(address)
    size = QR_DOTS * code.width
    image = Image.new("1", (dots, size + 2 * QR_DOTS * qr.QUIET))
    image.paste(code.resize((size, size), Image.Resampling.NEAREST), ((dots - size) // 2, QR_DOTS * qr.QUIET))
    return _raster(image)


def _gs_k(function: bytes, data: bytes) -> bytes:
    return b"".join([command.GS, b"(k", (len(function) + len(data)).to_bytes(2, "little"), function, data])
