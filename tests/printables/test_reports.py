"""The daily report on paper and in spreadsheets: read back as text, looked at as pictures, and never a formula."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from printables.emergency import emergency_numbers
from printables.poster import stock_poster
from printables.reports import INNER, daily_report, laid_out, written
from printables.tables import daily_csv, daily_xlsx, province_csv
from queue_server.domain.report_sections import NOT_RECORDED, province_line, sections
from queue_server.domain.views import (
    DayView,
    ItemStock,
    PaperGroup,
    PaperView,
    PosterView,
    PurposeToday,
    ReportView,
    StockBoard,
)
from tests.services import missing

COMPLAINTS = "https://www.lapor.go.id"
FORMULA = '=HYPERLINK("http://evil.example";"klik")'


def line(item: str, name: str, **figures: float | None) -> dict[str, Any]:
    names = [*("opening", "central", "province", "borrowed", "returned", "found", "in", "used", "spoilt", "defective")]
    names += ["dispatched", "lent", "sent_back", "lost", "out", "adjusted", "closing", "at_counters"]
    names += ["promised", "safety", "available"]
    return {
        **dict.fromkeys(names, 0),
        "item": item,
        "name": name,
        "unit": "keping",
        "days_of_cover": None,
        "counted": None,
        "difference": None,
        **figures,
    }


REPORT: dict[str, Any] = {
    "version": 1,
    "office": "Kota Serang",
    "office_code": "36.73",
    "zone": "WIB",
    "day": "2026-11-23",
    "state": "closed",
    "opened_at": 0,
    "closed_at": 0,
    "kecamatan": {},
    "backlog": None,
    "suket": None,
    "withdrawn": [],
    "services": [
        {
            "service": code,
            "group": code[0],
            "name": name,
            "taken": taken,
            "waiting": 0,
            "served": taken,
            **dict.fromkeys(("no_show", "deferred", "cancelled", "expired", "promised", "spoilt"), 0),
            "printed": taken,
            "done": taken,
        }
        for code, name, taken in (
            ("KTP-CETAK", "Cetak KTP-el", 1218),
            ("KTP-HILANG", "KTP-el hilang", 22),
            ("KK-BARU", "KK baru", 70),
            ("AKTA-LAHIR", "Akta lahir", 49),
            ("KTP-REKAM", "Rekam pemula", 146),
        )
    ],
    "items": [{"item": "KTP", "name": "Blangko KTP-el", "on_hand": 1419}, {"item": "HVS", "name": "HVS", "on_hand": 9}],
    "stock": [
        line(
            "KTP",
            "Blangko KTP-el",
            **dict(opening=1240, central=500, used=218, spoilt=3, lent=100, out=321, **{"in": 500}),
            closing=1419,
            promised=12,
            safety=71,
            available=1336,
            days_of_cover=12.0,
            counted=1418,
            difference=-1,
        ),
        line("HVS", "Kertas HVS A4", opening=12_500, used=70, out=70, closing=12_430),
    ],
    "purposes": [
        {
            "service": "KTP-CETAK",
            "name": "Cetak KTP-el",
            "item": "KTP",
            "cards": 196,
            "channels": {"kiosk": 190, "desk": 6},
        },
        {"service": "KTP-HILANG", "name": "KTP-el hilang", "item": "KTP", "cards": 22, "channels": {"paper": 22}},
    ],
    "forecast": [
        {
            "item": "KTP",
            "name": "Blangko KTP-el",
            "use_per_day": 118.4,
            "on_hand": 1419,
            "days_of_cover": 12.0,
            "runs_out_on": "2026-12-10",
            "awaited": 1_500,
            "suggested_request": 0,
            "asked": 10_000,
            "granted": 2_000,
            "fetched": 500,
        },
        {
            "item": "HVS",
            "name": "Kertas HVS A4",
            "use_per_day": 0.0,
            "on_hand": 12_430,
            "days_of_cover": None,
            "runs_out_on": None,
            "awaited": 0,
            "suggested_request": 0,
            "asked": None,
            "granted": None,
            "fetched": None,
        },
    ],
    "reconciliation": {
        "lines": [{"item": "KTP", "expected": 217, "used": 218, "spoilt": 3, "consumed": 221, "difference": 1}],
        "differences": [
            {"kind": "ticket", "item": "KTP", "number": "A-053", "expected": 1, "found": 2},
            {"kind": "closing", "item": "KTP", "number": "", "expected": 1419, "found": 1418},
        ],
    },
    "spoilt": [],
    "counts": [],
}
VIEW = ReportView(
    report=REPORT,
    office="Disdukcapil Kota Serang",
    prepared_by="Sari",
    made_at="23 Nov 2026 16.05",
    final=True,
    signed={"Pengurus barang": "Budi, 23 Nov 2026 16.10"},
)
LONG = replace(VIEW, report={**REPORT, "services": REPORT["services"] * 14})
SERANG = [
    *(("KTP", "Blangko KTP-el", 85, 31, 147), ("KIA", "Blangko kartu anak (KIA)", 0, 0, 20)),
]
BOARD = StockBoard(
    day=DayView("2026-11-23", "open", 0, "WIB", 0, 0, 0, None, True, "2026-11-24"),
    items=tuple(
        ItemStock(
            item, name, "keping", 146, promised, 30, free, of, 0, *(("2026-11-24", 2000) if item == "KTP" else ())
        )
        for item, name, free, promised, of in SERANG
    ),
    purposes=(
        PurposeToday("KTP-CETAK", "Cetak KTP-el", 14, True, None, served=True),
        PurposeToday("KTP-HILANG", "KTP-el hilang", 13, False, "not_served", served=False),
    ),
    stopped=(),
    quota=(300, 112),
    level_words="",
    complaints=COMPLAINTS,
)
POSTER = PosterView("Disdukcapil Kota Serang", "09.43", BOARD)
PAPER = PaperView(
    "Disdukcapil Kota Serang",
    "2026-11-24",
    (PaperGroup("A", "KTP-el"), PaperGroup("B", "Kartu Keluarga")),
    first=901,
    numbers=24,
)
PAPERS = {"report": daily_report(VIEW), "poster": stock_poster(POSTER), "emergency": emergency_numbers(PAPER)}


def pages(pdf: bytes) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf), strict=True).pages]


def pictures(pdf: bytes, dots: int = 110) -> list[Image.Image]:
    """Every page as a printer would draw it."""
    if not shutil.which("pdftoppm"):
        missing("pdftoppm is missing: sudo apt install poppler-utils")
    found: list[Image.Image] = []
    count = len(PdfReader(io.BytesIO(pdf)).pages)
    for page in range(1, count + 1):
        command = ["pdftoppm", "-r", str(dots), "-gray", "-f", str(page), "-l", str(page), "-", "-"]
        done = subprocess.run(command[:-1], input=pdf, capture_output=True, check=True)
        assert done.stderr == b""
        found.append(Image.open(io.BytesIO(done.stdout)))
    return found


# -- paper -----------------------------------------------------------------------------------------------------------


def test_every_section_of_the_form_is_there_in_its_order() -> None:
    text = " ".join(pages(PAPERS["report"]))
    titles = [section.title for section in sections(REPORT)]
    assert [title[:2] for title in titles[:7]] == ["A.", "B.", "C.", "D.", "E.", "F.", "G."]
    places = [text.index(title) for title in [*titles[:7], *titles[7:9], "H. Tanda tangan"]]
    assert places == sorted(places)


def test_figures_and_days_are_written_as_the_office_writes_them() -> None:
    text = " ".join(pages(PAPERS["report"]))
    day, signed, made = "Senin, 23 November 2026", "Budi, 23 Nov 2026 16.10", "oleh Sari"
    for words in (day, "1.419", "12.430", "118,4", "12,0", signed, made):
        assert words in text, words
    assert "1,419" not in text
    assert text.count(NOT_RECORDED.capitalize()) == 3
    assert written(2499.0) == "2.499,0"


def test_what_is_left_stands_with_what_is_promised_kept_back_and_free_and_how_long_it_lasts() -> None:
    text = " ".join(pages(PAPERS["report"]))
    assert "1.419 12 71 1.336 12,0 0 1.418 -1" in text
    card = next(section for section in sections(REPORT) if section.title.startswith("A."))
    headings = [heading.replace("-\n", "").replace("\n", " ") for heading in card.columns]
    assert headings[-8:-3] == ["Sisa akhir", "Disisihkan", "Cadangan", "Bebas", "Cukup (hari)"]


def test_an_adjustment_shows_its_sign() -> None:
    more = {**REPORT["stock"][0], "adjusted": 1_002, "closing": 2_421}
    less = {**REPORT["stock"][1], "adjusted": -3, "closing": 12_427}
    view = replace(VIEW, report={**REPORT, "stock": [more, less]})
    text = " ".join(pages(daily_report(view)))
    assert "321 +1.002 2.421" in text
    assert "70 -3 12.427" in text
    rows = list(csv.reader(daily_csv(view).splitlines()))
    assert any(row[15:18] == ["321", "1002", "2421"] for row in rows)
    assert "+#" in sheets(view)["xl/styles.xml"]


def test_what_came_after_the_signatures_is_a_table_of_its_own() -> None:
    evening = {"item": "KTP", "name": "Blangko KTP-el", "received": 50, "used": 0, "spoilt": 0, "other": -4}
    report = {**REPORT, "carried": [{**evening, "withdrawn": 3, "destroyed": 0}], "later": []}
    text = " ".join(pages(daily_report(replace(VIEW, report=report))))
    assert "Termasuk dari sebelum hari ini" in text
    assert "Blangko KTP-el 50 0 0 -4 3 0" in text


def test_a_report_signed_before_some_column_was_told_is_still_made() -> None:
    told = ("promised", "safety", "available", "days_of_cover")
    old = [{name: figure for name, figure in line.items() if name not in told} for line in REPORT["stock"]]
    view = replace(VIEW, report={**REPORT, "stock": old})
    assert "1.419 0 1.418 -1" in " ".join(pages(daily_report(view)))
    card = next(row for row in csv.reader(daily_csv(view).splitlines()) if row[:1] == ["Blangko KTP-el"])
    assert card[-8:] == ["1419", "", "", "", "", "0", "1418", "-1"]


def in_places() -> dict[str, Any]:
    """The report of an office with blanks at a counter, on the way and at a service point."""
    place = {**line("KTP", "Blangko KTP-el"), "moved": 0}
    store = {"opening": 1_240, "central": 500, "in": 500, "lent": 100, "out": 100, "moved": -325, "closing": 1_315}
    counter = {"used": 218, "spoilt": 3, "out": 221, "moved": 320, "closing": 99}
    places = [
        {**place, "place": "store", **store, "counted": 1_314, "difference": -1},
        {**place, "place": "counter-3", **counter},
        {**place, "place": "transit", "moved": 5, "closing": 5},
    ]
    for away in places[1:]:
        del away["counted"], away["difference"]
    points = [
        {"item": "KTP", "name": "UPT Kasemen", "opening": 70, "sent": 100, "returned": 4, "lost": 2, "closing": 164}
    ]
    return {**REPORT, "stock": [{**REPORT["stock"][0], "places": places}, *REPORT["stock"][1:]], "points": points}


def test_each_place_has_a_row_of_its_own_and_each_service_point() -> None:
    report = in_places()
    text = " ".join(pages(daily_report(replace(VIEW, report=report))))
    assert [section.title for section in sections(report)][:3] == [
        *("A. Kartu stok blangko", "A. Menurut tempat", "A. Titik layanan"),
    ]
    for row in ("Gudang 1.240", "-325 0 1.315 1.314 -1", "Loket 3 0", "221 +320 0 99", "Di jalan 0", "+5 0 5"):
        assert row in text, row
    assert "UPT Kasemen 70 100 4 2 164" in text
    rows = list(csv.reader(daily_csv(replace(VIEW, report=report)).splitlines()))
    assert [row[1] for row in rows if row[:1] == ["Blangko KTP-el"] and row[1:2] and not row[1].isdigit()][:4] == [
        *("Gudang", "Loket 3", "Di jalan", "UPT Kasemen"),
    ]


def test_the_rows_of_places_stay_on_the_page_and_can_be_read() -> None:
    places = next(section for section in sections(in_places()) if section.title == "A. Menurut tempat")
    assert sum(laid_out(places).widths) <= INNER + 0.01
    assert laid_out(places).cell.size > 7


def test_the_widest_stock_card_stays_on_the_page_and_can_be_read() -> None:
    figures = {name: 999_999 for name, value in REPORT["stock"][0].items() if isinstance(value, int)}
    wide = {**REPORT["stock"][0], **figures, "days_of_cover": 9_999.9, "adjusted": -99_999, "difference": -99_999}
    report = {**REPORT, "stock": [{**wide, "name": "Blangko KTP-el warga negara asing"}]}
    card = next(section for section in sections(report) if section.title.startswith("A."))
    assert sum(laid_out(card).widths) <= INNER + 0.01
    assert laid_out(card).cell.size > 5.5
    usual = next(section for section in sections(REPORT) if section.title.startswith("A."))
    assert laid_out(usual).cell.size > 7.5
    for picture in pictures(daily_report(replace(VIEW, report=report)), 60):
        ink = picture.point(lambda shade: 255 * (shade < 200)).getbbox()
        assert ink
        assert min(ink[0], picture.width - ink[2]) > 15


def test_what_differs_stands_in_the_report() -> None:
    text = " ".join(pages(PAPERS["report"]))
    assert "nomor A-053 1 2" in text
    assert "opname akhir terhadap buku 1.419 1.418" in text
    honest = {**REPORT, "reconciliation": {"lines": [], "differences": []}}
    assert "Tidak ada selisih." in " ".join(pages(daily_report(replace(VIEW, report=honest))))


def test_a_day_that_is_not_closed_says_so_on_every_page() -> None:
    for page in pages(daily_report(replace(LONG, final=False))):
        assert "(sementara)" in page


def test_a_long_table_goes_on_under_its_headings_and_nothing_leaves_the_page() -> None:
    pdf = daily_report(LONG)
    found = pages(pdf)
    assert len(found) > 2
    assert sum("Dijanjikan" in page for page in found) > 1
    assert sum(page.count("Akta lahir") for page in found) == 14
    for picture in pictures(pdf, 60):
        ink = picture.point(lambda shade: 255 * (shade < 200)).getbbox()
        assert ink
        assert min(ink[0], ink[1], picture.width - ink[2], picture.height - ink[3]) > 15


@pytest.mark.parametrize("name", PAPERS)
def test_every_font_is_our_own_and_goes_with_the_file(name: str) -> None:
    for page in PdfReader(io.BytesIO(PAPERS[name])).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            assert font.get_object()["/BaseFont"].startswith("/Antrean")
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]


def test_the_same_report_gives_the_same_bytes() -> None:
    assert daily_report(VIEW) == PAPERS["report"]
    assert stock_poster(POSTER) == PAPERS["poster"]


# -- spreadsheets ------------------------------------------------------------------------------------------------------


def sheets(view: ReportView) -> dict[str, str]:
    archive = zipfile.ZipFile(io.BytesIO(daily_xlsx(view)))
    return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def test_no_cell_that_somebody_typed_in_becomes_a_formula() -> None:
    report = {**REPORT, "services": [{**REPORT["services"][0], "name": FORMULA}]}
    poisoned = replace(VIEW, report=report, office="=1+1")
    files = sheets(poisoned)
    assert not any("<f>" in text or "hyperlink" in text.lower() for name, text in files.items() if "/sheet" in name)
    assert "HYPERLINK" in files["xl/sharedStrings.xml"]
    cells = [cell for row in csv.reader(daily_csv(poisoned).splitlines()) for cell in row]
    assert "'" + FORMULA in cells
    assert not [cell for cell in cells if re.match(r"[=+@\t]|-\D", cell)]


def test_a_workbook_has_a_sheet_for_each_section_and_shows_thousands_with_a_full_stop() -> None:
    files = sheets(VIEW)
    names = re.findall(r'<sheet name="([^"]+)"', files["xl/workbook.xml"])
    assert names == [section.title for section in sections(REPORT)]
    assert r"[&gt;=1000]#\.##0" in files["xl/styles.xml"]
    assert "<v>1419</v>" in files["xl/worksheets/sheet1.xml"]


def test_csv_holds_bare_digits_in_the_same_sections() -> None:
    rows = list(csv.reader(daily_csv(VIEW).splitlines()))
    assert rows[0] == ["Disdukcapil Kota Serang", "2026-11-23", ""]
    titles = [row[0] for row in rows if len(row) == 1]
    assert titles[0] == "A. Kartu stok blangko"
    card = next(row for row in rows if row[:1] == ["Blangko KTP-el"])
    assert card[1] == "1240"
    assert card[-8:] == ["1419", "12", "71", "1336", "12.0", "0", "1418", "-1"]
    assert ["KTP-CETAK", "Cetak KTP-el", "1218"] in [row[:3] for row in rows]


def test_the_provinces_line_has_the_columns_that_one_office_published() -> None:
    heading, values = csv.reader(province_csv(VIEW).splitlines())
    found = dict(zip(heading, values, strict=True))
    assert list(found)[3:] == [
        *("KK", "KTP-el", "KIA", "Akta lahir", "Akta mati", "Akta nikah"),
        *("Pindah", "Datang", "Rekam", "PRR", "Blangko sisa"),
    ]
    assert (found["KK"], found["KTP-el"], found["Rekam"], found["Akta lahir"]) == ("70", "1240", "146", "49")
    assert (found["Tanggal"], found["PRR"], found["Blangko sisa"]) == ("2026-11-23", "", "1419")


def test_where_somebody_records_the_backlog_it_joins_the_report() -> None:
    figures = {"before": 2379, "added": 41, "printed": 84, "withdrawn": 3, "other": 1, "left": 2332}
    states = {"BIO_CAPTURED": 5, "PRINT_READY_RECORD": 2300, "RELEASED": 32, "CARD_PRINTED": 1084}
    report = {**REPORT, "backlog": {**figures, "states": states}, "kecamatan": {"Kasemen": 80, "Serang": 4}}
    assert province_line(report)["PRR"] == 2332
    text = " ".join(pages(daily_report(replace(VIEW, report=report))))
    assert "2.379 41 84 3 1 2.332" in text
    assert f"Antrean cetak per kecamatan: Kasemen 80; Serang 4. Dari loket: {NOT_RECORDED}." in text
    assert "Sudah direkam, belum dikirim 5; Siap cetak, menunggu blangko (PRR) 2.300;" in text


def test_old_cards_stand_with_the_minutes_of_their_destruction() -> None:
    old = {"item": "KTP", "name": "Blangko KTP-el", "before": 210, "received": 35, "destroyed": 200, "left": 45}
    report = {**REPORT, "withdrawn": [{**old, "minutes": ["BA-12/2026"]}]}
    assert "Blangko KTP-el BA-12/2026 210 35 200 45" in " ".join(pages(daily_report(replace(VIEW, report=report))))


def test_letters_are_counted_as_far_as_anybody_records_them() -> None:
    text = " ".join(pages(daily_report(replace(VIEW, report={**REPORT, "suket": {"issued": 12}}))))
    assert f"Ditukar, masih berlaku, lewat 6 bulan: {NOT_RECORDED}." in text


def test_the_last_request_stands_beside_what_is_to_be_asked_for() -> None:
    text = " ".join(pages(PAPERS["report"]))
    assert "10 Des 2026 118,4 1.419 12,0 1.500 0 10.000 2.000 500" in text


# -- the poster and the numbers on paper -------------------------------------------------------------------------------


def test_the_poster_says_how_many_of_how_many_what_for_and_that_it_is_free() -> None:
    (text,) = pages(PAPERS["poster"])
    for words in (
        "Blangko KTP-el yang masih bisa diambil hari ini",
        "dari 147 untuk hari ini, per 09.43 WIB",
        "dari 300 sisa 112",
        "Cetak KTP-el 14",
        "KTP-el hilang tidak dilayani hari ini",
        "Blangko KTP-el, 2.000 keping Selasa, 24 November 2026",
        "GRATIS",
        "habis",
    ):
        assert words in text, words


def test_a_phone_reads_the_address_for_complaints_off_the_poster() -> None:
    (picture,) = pictures(PAPERS["poster"])
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [COMPLAINTS]
    without = stock_poster(replace(POSTER, board=replace(BOARD, complaints=None)))
    assert zxingcpp.read_barcodes(pictures(without)[0]) == []
    assert "Laporkan ke meja informasi." in pages(without)[0]


@pytest.mark.parametrize("left", [0, 7, 99_999])
def test_the_large_figure_fits_whatever_it_is(left: int) -> None:
    item = replace(BOARD.items[0], available=left, of=left)
    (picture,) = pictures(stock_poster(replace(POSTER, board=replace(BOARD, items=(item,)))), 40)
    middle = picture.crop((0, picture.height // 5, picture.width, picture.height // 2))
    ink = middle.point(lambda shade: 255 * (shade < 200)).getbbox()
    assert ink
    assert ink[0] > 10
    assert ink[2] < picture.width - 10


def test_numbers_on_paper_are_large_in_order_and_carry_no_code() -> None:
    found = pages(PAPERS["emergency"])
    assert len(found) == 4
    assert re.findall(r"A-\d+", found[0]) == [f"A-{number}" for number in range(901, 925)]
    assert re.findall(r"B-\d+", found[3]) == [f"B-{number}" for number in range(901, 925)]
    assert "Selasa, 24 November 2026" in found[0]
    assert zxingcpp.read_barcodes(pictures(PAPERS["emergency"])[0]) == []
