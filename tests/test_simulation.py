"""Simulated days: what the figures mean, that they add up, and that the office they leave behind verifies."""

from __future__ import annotations

import itertools
import json
import random
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from queue_server.commands import antrean
from queue_server.domain import calendar, office_file
from queue_server.domain.catalogue import Catalogue
from queue_server.domain.views import Today
from queue_server.simulate.citizens import Citizen, Papers, draw_citizens, needs_card
from queue_server.simulate.house import SITE
from queue_server.simulate.ledger import Told, calibration, spread
from queue_server.simulate.plain_queue import Outcome, plain_queue
from queue_server.simulate.report import report
from queue_server.simulate.run import Result, business_days, deliveries_of, simulate
from queue_server.simulate.scenarios import (
    COUNT_DIFFERENCE,
    COUNTERS,
    DROUGHT,
    HOARDING,
    NORMAL_WEEK,
    RATIONING,
    RIBBON_OUT,
    SCENARIOS,
    CannotSimulateError,
    Scenario,
    cap_of,
    scale_of,
    with_quota,
    without_policy,
)
from queue_server.storage.database import Database
from queue_server.storage.queries import Queries
from queue_server.storage.schema import vouchers

OFFICES = ("kota_serang", "cianjur", "banyuwangi", "kolaka_utara")
MONDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 27)
KEYS = (
    *("days", "tickets", "served", "no_shows", "promised", "kept", "vouchers", "vouchers_kept", "wasted_trips"),
    *("extra_trips", "cards", "days_to_card", "baseline", "waits_minutes", "told", "blanks", "verify"),
)


def office_text(name: str) -> str:
    return (resources.files("queue_server") / "offices" / f"{name}.toml").read_text(encoding="utf-8")


def catalogue_of(name: str) -> Catalogue:
    return office_file.parse(office_text(name), name)


def run(name: str, url: str, days: int, seed: int = 1, scenario: Scenario = NORMAL_WEEK) -> Result:
    return simulate(scenario, office_text(name), f"{name}.toml", url, seed=seed, days=days)


def sqlite(directory: Path) -> str:
    return f"sqlite:///{directory / 'antrean.db'}"


@contextmanager
def left_behind(url: str) -> Iterator[Queries]:
    database = Database(url)
    yield Queries(database, SITE)
    database.close()


def today_of(queries: Queries, result: Result, day: int) -> Today:
    night = calendar.instant(catalogue_of("kota_serang"), result.ledger.lines[-1].day, 20 * 60)
    return queries.today(night, result.ledger.lines[day].day.isoformat())


def on_hand(today: Today) -> int:
    return next(item.on_hand for item in today.items if item.item == "KTP")


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, str]:
    """Monday and Tuesday at Kota Serang."""
    url = sqlite(tmp_path_factory.mktemp("two_days"))
    return run("kota_serang", url, days=2), url


@pytest.fixture(scope="module")
def one_day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, str]:
    """Monday at Kolaka Utara, on SQLite."""
    url = sqlite(tmp_path_factory.mktemp("one_day"))
    return run("kolaka_utara", url, days=1), url


# -- the office and its promises ---------------------------------------------------------------------------------------


def test_monday_s_blanks_are_gone_on_tuesday_before_noon(two_days: tuple[Result, str]) -> None:
    monday, tuesday = two_days[0].ledger.lines
    assert (monday.came, monday.sold_out) == (390, "")
    assert "07.30" < tuesday.sold_out < "12.00"


def test_every_promise_is_kept_while_spoilage_stays_within_the_safety_stock(two_days: tuple[Result, str]) -> None:
    result, url = two_days
    figures = result.figures()
    assert figures["promised"] == figures["kept"] > 500
    with left_behind(url) as queries:
        alerts = [alert.kind for alert in today_of(queries, result, 1).alerts]
    assert alerts == []


