"""What is said when a number is called. Words only; a voice is somebody else's work.

Numbers are read digit by digit with their zeros, counters as a whole: `docs/field.md#announcement`.
"""

from __future__ import annotations

DIGITS = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
ORDINALS = {2: "kedua", 3: "ketiga"}


def cardinal(number: int) -> str:
    """0-999 in Indonesian: 11 sebelas, 15 lima belas, 101 seratus satu."""
    if not 0 <= number <= 999:
        raise ValueError(f"no words for {number}: only 0 to 999")
    if number < 10:
        return DIGITS[number]
    if number in (10, 11):
        return ("sepuluh", "sebelas")[number - 10]
    if number < 20:
        return f"{DIGITS[number - 10]} belas"
    if number < 100:
        return join(f"{DIGITS[number // 10]} puluh", number % 10)
    hundreds = "seratus" if number < 200 else f"{DIGITS[number // 100]} ratus"
    return join(hundreds, number % 100)


def join(head: str, rest: int) -> str:
    return f"{head} {cardinal(rest)}" if rest else head


def spelled(label: str) -> str:
    """`A-053` as it is read out: `A nol lima tiga`."""
    prefix, digits = label.split("-")
    return " ".join([prefix, *(DIGITS[int(digit)] for digit in digits)])


def call_words(label: str, counter: int, times: int) -> str:
    """The sentence of a call; a recall says which one it is. Source: `docs/field.md#announcement`."""
    again = f"Panggilan {ORDINALS[times]}, nomor" if times in ORDINALS else "Panggilan terakhir, nomor"
    opening = "Nomor" if times < 2 else again
    return f"{opening} antrean {spelled(label)}, silakan menuju loket {cardinal(counter)}."
