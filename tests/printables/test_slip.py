"""What a slip says, whatever it is printed on."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from printables.slip import WORDS, Checklist, Closing, Figures, Hero, Text, blocks
from queue_server.domain.views import Reserved, SlipView
from tests.printables.slips import ANNOUNCED, INSTEAD, NO_PHONES, PLACE, TICKET, TRACK_URL, VOUCHER, at


def words(view: SlipView) -> str:
    """Everything that can be read on the slip, in reading order."""
    found: list[str] = []
    for block in blocks(view):
        match block:
            case Text(said, _) | Hero(said):
                found.append(said)
            case Figures(pairs):
                found += [f"{label} {value}" for label, value in pairs]
            case Checklist(heading, things):
                found += [heading, *things]
            case Closing(_, heading, lines):
                found += [heading or "", *lines]
    return " | ".join(found)


def test_a_slip_says_number_then_when_then_what_to_bring() -> None:
    said = words(TICKET)
    order = ["A-087", "KTP-el hilang", "Di depan Anda 33", "10.17–10.32", "disisihkan", "Fotokopi", "Pantau", "WIB"]
    assert [said.index(part) for part in order] == sorted(said.index(part) for part in order)


def test_the_promise_stands_on_the_slip_in_the_same_words_as_everywhere() -> None:
    assert "Satu blangko sudah disisihkan untuk Anda." in words(TICKET)
    assert "One card blank is set aside for you." in words(replace(TICKET, language="en"))


def test_three_cards_are_three_blanks_and_their_ribbon_is_none() -> None:
    three = replace(TICKET, reserved=(Reserved("KIA", "Blangko KIA", 3), Reserved("RIBBON", "Ribbon", 3)))
    assert "3 blangko sudah disisihkan untuk Anda." in words(three)


def test_who_gets_no_card_is_promised_none() -> None:
    assert "disisihkan" not in words(replace(TICKET, reserved=(Reserved("HVS", "Kertas", 1),)))


def test_without_an_open_counter_the_slip_says_so_instead_of_a_time() -> None:
    said = words(replace(TICKET, wait_clock=None))
    assert "loket untuk layanan ini belum buka" in said
    assert "Perkiraan dipanggil" not in said


def test_a_time_after_closing_is_not_printed_as_if_it_were_one_of_today() -> None:
    late = replace(TICKET, wait_clock=(at(16, 0), at(20, 30)), closes_at=at(16, 0))
    assert "Mungkin baru dipanggil lewat jam tutup." in words(late)
    assert "16.00" not in words(late)
    assert "15.59" in words(replace(late, wait_clock=(at(15, 59), at(20, 30))))


def test_a_wait_that_is_known_to_the_minute_is_one_time() -> None:
    assert "pukul 10.17 |" in words(replace(TICKET, wait_clock=(at(10, 17), at(10, 17))))


def test_a_slip_printed_again_after_the_call_has_no_wait_any_more() -> None:
    said = words(replace(TICKET, ahead=None, wait_clock=None, reprint=True))
    assert "Di depan Anda" not in said
    assert "Perkiraan" not in said


def test_the_clock_of_the_slip_is_the_offices_own() -> None:
    kolaka = replace(TICKET, time_zone="Asia/Makassar", zone="WITA")
    assert "23 Nov 2026, 10.42 WITA" in words(kolaka)
    assert "11.17–11.32" in words(kolaka)


def test_a_reprint_says_so_to_staff_in_every_language() -> None:
    assert "CETAK ULANG" not in words(TICKET)
    assert "CETAK ULANG" in words(replace(TICKET, reprint=True))
    assert "CETAK ULANG" in words(replace(TICKET, reprint=True, language="en"))
    assert "CETAK ULANG" in words(replace(VOUCHER, reprint=True))


def test_a_voucher_says_code_date_hours_and_place_in_order() -> None:
    said = words(VOUCHER)
    for part in ("7K4PM2QX", "Selasa, 24 November", "Datang pukul 08.00–10.00", "Urutan ke 12", "nomor A-087"):
        assert part in said
    assert "Satu blangko sudah disisihkan untuk Anda." in said
    assert "Di depan Anda" not in said


def test_a_voucher_that_was_given_instead_of_a_number_replaces_none() -> None:
    said = words(INSTEAD)
    for part in ("7K4PM2QX", "Selasa, 24 November", "Urutan ke 12", "Satu blangko sudah disisihkan untuk Anda."):
        assert part in said
    assert "Pengganti nomor" not in said


def test_a_voucher_out_of_a_delivery_promises_no_blank_yet() -> None:
    said = words(ANNOUNCED)
    assert "Blangko Anda ikut kiriman hari itu." in said
    assert "disisihkan" not in said


def test_a_place_on_the_waiting_list_has_a_position_and_no_date() -> None:
    said = words(PLACE)
    assert "Posisi 3 dari 41" in said
    assert "jangan datang dulu" in said
    for part in ("November, ", "Datang pukul", "Pada hari itu"):
        assert part not in said
    assert "ponsel" not in words(replace(PLACE, track_url=None)).lower()


def test_a_voucher_for_a_paper_document_promises_no_card() -> None:
    assert VOUCHER.voucher is not None
    assert "disisihkan" not in words(replace(VOUCHER, voucher=replace(VOUCHER.voucher, blanks=0)))


def test_the_address_is_followed_on_the_offices_own_wifi() -> None:
    assert Closing in {type(block) for block in blocks(TICKET)}
    assert "Sambungkan ke Wi-Fi Disdukcapil-Tamu" in words(TICKET)
    assert "Wi-Fi" not in words(replace(TICKET, wifi_name=None))
    assert [block.address for block in blocks(TICKET) if isinstance(block, Closing)] == [TRACK_URL]


@pytest.mark.parametrize("language", ["id", "en"])
def test_without_an_address_no_word_is_lost_about_phones(language: str) -> None:
    said = words(replace(NO_PHONES, language=language)).lower()
    for part in ("ponsel", "phone", "qr", "wi-fi"):
        assert part not in said


@pytest.mark.parametrize("view", [TICKET, VOUCHER])
def test_every_slip_says_that_all_is_free_and_that_numbers_are_not_passed_on(view: SlipView) -> None:
    assert "Semua layanan gratis. Diminta bayar? Laporkan." in words(view)
    assert "Nomor tidak dapat dipindahtangankan." in words(view)


def test_english_has_every_sentence_that_indonesian_has() -> None:
    assert WORDS["en"].keys() == WORDS["id"].keys()
    assert [key for key in WORDS["en"] if WORDS["en"][key] == WORDS["id"][key]] == []


def test_a_slip_has_no_place_for_a_persons_name() -> None:
    names = {field.name for field in fields(SlipView) if "name" in field.name}
    assert names == {"service_name", "hall_name", "wifi_name"}