def test_the_figures_are_those_of_the_office_s_own_report(two_days: tuple[Result, str]) -> None:
    result, url = two_days
    figures = result.figures()
    with left_behind(url) as queries:
        days = [today_of(queries, result, day) for day in range(2)]
    assert figures["tickets"] == sum(day.taken for day in days)
    assert figures["served"] == sum(day.served for day in days)
    assert figures["no_shows"] == sum(day.no_show for day in days)
    of_child_cards = ("KIA-BARU", "KIA-GANTI")  # every other print is on a KTP blank, whatever the number was for
    rows = [row for day in days for row in day.services if row.service not in of_child_cards]
    assert figures["cards"] == sum(row.printed for row in rows)
    blanks = figures["blanks"]
    assert blanks["received"] - blanks["used"] - blanks["spoilt"] == blanks["left"] == on_hand(days[-1])


def test_a_promise_saves_trips_and_costs_no_cards(two_days: tuple[Result, str]) -> None:
    holds(two_days[0])


def holds(result: Result) -> None:
    """What every scenario but the drought promises beside the plain queue."""
    figures = result.figures()
    assert figures["kept"] == figures["promised"]
    assert figures["wasted_trips"] <= figures["baseline"]["wasted_trips"] * 0.02
    assert figures["cards"] >= figures["baseline"]["cards"]
    assert figures["verify"] == "ok"


@pytest.mark.parametrize("seed", [3, 4])
def test_every_promise_that_spoilage_beyond_the_safety_stock_breaks_is_a_first_voucher(
    tmp_path: Path, seed: int
) -> None:
    spoiling = replace(NORMAL_WEEK, spoilage=0.4, delivery=200, incomplete=0.0, gone=0.0)
    result = run("kolaka_utara", sqlite(tmp_path), days=1, seed=seed, scenario=spoiling)
    figures, blanks = result.figures(), result.figures()["blanks"]
    broken = figures["promised"] - figures["kept"]
    assert 0 < broken <= blanks["spoilt"] - 3  # the safety stock
    assert blanks["received"] - blanks["used"] - blanks["spoilt"] == blanks["left"] == 0
    assert figures["verify"] == "ok"
    with left_behind(sqlite(tmp_path)) as queries, queries.database.reading() as connection:
        owed = connection.execute(sa.select(vouchers.c.rank, vouchers.c.date).where(vouchers.c.ticket_id.isnot(None)))
        assert sorted(owed) == [(-rank, "2026-11-24") for rank in range(broken, 0, -1)]
        alerts = today_of(queries, result, 0).alerts
    assert [alert.kind for alert in alerts] == ["promise_broken"] * broken


def test_who_has_a_place_on_the_waiting_list_comes_again_only_when_it_has_a_date(tmp_path: Path) -> None:
    patient = replace(NORMAL_WEEK, incomplete=0.0, substitute=0.0)
    result = run("kolaka_utara", sqlite(tmp_path), days=2, scenario=patient)
    assert result.ledger.places > 10
    assert result.figures()["wasted_trips"] == 0
    assert result.figures()["extra_trips"] <= result.ledger.dated


def test_who_still_waits_at_closing_comes_back_on_a_voucher_that_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    crowded = replace(NORMAL_WEEK, a_day=660, delivery=4000)
    result = run("kolaka_utara", sqlite(tmp_path), days=2, scenario=crowded)
    figures = result.figures()
    assert figures["vouchers"] > 5
    assert figures["vouchers_kept"] == figures["vouchers"]
    assert figures["promised"] - figures["kept"] >= figures["vouchers"]  # their first promise was for the day before
    assert figures["extra_trips"] >= figures["vouchers"]
    assert figures["verify"] == "ok"
    with left_behind(sqlite(tmp_path)) as queries, queries.database.reading() as connection:
        states = connection.scalars(sa.select(vouchers.c.state).where(vouchers.c.date == "2026-11-24")).all()
    assert set(states) == {"redeemed"}
    assert caplog.messages == []  # every minute was written at once


# -- how long it takes, as it was told ---------------------------------------------------------------------------------


