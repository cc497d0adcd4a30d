"""Sheets of A4 with our own typefaces: a document and words on it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfgen.canvas import Canvas

from printables.pdf import Style
from printables.typefaces import REGULAR

PORTRAIT = A4
LANDSCAPE = landscape(A4)


def document(title: str, size: tuple[float, float], draw: Callable[[Canvas], None], language: str = "id") -> bytes:
    """What `draw` puts on its pages, as a PDF; the same pages give the same bytes."""
    file = BytesIO()
    canvas = Canvas(file, size, invariant=True, initialFontName=REGULAR.fontName, lang=language)
    canvas.setTitle(title)
    draw(canvas)
    canvas.save()
    return file.getvalue()


def say(canvas: Canvas, words: str, style: Style, x: float, y: float, align: float = 0) -> None:
    """`align` is 0 where the words begin at `x`, 0.5 where they stand around it, 1 where they end there."""
    canvas.setFont(style.face.fontName, style.size)
    text = canvas.beginText(x - align * style.width_of(words), y)
    text.textLine(words)
    canvas.drawText(text)


def fitted(words: str, style: Style, width: float) -> Style:
    """The style, or a smaller one in which the words are not wider than that."""
    needed = style.width_of(words)
    return style if needed <= width else Style(style.face, style.size * width / needed)
