"""The NIK at the kiosk: read once, checked for its form, kept only as a keyed hash for the day.

Source: `docs/field.md#touts`, `docs/field.md#privacy`; decided in `docs/decisions/0009-nik-at-the-kiosk.md`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import date

from queue_server.domain.errors import Invalid

DayMark = Callable[[str], str]  # a business day -> what one person is known by on that day, for one service

# By their first two digits, those of abolished provinces too: a NIK stays what it was for life.
PROVINCES = frozenset({*range(11, 20), 21, *range(31, 37), *range(51, 55), *range(61, 66), *range(71, 77)}) | {
    *(81, 82),
    *range(91, 97),
}
WOMEN = 40  # is added to a woman's day of birth


def checked_nik(written: str) -> str:
    """Sixteen digits: where first registered, a birth date that some century has, a serial number.

    There is no check digit. Another region than the office's is held against nobody. Raises `Invalid`, whose details
    never repeat what was written.
    """
    if not re.fullmatch(r"\d{16}", written, re.ASCII):
        raise Invalid("nik_length")
    province, regency, district, day, month, year = (int(written[place : place + 2]) for place in range(0, 12, 2))
    if province not in PROVINCES or not regency or not district:
        raise Invalid("nik_region")
    born = day - WOMEN if day > WOMEN else day
    if not any(is_date(century + year, month, born) for century in (1900, 2000)):
        raise Invalid("nik_date")
    if written[12:] == "0000":
        raise Invalid("nik_serial")
    return written


def is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def day_mark(secret: bytes, site: str, service: str, nik: str) -> DayMark:
    """Without the office's secret nobody can try NIKs out, and no two days or services share a mark."""

    def mark(day: str) -> str:
        return hmac.new(secret, f"nik {site} {day} {service} {nik}".encode(), hashlib.sha256).hexdigest()

    return mark