def well_told(figures: dict[str, Any]) -> bool:
    """Four of five waits lie within the range on the slip, and half of the ranges are narrower than 60 % of a wait."""
    inside, width = figures["inside"] / figures["people"], figures["width"] / figures["wait"]
    return bool(inside >= 0.8 and width <= 0.6)


def test_four_of_five_waits_lie_in_the_range_that_was_told_and_the_range_is_worth_telling(
    two_days: tuple[Result, str],
) -> None:
    told = two_days[0].figures()["told"]
    assert told["people"] > 500
    assert well_told(told), told


@pytest.mark.faults
@pytest.mark.timeout(3600)
def test_every_office_tells_its_waits_well_on_ordinary_and_on_rationed_days(tmp_path: Path) -> None:
    told: list[Told] = []
    for name, number, seed in itertools.product(OFFICES, (1, 2), (1, 2, 3)):
        place = tmp_path / f"{name}{number}{seed}"
        place.mkdir()
        of_office = run(name, sqlite(place), 5, seed, SCENARIOS[number]).ledger.told
        assert sum(one.inside for one in of_office) >= 0.75 * len(of_office), (name, number, seed)
        told += of_office
    assert well_told(calibration(told)), calibration(told)


# -- the other scenarios ----------------------------------------------------------------------------------------------


SMALL_RATIONED = replace(RATIONING, a_day=133, delivery=250, daily_quota=75)  # a quarter, in the same proportion


@pytest.mark.parametrize(
    ("scenario", "days"),
    [(SMALL_RATIONED, 6), (RIBBON_OUT, 1), (HOARDING, 1), (COUNT_DIFFERENCE, 1)],
    ids=["2", "4", "8", "10"],
)
def test_a_small_office_keeps_its_promises_in_every_scenario(tmp_path: Path, scenario: Scenario, days: int) -> None:
    result = run("kolaka_utara", sqlite(tmp_path), days=days, scenario=scenario)
    holds(result)
    blanks = result.figures()["blanks"]
    assert blanks["received"] - blanks["used"] - blanks["spoilt"] - scenario.missing == blanks["left"]


def test_a_count_difference_is_looked_at_where_nothing_is_rationed(tmp_path: Path) -> None:
    """Banyuwangi hands out 150 cards a day: what a count does to promises would not show behind that."""
    result = run("banyuwangi", sqlite(tmp_path), days=1, scenario=COUNT_DIFFERENCE)
    holds(result)
    assert result.figures()["cards"] > 150


@pytest.mark.parametrize("name", OFFICES)
def test_no_office_is_capped_above_what_its_counters_can_hand_out(name: str) -> None:
    catalogue = catalogue_of(name)
    cap = cap_of(RATIONING, catalogue)
    assert cap == {"kota_serang": 300, "cianjur": 392, "banyuwangi": 194, "kolaka_utara": 56}[name]
    assert COUNTERS.get(catalogue.office_code, len(catalogue.counters)) == len(catalogue.counters)
    capped = office_file.parse(with_quota(office_text(name), catalogue, cap), name)
    assert capped.policy
    assert capped.policy.daily_quota == cap
    assert office_file.parse(without_policy(office_text(name)), name).policy is None


@pytest.mark.faults
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("number", [1, 2, 4, 8, 10])
@pytest.mark.parametrize("name", ["kota_serang", "cianjur"])
def test_a_whole_office_keeps_its_promises_in_every_scenario(tmp_path: Path, name: str, number: int, seed: int) -> None:
    scenario = SCENARIOS[number]
    holds(run(name, sqlite(tmp_path), days=scenario.days, seed=seed, scenario=scenario))


def test_who_asked_first_is_served_first_through_three_deliveries(tmp_path: Path) -> None:
    drought = replace(DROUGHT, a_day=15, delivery=30, delivered_on=(2, 4, 5))
    result = run("cianjur", sqlite(tmp_path), days=7, scenario=drought)
    assert result.ledger.places > 70
    in_the_order_of_asking(result, sqlite(tmp_path))


