"""Business days at the throw-away office, minute by minute, through the real verbs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from queue_server.domain import calendar
from queue_server.domain.calendar import MINUTE, Span
from queue_server.simulate.citizens import CARD, Citizen
from queue_server.simulate.clerks import Clerks
from queue_server.simulate.floor import Floor
from queue_server.simulate.house import House
from queue_server.simulate.ledger import DayLine, Ledger
from queue_server.simulate.visitors import Visitors

BEFORE_OPENING = 15  # minutes: the delivery is entered
CALENDAR_EVERY = 5  # minutes
PHONE_EVERY = 10  # minutes: how often those who wait for blanks look at their phones
COUNTED_AT = 12 * 60  # when a stock-take finds what is missing

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Deliveries:
    """Blanks of the item that is scarce, by the day on which they come."""

    quantities: dict[date, int]
    announced: dict[date, tuple[date, int]]  # what the office file says from that day on
    missing: int = 0  # of the first delivery, though its papers list them


class Week:
    def __init__(
        self,
        house: House,
        returns: int,
        days: list[date],
        deliveries: Deliveries,
        failing: Iterator[bool],
        progress: Progress,
    ) -> None:
        self.house, self.days, self.deliveries, self.progress = house, days, deliveries, progress
        self.ledger = Ledger()
        self.floor = Floor(house, self.ledger, days, failing)
        self.visitors = Visitors(self.floor, returns)
        self.clerks = Clerks(self.floor, self.visitors)

    def run(self, citizens: list[Citizen]) -> None:
        self.visitors.first_visits(citizens)
        for number, day in enumerate(self.days):
            self.day(number, day)
        self.progress(len(self.days) * 100, len(self.days) * 100)

    def day(self, number: int, day: date) -> None:
        house, span = self.house, calendar.span(self.house.catalogue, day)
        assert span is not None
        self.ledger.lines.append(DayLine(day))
        house.now = span.opens_ms - BEFORE_OPENING * MINUTE
        self.deliver(day)
        self.open_office(span)
        while not self.minute(span):
            house.now += MINUTE
            done = (house.now - span.opens_ms) * 100 // (span.closes_ms - span.opens_ms)
            self.progress(number * 100 + min(done, 99), len(self.days) * 100)
        self.visitors.after_closing()

    def deliver(self, day: date) -> None:
        """Blanks come before the doors open, and everybody is told of the next ones."""
        missing = self.deliveries.missing if not self.ledger.received else 0
        if quantity := self.deliveries.quantities.get(day):
            self.house.receive(CARD, quantity)
            self.floor.shelf += quantity - missing
            self.ledger.received += quantity
        if coming := self.deliveries.announced.get(day):
            self.house.announce(*coming)

    def open_office(self, span: Span) -> None:
        self.house.now = span.opens_ms
        self.house.follow_calendar()
        self.clerks.open_counters()
        self.floor.carry_out()

    def minute(self, span: Span) -> bool:
        """What happens in this minute; True when the day is over."""
        house, passed = self.house, (self.house.now - span.opens_ms) // MINUTE
        if house.local.hour * 60 + house.local.minute == COUNTED_AT and self.deliveries.missing:
            self.ledger.lost += house.count(self.floor.shelf)
        if passed % PHONE_EVERY == 0:
            self.visitors.look_at_phones()
        self.floor.let_happen()
        self.clerks.work(span)
        self.floor.carry_out()
        closing = house.now >= span.closes_ms
        did = house.follow_calendar() if closing or passed % CALENDAR_EVERY == 0 else None
        return closing and did == "closed"
