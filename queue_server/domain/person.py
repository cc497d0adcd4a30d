"""Whose record it is, checked, masked, and never shown whole by accident.

Source: `docs/field.md#nik`, `docs/field.md#privacy`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from queue_server.domain.errors import Invalid

NIK_LENGTH = 16
LONGEST_NAME = 100
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would reckon instead of show
DOT = "•"


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """Made by `person_of`, which checks it."""

    nik: str
    name: str
    phone: str = ""

    def __repr__(self) -> str:
        return "Person(…)"  # a log that meets one learns nothing


def person_of(nik: str, name: str, phone: str = "") -> Person:
    """Raises `Invalid` whose reason names the field; the value itself is never repeated."""
    return Person(checked_nik(nik), checked_name(name), checked_phone(phone))


def checked_nik(written: str) -> str:
    """Sixteen digits with a birth date that exists in some century (women's day is 40 more) and a serial number.

    The region is not held against anybody: people move, codes are retired. Raises `Invalid`.
    """
    nik = re.sub(r"[ .'’-]", "", written)
    if re.fullmatch(r"\d[.,]\d+E\+?\d+", written.strip(), re.IGNORECASE | re.ASCII):
        raise Invalid("nik_rounded")
    if not re.fullmatch(rf"\d{{{NIK_LENGTH}}}", nik, re.ASCII):
        raise Invalid("nik_length")
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    if not any(is_date(century + year, month, day - 40 if day > 40 else day) for century in (1900, 2000)):
        raise Invalid("nik_date")
    if nik[12:] == "0000":
        raise Invalid("nik_serial")
    return nik


def is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def checked_name(written: str) -> str:
    name = " ".join(written.split())
    if written.lstrip(" ").startswith(FORMULA):
        raise Invalid("formula")
    if not name.isprintable() or not any(letter.isalpha() for letter in name) or len(name) > LONGEST_NAME:
        raise Invalid("person_name")
    return name


def checked_phone(written: str) -> str:
    """Digits as they are dialled in Indonesia; empty where there is none."""
    phone = re.sub(r"[ .()'’-]", "", written)
    if not phone:
        return ""
    if not re.fullmatch(r"\+?\d{8,15}", phone, re.ASCII):
        raise Invalid("phone")
    digits = phone.lstrip("+")
    return "0" + digits[2:] if digits.startswith("62") else digits


# -- on a screen -----------------------------------------------------------------------------------------------------


def masked_nik(nik: str) -> str:
    """`3673••••••••0001`"""
    return f"{nik[:4]}{DOT * (NIK_LENGTH - 8)}{nik[-4:]}"


def masked_name(name: str) -> str:
    """`Siti A••••`: enough for somebody who stands at the counter."""
    first, *others = name.split()
    return " ".join([first, *(f"{other[0]}{DOT * 4}" for other in others)])


def masked_phone(phone: str) -> str:
    """`••••••789`"""
    return DOT * (len(phone) - 3) + phone[-3:] if phone else ""