def in_the_order_of_asking(result: Result, url: str) -> None:
    """The dates of the waiting list rise with the places, and who has none asked after all who have one."""
    assert result.faults == ()
    with left_behind(url) as queries, queries.database.reading() as connection:
        asked = sa.select(vouchers.c.date, vouchers.c.rank).where(vouchers.c.ticket_id.is_(None))
        given = connection.execute(asked.order_by(vouchers.c.issued_at)).all()
    dates = [row.date or "9999" for row in given]
    assert dates == sorted(dates)
    assert len({row.date for row in given if row.date}) >= 3


# -- any office, any database, any seed --------------------------------------------------------------------------------


def test_a_simulated_day_replays_to_the_same_tables_and_figures_on_both_databases(
    one_day: tuple[Result, str], database_url: str
) -> None:
    result = run("kolaka_utara", database_url, days=1)
    assert result.faults == ()
    assert result.figures() == one_day[0].figures()
    assert report(result) == report(one_day[0])


def test_another_seed_is_another_day(one_day: tuple[Result, str], tmp_path: Path) -> None:
    assert run("kolaka_utara", sqlite(tmp_path), days=1, seed=2).figures() != one_day[0].figures()


def test_kolaka_utara_opens_by_the_clock_of_central_indonesia(one_day: tuple[Result, str]) -> None:
    result, url = one_day
    assert result.zone == "WITA"
    assert 35 <= round(NORMAL_WEEK.a_day * scale_of(NORMAL_WEEK, catalogue_of("kolaka_utara"))) <= 65
    with left_behind(url) as queries:
        today = today_of(queries, result, 0)
        movements = queries.movements("KTP")
    assert today.hours[0].hour == 7
    assert [hour.hour for hour in today.hours if hour.taken][-1] <= 14
    # 07.15, when the blanks come, is 23.15 UTC of the evening before.
    assert movements[-1].at == round(datetime(2026, 11, 22, 23, 15, tzinfo=UTC).timestamp() * 1000)


# -- who comes ---------------------------------------------------------------------------------------------------------


def test_a_week_brings_the_published_volume_mix_and_curve(rng: random.Random) -> None:
    catalogue = catalogue_of("kota_serang")
    days = business_days(catalogue, MONDAY, 5)
    citizens = draw_citizens(NORMAL_WEEK, catalogue, 1.0, days, rng)
    assert [sum(citizen.day == day for citizen in citizens) for day in days] == [390, 358, 325, 309, 260]
    cards = sum(needs_card(catalogue, citizen.service) for citizen in citizens)
    assert cards == pytest.approx(1642 * 275 / 325, rel=0.06)
    before_nine = sum(citizen.minute < 540 for citizen in citizens if citizen.day != FRIDAY)
    assert before_nine == pytest.approx(1382 * 0.46, rel=0.15)
    assert not any(690 <= citizen.minute < 780 for citizen in citizens if citizen.day == FRIDAY)
    paces = [citizen.pace for citizen in citizens]
    assert statistics.mean(paces) == pytest.approx(1, rel=0.08)
    assert statistics.stdev(paces) == pytest.approx(0.5, rel=0.2)


def test_blanks_come_on_the_first_business_day_of_each_week() -> None:
    catalogue = catalogue_of("kota_serang")
    days = business_days(catalogue, date(2026, 12, 23), 6)  # two days of collective leave and Christmas, then a weekend
    assert days[:2] == [date(2026, 12, 23), date(2026, 12, 28)]
    deliveries = deliveries_of(NORMAL_WEEK, 1.0, days)
    assert list(deliveries.quantities) == [date(2026, 12, 23), date(2026, 12, 28), date(2027, 1, 4)]
    assert deliveries.announced[date(2026, 12, 23)] == (date(2026, 12, 28), 500)
    assert date(2027, 1, 4) not in deliveries.announced  # what comes after the last day is not known yet


def test_an_office_of_unknown_size_is_not_guessed_at(tmp_path: Path) -> None:
    text = office_text("kota_serang").replace("36.73", "99.99")
    with pytest.raises(CannotSimulateError, match=r"99\.99"):
        simulate(NORMAL_WEEK, text, "office.toml", sqlite(tmp_path), seed=1)


