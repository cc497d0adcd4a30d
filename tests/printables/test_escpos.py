"""Slips on thermal paper, read back by a printer that stops at anything it does not know."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from printables import escpos, motif, qr
from printables.slip import Trial
from queue_server.domain.views import SlipView
from tests.printables.paper import COLUMNS, Line, NotEscPos, Paper, read
from tests.printables.slips import NO_PHONES, TICKET, TRACK_URL, VOUCHER
from tests.printables.test_qr import scanned

WIDTHS = {58: 384, 80: 576}
ENGLISH = replace(TICKET, language="en", service_name="Lost ID card")
each_paper = pytest.mark.parametrize("width", WIDTHS)


def printed(view: SlipView, width: int) -> Paper:
    return read(escpos.slip(view, width), WIDTHS[width])


def line_with(paper: Paper, text: str) -> Line:
    return next(line for line in paper.lines if text in line.text)


def ink(image: Image.Image) -> tuple[int, int, int, int]:
    """Left, upper, right and lower edge of what is black."""
    box = ImageOps.invert(image.convert("L")).getbbox()
    assert box
    return box


@each_paper
def test_the_paper_says_when_and_what_to_bring(width: int) -> None:
    words = printed(TICKET, width).words
    for part in (
        "Disdukcapil Kota Serang",
        "Nomor antrean Anda",
        "KTP-el hilang",
        "10.17-10.32",
        "Satu blangko sudah disisihkan untuk Anda.",
        "[ ] Surat kehilangan dari polisi",
        "Sambungkan ke Wi-Fi Disdukcapil-Tamu, lalu pindai kode QR ini.",
        "Semua layanan gratis. Diminta bayar? Laporkan.",
        "Nomor tidak dapat dipindahtangankan.",
        "23 Nov 2026, 09.42 WIB",
    ):
        assert part in words


@each_paper
@pytest.mark.parametrize("view", [TICKET, VOUCHER, NO_PHONES, ENGLISH, replace(TICKET, reprint=True)])
def test_every_slip_is_framed_by_two_bands_and_cut_once(view: SlipView, width: int) -> None:
    paper = printed(view, width)
    band, number, other_band = paper.rasters
    assert paper.printed[0] is band
    assert paper.printed[-1] is other_band
    assert band.tobytes() == other_band.tobytes() != number.tobytes()
    assert band.size == (WIDTHS[width], 44)
    assert paper.cuts == 1


def test_the_band_is_woven_of_whole_tiles() -> None:
    tile = motif.band(1)
    assert [row == row[::-1] for row in motif.TILE] == [True] * len(motif.TILE)
    for width, dots in WIDTHS.items():
        band = printed(TICKET, width).rasters[0]
        assert dots % motif.WIDTH == 0
        cells = ImageOps.invert(band.convert("L")).resize((dots // 2, 22), Image.Resampling.NEAREST)
        assert cells.crop((0, 0, tile.width, 22)).tobytes() == tile.convert("L").tobytes()
        assert cells.crop((cells.width - tile.width, 0, cells.width, 22)).tobytes() == tile.convert("L").tobytes()


@pytest.mark.parametrize(("width", "capital"), [(80, 125), (58, 83)])
def test_the_number_is_the_largest_thing_on_the_paper(width: int, capital: int) -> None:
    left, upper, right, lower = ink(printed(TICKET, width).rasters[1])
    assert abs(lower - upper - capital) <= 4
    assert abs(left - (WIDTHS[width] - right)) <= 8, "it stands in the middle"
    assert right - left > WIDTHS[width] * 0.8


@each_paper
@pytest.mark.parametrize("number", ["A-1234", "W-9999", "I-001", "B-12345"])
def test_no_number_is_cut_off_at_the_edge(number: str, width: int) -> None:
    left, upper, right, lower = ink(printed(replace(TICKET, number=number), width).rasters[1])
    assert left >= 8
    assert right <= WIDTHS[width] - 8
    assert upper > 0
    assert lower < printed(TICKET, width).rasters[1].height


@each_paper
def test_a_trial_shows_whether_this_printer_draws_a_code(width: int) -> None:
    view = Trial("Disdukcapil Kota Serang", "Kios 1", "09.42", "WIB", "http://192.168.1.10:8080")
    drawing, drawn = (read(escpos.trial(view, width, draws_qr), WIDTHS[width]) for draws_qr in (True, False))
    assert (drawing.qr, drawn.qr) == ([view.address], [])
    assert len(drawn.rasters) == len(drawing.rasters) + 1


def test_two_numbers_never_look_alike() -> None:
    numbers = [f"{letter}-{digits}" for letter in "ABCDEFGIZ" for digits in ("001", "010", "100", "087", "1000")]
    pictures = {printed(replace(TICKET, number=number), 80).rasters[1].tobytes() for number in numbers}
    assert len(pictures) == len(numbers)


@each_paper
def test_the_printer_draws_the_code_of_the_tracking_address(width: int) -> None:
    paper = printed(TICKET, width)
    assert paper.qr == [TRACK_URL]
    assert (paper.qr_dots, paper.qr_correction) == (6, "M")
    assert scanned(ImageOps.invert(qr.ink(paper.qr[0]).convert("L"))) == TRACK_URL
    assert paper.qr_dots * (33 + 8) <= WIDTHS[width], "code and the white around it fit on the paper"


@each_paper
def test_without_an_address_there_is_no_code(width: int) -> None:
    paper = printed(NO_PHONES, width)
    assert paper.qr == []
    assert "ponsel" not in paper.words


@each_paper
def test_a_voucher_shows_its_code_as_large_as_the_paper_allows(width: int) -> None:
    assert VOUCHER.voucher is not None
    paper = printed(VOUCHER, width)
    left, _, right, _ = ink(paper.rasters[1])
    assert right - left > WIDTHS[width] * 0.8
    other = printed(replace(VOUCHER, voucher=replace(VOUCHER.voucher, code="0000000z")), width)
    assert other.rasters[1].tobytes() != paper.rasters[1].tobytes()
    assert "Selasa, 24 November" in paper.words
    assert "08.00-10.00" in paper.words
    assert line_with(paper, "24 November").bold


@each_paper
def test_a_reprint_is_marked_where_everyone_looks(width: int) -> None:
    paper = printed(replace(TICKET, reprint=True), width)
    mark = line_with(paper, "CETAK ULANG")
    assert mark.bold
    assert paper.printed.index(mark) < paper.printed.index(paper.rasters[1])


@each_paper
def test_figures_are_twice_as_large_as_words(width: int) -> None:
    figures = line_with(printed(TICKET, width), "10.17-10.32")
    assert (figures.width, figures.height, figures.bold) == (2, 2, True)


@pytest.mark.parametrize(
    ("view", "label", "figure"),
    [
        (TICKET, "Perkiraan dipanggil pukul", "10.17-10.32"),
        (VOUCHER, "Datang pukul", "08.00-10.00"),
        (replace(VOUCHER, language="en"), "Come between", "08.00-10.00"),
    ],
)
def test_wide_paper_has_the_two_figures_side_by_side(view: SlipView, label: str, figure: str) -> None:
    labels, figures = line_with(printed(view, 80), label), line_with(printed(view, 80), figure)
    assert labels.text.index(label) == 2 * figures.text.index(figure) > 0


def test_a_name_of_a_network_is_not_broken_at_its_hyphen() -> None:
    assert "Disdukcapil-Tamu" in line_with(printed(TICKET, 58), "Tamu").text


def test_what_has_no_ascii_is_folded() -> None:
    view = replace(TICKET, office="Disdukcapil “Banyuwangi”", hall_name="Balé Agung – lantai 2…", wifi_name="東京")
    words = printed(view, 80).words
    assert 'Disdukcapil "Banyuwangi"' in words
    assert "Bale Agung - lantai 2..." in words
    assert "Wi-Fi ??," in words


anything = st.text(max_size=90)


@given(
    office=anything,
    service=anything,
    hall=anything,
    wifi=anything,
    things=st.lists(anything, max_size=3),
    language=st.sampled_from(["id", "en"]),
)
@each_paper
def test_no_words_of_an_office_can_command_the_printer_or_leave_the_paper(
    width: int, office: str, service: str, hall: str, wifi: str, things: list[str], language: str
) -> None:
    view = replace(TICKET, office=office, service_name=service, hall_name=hall, wifi_name=wifi, language=language)
    paper = printed(replace(view, checklist=tuple(things)), width)
    assert max(line.columns for line in paper.lines) <= COLUMNS[WIDTHS[width]]
    assert paper.qr == [TRACK_URL]
    assert paper.cuts == 1


def test_the_reading_printer_stops_at_what_it_does_not_know() -> None:
    for stranger in (b"\x1bt\x10", b"\x1dB\x01", b"\x96", b"\x1d(A\x02\x00\x00\x01"):
        with pytest.raises(NotEscPos):
            read(b"\x1b@" + stranger + b"\n\x1dV\x01", 576)
    with pytest.raises(NotEscPos, match="49 columns"):
        read(b"\x1b@" + b"x" * 49 + b"\n", 576)
    with pytest.raises(NotEscPos, match="initialise"):
        read(b"A-087\n", 576)


@each_paper
def test_a_printer_that_draws_no_qr_code_gets_its_dots_and_a_phone_reads_them(width: int) -> None:
    cheap = read(escpos.slip(TICKET, width, draws_qr=False), WIDTHS[width])
    band, number, code, other_band = cheap.rasters
    assert cheap.qr == []
    assert scanned(code) == TRACK_URL
    left, upper, right, lower = ink(code)
    white = escpos.QR_DOTS * qr.QUIET
    assert min(left, upper, code.width - right, code.height - lower) >= white
    usual = read(escpos.slip(TICKET, width), WIDTHS[width])
    assert cheap.words == usual.words
