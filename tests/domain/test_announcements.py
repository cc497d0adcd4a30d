"""What is said when a number is called."""

import pytest

from queue_server.domain.announcements import call_words, cardinal, spelled


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


@pytest.mark.parametrize("number", [-1, 1000])
def test_beyond_999_there_are_no_words(number: int) -> None:
    with pytest.raises(ValueError, match="only 0 to 999"):
        cardinal(number)


def test_a_ticket_is_read_digit_by_digit_with_its_zeros() -> None:
    assert spelled("A-053") == "A nol lima tiga"
    assert spelled("B-1204") == "B satu dua nol empat"


def test_a_recall_says_which_one_it_is() -> None:
    assert call_words("A-053", 4, 1) == "Nomor antrean A nol lima tiga, silakan menuju loket empat."
    assert call_words("A-053", 12, 2).startswith("Panggilan kedua, nomor antrean A nol lima tiga, silakan")
    assert call_words("A-053", 12, 4).startswith("Panggilan terakhir, nomor antrean")
    assert call_words("A-053", 12, 1).endswith("menuju loket dua belas.")
