"""The office's calendar: business days, breaks, and how dates are said."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain import calendar, office_file
from queue_server.domain.catalogue import Catalogue, DayHours

OFFICES = Path(__file__).parents[2] / "queue_server" / "offices"
MONDAY = date(2026, 11, 23)
FRIDAY = date(2026, 11, 27)
MINUTE = 60_000
ANY_DAY = st.dates(date(2025, 1, 1), date(2028, 12, 31))


def office(name: str) -> Catalogue:
    return office_file.parse((OFFICES / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


SERANG, KOLAKA = office("kota_serang"), office("kolaka_utara")
CAMP = replace(SERANG, hours={4: DayHours(16 * 60, 25 * 60, 26 * 60)})  # Fridays from 16.00 until two at night


def utc(day: date, hour: int, minute: int = 0) -> int:
    return round(datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC).timestamp() * 1000)


def at(catalogue: Catalogue, day: date, clock: str) -> int:
    hours, minutes = clock.split(".")
    return calendar.instant(catalogue, day, int(hours) * 60 + int(minutes))


def span(catalogue: Catalogue, day: date) -> calendar.Span:
    found = calendar.span(catalogue, day)
    assert found is not None
    return found


# -- days ---------------------------------------------------------------------------------------------------------


def test_half_past_seven_in_serang_is_half_past_midnight_in_utc() -> None:
    assert span(SERANG, MONDAY).opens_ms == utc(MONDAY, 0, 30)


def test_half_past_seven_in_kolaka_utara_is_still_yesterday_in_utc() -> None:
    assert span(KOLAKA, MONDAY).opens_ms == utc(date(2026, 11, 22), 23, 30)
    assert calendar.business_day(KOLAKA, utc(date(2026, 11, 22), 23, 30)) == MONDAY


def test_utc_midnight_falls_into_the_morning_and_changes_nothing() -> None:
    before, after = utc(MONDAY, 0) - 1, utc(MONDAY, 0)
    assert calendar.local_date(KOLAKA, before) == calendar.local_date(KOLAKA, after) == MONDAY
    assert calendar.business_day(KOLAKA, before) == calendar.business_day(KOLAKA, after) == MONDAY


def test_the_date_changes_at_the_offices_own_midnight() -> None:
    midnight_in_makassar, midnight_in_jakarta = utc(MONDAY, 16), utc(MONDAY, 17)
    assert calendar.local_date(KOLAKA, midnight_in_makassar - 1) == MONDAY
    assert calendar.local_date(KOLAKA, midnight_in_makassar) == date(2026, 11, 24)
    assert calendar.local_date(SERANG, midnight_in_jakarta - 1) == MONDAY
    assert calendar.local_date(SERANG, midnight_in_jakarta) == date(2026, 11, 24)


def test_a_day_begins_with_its_opening_and_ends_with_its_closing() -> None:
    monday = span(SERANG, MONDAY)
    assert calendar.business_day(SERANG, monday.opens_ms - 1) is None
    assert calendar.business_day(SERANG, monday.opens_ms) == MONDAY
    assert calendar.business_day(SERANG, monday.closes_ms - 1) == MONDAY
    assert calendar.business_day(SERANG, monday.closes_ms) is None


def test_intake_closes_before_the_counters_do() -> None:
    monday = span(SERANG, MONDAY)
    assert monday.intake_closes_ms == at(SERANG, MONDAY, "15.00")
    assert monday.closes_ms == at(SERANG, MONDAY, "16.00")


def test_a_day_that_ends_after_midnight_keeps_its_date() -> None:
    saturday = date(2026, 11, 28)
    assert calendar.business_day(CAMP, at(CAMP, FRIDAY, "23.59")) == FRIDAY
    assert calendar.business_day(CAMP, at(CAMP, saturday, "00.00")) == FRIDAY
    assert calendar.business_day(CAMP, at(CAMP, saturday, "01.59")) == FRIDAY
    assert calendar.business_day(CAMP, at(CAMP, saturday, "02.00")) is None
    assert calendar.local_date(CAMP, at(CAMP, saturday, "01.59")) == saturday


def test_a_day_that_ends_after_midnight_is_not_cut_short_by_a_holiday_that_follows() -> None:
    saturday = date(2026, 11, 28)
    camp = replace(CAMP, holidays={saturday: "Hari libur"})
    assert calendar.business_day(camp, at(camp, saturday, "01.00")) == FRIDAY


def test_a_demo_office_is_always_open_and_changes_its_day_at_midnight() -> None:
    demo = SERANG.for_demo()
    sunday = date(2026, 11, 22)
    assert calendar.business_day(demo, at(demo, sunday, "23.59")) == sunday
    assert calendar.business_day(demo, at(demo, MONDAY, "00.00")) == MONDAY


def test_a_holiday_and_a_weekday_without_hours_are_closed() -> None:
    independence_day, sunday = date(2026, 8, 17), date(2026, 11, 22)
    assert calendar.span(SERANG, independence_day) is None
    assert calendar.span(SERANG, sunday) is None
    assert calendar.business_day(SERANG, at(SERANG, independence_day, "09.00")) is None


def test_after_friday_comes_monday_but_in_kolaka_utara_saturday() -> None:
    assert calendar.next_business_day(SERANG, FRIDAY) == date(2026, 11, 30)
    assert calendar.next_business_day(KOLAKA, FRIDAY) == date(2026, 11, 28)


def test_the_next_business_day_steps_over_holidays() -> None:
    before_lebaran = date(2026, 3, 17)
    assert calendar.next_business_day(SERANG, before_lebaran) == date(2026, 3, 25)


@given(day=ANY_DAY)
def test_the_next_business_day_is_the_first_one_with_hours(day: date) -> None:
    following = calendar.next_business_day(SERANG, day)
    assert calendar.span(SERANG, following) is not None
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]
    assert not any(calendar.span(SERANG, other) for other in between)


@given(day=ANY_DAY, milliseconds=st.integers(0, 24 * 60 * MINUTE - 1))
def test_an_instant_belongs_to_the_day_whose_span_holds_it(day: date, milliseconds: int) -> None:
    now = at(KOLAKA, day, "00.00") + milliseconds
    business_day = calendar.business_day(KOLAKA, now)
    open_hours = calendar.span(KOLAKA, day)
    is_open = open_hours is not None and open_hours.opens_ms <= now < open_hours.closes_ms
    assert business_day == (day if is_open else None)


@given(day=ANY_DAY, minutes=st.integers(0, 24 * 60 - 1))
def test_the_clock_shows_the_minute_that_was_asked_for(day: date, minutes: int) -> None:
    now = calendar.instant(KOLAKA, day, minutes)
    assert calendar.local_date(KOLAKA, now) == day
    assert calendar.clock(KOLAKA, now) == f"{minutes // 60:02}.{minutes % 60:02}"


def test_hours_are_read_from_the_wall_even_where_clocks_are_changed() -> None:
    berlin = replace(
        SERANG, time_zone="Europe/Berlin", holidays={}, hours=dict.fromkeys(range(7), DayHours(0, 60, 600))
    )
    clocks_go_forward = date(2026, 3, 29)
    day = span(berlin, clocks_go_forward)
    assert calendar.clock(berlin, day.closes_ms) == "10.00"
    assert day.closes_ms - day.opens_ms == 9 * 60 * MINUTE


# -- breaks -------------------------------------------------------------------------------------------------------


def test_on_friday_the_break_is_longer_and_earlier() -> None:
    assert span(SERANG, MONDAY).breaks == ((at(SERANG, MONDAY, "12.00"), at(SERANG, MONDAY, "13.00")),)
    assert span(SERANG, FRIDAY).breaks == ((at(SERANG, FRIDAY, "11.30"), at(SERANG, FRIDAY, "13.00")),)


def test_the_break_begins_and_ends_on_the_minute() -> None:
    friday = span(SERANG, FRIDAY)
    pause = friday.breaks[0]
    assert calendar.in_break(friday, pause[0] - 1) is None
    assert calendar.in_break(friday, pause[0]) == pause
    assert calendar.in_break(friday, pause[1] - 1) == pause
    assert calendar.in_break(friday, pause[1]) is None


def test_a_closed_office_has_no_break() -> None:
    assert calendar.in_break(None, at(SERANG, FRIDAY, "12.00")) is None


@pytest.mark.parametrize(
    ("now", "minutes", "then"),
    [
        ("09.00", 30, "09.30"),
        ("11.00", 30, "11.30"),  # just before the break
        ("11.00", 45, "13.15"),  # a quarter of an hour falls behind it
        ("11.30", 20, "13.20"),  # asked as the break begins
        ("12.30", 20, "13.20"),  # asked during the break
        ("12.30", 0, "13.00"),
        ("13.00", 20, "13.20"),
        ("07.00", 20, "07.50"),  # before the office opens
        ("16.20", 20, "16.40"),  # past closing: a supervisor may keep it open
    ],
)
def test_a_wait_on_friday_skips_the_break(now: str, minutes: int, then: str) -> None:
    found = calendar.working_minutes_to_clock(span(SERANG, FRIDAY), at(SERANG, FRIDAY, now), minutes)
    assert calendar.clock(SERANG, found) == then


def test_a_wait_may_skip_two_breaks() -> None:
    hours = DayHours(8 * 60, 15 * 60, 16 * 60, ((600, 615), (720, 780)))
    two_breaks = replace(SERANG, hours={0: hours})
    found = calendar.working_minutes_to_clock(span(two_breaks, MONDAY), at(two_breaks, MONDAY, "09.30"), 140)
    assert calendar.clock(two_breaks, found) == "13.05"


def test_a_wait_without_office_hours_is_plain_time() -> None:
    assert calendar.working_minutes_to_clock(None, 1_000, 1.5) == 91_000


@given(
    start=st.integers(0, 24 * 60),
    shorter=st.floats(0, 600, allow_nan=False),
    longer=st.floats(0, 600, allow_nan=False),
)
def test_a_longer_wait_never_ends_earlier_and_no_wait_ends_within_a_break(
    start: int, shorter: float, longer: float
) -> None:
    friday, now = span(SERANG, FRIDAY), calendar.instant(SERANG, FRIDAY, start)
    soon = calendar.working_minutes_to_clock(friday, now, min(shorter, longer))
    late = calendar.working_minutes_to_clock(friday, now, max(shorter, longer))
    assert now <= soon <= late
    assert not any(begins < late < ends for begins, ends in friday.breaks)


@given(start=st.integers(450, 990), minutes=st.integers(0, 600))
def test_the_work_in_a_wait_is_as_long_as_was_asked_for(start: int, minutes: int) -> None:
    friday, now = span(SERANG, FRIDAY), calendar.instant(SERANG, FRIDAY, start)
    then = calendar.working_minutes_to_clock(friday, now, minutes)
    worked = [moment for moment in range(now, then, MINUTE) if not calendar.in_break(friday, moment)]
    assert len(worked) == minutes


# -- words --------------------------------------------------------------------------------------------------------


def test_dates_and_hours_are_said_as_the_screens_say_them() -> None:
    now = at(SERANG, MONDAY, "09.42")
    tuesday = date(2026, 11, 24)
    assert calendar.clock(SERANG, now) == "09.42"
    assert calendar.clock_range(SERANG, now, now + 15 * MINUTE) == "09.42–09.57"
    assert calendar.long_date(MONDAY) == "Senin, 23 November 2026"
    assert calendar.day_and_month(tuesday) == "Selasa, 24 November"
    assert calendar.short_date(tuesday) == "Selasa, 24 Nov"
    assert calendar.slip_date(MONDAY) == "23 Nov 2026"


def test_dates_are_said_in_english_without_a_comma() -> None:
    assert calendar.long_date(MONDAY, "en") == "Monday 23 November 2026"
    assert calendar.day_and_month(MONDAY, "en") == "Monday 23 November"
    assert calendar.short_date(MONDAY, "en") == "Monday 23 Nov"


def test_every_month_has_its_indonesian_name() -> None:
    said = [calendar.slip_date(date(2026, month, 1)) for month in range(1, 13)]
    short = "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split()
    assert said == [f"1 {month} 2026" for month in short]


def test_the_week_begins_on_monday_in_both_languages() -> None:
    week = [MONDAY + timedelta(days=n) for n in range(7)]
    indonesian = [calendar.short_date(day).split(",")[0] for day in week]
    english = [calendar.short_date(day, "en").split()[0] for day in week]
    assert indonesian == ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]
    assert english == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