def test_a_day_that_no_calendar_reaches_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CannotSimulateError, match="between the years 2000 and 2100"):
        simulate(NORMAL_WEEK, office_text("kota_serang"), "o", sqlite(tmp_path), seed=1, first_day=date(9999, 12, 31))


# -- the plain queue ---------------------------------------------------------------------------------------------------


def citizen(number: int, minute: int = 480, **details: Any) -> Citizen:
    plain = {"service": "KTP-CETAK", "priority": False, "pace": 1.0, "absent": 0, "fetch_minutes": 15}
    more = {"papers": Papers.COMPLETE, "substitute": False, "morning": 0}
    return Citizen(number=number, **{"day": MONDAY, "minute": minute, **plain, **more, **details})


def plain(citizens: list[Citizen], blanks: int, days: int = 1, returns: int = 3, spoilt: int = 0) -> Outcome:
    """The first `spoilt` prints fail."""
    catalogue = catalogue_of("kolaka_utara")
    dates = business_days(catalogue, MONDAY, days)
    failing = itertools.chain(itertools.repeat(True, spoilt), itertools.repeat(False))
    return plain_queue(catalogue, citizens, dates, {MONDAY: blanks}, returns, failing)


def test_the_plain_queue_prints_until_no_blank_is_left_and_sends_the_rest_home() -> None:
    assert plain([citizen(n) for n in range(5)], blanks=2) == Outcome(cards=2, wasted_trips=3)


def test_in_the_plain_queue_the_rest_come_back_the_next_morning_at_most_three_times() -> None:
    two = [citizen(n) for n in range(2)]
    assert plain(two, blanks=1, days=2) == Outcome(cards=1, wasted_trips=2)
    assert plain(two, blanks=1, days=6) == Outcome(cards=1, wasted_trips=4)


def test_in_the_plain_queue_a_spoilt_print_takes_a_second_blank() -> None:
    assert plain([citizen(0)], blanks=2, spoilt=1) == Outcome(cards=1, wasted_trips=0)
    assert plain([citizen(0)], blanks=1, spoilt=1) == Outcome(cards=0, wasted_trips=1)


def test_in_the_plain_queue_nobody_is_served_after_closing_time() -> None:
    people = [citizen(n, minute=860, pace=10.0) for n in range(6)]  # 70 minutes each, two counters, 100 minutes left
    assert plain(people, blanks=10) == Outcome(cards=4, wasted_trips=2)


def test_who_lacks_a_paper_needs_a_second_visit_in_the_plain_queue_too() -> None:
    assert plain([citizen(0, papers=Papers.AT_HOME)], blanks=1, days=2) == Outcome(cards=1, wasted_trips=0)


def test_ranks_are_the_nearest() -> None:
    assert spread([]) == {"p50": None, "p90": None, "max": None}
    assert spread([7]) == {"p50": 7, "p90": 7, "max": 7}
    assert spread(range(1, 11)) == {"p50": 5, "p90": 9, "max": 10}


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_exactly_the_keys_of_the_contract() -> None:
    asked = ["simulate", "--office", "kolaka_utara", "--scenario", "1", "--days", "1", "--json"]
    answer = CliRunner().invoke(antrean, asked)
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.stdout)
    assert tuple(figures) == KEYS
    assert tuple(figures["days_to_card"]) == tuple(figures["waits_minutes"]) == ("p50", "p90", "max")
    assert tuple(figures["baseline"]) == ("cards", "wasted_trips")
    assert tuple(figures["blanks"]) == ("received", "used", "spoilt", "left")
    assert figures["verify"] == "ok"
    assert answer.stderr == ""


def test_a_scenario_that_there_is_not_is_refused_with_those_that_there_are() -> None:
    answer = CliRunner().invoke(antrean, ["simulate", "--office", "kota_serang", "--scenario", "7"])
    assert answer.exit_code == 1
    assert answer.stderr == "Error: there is no scenario 7; there are 1, 2, 3, 4, 8, 10\n"
