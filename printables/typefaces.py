"""The three typefaces of a slip, ready to be put into a PDF.

reportlab chooses the letters that a document needs and packs them anew each time, which takes longer than all else on
a slip together. These faces are small, so all of their letters go in, packed once. Words are written as Windows-1252,
which every reader of a PDF turns back into text; a letter outside it becomes a question mark.
"""

from __future__ import annotations

import unicodedata
import zlib
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFDocument, PDFStream
from reportlab.pdfbase.ttfonts import TTFont

FONTS = Path(__file__).parent / "fonts"
ENCODING, CODES = "cp1252", range(32, 256)
NONSYMBOLIC = 32  # the flag that makes a reader look letters up by their encoding


class Typeface(TTFont):  # type: ignore[misc]  # reportlab has no types
    """A TrueType font that is one whole subset; what the overridden methods are for is told by their base class."""

    def __init__(self, name: str, file: Path) -> None:
        super().__init__(name, str(file), shapable=False)
        letters = [bytes([code]).decode(ENCODING, "replace") for code in CODES]
        self._widths: dict[str, int] = {letter: round(self.face.getCharWidth(ord(letter))) for letter in letters}
        self._packed, self._length = zlib.compress(file.read_bytes(), 9), file.stat().st_size
        self._descriptor = {
            "Type": "/FontDescriptor",
            "FontName": f"/{name}",
            "Flags": NONSYMBOLIC,
            "FontBBox": f"[{' '.join(str(round(edge)) for edge in self.face.bbox)}]",
            "Ascent": round(self.face.ascent),
            "Descent": round(self.face.descent),
            "CapHeight": round(self.face.capHeight),
            "ItalicAngle": 0,
            "StemV": round(self.face.stemV),
        }
        self._font = {
            "Type": "/Font",
            "Subtype": "/TrueType",
            "BaseFont": f"/{name}",
            "Encoding": "/WinAnsiEncoding",
            "FirstChar": CODES[0],
            "LastChar": CODES[-1],
            "Widths": f"[{' '.join(str(self._widths[letter]) for letter in letters)}]",
        }

    def width_of(self, words: str, size: float) -> float:
        """How wide the words are, in the unit of `size`."""
        widths = self._widths
        return size / 1000 * sum([widths.get(letter, widths["?"]) for letter in words])

    def splitString(self, text: str, doc: PDFDocument, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: N802
        return [(0, unicodedata.normalize("NFC", text).encode(ENCODING, "replace"))]

    def getSubsetInternalName(self, subset: int, doc: PDFDocument) -> str:  # noqa: N802
        if self.fontName not in doc.fontMapping:
            doc.fontMapping[self.fontName] = f"/F{len(doc.fontMapping) + 1}"
            doc.delayedFonts.append(self)
        name: str = doc.fontMapping[self.fontName]
        return name

    def addObjects(self, doc: PDFDocument) -> None:  # noqa: N802
        file = PDFStream(PDFDictionary({"Filter": "/FlateDecode", "Length1": self._length}), self._packed)
        descriptor = PDFDictionary(self._descriptor | {"FontFile2": doc.Reference(file)})
        font = PDFDictionary(self._font | {"FontDescriptor": doc.Reference(descriptor)})
        doc.idToObject["BasicFonts"].dict[doc.fontMapping[self.fontName][1:]] = doc.Reference(font)


REGULAR = Typeface("AntreanText-Regular", FONTS / "antrean-text-400.ttf")
BOLD = Typeface("AntreanText-Bold", FONTS / "antrean-text-700.ttf")
NUMERALS = Typeface("AntreanNumerals", FONTS / "antrean-numerals-800.ttf")
for face in (REGULAR, BOLD, NUMERALS):
    pdfmetrics.registerFont(face)
