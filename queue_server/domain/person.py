"""Whose record it is, checked, masked, and never shown whole by accident.

Source: `docs/field.md#nik`, `docs/field.md#privacy`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from queue_server.domain.errors import Invalid
from queue_server.domain.nik import checked_nik

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
    return Person(written_nik(nik), checked_name(name), checked_phone(phone))


def written_nik(written: str) -> str:
    """The NIK as lists write it, in groups or with a leading apostrophe. Raises `Invalid`."""
    if re.fullmatch(r"\d[.,]\d+E\+?\d+", written.strip(), re.IGNORECASE | re.ASCII):
        raise Invalid("nik_rounded")
    return checked_nik(re.sub(r"[ .'’-]", "", written))


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
