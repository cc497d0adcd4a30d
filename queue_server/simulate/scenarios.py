"""What is simulated: one table of scenarios, each sized for the office it is told of and scaled to any other.

Volumes, deliveries, day factors and the arrival curve are published figures; the shares of behaviour are our
assumptions around them (`docs/running.md`, "Simulated days"; `docs/field.md#scenarios`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from queue_server.domain.catalogue import Catalogue

KOTA_SERANG, CIANJUR = "36.73", "32.03"
# People who come on a usual day, by office code: published, or by population where nothing is (`docs/running.md`).
VISITORS = {KOTA_SERANG: 325, CIANJUR: 425, "35.10": 210, "74.08": 61}

COUNTERS = {KOTA_SERANG: 13, CIANJUR: 18}

FIRST_YEAR, LAST_YEAR = 2000, 2100


class CannotSimulateError(Exception):
    """One sentence that says why not."""


@dataclass(frozen=True)
class Scenario:
    """People and blanks are numbers for the office `of`; shares are of one, minutes are after local midnight."""

    number: int
    title: str
    first_day: date
    days: int  # business days
    a_day: int  # people who come on a Wednesday
    weekdays: Mapping[int, float]  # Monday is 0; what of `a_day` comes
    arrivals: tuple[tuple[int, int, float], ...]  # (from, to, weight)
    mix: Mapping[str, float]  # service -> weight
    delivery: int  # blanks for the KTP-el that come at once
    spoilage: float  # of prints
    variation: float  # of a service's length: standard deviation by mean
    priority: float
    gone: float  # take a number and leave
    late: float  # miss the first call and are there at the second
    incomplete: float  # lack a paper at the first visit
    fetch: float  # of these, who have it within the hour
    substitute: float  # of those who find no blank, who take another service that is offered
    returns: int  # how often somebody who left with nothing comes back
    of: str = KOTA_SERANG  # office code
    delivered_on: tuple[int, ...] | None = None  # business days from 0 on; None: the first one of every week
    announced: bool = False  # the office file tells day and quantity of a delivery from the one before on
    daily_quota: int | None = None  # cards a day; None is what the office file says
    rationed: bool = True  # by the office file's [policy], where it has one
    lacking: frozenset[str] = frozenset()  # items of which there is none
    hoarded: int = 0  # numbers that are taken in the first half hour of a day and that nobody comes for
    missing: int = 0  # blanks of the book that are not there, as a count at noon finds


EVERY_DAY_ALIKE = dict.fromkeys(range(7), 1.0)
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
    announced=True,
)
RATIONING = replace(
    NORMAL_WEEK,
    number=2,
    title="rationing as in Jombang, 300 cards a day",
    days=10,
    a_day=532,  # of whom 450 come for a card
    weekdays=EVERY_DAY_ALIKE,
    delivery=1000,
    daily_quota=300,
)
DROUGHT = replace(
    NORMAL_WEEK,
    number=3,
    title="drought as in Cianjur, no blanks for six months",
    of=CIANJUR,
    days=190,
    a_day=333,  # 7,000 recordings a month of 21 business days
    weekdays=EVERY_DAY_ALIKE,
    mix={"KTP-CETAK": 1.0},
    delivery=10_000,
    delivered_on=(126, 147, 168),
    daily_quota=700,  # what Cianjur took a day
    announced=False,
    substitute=0.0,
)
RIBBON_OUT = replace(
    NORMAL_WEEK,
    number=4,
    title="6,000 blanks and no ribbon",
    days=3,
    delivery=6000,
    delivered_on=(0,),
    announced=False,
    lacking=frozenset({"RIBBON"}),
)
HOARDING = replace(
    NORMAL_WEEK,
    number=8,
    title="800 numbers taken, 400 people there",
    days=1,
    a_day=400,
    weekdays=EVERY_DAY_ALIKE,
    gone=0.0,
    hoarded=400,
    delivery=150,  # no figure of Bantul is known: a day's blanks of Banyuwangi in the same year
    delivered_on=(0,),
    announced=False,
)
COUNT_DIFFERENCE = replace(
    NORMAL_WEEK,
    number=10,
    title="a count finds two blanks fewer than the book",
    days=1,
    delivered_on=(0,),  # Kota Serang's weekly 500
    announced=False,
    rationed=False,  # its day has blanks for all who come, and no other day on which a share given away could serve
    missing=2,
)
ALL = (NORMAL_WEEK, RATIONING, DROUGHT, RIBBON_OUT, HOARDING, COUNT_DIFFERENCE)
SCENARIOS = {scenario.number: scenario for scenario in ALL}


def scenario_of(number: int) -> Scenario:
    """Raises `CannotSimulateError` naming the scenarios that there are."""
    if number not in SCENARIOS:
        raise CannotSimulateError(f"there is no scenario {number}; there are {', '.join(map(str, SCENARIOS))}")
    return SCENARIOS[number]


def require_calendar(first_day: date) -> None:
    """Raises `CannotSimulateError` for a day that no office's calendar reaches."""
    if not FIRST_YEAR <= first_day.year <= LAST_YEAR:
        raise CannotSimulateError(f"the first day lies between the years {FIRST_YEAR} and {LAST_YEAR}")


def scale_of(scenario: Scenario, catalogue: Catalogue) -> float:
    """How large an office is beside the one that the scenario is told of. Raises `CannotSimulateError`."""
    if catalogue.office_code not in VISITORS:
        known = ", ".join(VISITORS)
        raise CannotSimulateError(f"how many people office {catalogue.office_code} serves is not known, only {known}")
    return VISITORS[catalogue.office_code] / VISITORS[scenario.of]


def cap_of(scenario: Scenario, catalogue: Catalogue) -> int | None:
    """Cards a day: as many fewer as there are fewer people or counters; more people alone print no more cards."""
    counters = len(catalogue.counters) / COUNTERS[scenario.of]
    return scenario.daily_quota and round(scenario.daily_quota * min(scale_of(scenario, catalogue), counters))


# -- the cap -----------------------------------------------------------------------------------------------------------

CAP = """
[policy]
daily_quota = {quota}
limited_below_days = 2
critical_below_days = 1

[policy.levels]
AMAN = {{ suket = false, kiosk = {{ id = "Sehari {quota} kartu.", en = "{quota} cards a day." }} }}
TERBATAS = {{ suket = true, kiosk = {{ id = "Blangko terbatas.", en = "Few blanks." }} }}
KRITIS = {{ suket = true, kiosk = {{ id = "Blangko hampir habis.", en = "Hardly any blanks." }} }}
KOSONG = {{ suket = true, kiosk = {{ id = "Blangko habis.", en = "No blanks are left." }} }}
"""
POLICY = re.compile(r"^\[policy\b.*?(?=^\[(?!policy\b)|\Z)", re.MULTILINE | re.DOTALL)
PRINTS = re.compile(r"^consumes *= *\{ *KTP *=.*$", re.MULTILINE)


def with_quota(text: str, catalogue: Catalogue, quota: int) -> str:
    """The office file with a cap of so many cards a day; where it has no policy, one that caps and no more."""
    if catalogue.policy is None:
        return PRINTS.sub(lambda line: f'{line[0]}\npurpose = "print_ready"', text) + CAP.format(quota=quota)
    without = re.sub(r"^daily_quota *=.*\n", "", text, flags=re.MULTILINE)
    return without.replace("[policy]\n", f"[policy]\ndaily_quota = {quota}\n", 1)


def without_policy(text: str) -> str:
    """The office file of an office that rations nothing."""
    return POLICY.sub("", text)
