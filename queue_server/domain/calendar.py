"""The office's calendar: which business day an instant belongs to, when it opens and closes, and how dates are said.

Instants are whole milliseconds since 1970 in UTC, dates are `datetime.date` in the office's own zone. A business day
belongs to the office file, not to midnight: it may end after the next one (`docs/field.md#business-day`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from queue_server.domain.catalogue import Catalogue

MINUTE = 60_000  # milliseconds
ONE_DAY = timedelta(days=1)

WEEKDAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = {
    "id": (
        *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
        *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


@dataclass(frozen=True, slots=True)
class Span:
    """One business day in milliseconds UTC: it holds every instant of [opens_ms, closes_ms)."""

    opens_ms: int
    intake_closes_ms: int
    closes_ms: int
    breaks: tuple[tuple[int, int], ...] = ()


# -- days ---------------------------------------------------------------------------------------------------------


def local_time(catalogue: Catalogue, now_ms: int) -> datetime:
    """The office's wall clock at this instant."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now_ms)).astimezone(catalogue.tz)


def local_date(catalogue: Catalogue, now_ms: int) -> date:
    return local_time(catalogue, now_ms).date()


def instant(catalogue: Catalogue, day: date, minutes: int) -> int:
    """The instant (ms) at which the wall clock shows so many minutes after the midnight that begins `day`."""
    wall = datetime.combine(day, time.min) + timedelta(minutes=minutes)  # first the clock's face, then its zone
    return round(wall.replace(tzinfo=catalogue.tz).timestamp() * 1000)


@lru_cache(maxsize=64)  # every ticket asks for the same day
def span(catalogue: Catalogue, day: date) -> Span | None:
    """When the business day `day` opens and closes; None on a holiday and on a weekday without hours."""
    hours = None if day in catalogue.holidays else catalogue.hours.get(day.weekday())
    if hours is None:
        return None
    return Span(
        opens_ms=instant(catalogue, day, hours.opens),
        intake_closes_ms=instant(catalogue, day, hours.intake_closes),
        closes_ms=instant(catalogue, day, hours.closes),
        breaks=tuple((instant(catalogue, day, start), instant(catalogue, day, end)) for start, end in hours.breaks),
    )


def business_day(catalogue: Catalogue, now_ms: int) -> date | None:
    """The business day whose span holds this instant: today's, or yesterday's that has not closed yet."""
    today = local_date(catalogue, now_ms)
    for day in (today - ONE_DAY, today):
        open_hours = span(catalogue, day)
        if open_hours and open_hours.opens_ms <= now_ms < open_hours.closes_ms:
            return day
    return None


def next_business_day(catalogue: Catalogue, after: date) -> date:
    """The first business day later than `after`. An office file opens on one weekday at least, so there is one."""
    day = after + ONE_DAY
    while span(catalogue, day) is None:
        day += ONE_DAY
    return day


# -- breaks -------------------------------------------------------------------------------------------------------


def in_break(open_hours: Span | None, now_ms: int) -> tuple[int, int] | None:
    """The break (start, end in ms) that holds this instant, or None."""
    breaks = open_hours.breaks if open_hours else ()
    return next(((start, end) for start, end in breaks if start <= now_ms < end), None)


def working_minutes_to_clock(open_hours: Span | None, now_ms: int, minutes: float) -> int:
    """The instant (ms) after so many minutes of work from now: breaks do not count, nor the time before opening.

    Past closing the clock runs on, because a supervisor may keep the office open; without hours it is plain time.
    """
    if open_hours is None:
        return now_ms + round(minutes * MINUTE)
    then = max(now_ms, open_hours.opens_ms) + round(minutes * MINUTE)
    for start, end in open_hours.breaks:
        if now_ms < end and then > start:
            then += end - max(start, now_ms)
    return then


# -- words --------------------------------------------------------------------------------------------------------


def clock(catalogue: Catalogue, now_ms: int) -> str:
    """`09.42`, in both languages: it is what the clocks and signs of the office show."""
    return f"{local_time(catalogue, now_ms):%H.%M}"


def clock_range(catalogue: Catalogue, from_ms: int, to_ms: int) -> str:
    """`10.17–10.32`; within one minute `10.17`"""
    first, last = clock(catalogue, from_ms), clock(catalogue, to_ms)
    return first if first == last else f"{first}–{last}"


def long_date(day: date, language: str = "id") -> str:
    """`Senin, 23 November 2026`, in English `Monday 23 November 2026`"""
    return f"{day_and_month(day, language)} {day.year}"


def day_and_month(day: date, language: str = "id") -> str:
    """`Selasa, 24 November`, in English `Tuesday 24 November`"""
    return _with_weekday(day, MONTHS[language][day.month - 1], language)


def short_date(day: date, language: str = "id") -> str:
    """`Selasa, 24 Nov`, in English `Tuesday 24 Nov`"""
    return _with_weekday(day, _short_month(day, language), language)


def slip_date(day: date, language: str = "id") -> str:
    """`23 Nov 2026`"""
    return f"{day.day} {_short_month(day, language)} {day.year}"


def _with_weekday(day: date, month: str, language: str) -> str:
    comma = "" if language == "en" else ","
    return f"{WEEKDAYS[language][day.weekday()]}{comma} {day.day} {month}"


def _short_month(day: date, language: str) -> str:
    return MONTHS[language][day.month - 1][:3]
