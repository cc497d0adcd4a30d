"""The print backlog as slips, lists, pages and phones are given it: frozen, in the language asked for, masked.

A `CallLine` alone carries name and telephone whole: it is for the sheet with which people are called.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaceView:
    """What anybody may know who has the slip: no name, no NIK."""

    kind_name: str
    state: str
    state_name: str
    advice: str
    since: str
    place: int | None  # None unless it stands in line
    of: int | None
    invited_for: str | None


@dataclass(frozen=True, slots=True)
class RecordView(PlaceView):
    """The same for staff; what is erased is empty."""

    id: str
    kind: str
    kecamatan: str  # its name
    moved_on: str
    nik: str
    name: str
    phone: str
    erased: bool
    token: str


@dataclass(frozen=True, slots=True)
class BacklogSlip:
    """What the slip of a record says. `number` is the place as it is printed large."""

    office: str
    number: str
    of: str
    kind_name: str
    state_name: str
    advice: str
    since: str
    invited_for: str | None
    made_at: int
    time_zone: str
    zone: str
    track_url: str | None
    wifi_name: str | None
    language: str


@dataclass(frozen=True, slots=True, repr=False)
class CallLine:
    """`phone` is empty where none was given, `nik` always masked; `day` is the one to come, or of the print."""

    name: str
    nik: str
    phone: str
    kind_name: str
    day: str


@dataclass(frozen=True, slots=True)
class CallList:
    """By kecamatan (name -> its lines); `day_heading` says which day stands in the last column."""

    office: str
    title: str
    note: str
    day_heading: str
    made_on: str
    language: str
    groups: tuple[tuple[str, tuple[CallLine, ...]], ...]
