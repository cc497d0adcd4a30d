"""How long the stock lasts, and what to ask for."""

from datetime import date
from importlib import resources

import pytest

from queue_server.domain import forecast, office_file
from queue_server.domain.catalogue import Catalogue

FRIDAY = date(2026, 11, 27)


@pytest.fixture(scope="module")
def serang() -> Catalogue:
    """Open Monday to Friday."""
    text = (resources.files("queue_server") / "offices" / "kota_serang.toml").read_text()
    return office_file.parse(text, "kota_serang.toml")


@pytest.mark.parametrize(
    ("used", "mean"), [([], 0.0), ([10], 10.0), ([10, 20], 15.0), ([7] * 7 + [700], 7.0), ([0, 0, 0, 21], 5.25)]
)
def test_a_days_use_is_the_mean_of_the_newest_seven(used: list[int], mean: float) -> None:
    assert forecast.use_per_day(used) == mean


@pytest.mark.parametrize(("on_hand", "use", "days"), [(100, 8, 12.5), (0, 8, 0.0), (100, 0, None), (100, 3, 33.3)])
def test_days_of_cover_are_what_the_stock_lasts(on_hand: int, use: float, days: float | None) -> None:
    assert forecast.days_of_cover(on_hand, use) == days


@pytest.mark.parametrize(
    ("on_hand", "use", "day"),
    [
        (0, 10, "2026-11-30"),  # nothing on Monday
        (9, 10, "2026-11-30"),
        (10, 10, "2026-12-01"),  # Monday is served to its end
        (25, 10, "2026-12-02"),
        (50, 10, "2026-12-07"),  # the weekend between uses nothing
    ],
)
def test_it_runs_out_on_a_working_day(serang: Catalogue, on_hand: int, use: float, day: str) -> None:
    assert forecast.runs_out_on(serang, FRIDAY, on_hand, use) == date.fromisoformat(day)


@pytest.mark.parametrize(("on_hand", "use"), [(10, 0), (2500, 10), (10**9, 0.1)])
def test_what_lasts_for_a_year_has_no_date(serang: Catalogue, on_hand: int, use: float) -> None:
    assert forecast.runs_out_on(serang, FRIDAY, on_hand, use) is None


@pytest.mark.parametrize(
    ("on_hand", "awaited", "use", "pack", "suggested"),
    [
        (0, 0, 10, None, 200),
        (50, 0, 10, None, 150),
        (50, 150, 10, None, 0),
        (900, 0, 10, None, 0),
        (0, 0, 10.01, None, 201),
        (0, 0, 10, 500, 500),
        (0, 0, 50, 500, 1000),
        (1, 0, 50, 500, 1000),
        (200, 0, 10, 500, 0),
        (0, 0, 0, 500, 0),
    ],
)
def test_a_request_covers_twenty_days_less_what_there_is_and_what_may_come(
    on_hand: int, awaited: int, use: float, pack: int | None, suggested: int
) -> None:
    assert forecast.suggested_request(on_hand, awaited, use, pack) == suggested


@pytest.mark.parametrize(
    ("asked", "fetched", "percent"), [(10_000, 2000, 20.0), (0, 5, None), (3, 1, 33.3), (5, 6, 120.0)]
)
def test_fulfilment_is_what_was_fetched_of_what_was_asked(asked: int, fetched: int, percent: float | None) -> None:
    assert forecast.fulfilment(asked, fetched) == percent
