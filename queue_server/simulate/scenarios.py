"""What is simulated: scenarios as plain data, sized for Kota Serang and scaled to another office by its population.

Volumes, day factors and the arrival curve are published figures; the shares of behaviour are our assumptions around
them (`docs/running.md`, "Simulated days").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from queue_server.domain.catalogue import Catalogue

REFERENCE = "36.73"  # Kota Serang: the figures of the scenarios are those of this office
# Inhabitants by office code (Kepmendagri 300.2.2-2138/2025).
POPULATION = {"36.73": 759_929, "32.03": 2_638_825, "35.10": 1_791_789, "74.08": 143_604}

FIRST_YEAR, LAST_YEAR = 2000, 2100


class CannotSimulateError(Exception):
    """One sentence that says why not."""


@dataclass(frozen=True)
class Scenario:
    """People and blanks are numbers for Kota Serang; shares are of one, minutes are after local midnight."""

    number: int
    title: str
    first_day: date
    days: int  # business days
    a_day: int  # people who come on a Wednesday
    weekdays: Mapping[int, float]  # Monday is 0; what of `a_day` comes
    arrivals: tuple[tuple[int, int, float], ...]  # (from, to, weight)
    mix: Mapping[str, float]  # service -> weight
    delivery: int  # blanks for the KTP-el that come on the first business day of a week
    spoilage: float  # of prints
    variation: float  # of a service's length: standard deviation by mean
    priority: float
    gone: float  # take a number and leave
    late: float  # miss the first call and are there at the second
    incomplete: float  # lack a paper at the first visit
    fetch: float  # of these, who have it within the hour
    substitute: float  # of those who find no blank, who take another service that is offered
    returns: int  # how often somebody who left with nothing comes back


NORMAL_WEEK = Scenario(
    number=1,
    title="an ordinary week",
    first_day=date(2026, 11, 23),  # a Monday with two weeks without a holiday before it and after it
    days=5,
    a_day=325,
    weekdays={0: 1.2, 1: 1.1, 2: 1.0, 3: 0.95, 4: 0.8, 5: 0.5, 6: 0.5},
    arrivals=(
        *((450, 480, 22.0), (480, 540, 24.0), (540, 600, 18.0), (600, 660, 14.0)),
        *((660, 720, 8.0), (720, 780, 4.0), (780, 840, 6.0), (840, 900, 4.0)),
    ),
    mix={  # 84.6 % print a card: 275 of 325
        "KTP-CETAK": 60.6,
        "KTP-RUSAK": 12.0,
        "KTP-HILANG": 8.0,
        "KTP-UBAH": 4.0,
        "KTP-REKAM": 3.0,
        "KK-UBAH": 5.0,
        "KK-BARU": 1.5,
        "KK-HILANG": 0.5,
        "KIA-BARU": 2.0,
        "AKTA-LAHIR": 1.6,
        "AKTA-MATI": 0.4,
        "IKD": 1.0,
        "PINDAH": 0.2,
        "ADUAN": 0.2,
    },
    delivery=500,
    spoilage=0.03,
    variation=0.5,
    priority=0.1,
    gone=0.1,
    late=0.05,
    incomplete=0.1,
    fetch=0.5,
    substitute=0.25,
    returns=3,
)
SCENARIOS = {scenario.number: scenario for scenario in (NORMAL_WEEK,)}


def scenario_of(number: int) -> Scenario:
    """Raises `CannotSimulateError` naming the scenarios that there are."""
    if number not in SCENARIOS:
        raise CannotSimulateError(f"there is no scenario {number}; there is {', '.join(map(str, SCENARIOS))}")
    return SCENARIOS[number]


def require_calendar(first_day: date) -> None:
    """Raises `CannotSimulateError` for a day that no office's calendar reaches."""
    if not FIRST_YEAR <= first_day.year <= LAST_YEAR:
        raise CannotSimulateError(f"the first day lies between the years {FIRST_YEAR} and {LAST_YEAR}")


def scale_of(catalogue: Catalogue) -> float:
    """How large an office is beside Kota Serang. Raises `CannotSimulateError`."""
    if catalogue.office_code not in POPULATION:
        known = ", ".join(POPULATION)
        raise CannotSimulateError(f"how many people office {catalogue.office_code} serves is not known, only {known}")
    return POPULATION[catalogue.office_code] / POPULATION[REFERENCE]
