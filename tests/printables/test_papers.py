"""Letters and minutes: read back as text, and looked at as the pages that come out."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import replace

import pytest
from PIL import Image, ImageOps
from pypdf import PdfReader

from printables import papers
from queue_server.domain.views import (
    CountMinutes,
    DestructionLine,
    DestructionMinutes,
    HandoverMinutes,
    RequestLetter,
    WithdrawnView,
)
from tests.services import missing

LETTER = RequestLetter(
    office="Kota Serang",
    day="2026-11-23",
    reference="470/118/Disdukcapil/2026",
    party="supplier",
    item="Blangko KTP-el",
    unit="keping",
    asked=10_000,
    on_hand=340,
    used=14_210,
    backlog=2379,
    last_receipt=("2026-11-03", 500),
    reason="Persediaan habis dalam dua hari kerja",
)
HANDOVER = HandoverMinutes(
    office="Kota Serang",
    day="2026-11-23",
    reference="BAST 17/2026",
    type="receive",
    party="supplier",
    name="",
    item="Blangko KTP-el",
    unit="keping",
    quantity=2000,
    sent=None,
    missing=None,
    note="Dus 1 sampai 4, seri 000.123 sampai 002.122",
)
ARRIVAL = replace(
    HANDOVER, type="accept", party="points", name="Kecamatan Kasemen", quantity=25, sent=40, missing=15, note=""
)
DESTRUCTION = DestructionMinutes(
    office="Kota Serang",
    day="2026-11-27",
    reference="BA-470/12/2026",
    manner="dibakar",
    lines=(
        DestructionLine("Blangko KTP-el", "keping", "withdrawn", 1210, 3),
        DestructionLine("Blangko KTP-el", "keping", "spoiled", 14, 0),
    ),
    log=tuple(
        WithdrawnView(n, "2026-11-24", 0, "id", "KTP", 1, "KTP-el rusak" if n % 2 else "perubahan data", f"A-{n:03d}")
        for n in range(1, 91)
    ),
    logged=1210,
    item_names={"KTP": "Blangko KTP-el"},
)
COUNT = CountMinutes(
    office="Kota Serang",
    day="2026-11-23",
    clock="16.30",
    item="Blangko KTP-el",
    unit="keping",
    place="store",
    book=1_419,
    counted=1_416,
    difference=-3,
    reason="Opname penutupan",
    counted_by="Budi Santoso",
    approved_by="Sari Dewi",
)
PAPERS = {
    "count": papers.count_minutes(COUNT),
    "letter": papers.request_letter(LETTER),
    "handover": papers.handover_minutes(HANDOVER),
    "arrival": papers.handover_minutes(ARRIVAL),
    "destruction": papers.destruction_minutes(DESTRUCTION),
}


def text(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf), strict=True).pages).split())


def test_the_letter_says_what_is_asked_and_why() -> None:
    for part in (
        "Pemerintah Kota Serang",
        "470/118/Disdukcapil/2026",
        "Permohonan Blangko KTP-el",
        "Direktorat Jenderal Kependudukan dan Pencatatan Sipil",
        "sebanyak 10.000 keping",
        "340 keping",
        "14.210 keping",
        "2.379 data",
        "500 keping, 3 November 2026",
        "Persediaan habis dalam dua hari kerja",
        "Kepala Dinas",
    ):
        assert part in text(PAPERS["letter"]), part


def test_a_letter_to_the_province_leaves_open_what_nobody_said() -> None:
    words = text(papers.request_letter(replace(LETTER, party="province", backlog=None, last_receipt=None, reason="")))
    assert "pemerintah provinsi" in words
    assert "belum pernah" in words
    assert "Keterangan" not in words
    assert "....." in words


def test_the_minutes_of_a_receipt_name_both_sides_and_the_boxes() -> None:
    words = text(PAPERS["handover"])
    for part in ("Berita Acara Serah Terima", "Nomor: BAST 17/2026", "Senin, 23 November 2026", "2.000 keping"):
        assert part in words, part
    assert words.index("Yang menyerahkan Direktorat") < words.index("Yang menerima Dinas")
    assert "Dus 1 sampai 4, seri 000.123 sampai 002.122" in words
    assert "Jumlah yang dikirim" not in words


def test_the_minutes_of_an_arrival_say_what_was_sent_and_what_is_missing() -> None:
    words = text(PAPERS["arrival"])
    assert words.index("Yang menyerahkan Dinas") < words.index("Yang menerima Kecamatan Kasemen")
    for part in ("Jumlah 25 keping", "Jumlah yang dikirim 40 keping", "Belum atau tidak tiba 15 keping"):
        assert part in words, part
    assert "Loket 3" in text(papers.handover_minutes(replace(ARRIVAL, party="counter-3", name="")))


def test_the_minutes_of_a_destruction_have_lines_for_the_witnesses_and_the_log() -> None:
    words = text(PAPERS["destruction"])
    for part in (
        *("Berita Acara Pemusnahan", "Nomor: BA-470/12/2026", "Jumat, 27 November 2026", "Cara: dibakar."),
        *("Kartu lama yang ditarik 1.210 keping 3", "Rusak cetak 14 keping 0", "Seluruhnya 1.224"),
        *("470.13/11176/SJ", "Saksi 1", "Saksi 2", "Saksi 3", "Yang memusnahkan", "Mengetahui, Kepala Dinas"),
        *("A-001", "A-090", "dan 1.120 kartu lagi menurut buku", "Halaman 2 dari"),
    ):
        assert part in words, part
    pages = PdfReader(io.BytesIO(PAPERS["destruction"])).pages
    assert len(pages) > 2
    assert all("No. Tanggal Nomor Kartu Alasan" in " ".join(page.extract_text().split()) for page in list(pages)[1:])


def test_the_minutes_of_a_count_say_book_count_difference_and_the_two_who_stand_for_it() -> None:
    words = text(PAPERS["count"])
    for part in (
        *("Berita Acara Selisih Stok", "Senin, 23 November 2026 pukul 16.30", "Tempat Gudang"),
        *("Menurut buku 1.419 keping", "Menurut penghitungan 1.416 keping", "Selisih (kurang) -3 keping"),
        *("Alasan Opname penutupan", "Yang menghitung Budi Santoso", "Yang menyetujui Sari Dewi"),
    ):
        assert part in words, part
    assert words.count("Yang menghitung") == words.count("Yang menyetujui") == 2
    more = text(papers.count_minutes(replace(COUNT, counted=1_423, difference=4, place="counter-3")))
    assert "Selisih (lebih) +4 keping" in more
    assert "Tempat Loket 3" in more


@pytest.mark.parametrize("name", PAPERS)
def test_every_font_goes_with_the_file(name: str) -> None:
    for page in PdfReader(io.BytesIO(PAPERS[name])).pages:
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
        assert {font["/BaseFont"] for font in fonts} <= {"/AntreanText-Regular", "/AntreanText-Bold"}
        assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)


@pytest.mark.parametrize("name", PAPERS)
def test_nothing_stands_in_the_margins(name: str) -> None:
    if not shutil.which("pdftoppm"):
        missing("pdftoppm is missing: sudo apt install poppler-utils")
    done = subprocess.run(
        ["pdftoppm", "-r", "50", "-gray", "-f", "1", "-l", "1", "-"],
        input=PAPERS[name],
        capture_output=True,
        check=True,
    )
    page = Image.open(io.BytesIO(done.stdout))
    left, upper, right, lower = ImageOps.invert(page).point(lambda shade: 255 * (shade > 64)).getbbox() or (0, 0, 0, 0)
    assert 35 < left < right < page.width - 35
    assert 25 < upper < lower < page.height - 15


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert papers.request_letter(LETTER) == PAPERS["letter"]
    assert papers.request_letter(replace(LETTER, asked=1)) != PAPERS["letter"]
