"""Who comes, when and what for: drawn before the first day, so that either queue meets the same people."""

from __future__ import annotations

import enum
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from queue_server.domain.catalogue import Catalogue, DayHours
from queue_server.simulate.scenarios import Scenario

FRIDAY = 4
FETCH_MINUTES = (15, 60)
MORNING_MINUTES = 30  # whoever comes back comes within so many minutes after the doors open
CARD = "KTP"  # the item whose blanks are scarce


class Papers(enum.Enum):
    COMPLETE = enum.auto()
    NEARBY = enum.auto()  # one is missing, and can be fetched within the hour
    AT_HOME = enum.auto()  # one is missing, and means another visit


@dataclass(frozen=True, slots=True)
class Citizen:
    number: int
    day: date
    minute: int  # of the first arrival, after local midnight
    service: str
    priority: bool
    pace: float  # of the typical time at the counter
    absent: int  # calls that are missed: 2 is gone for good
    papers: Papers
    fetch_minutes: int
    substitute: bool  # takes another service when there is no blank
    morning: int  # minutes after opening at any later visit

    def minutes(self, catalogue: Catalogue, service: str) -> int:
        """Whole minutes at the counter."""
        return max(1, round(self.pace * catalogue.services[service].service_minutes))


def needs_card(catalogue: Catalogue, service: str) -> bool:
    return CARD in catalogue.needs(service, 1)


def failing_prints(share: float, rng: random.Random) -> Iterator[bool]:
    """Whether the office's next print fails: the same ones do in either queue, whoever the card is for."""
    while True:
        yield rng.random() < share


def draw_citizens(
    scenario: Scenario, catalogue: Catalogue, scale: float, days: list[date], rng: random.Random
) -> list[Citizen]:
    """Everyone whose first visit falls on one of these business days, in order of arrival."""
    drawn: list[Citizen] = []
    for day in days:
        people = round(scenario.a_day * scale * scenario.weekdays[day.weekday()])
        hours, hoarders = catalogue.hours[day.weekday()], round(scenario.hoarded * scale)
        minutes = [(minute, False) for minute in draw_minutes(scenario, hours, day, people, rng)]
        minutes += [(hours.opens + rng.randrange(MORNING_MINUTES), True) for _ in range(hoarders)]
        for minute, hoards in sorted(minutes):
            citizen = draw_citizen(scenario, catalogue, len(drawn), day, minute, rng)
            drawn.append(replace(citizen, absent=2) if hoards else citizen)
    return drawn


def draw_minutes(scenario: Scenario, hours: DayHours, day: date, people: int, rng: random.Random) -> list[int]:
    """Arrivals follow the curve while numbers are given; on Friday nobody comes in the break."""
    spared = hours.breaks if day.weekday() == FRIDAY else ()
    weights = {}
    for start, end, weight in scenario.arrivals:
        for minute in range(max(start, hours.opens), min(end, hours.intake_closes)):
            if not any(begins <= minute < ends for begins, ends in spared):
                weights[minute] = weight / (end - start)
    return rng.choices(list(weights), weights=list(weights.values()), k=people)


def draw_citizen(
    scenario: Scenario, catalogue: Catalogue, number: int, day: date, minute: int, rng: random.Random
) -> Citizen:
    wanted = {code: weight for code, weight in scenario.mix.items() if code in catalogue.services}
    spread = math.sqrt(math.log(1 + scenario.variation**2))  # a lognormal pace whose mean is 1
    calls, papers = rng.random(), rng.random()
    lacking = Papers.NEARBY if papers < scenario.incomplete * scenario.fetch else Papers.AT_HOME
    return Citizen(
        number=number,
        day=day,
        minute=minute,
        service=rng.choices(list(wanted), weights=list(wanted.values()))[0],
        priority=rng.random() < scenario.priority,
        pace=rng.lognormvariate(-(spread**2) / 2, spread),
        absent=2 if calls < scenario.gone else 1 if calls < scenario.gone + scenario.late else 0,
        papers=lacking if papers < scenario.incomplete else Papers.COMPLETE,
        fetch_minutes=rng.randint(*FETCH_MINUTES),
        substitute=rng.random() < scenario.substitute,
        morning=rng.randrange(MORNING_MINUTES),
    )
