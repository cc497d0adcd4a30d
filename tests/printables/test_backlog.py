"""The slip of a place in line, and the sheets with which people are called."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from printables import escpos, lists, pdf, spreadsheets
from printables.backlog_slip import backlog_blocks
from printables.slip import Figures, Hero
from printables.typefaces import NUMERALS
from queue_server.domain.backlog_views import BacklogSlip, CallLine, CallList
from tests.printables import paper
from tests.printables.slips import at
from tests.services import missing

ADDRESS = "http://192.168.1.10:8080/p/3f9a0c5b7d1e42868b6f0a9c7e5d3b21"
WAITS = BacklogSlip(
    office="Disdukcapil Kota Serang",
    number="12.345",
    of="42.000",
    kind_name="KTP-el pertama",
    state_name="Siap cetak, menunggu blangko (PRR)",
    advice="Tidak perlu datang. Kartu dicetak menurut urutan saat blangko tiba.",
    since="2026-03-02",
    invited_for=None,
    made_at=at(9, 42),
    time_zone="Asia/Jakarta",
    zone="WIB",
    track_url=ADDRESS,
    wifi_name=None,
    language="id",
)
SENT = replace(
    WAITS,
    number="",
    of="",
    state_name="Dikirim ke pusat (SFE)",
    advice="Data sedang diperiksa pusat. Jangan datang dulu, kami tidak bisa mempercepatnya.",
)
INVITED = replace(
    WAITS,
    number="",
    of="",
    state_name="Blangko disisihkan, akan dicetak",
    advice="Satu blangko sudah disisihkan untuk Anda.",
    invited_for="2026-11-24",
)
SITI = CallLine("Siti Rahmawati", "3673••••••••9901", "081234567890", "KTP-el pertama", "Selasa, 24 Nov")
LONG = replace(SITI, name="Raden Ayu Kartiningsih Kusumaningrum Prawirodirdjo binti Hadi", phone="")
LIST = CallList(
    office="Disdukcapil Kota Serang",
    title="Daftar panggil kartu",
    note="Data pribadi. Hanya untuk memanggil; musnahkan setelah dipakai.",
    day_heading="Datang",
    made_on="Senin, 23 November 2026",
    language="id",
    groups=(("Kasemen", (SITI,) * 80), ("Curug", (LONG, SITI))),
)


def text(content: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content), strict=True).pages]


def drawn(content: bytes, dots_an_inch: float) -> Image.Image:
    if not shutil.which("pdftoppm"):
        missing("pdftoppm is missing: sudo apt install poppler-utils")
    command = ["pdftoppm", "-r", str(dots_an_inch), "-gray", "-singlefile", "-"]
    done = subprocess.run(command, input=content, capture_output=True, check=True)
    return Image.open(io.BytesIO(done.stdout))


# -- the slip ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [58, 80])
def test_a_slip_says_which_place_of_how_many_since_when_and_as_of_when(size: int) -> None:
    printed = paper.read(escpos.backlog_slip(WAITS, size), {58: 384, 80: 576}[size])
    for words in ("Urutan cetak kartu Anda", "42.000", "02/03/2026", "Urutan per 23 Nov 2026, 09.42 WIB."):
        assert words in printed.words
    assert printed.qr == [ADDRESS]
    (page,) = text(pdf.backlog_slip(WAITS))
    assert "12.345" in page
    assert "42.000" in page


def test_what_is_set_in_numerals_has_no_letter_that_they_lack() -> None:
    for view in (WAITS, SENT, INVITED):
        large = [b.words for b in backlog_blocks(view) if isinstance(b, Hero)]
        large += [value for b in backlog_blocks(view) if isinstance(b, Figures) for _, value in b.pairs]
        assert all(ord(letter) in NUMERALS.face.charToGlyph for words in large for letter in words)


def test_whoever_need_not_come_is_told_so_and_gets_no_place() -> None:
    (page,) = text(pdf.backlog_slip(SENT))
    assert "Jangan datang dulu" in page
    assert "Urutan" not in page
    assert "Jangan datang dulu" in paper.read(escpos.backlog_slip(SENT, 80), 576).words


def test_whoever_is_asked_to_come_reads_the_day() -> None:
    (page,) = text(pdf.backlog_slip(INVITED))
    assert "Ambil kartu pada Selasa, 24 November" in page
    english = replace(INVITED, language="en", advice="One card blank is set aside for you.")
    assert "Collect your card on Tuesday 24 November" in text(pdf.backlog_slip(english))[0]


def test_a_phone_reads_the_address_off_the_slip() -> None:
    page = drawn(pdf.backlog_slip(WAITS), 203.2)
    assert [code.text for code in zxingcpp.read_barcodes(page)] == [ADDRESS]
    assert zxingcpp.read_barcodes(drawn(pdf.backlog_slip(replace(WAITS, track_url=None)), 203.2)) == []


# -- the lists ---------------------------------------------------------------------------------------------------------


def test_every_page_of_a_list_says_what_it_is_and_every_line_is_on_one() -> None:
    pages = text(lists.call_list(LIST))
    assert len(pages) == 4
    for number, page in enumerate(pages, start=1):
        assert "Daftar panggil kartu" in page
        assert "Disdukcapil Kota Serang" in page
        assert "musnahkan setelah dipakai" in page
        assert f"Halaman {number} dari 4" in page
    assert ["Kecamatan Kasemen 80 orang" in page for page in pages] == [True, True, True, False]
    assert sum(page.count("081234567890") for page in pages) == 81
    assert re.search(r"80 Siti Rahmawati 3673••••••••9901 081234567890", pages[2])


def test_an_empty_list_says_that_nobody_is_to_be_called() -> None:
    (page,) = text(lists.call_list(replace(LIST, groups=())))
    assert "Tidak ada yang perlu dipanggil." in page


def test_a_long_name_stays_in_its_column_and_every_font_goes_with_the_file() -> None:
    content = lists.call_list(LIST)
    page = PdfReader(io.BytesIO(content)).pages[3]
    assert "Raden Ayu Kartiningsih" in page.extract_text()
    assert "Hadi" not in page.extract_text()
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert {font["/BaseFont"] for font in fonts} == {"/AntreanText-Regular", "/AntreanText-Bold"}
    assert lists.call_list(LIST) == content
    sheet = drawn(content, 72)
    ink = sheet.point(lambda shade: 255 * (shade < 128)).getbbox()
    assert ink
    assert ink[0] >= 40
    assert ink[2] <= sheet.width - 40


NAMES = ("=1+1", "+62", "-1", "@SUM(A1)", "\t=1", "https://example.invalid/a", "{=1}", "<b>&", "00123")


def test_no_cell_of_a_workbook_is_ever_reckoned() -> None:
    """Names like these never come in; and if one did, it would be shown and not run."""
    hostile = tuple(replace(SITI, name=name, phone=name) for name in NAMES)
    content = spreadsheets.call_list(replace(LIST, groups=(("=Kasemen", hostile),), title="=1"))
    book = zipfile.ZipFile(io.BytesIO(content))
    sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    assert list(sheet.iter(f"{space}f")) == []
    assert list(sheet.iter(f"{space}hyperlink")) == []
    cells = [cell for cell in sheet.iter(f"{space}c") if not re.match(r"A\d+$", cell.get("r", ""))]
    assert {cell.get("t") for cell in cells} == {"s"}
    words = [node.text for node in ElementTree.fromstring(book.read("xl/sharedStrings.xml")).iter(f"{space}t")]
    assert set(NAMES) <= set(words)
