"""What is said: the sentences of a call as clips, and numbers in words. Words only; `web/voice` gives them a voice.

Source of the sentences and of how numbers are read: `docs/field.md#announcement`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

DIGIT_BY_DIGIT, AS_A_WHOLE = READINGS = ("digits", "cardinal")
LAST_CALL = 3  # this one and every later is announced as the last
MOST_IN_WORDS = 999_999
LABEL = re.compile(r"(?<![A-Za-z0-9])([A-Z])-([0-9]{3,4})(?![0-9])")

# -- numbers in words ------------------------------------------------------------------------------------------------

DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
ENGLISH_TEENS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
ENGLISH_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def cardinal(number: int) -> str:
    """0-999,999 in Indonesian: 11 sebelas, 15 lima belas, 101 seratus satu, 1,250 seribu dua ratus lima puluh."""
    if not 0 <= number <= MOST_IN_WORDS:
        raise ValueError(f"no words for {number}: only 0 to {MOST_IN_WORDS}")
    if number < 10:
        return DIGITS[number]
    if number in (10, 11):
        return ("sepuluh", "sebelas")[number - 10]
    if number < 20:
        return f"{DIGITS[number - 10]} belas"
    if number < 100:
        return joined(f"{DIGITS[number // 10]} puluh", number % 10)
    if number < 1000:
        return joined("seratus" if number < 200 else f"{DIGITS[number // 100]} ratus", number % 100)
    return joined("seribu" if number < 2000 else f"{cardinal(number // 1000)} ribu", number % 1000)


def joined(head: str, rest: int) -> str:
    return f"{head} {cardinal(rest)}" if rest else head


def english_cardinal(number: int) -> str:
    """0-999,999 in English: 21 twenty one, 101 one hundred and one."""
    if not 0 <= number <= MOST_IN_WORDS:
        raise ValueError(f"no words for {number}: only 0 to {MOST_IN_WORDS}")
    if number < 20:
        return ENGLISH_TEENS[number]
    if number < 100:
        tens = ENGLISH_TENS[number // 10]
        return f"{tens} {ENGLISH_TEENS[number % 10]}" if number % 10 else tens
    unit, name, link = (100, "hundred", " and ") if number < 1000 else (1000, "thousand", " ")
    head, rest = f"{english_cardinal(number // unit)} {name}", number % unit
    return f"{head}{link}{english_cardinal(rest)}" if rest else head


# A language that is not here reads every number digit by digit.
CARDINALS: Mapping[str, Callable[[int], str]] = {"id": cardinal, "en": english_cardinal}


# -- a call ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a language calls: names of clips in order, with `{number}` and `{counter}` for what differs."""

    language: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    last: tuple[str, ...]
    digits: tuple[str, ...]  # of 0 to 9


def call_clips(grammar: Grammar, label: str, counter: int, times: int, reading: str) -> tuple[str, ...]:
    """The clips of a call, without the chime: `A-053` to counter 4 for the `times`-th time.

    The number is read by `reading`, the counter always as a whole where the language has words for that.
    """
    prefix, digits = label.split("-")
    whole = reading == AS_A_WHOLE
    sentence = grammar.first if times < 2 else grammar.second if times < LAST_CALL else grammar.last
    found: list[str] = []
    for clip in sentence:
        if clip == "{number}":
            found += [letter_clip(prefix), *number_clips(grammar, digits, whole)]
        elif clip == "{counter}":
            found += number_clips(grammar, str(counter), whole=True)
        else:
            found.append(clip)
    return tuple(found)


def letter_clip(letter: str) -> str:
    return f"letter-{letter.lower()}"


def number_clips(grammar: Grammar, digits: str, whole: bool) -> list[str]:
    """A number's clips are named by its words."""
    if whole and (in_words := CARDINALS.get(grammar.language)):
        return in_words(int(digits)).split()
    return [grammar.digits[int(digit)] for digit in digits]


def spelled(label: str) -> str:
    """`A-053` as it is read out: `A nol lima tiga`."""
    prefix, digits = label.split("-")
    return " ".join([prefix, *(DIGITS[int(digit)] for digit in digits)])


def call_words(label: str, counter: int, times: int) -> str:
    """The sentence of a call in Indonesian, to be read; a recall says which one it is."""
    again = "Panggilan kedua, nomor" if times < LAST_CALL else "Panggilan terakhir, nomor"
    opening = "Nomor" if times < 2 else again
    return f"{opening} antrean {spelled(label)}, silakan menuju loket {cardinal(counter)}."


# -- any text --------------------------------------------------------------------------------------------------------

LINKS = {"id": " sampai ", "en": " to "}
RANGE = re.compile(r"(?<=\d)\s*[–-]\s*(?=\d)")
CLOCK = re.compile(r"(?<![\d.])([01]?\d|2[0-4])\.([0-5]\d)(?![\d.]*\d)")
THOUSANDS = {
    "id": re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3})+(?!\d)"),
    "en": re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?!\d)"),
}
NUMBER = re.compile(r"\d+")
DIGIT = re.compile(r"\d")
NIK_LENGTH = 16


def holds_a_nik(text: str) -> bool:
    """Sixteen digits or more in a row, however they are grouped, and no hours: such a text is never spoken."""
    runs = re.findall(r"[\d\s.,/–—-]+", CLOCK.sub("", text))
    return any(len(DIGIT.findall(run)) >= NIK_LENGTH for run in runs)


def in_words(text: str, grammar: Grammar) -> str:
    """A text with every number in words: `A-053` and what begins with a nought digit by digit, `10.30` as an hour.

    A voice left alone with figures reads 027 as twenty seven, and without the comma the letter A as an article.
    """
    language = grammar.language
    text = LABEL.sub(lambda match: f" {match[1]}, {one_by_one(match[2], grammar)} ", text)
    text = CLOCK.sub(lambda match: f" {hour(match[1], match[2], grammar)} ", text)
    if thousands := THOUSANDS.get(language):
        text = thousands.sub(lambda match: re.sub(r"\D", "", match[0]), text)
    text = RANGE.sub(LINKS.get(language, " "), text)
    text = NUMBER.sub(lambda match: f" {said(match[0], grammar)} ", text)
    return re.sub(r" +(?=[.,!?;:]|$)| (?= )", "", text).strip()


def one_by_one(digits: str, grammar: Grammar) -> str:
    return " ".join(grammar.digits[int(digit)] for digit in digits)


def said(digits: str, grammar: Grammar) -> str:
    known = CARDINALS.get(grammar.language)
    begins_with_nought = len(digits) > 1 and digits[0] == "0"
    if known is None or begins_with_nought or int(digits) > MOST_IN_WORDS:
        return one_by_one(digits, grammar)
    return known(int(digits))


def hour(hours: str, minutes: str, grammar: Grammar) -> str:
    """08.00 delapan, 10.30 sepuluh tiga puluh, 10.05 sepuluh nol lima."""
    whole = said(str(int(hours)), grammar)
    return whole if minutes == "00" else f"{whole} {said(minutes, grammar)}"


def split_sentences(text: str) -> Sequence[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip(" .!?")]
