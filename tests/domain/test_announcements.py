"""What is said when a number is called."""

import pytest

from queue_server.domain.announcements import (
    DIGITS,
    ENGLISH_TEENS,
    Grammar,
    call_words,
    cardinal,
    english_cardinal,
    holds_a_nik,
    in_words,
    spelled,
    split_sentences,
)

INDONESIAN = Grammar("id", (), (), (), DIGITS)
ENGLISH = Grammar("en", (), (), (), ENGLISH_TEENS[:10])
SUNDANESE = Grammar("su", (), (), (), tuple("enol hiji dua tilu opat lima genep tujuh dalapan salapan".split()))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (15, "lima belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (101, "seratus satu"),
        (110, "seratus sepuluh"),
        (111, "seratus sebelas"),
        (119, "seratus sembilan belas"),
        (200, "dua ratus"),
        (211, "dua ratus sebelas"),
        (350, "tiga ratus lima puluh"),
        (999, "sembilan ratus sembilan puluh sembilan"),
    ],
)
def test_numbers_are_read_as_indonesian_reads_them(number: int, words: str) -> None:
    assert cardinal(number) == words


def test_every_number_has_words_of_its_own() -> None:
    assert len({cardinal(number) for number in range(1000)}) == 1000


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_beyond_999_999_there_are_no_words(number: int) -> None:
    for words in (cardinal, english_cardinal):
        with pytest.raises(ValueError, match="only 0 to 999999"):
            words(number)


@pytest.mark.parametrize(
    ("number", "indonesian", "english"),
    [
        (21, "dua puluh satu", "twenty one"),
        (90, "sembilan puluh", "ninety"),
        (119, "seratus sembilan belas", "one hundred and nineteen"),
        (1000, "seribu", "one thousand"),
        (1250, "seribu dua ratus lima puluh", "one thousand two hundred and fifty"),
        (2026, "dua ribu dua puluh enam", "two thousand twenty six"),
        (700_000, "tujuh ratus ribu", "seven hundred thousand"),
    ],
)
def test_larger_numbers_and_english_ones(number: int, indonesian: str, english: str) -> None:
    assert (cardinal(number), english_cardinal(number)) == (indonesian, english)


def test_a_ticket_is_read_digit_by_digit_with_its_zeros() -> None:
    assert spelled("A-053") == "A nol lima tiga"
    assert spelled("B-1204") == "B satu dua nol empat"


def test_a_recall_says_which_one_it_is() -> None:
    assert call_words("A-053", 4, 1) == "Nomor antrean A nol lima tiga, silakan menuju loket empat."
    assert call_words("A-053", 12, 2).startswith("Panggilan kedua, nomor antrean A nol lima tiga, silakan")
    assert call_words("A-053", 12, 4).startswith("Panggilan terakhir, nomor antrean")
    assert call_words("A-053", 12, 1).endswith("menuju loket dua belas.")


@pytest.mark.parametrize(
    ("grammar", "text", "words"),
    [
        (INDONESIAN, "Nomor Anda A-053.", "Nomor Anda A, nol lima tiga."),
        (INDONESIAN, "Ada 1.250 orang.", "Ada seribu dua ratus lima puluh orang."),
        (INDONESIAN, "35–50 menit", "tiga puluh lima sampai lima puluh menit"),
        (INDONESIAN, "Pukul 08.00 sampai 10.05", "Pukul delapan sampai sepuluh nol lima"),
        (INDONESIAN, "24 November 2026", "dua puluh empat November dua ribu dua puluh enam"),
        (INDONESIAN, "027", "nol dua tujuh"),
        (INDONESIAN, "SKP-100", "SKP- seratus"),
        (INDONESIAN, "1234567", "satu dua tiga empat lima enam tujuh"),
        (INDONESIAN, "Tanpa angka", "Tanpa angka"),
        (ENGLISH, "Your number is B-1204.", "Your number is B, one two zero four."),
        (ENGLISH, "1,250 people at 10.30", "one thousand two hundred and fifty people at ten thirty"),
        (ENGLISH, "35-50 minutes", "thirty five to fifty minutes"),
        (SUNDANESE, "loket 12", "loket hiji dua"),
    ],
)
def test_figures_in_a_text_are_read_as_words(grammar: Grammar, text: str, words: str) -> None:
    assert in_words(text, grammar) == words


def test_a_nik_in_a_text_is_noticed_however_it_is_grouped_and_other_numbers_are_none() -> None:
    groups = ("36", "73", "01", "45", "01", "90", "00", "01")
    for nik in ("3673014501900001", "nik: 367301 450190 0001.", *(sign.join(groups) for sign in "-,/–—\xa0\n")):
        assert holds_a_nik(nik), nik
    hours = "07.30–11.30, 12.30–15.00, Jumat 07.30-11.00 13.00-15.30"
    for other in ("0812 3456 7890", "A-053, 35-50 menit, 1.250", "2026-11-24 10.30", hours):
        assert not holds_a_nik(other)


def test_a_text_is_spoken_sentence_by_sentence() -> None:
    assert split_sentences("Selamat pagi. Nomor Anda A-053!\nPukul 10.30 WIB") == [
        "Selamat pagi.",
        "Nomor Anda A-053!",
        "Pukul 10.30 WIB",
    ]
