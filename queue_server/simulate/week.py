"""Business days at the throw-away office, minute by minute, through the real verbs.

Citizens know what the screens say (refusals, the services view, the voucher) and nothing of the rules behind them.
Clerks call whenever their counter is free. All that happens in one minute is one transaction.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from queue_server.domain import calendar, tickets
from queue_server.domain.calendar import MINUTE, Span
from queue_server.domain.errors import OutOfStock, Refusal, WrongState
from queue_server.domain.views import ServicesView
from queue_server.operations import calling, ticketing
from queue_server.simulate.citizens import CARD, Citizen, Papers, needs_card
from queue_server.simulate.house import House
from queue_server.simulate.ledger import DayLine, Fate, Ledger, Promise
from queue_server.storage.journal import Command

BEFORE_OPENING = 15  # minutes: the delivery is entered
LOOK_MINUTES = 3  # until a clerk sees that a paper is missing
KIOSKS = ("kiosk-1", "kiosk-2")

Then = Callable[[Command[Any]], None]
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Person:
    citizen: Citizen
    papers: Papers
    absent: int
    spoils: bool
    visits: int = 0
    returns: int = 0  # after leaving with nothing


@dataclass(slots=True)
class Visit:
    person: Person
    service: str
    voucher: str | None = None
    promise: Promise | None = None
    ticket_id: str = ""
    issued_at: int = 0
    called: bool = False
    has_blank: bool = False


@dataclass(slots=True)
class Desk:
    counter: int
    visit: Visit | None = None
    step: str = tickets.CALLED
    recalled: bool = False
    until: int = 0  # when the step is over
    paused: bool = False

    @property
    def clerk(self) -> str:
        return f"clerk-{self.counter}"


@dataclass
class Week:
    house: House
    returns: int
    ledger: Ledger
    days: list[date]
    progress: Progress
    desks: list[Desk] = field(default_factory=list)
    shelf: int = 0  # blanks that really lie there
    open_visits: dict[str, Visit] = field(default_factory=dict)
    events: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    plan: list[tuple[Command[Any], Then]] = field(default_factory=list)
    ties: itertools.count[int] = field(default_factory=itertools.count)
    waiting: Counter[str] = field(default_factory=Counter)  # by service, so that nobody calls into an empty room
    seen: ServicesView | None = None  # what the kiosk shows in this minute

    # -- the days ------------------------------------------------------------------------------------------------------

    def run(self, citizens: list[Citizen], deliveries: dict[date, int]) -> None:
        house = self.house
        self.desks = [Desk(number) for number in house.catalogue.counters]
        for citizen in citizens:
            person = Person(citizen, citizen.papers, citizen.absent, citizen.spoils)
            self.expect(citizen.day, citizen.minute, Visit(person, citizen.service))
        for number, day in enumerate(self.days):
            span = calendar.span(house.catalogue, day)
            assert span is not None
            self.ledger.lines.append(DayLine(day))
            house.now = span.opens_ms - BEFORE_OPENING * MINUTE
            if quantity := deliveries.get(day):
                self.deliver(day, quantity)
            self.open_office(span)
            while not self.minute(span):
                house.now += MINUTE
                done = (house.now - span.opens_ms) * 100 // (span.closes_ms - span.opens_ms)
                self.progress(number * 100 + min(done, 99), len(self.days) * 100)
            self.after_closing(day)
        self.progress(len(self.days) * 100, len(self.days) * 100)

    def deliver(self, day: date, quantity: int) -> None:
        """Blanks come on the first business day of a week, and everybody is told so."""
        self.house.receive(CARD, quantity)
        self.shelf += quantity
        self.ledger.received += quantity
        sunday = day + timedelta(days=6 - day.weekday())
        self.house.announce(calendar.next_business_day(self.house.catalogue, sunday))

    def open_office(self, span: Span) -> None:
        self.house.now = span.opens_ms
        self.house.follow_calendar()
        for desk in self.desks:
            desk.paused = False
            self.intend(calling.open_counter, desk.clerk, counter=desk.counter, clerk=desk.clerk)
        self.carry_out()

    def minute(self, span: Span) -> bool:
        """What happens in this minute; True when the day is over."""
        house = self.house
        while self.events and self.events[0][0] <= house.now:
            heapq.heappop(self.events)[2]()
        for desk in self.desks:
            if desk.visit and house.now >= desk.until:
                self.go_on(desk, desk.visit)
            if desk.visit is None and house.now < span.closes_ms:
                self.rest_or_call(desk, span)
        self.carry_out()
        return house.now >= span.closes_ms and house.follow_calendar() == "closed"

    def after_closing(self, day: date) -> None:
        """Whoever was still there looks at the phone: a voucher, or an expired number."""
        for visit in self.open_visits.values():
            view = self.house.queries.ticket(visit.ticket_id, "id", self.house.now)
            if view.state == tickets.DEFERRED and view.voucher and view.voucher.date:
                self.deferred(visit, view.voucher.code, date.fromisoformat(view.voucher.date))
            elif view.state == tickets.EXPIRED:
                self.leave_with_nothing(visit, Fate.BROKEN, self.services_view().day.next_day)
            else:
                raise RuntimeError(f"{view.number} is {view.state} after closing on {day}")
        self.open_visits.clear()
        self.waiting.clear()

    # -- commands ------------------------------------------------------------------------------------------------------

    def intend(self, operation: Callable[..., Any], actor: str, then: Then | None = None, **arguments: Any) -> None:
        """One command of this minute; `then` looks at its answer, without one it has to succeed."""
        ids = [arguments["ticket_id"]] if "ticket_id" in arguments else []
        vouchers = [arguments["voucher"]] if arguments.get("voucher") else []
        command = Command(operation, arguments, actor, tickets=ids, vouchers=vouchers)
        self.plan.append((command, then or (lambda done: done.answer())))

    def carry_out(self) -> None:
        plan, self.plan, self.seen = self.plan, [], None
        self.house.commit([command for command, _ in plan])
        for command, then in plan:
            then(command)

    def later(self, at: int, event: Callable[[], None]) -> None:
        heapq.heappush(self.events, (at, next(self.ties), event))

    # -- citizens ------------------------------------------------------------------------------------------------------

    def expect(self, day: date, minute: int, visit: Visit) -> None:
        self.later(self.house.instant(day, minute), lambda: self.arrive(visit))

    def expect_back(self, day: date, visit: Visit) -> None:
        """In the morning of a later day, if it still belongs to the simulation."""
        if day <= self.days[-1]:
            opens = self.house.catalogue.hours[day.weekday()].opens
            self.expect(day, opens + visit.person.citizen.morning, visit)

    def arrive(self, visit: Visit) -> None:
        self.ledger.today.came += 1
        visit.person.visits += 1
        self.ledger.extra_trips += visit.person.visits > 1
        self.take_number(visit)

    def take_number(self, visit: Visit) -> None:
        house, citizen = self.house, visit.person.citizen
        self.intend(
            ticketing.issue_ticket,
            KIOSKS[citizen.number % len(KIOSKS)],
            lambda command: self.answered(visit, command),
            ticket_id=house.new_id(),
            token=house.new_id(),
            service=visit.service,
            priority=citizen.priority,
            voucher=visit.voucher,
        )

    def answered(self, visit: Visit, command: Command[Any]) -> None:
        if isinstance(command.failure, Refusal):
            self.refused(visit, command.failure)
            return
        answer = command.answer()
        visit.ticket_id, visit.issued_at = answer["id"], self.house.now
        self.open_visits[visit.ticket_id] = visit
        self.ledger.today.tickets += 1
        self.waiting[visit.service] += 1
        if answer["reserved"] and not visit.promise:
            visit.promise = self.ledger.promise(self.ledger.today.day, voucher=False)

    def refused(self, visit: Visit, refusal: Refusal) -> None:
        """Another service that the kiosk offers, or home until the day that it names."""
        view = self.services_view()
        if isinstance(refusal, OutOfStock):
            self.sold_out(visit, view)
        elif visit.voucher and "date" in refusal.details:  # the voucher was moved on meanwhile
            self.deferred(visit, visit.voucher, date.fromisoformat(str(refusal.details["date"])))
        else:
            self.leave_with_nothing(visit, Fate.BROKEN, view.day.next_day)

    def sold_out(self, visit: Visit, view: ServicesView) -> None:
        citizen = visit.person.citizen
        self.ledger.today.sold_out = self.ledger.today.sold_out or f"{self.house.local:%H.%M}"
        service = next(service for service in view.services if service.code == visit.service)
        offered = [other.code for other in view.services if other.code in service.instead and other.open]
        if not offered or not citizen.substitute:
            self.leave_with_nothing(visit, Fate.BROKEN, next_delivery(view, service.limited_by) or view.day.next_day)
            return
        self.break_promise(visit)
        instead = Visit(visit.person, offered[citizen.number % len(offered)])
        self.later(self.house.now + MINUTE, lambda: self.take_number(instead))

    def services_view(self) -> ServicesView:
        self.seen = self.seen or self.house.queries.services("id", self.house.now)
        return self.seen

    def deferred(self, visit: Visit, code: str, day: date) -> None:
        self.break_promise(visit)
        if day <= self.days[-1]:
            again = Visit(visit.person, visit.service, code, self.ledger.promise(day, voucher=True))
            self.expect_back(day, again)

    def break_promise(self, visit: Visit) -> None:
        """A visit made on a voucher is in vain even when the citizen leaves with another one, or another service."""
        self.settle(visit, Fate.BROKEN)
        self.ledger.today.wasted += visit.voucher is not None

    def leave_with_nothing(self, visit: Visit, fate: Fate, said: str) -> None:
        self.settle(visit, fate)
        self.ledger.today.wasted += 1
        person = visit.person
        if person.returns < self.returns:
            person.returns += 1
            self.expect_back(date.fromisoformat(said), Visit(person, person.citizen.service))

    def settle(self, visit: Visit, fate: Fate) -> None:
        if visit.promise:
            visit.promise.fate = fate

    # -- clerks --------------------------------------------------------------------------------------------------------

    def rest_or_call(self, desk: Desk, span: Span) -> None:
        resting = calendar.in_break(span, self.house.now) is not None
        if resting and not desk.paused:
            self.intend(calling.pause_counter, desk.clerk, counter=desk.counter, clerk=desk.clerk, reason="istirahat")
        elif desk.paused and not resting:
            self.intend(calling.open_counter, desk.clerk, counter=desk.counter, clerk=desk.clerk)
        desk.paused = resting
        serves = self.house.catalogue.counters[desk.counter].serves
        if not resting and any(self.waiting[service] for service in serves):
            self.intend(
                calling.call_next,
                desk.clerk,
                lambda command: self.called(desk, command.answer()),
                counter=desk.counter,
                clerk=desk.clerk,
            )

    def called(self, desk: Desk, answer: dict[str, Any] | None) -> None:
        if answer is None:
            return
        visit = self.open_visits[answer["id"]]
        self.waiting[visit.service] -= 1
        desk.visit, desk.step, desk.recalled = visit, tickets.CALLED, False
        desk.until = self.house.now + MINUTE
        if not visit.called:
            visit.called = True
            self.ledger.waits.append((self.house.now - visit.issued_at) // MINUTE)

    def go_on(self, desk: Desk, visit: Visit) -> None:
        """A minute after the call, or when the service is over."""
        if desk.step == tickets.SERVING:
            self.end(desk, visit)
            desk.visit = None
        elif not visit.person.absent:
            self.act(calling.start, desk, visit, lambda command: self.started(visit, command.answer()))
            desk.step, desk.until = tickets.SERVING, self.house.now + self.length(visit) * MINUTE
        elif not desk.recalled:
            self.act(calling.recall, desk, visit)
            desk.recalled, desk.until = True, self.house.now + MINUTE
        else:
            visit.person.absent -= 1
            self.act(calling.no_show, desk, visit, lambda command: self.skipped(visit, command.answer()))
            desk.visit = None

    def started(self, visit: Visit, answer: dict[str, Any]) -> None:
        visit.has_blank = any(line["item"] == CARD for line in answer["reserved"])

    def act(self, verb: Callable[..., Any], desk: Desk, visit: Visit, then: Then | None = None, **details: Any) -> None:
        self.intend(verb, desk.clerk, then, ticket_id=visit.ticket_id, clerk=desk.clerk, **details)

    def length(self, visit: Visit) -> int:
        """Minutes at the counter."""
        minutes = visit.person.citizen.minutes(self.house.catalogue, visit.service)
        return minutes if visit.person.papers is Papers.COMPLETE else min(minutes, LOOK_MINUTES)

    def skipped(self, visit: Visit, answer: dict[str, Any]) -> None:
        if answer["state"] == tickets.NO_SHOW:
            self.settle(visit, Fate.GIVEN_UP)
            self.ledger.no_shows += 1
            del self.open_visits[visit.ticket_id]
        else:
            self.waiting[visit.service] += 1

    def end(self, desk: Desk, visit: Visit) -> None:
        papers, visit.person.papers = visit.person.papers, Papers.COMPLETE
        if papers is Papers.NEARBY:
            self.act(calling.park, desk, visit, self.unless_deferred(lambda: self.fetch(desk, visit)))
        elif papers is Papers.AT_HOME:
            self.finish(desk, visit, "incomplete")
        elif needs_card(self.house.catalogue, visit.service):
            self.print_card(desk, visit)
        else:
            self.finish(desk, visit, "done")

    def fetch(self, desk: Desk, visit: Visit) -> None:
        back = self.house.now + visit.person.citizen.fetch_minutes * MINUTE

        def bring() -> None:
            self.act(calling.requeue, desk, visit, self.unless_deferred(back_in_line))

        def back_in_line() -> None:
            self.waiting[visit.service] += 1

        self.later(back, bring)

    def print_card(self, desk: Desk, visit: Visit) -> None:
        """On a blank that really lies there: a spoilt one has to be replaced from the shelf."""
        spoilt = int(visit.person.spoils and self.shelf > 0)
        printed = int(visit.has_blank and self.shelf > spoilt)
        visit.person.spoils = visit.person.spoils and not spoilt
        self.shelf -= spoilt + printed
        self.finish(desk, visit, "done" if printed else "stopped", printed, spoilt)

    def finish(self, desk: Desk, visit: Visit, outcome: str, printed: int = 0, spoilt: int = 0) -> None:
        def finished() -> None:
            self.ledger.today.served += 1
            self.ledger.spoilt += spoilt
            del self.open_visits[visit.ticket_id]
            if outcome == "done":
                self.handed_over(visit, printed)
            elif outcome == "incomplete":
                self.leave_with_nothing(visit, Fate.GIVEN_UP, self.services_view().day.next_day)
            else:
                view = self.services_view()
                self.leave_with_nothing(visit, Fate.BROKEN, next_delivery(view, CARD) or view.day.next_day)

        def put_back() -> None:
            self.shelf += printed + spoilt

        waste = [{"item": CARD, "quantity": spoilt, "reason": "cetak gagal"}] if spoilt else []
        details = {"outcome": outcome, "spoilt": waste, "new_code": self.house.new_code}
        self.act(calling.finish, desk, visit, self.unless_deferred(finished, put_back), **details)

    def unless_deferred(self, then: Callable[[], None], otherwise: Callable[[], None] = lambda: None) -> Then:
        """A broken promise takes a served ticket from its counter: then there is nothing left to end."""

        def look(command: Command[Any]) -> None:
            if isinstance(command.failure, WrongState):
                otherwise()
            else:
                command.answer()
                then()

        return look

    def handed_over(self, visit: Visit, printed: int) -> None:
        self.settle(visit, Fate.KEPT)
        if printed:
            self.ledger.today.cards += printed
            self.ledger.days_to_card.append((self.ledger.today.day - visit.person.citizen.day).days)


def next_delivery(view: ServicesView, item: str | None) -> str | None:
    """The date that the kiosk tells those who find none left; one that has passed is none."""
    said = next((stock.next_delivery for stock in view.stock if stock.item == item), None)
    return said if said and said > view.day.day else None
