"""A scenario from the first citizen to the figures: the office with its promises, and the plain queue beside it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from queue_server.domain import calendar, office_file
from queue_server.domain.catalogue import Catalogue
from queue_server.simulate.citizens import draw_citizens, failing_prints
from queue_server.simulate.house import SITE, House
from queue_server.simulate.ledger import Fate, Ledger, calibration, spread
from queue_server.simulate.plain_queue import Outcome, plain_queue
from queue_server.simulate.scenarios import Scenario, cap_of, require_calendar, scale_of, with_quota, without_policy
from queue_server.simulate.week import Deliveries, Progress, Week
from queue_server.storage.verify import verify


@dataclass(frozen=True)
class Result:
    office: str
    zone: str
    scenario: Scenario
    seed: int
    ledger: Ledger
    baseline: Outcome
    left: int  # blanks on hand at the end
    faults: tuple[str, ...]

    def figures(self) -> dict[str, Any]:
        """The figures as plain JSON values; `docs/running.md`, "Simulated days", says what each counts."""
        ledger = self.ledger
        kept, broken = ledger.count(Fate.KEPT), ledger.count(Fate.BROKEN)
        vouchers_kept, vouchers_broken = ledger.count(Fate.KEPT, True), ledger.count(Fate.BROKEN, True)
        cards = sum(line.cards for line in ledger.lines)
        return {
            "days": len(ledger.lines),
            "tickets": sum(line.tickets for line in ledger.lines),
            "served": sum(line.served for line in ledger.lines),
            "no_shows": ledger.no_shows,
            "promised": kept + broken,
            "kept": kept,
            "vouchers": vouchers_kept + vouchers_broken,
            "vouchers_kept": vouchers_kept,
            "wasted_trips": sum(line.wasted for line in ledger.lines),
            "extra_trips": ledger.extra_trips,
            "cards": cards,
            "days_to_card": spread(ledger.days_to_card),
            "baseline": {"cards": self.baseline.cards, "wasted_trips": self.baseline.wasted_trips},
            "waits_minutes": spread(ledger.waits),
            "told": calibration(ledger.told),
            "blanks": {"received": ledger.received, "used": cards, "spoilt": ledger.spoilt, "left": self.left},
            "verify": f"{len(self.faults)} faults: {self.faults[0]}" if self.faults else "ok",
        }


def simulate(
    scenario: Scenario,
    text: str,
    filename: str,
    database_url: str,
    *,
    seed: int,
    first_day: date | None = None,
    days: int | None = None,
    progress: Progress = lambda done, of: None,
) -> Result:
    """Run so many business days of an office file on an empty database, and verify it at the end.

    The same arguments give the same result. Raises `CannotSimulateError`, `OfficeFileError`.
    """
    catalogue = office_file.parse(text, filename)
    scale, first = scale_of(scenario, catalogue), first_day or scenario.first_day
    require_calendar(first)
    if cap := cap_of(scenario, catalogue):
        text = with_quota(text, catalogue, cap)
    if not scenario.rationed:
        text = without_policy(text)
    catalogue = office_file.parse(text, filename)
    dates = business_days(catalogue, first, days or scenario.days)
    citizens = draw_citizens(scenario, catalogue, scale, dates, random.Random(seed))
    deliveries = deliveries_of(scenario, scale, dates)
    house = House(database_url, catalogue, text, filename, random.Random(f"{seed} ids"))
    try:
        house.found(first, scenario.lacking)
        week = Week(house, scenario.returns, dates, deliveries, prints(scenario, seed), progress)
        week.run(citizens)
        faults = verify(house.database, SITE).faults
        left = house.stock().on_hand
    finally:
        house.close()
    printable = printable_of(scenario, deliveries)
    baseline = plain_queue(catalogue, citizens, dates, printable, scenario.returns, prints(scenario, seed))
    return Result(catalogue.name, catalogue.zone, scenario, seed, week.ledger, baseline, left, tuple(faults))


def prints(scenario: Scenario, seed: int) -> Iterator[bool]:
    return failing_prints(scenario.spoilage, random.Random(f"{seed} prints"))


def business_days(catalogue: Catalogue, first: date, count: int) -> list[date]:
    """The first `count` business days from `first` on."""
    days = [calendar.next_business_day(catalogue, first - timedelta(days=1))]
    while len(days) < count:
        days.append(calendar.next_business_day(catalogue, days[-1]))
    return days


def deliveries_of(scenario: Scenario, scale: float, days: list[date]) -> Deliveries:
    """The blanks of a scenario, and what the office file says of each on the day of the one before."""
    at = scenario.delivered_on
    on = first_of_weeks(days) if at is None else [days[number] for number in at if number < len(days)]
    quantity = round(scenario.delivery * scale)
    announced = {day: (coming, quantity) for day, coming in pairwise(on)} if scenario.announced else {}
    return Deliveries(dict.fromkeys(on, quantity), announced, scenario.missing)


def first_of_weeks(days: list[date]) -> list[date]:
    weeks: dict[tuple[int, int], date] = {}
    for day in days:
        weeks.setdefault(day.isocalendar()[:2], day)
    return list(weeks.values())


def printable_of(scenario: Scenario, deliveries: Deliveries) -> dict[date, int]:
    """What the plain queue can print of the deliveries: of the first what is really there, of none without a ribbon."""
    if scenario.lacking:
        return {}
    first = min(deliveries.quantities, default=None)
    return {day: q - (deliveries.missing if day == first else 0) for day, q in deliveries.quantities.items()}
