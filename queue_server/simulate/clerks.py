"""Clerks: they call when their counter is free, rest in the breaks and print on the blanks that really lie there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from queue_server.domain import calendar, tickets
from queue_server.domain.calendar import MINUTE, Span
from queue_server.domain.errors import WrongState
from queue_server.operations import calling
from queue_server.simulate.citizens import CARD, Papers, needs_card
from queue_server.simulate.floor import Floor, Then, Visit
from queue_server.simulate.ledger import Fate
from queue_server.simulate.visitors import Visitors, next_delivery
from queue_server.storage.journal import Command

LOOK_MINUTES = 3  # until a clerk sees that a paper is missing
FEW = 20  # blanks on the shelf from which on a clerk looks what is still promised


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
class Clerks:
    floor: Floor
    visitors: Visitors
    desks: list[Desk] = field(default_factory=list)

    def open_counters(self) -> None:
        self.desks = self.desks or [Desk(number) for number in self.floor.house.catalogue.counters]
        for desk in self.desks:
            desk.paused = False
            self.floor.intend(calling.open_counter, desk.clerk, counter=desk.counter, clerk=desk.clerk)

    def work(self, span: Span) -> None:
        """This minute at every counter."""
        now = self.floor.house.now
        for desk in self.desks:
            if desk.visit and now >= desk.until:
                self.go_on(desk, desk.visit)
            if desk.visit is None and now < span.closes_ms:
                self.rest_or_call(desk, span)

    # -- calling -------------------------------------------------------------------------------------------------------

    def rest_or_call(self, desk: Desk, span: Span) -> None:
        house, intend = self.floor.house, self.floor.intend
        resting = calendar.in_break(span, house.now) is not None
        if resting and not desk.paused:
            intend(calling.pause_counter, desk.clerk, counter=desk.counter, clerk=desk.clerk, reason="istirahat")
        elif desk.paused and not resting:
            intend(calling.open_counter, desk.clerk, counter=desk.counter, clerk=desk.clerk)
        desk.paused = resting
        serves = house.catalogue.counters[desk.counter].serves
        if not resting and any(self.floor.waiting[service] for service in serves):
            intend(
                calling.call_next,
                desk.clerk,
                lambda command: self.called(desk, command.answer()),
                counter=desk.counter,
                clerk=desk.clerk,
            )

    def called(self, desk: Desk, answer: dict[str, Any] | None) -> None:
        if answer is None:
            return
        floor = self.floor
        visit = floor.open_visits[answer["id"]]
        floor.waiting[visit.service] -= 1
        desk.visit, desk.step, desk.recalled = visit, tickets.CALLED, False
        desk.until = floor.house.now + MINUTE
        if not visit.called:
            visit.called = True
            floor.ledger.waited((floor.house.now - visit.issued_at) // MINUTE, visit.told)

    def go_on(self, desk: Desk, visit: Visit) -> None:
        """A minute after the call, or when the service is over."""
        if desk.step == tickets.SERVING:
            self.end(desk, visit)
            desk.visit = None
        elif not visit.person.absent:
            self.act(calling.start, desk, visit, lambda command: self.started(visit, command.answer()))
            desk.step, desk.until = tickets.SERVING, self.floor.house.now + self.length(visit) * MINUTE
        elif not desk.recalled:
            self.act(calling.recall, desk, visit)
            desk.recalled, desk.until = True, self.floor.house.now + MINUTE
        else:
            visit.person.absent -= 1
            self.act(calling.no_show, desk, visit, lambda command: self.skipped(visit, command.answer()))
            desk.visit = None

    def act(self, verb: Callable[..., Any], desk: Desk, visit: Visit, then: Then | None = None, **details: Any) -> None:
        self.floor.intend(verb, desk.clerk, then, ticket_id=visit.ticket_id, clerk=desk.clerk, **details)

    def started(self, visit: Visit, answer: dict[str, Any]) -> None:
        visit.has_blank = any(line["item"] == CARD for line in answer["reserved"])

    def length(self, visit: Visit) -> int:
        """Minutes at the counter."""
        minutes = visit.person.citizen.minutes(self.floor.house.catalogue, visit.service)
        return minutes if visit.person.papers is Papers.COMPLETE else min(minutes, LOOK_MINUTES)

    def skipped(self, visit: Visit, answer: dict[str, Any]) -> None:
        if answer["state"] == tickets.NO_SHOW:
            self.visitors.settle(visit, Fate.GIVEN_UP)
            self.floor.ledger.no_shows += 1
            del self.floor.open_visits[visit.ticket_id]
        else:
            self.floor.waiting[visit.service] += 1

    # -- ending --------------------------------------------------------------------------------------------------------

    def end(self, desk: Desk, visit: Visit) -> None:
        catalogue = self.floor.house.catalogue
        papers, visit.person.papers = visit.person.papers, Papers.COMPLETE
        if papers is Papers.NEARBY:
            self.act(calling.park, desk, visit, self.unless_deferred(lambda _: self.fetch(desk, visit)))
        elif papers is Papers.AT_HOME:
            self.finish(desk, visit, "incomplete")
        elif needs_card(catalogue, visit.service):
            self.print_card(desk, visit, visit.has_blank)
        elif needs_card(catalogue, visit.person.citizen.service) and self.can_be_spared():
            self.print_card(desk, visit, may_print=True)
        else:
            self.finish(desk, visit, "done")

    def can_be_spared(self) -> bool:
        """Few blanks are left, and each one that is promised keeps another beside it in case its print is spoilt."""
        return 0 < self.floor.shelf <= FEW and self.floor.shelf > 2 * self.floor.house.stock().promised

    def fetch(self, desk: Desk, visit: Visit) -> None:
        visit.away = True
        back = self.floor.house.now + visit.person.citizen.fetch_minutes * MINUTE

        def bring() -> None:
            self.act(calling.requeue, desk, visit, self.unless_deferred(back_in_line))

        def back_in_line(_: dict[str, Any]) -> None:
            visit.away = False
            self.floor.waiting[visit.service] += 1

        self.floor.later(back, bring)

    def print_card(self, desk: Desk, visit: Visit, may_print: bool) -> None:
        """On a blank that really lies there: a spoilt one has to be replaced from the shelf."""
        floor, spoilt = self.floor, 0
        while may_print and floor.shelf > spoilt and next(floor.failing):
            spoilt += 1
        printed = int(may_print and floor.shelf > spoilt)
        floor.shelf -= spoilt + printed
        wish = visit.person.citizen.service
        done = printed or not needs_card(floor.house.catalogue, visit.service)
        self.finish(desk, visit, "done" if done else "stopped", wish if printed else None, spoilt)

    def finish(self, desk: Desk, visit: Visit, outcome: str, card: str | None = None, spoilt: int = 0) -> None:
        """`card` is the service whose card was printed; a visit for another service may end with it too."""
        floor = self.floor

        def finished(answer: dict[str, Any]) -> None:
            floor.ledger.spoilt += spoilt
            del floor.open_visits[visit.ticket_id]
            if answer["state"] == tickets.DEFERRED:
                self.visitors.deferred(visit)
                return
            floor.ledger.today.served += 1
            if outcome == "done":
                self.visitors.receive(visit, int(card is not None))
            elif outcome == "incomplete":
                self.visitors.fetch_papers(visit)
            else:
                view = floor.services_view()
                said = next_delivery(view, CARD) or view.day.next_day
                self.visitors.leave_with_nothing(visit, Fate.BROKEN, date.fromisoformat(said))

        def put_back() -> None:
            floor.shelf += int(card is not None) + spoilt

        waste = [{"item": CARD, "quantity": spoilt, "reason": "cetak gagal"}] if spoilt else []
        details = {"outcome": outcome, "spoilt": waste, "new_code": floor.house.new_code}
        if card and card != visit.service:
            needs = floor.house.catalogue.needs(card, 1)
            details["used"] = [{"item": item, "quantity": quantity} for item, quantity in needs.items()]
        self.act(calling.finish, desk, visit, self.unless_deferred(finished, put_back), **details)

    def unless_deferred(
        self, then: Callable[[dict[str, Any]], None], otherwise: Callable[[], None] = lambda: None
    ) -> Then:
        """A broken promise takes a waiting ticket from the line: then there is nothing left to end."""

        def look(command: Command[Any]) -> None:
            if isinstance(command.failure, WrongState):
                otherwise()
            else:
                then(command.answer())

        return look
