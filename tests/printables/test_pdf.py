"""Slips as PDF: read back as text, and looked at as the picture that comes out."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image, ImageOps
from pypdf import PdfReader

from printables import pdf
from queue_server.domain.views import SlipView
from tests.printables.slips import NO_PHONES, TICKET, TRACK_URL, VOUCHER
from tests.services import missing

ENGLISH = replace(TICKET, language="en", service_name="Lost ID card")
DOTS_AN_INCH = 203.2  # 8 to the millimetre
PAPER, MARGIN = 640, 32  # dots
Render = Callable[[SlipView], Image.Image]


@pytest.fixture
def render() -> Render:
    """The page as the printer's driver would draw it."""
    if not shutil.which("pdftoppm"):
        missing("pdftoppm is missing: sudo apt install poppler-utils")

    def draw(view: SlipView) -> Image.Image:
        command = ["pdftoppm", "-r", str(DOTS_AN_INCH), "-gray", "-"]
        done = subprocess.run(command, input=pdf.slip(view), capture_output=True, check=True)
        assert done.stderr == b""
        return Image.open(io.BytesIO(done.stdout))

    return draw


def text(view: SlipView) -> str:
    (page,) = PdfReader(io.BytesIO(pdf.slip(view)), strict=True).pages
    return " ".join(page.extract_text().split())


def test_all_words_can_be_copied_and_read_aloud() -> None:
    for part in (
        "A-087",
        "KTP-el hilang",
        "10.17–10.32",
        "Satu blangko sudah disisihkan untuk Anda.",
        "Surat kehilangan dari polisi",
        "Sambungkan ke Wi-Fi Disdukcapil-Tamu, lalu pindai kode QR ini.",
        "Semua layanan gratis. Diminta bayar? Laporkan.",
        "23 Nov 2026, 09.42 WIB",
    ):
        assert part in text(TICKET)


def test_voucher_reprint_and_english_say_what_they_are() -> None:
    assert "7K4PM2QX" in text(VOUCHER)
    assert "Selasa, 24 November" in text(VOUCHER)
    assert "CETAK ULANG" in text(replace(TICKET, reprint=True))
    assert "Probably called between" in text(ENGLISH)


def test_accents_of_the_regions_are_kept() -> None:
    view = replace(TICKET, hall_name="Balé Agung", service_name="Pengambilan “Kartu Identitas Anak”")
    assert "Balé Agung" in text(view)
    assert "“Kartu Identitas Anak”" in text(view)


@pytest.mark.parametrize("view", [TICKET, VOUCHER, NO_PHONES])
def test_the_page_is_as_wide_as_the_paper_and_one(view: SlipView) -> None:
    (page,) = PdfReader(io.BytesIO(pdf.slip(view))).pages
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(80, abs=0.01)
    assert 60 < float(page.mediabox.height) / 72 * 25.4 < 200


def test_every_font_is_our_own_and_goes_with_the_file() -> None:
    (page,) = PdfReader(io.BytesIO(pdf.slip(TICKET))).pages
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    assert {font["/BaseFont"] for font in fonts} == {"/AntreanText-Regular", "/AntreanText-Bold", "/AntreanNumerals"}
    for font in fonts:
        file = font["/FontDescriptor"]["/FontFile2"].get_object()
        assert len(file.get_data()) == file["/Length1"]


@pytest.mark.parametrize("view", [TICKET, VOUCHER, ENGLISH])
def test_a_phone_reads_the_address_off_the_printed_page(view: SlipView, render: Render) -> None:
    assert [code.text for code in zxingcpp.read_barcodes(render(view))] == [TRACK_URL]


def test_without_an_address_there_is_no_code(render: Render) -> None:
    assert zxingcpp.read_barcodes(render(NO_PHONES)) == []
    assert "ponsel" not in text(NO_PHONES)


@pytest.mark.parametrize(
    "view",
    [
        TICKET,
        VOUCHER,
        replace(TICKET, number="W-9999"),
        replace(TICKET, wifi_name="Wi-Fi-Dinas-Kependudukan-2026-XY", hall_name="Ruang Pelayanan Terpadu Lantai Dua"),
        replace(TICKET, service_name="Perubahan data Kartu Keluarga karena pindah datang antarkabupaten"),
        replace(ENGLISH, ahead=1234, wait_clock=(0, 10**7)),
    ],
)
def test_nothing_is_printed_in_the_margins(view: SlipView, render: Render) -> None:
    page = render(view)
    left, upper, right, lower = ImageOps.invert(page).point(lambda shade: 255 * (shade > 128)).getbbox() or (0, 0, 0, 0)
    assert page.width == pytest.approx(PAPER, abs=1)
    assert left == pytest.approx(MARGIN, abs=1), "the band begins here"
    assert right == pytest.approx(PAPER - MARGIN, abs=1)
    assert 0 < upper < lower < page.height


def test_a_long_word_is_cut_where_the_line_ends() -> None:
    long = "x" * 70
    assert long not in text(replace(TICKET, hall_name=long))
    assert text(replace(TICKET, hall_name=long)).count("x") == 70


def test_the_same_slip_gives_the_same_bytes() -> None:
    assert pdf.slip(TICKET) == pdf.slip(TICKET)
    assert pdf.slip(TICKET) != pdf.slip(replace(TICKET, number="A-088"))
