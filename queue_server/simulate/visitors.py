"""Citizens: they know what kiosk, slip and phone say, and nothing of the rules behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from queue_server.domain import tickets
from queue_server.domain.calendar import MINUTE
from queue_server.domain.errors import Conflict, OutOfStock, Refusal
from queue_server.domain.views import ServicesView
from queue_server.operations import ticketing, vouchers
from queue_server.simulate.citizens import Citizen
from queue_server.simulate.floor import Floor, Person, Visit
from queue_server.simulate.ledger import Fate
from queue_server.storage.journal import Command

KIOSKS = ("kiosk-1", "kiosk-2")


@dataclass
class Visitors:
    floor: Floor
    returns: int
    booked: dict[str, Visit] = field(default_factory=dict)  # by the code of a voucher or a place that is still open

    # -- coming --------------------------------------------------------------------------------------------------------

    def first_visits(self, citizens: list[Citizen]) -> None:
        for citizen in citizens:
            person = Person(citizen, citizen.papers, citizen.absent)
            self.expect(citizen.day, citizen.minute, Visit(person, citizen.service))

    def expect(self, day: date, minute: int, visit: Visit) -> None:
        self.floor.later(self.floor.house.instant(day, minute), lambda: self.arrive(visit, day))

    def expect_back(self, day: date, visit: Visit) -> None:
        """In the morning of a later day, if it still belongs to the simulation."""
        if day <= self.floor.days[-1]:
            opens = self.floor.house.catalogue.hours[day.weekday()].opens
            self.expect(day, opens + visit.person.citizen.morning, visit)

    def arrive(self, visit: Visit, day: date) -> None:
        if visit.voucher and (visit.voucher not in self.booked or day not in (visit.due, visit.early)):
            return  # moved since, or used before its date, and the phone has said so
        self.floor.ledger.today.came += 1
        visit.person.visits += 1
        self.floor.ledger.extra_trips += visit.person.visits > 1
        self.take_number(visit)

    # -- at the kiosk --------------------------------------------------------------------------------------------------

    def kiosk(self, visit: Visit) -> str:
        return KIOSKS[visit.person.citizen.number % len(KIOSKS)]

    def take_number(self, visit: Visit) -> None:
        house = self.floor.house
        self.floor.intend(
            ticketing.issue_ticket,
            self.kiosk(visit),
            lambda command: self.answered(visit, command),
            ticket_id=house.new_id(),
            token=house.new_id(),
            service=visit.service,
            priority=visit.person.citizen.priority,
            voucher=visit.voucher,
        )

    def answered(self, visit: Visit, command: Command[dict[str, Any]]) -> None:
        if isinstance(command.failure, Refusal):
            self.refused(visit, command.failure)
            return
        answer, ledger = command.answer(), self.floor.ledger
        if visit.voucher:
            del self.booked[visit.voucher]
        visit.ticket_id, visit.issued_at = str(answer["id"]), self.floor.house.now
        visit.told = answer["wait_minutes"]
        self.floor.open_visits[visit.ticket_id] = visit
        self.floor.waiting[visit.service] += 1
        ledger.today.tickets += 1
        if answer["reserved"] and not visit.promise:
            visit.promise = ledger.promise(ledger.today.day, voucher=False)

    def refused(self, visit: Visit, refusal: Refusal) -> None:
        """Another service or another day, as the kiosk offers, or home until the day that it names."""
        if visit.voucher:
            self.in_vain(visit, refusal)
            return
        if visit.person.absent > 1:  # who would not have stayed for the call does not wait for another day
            return
        citizen, ledger, view = visit.person.citizen, self.floor.ledger, self.floor.services_view()
        service = next(service for service in view.services if service.code == visit.service)
        offered = [other.code for other in view.services if other.code in service.instead and other.open]
        if isinstance(refusal, OutOfStock):
            ledger.today.sold_out = ledger.today.sold_out or f"{self.floor.house.local:%H.%M}"
        if service.open:  # given back meanwhile
            self.floor.later(self.floor.house.now + MINUTE, lambda: self.take_number(visit))
        elif offered and citizen.substitute:
            instead = Visit(visit.person, offered[citizen.number % len(offered)])
            self.floor.later(self.floor.house.now + MINUTE, lambda: self.take_number(instead))
        elif service.offer:
            self.ask_for_another_day(visit)
        else:
            said = next_delivery(view, service.limited_by) or view.day.next_day
            self.leave_with_nothing(visit, Fate.BROKEN, date.fromisoformat(said))

    def in_vain(self, visit: Visit, refusal: Refusal) -> None:
        """A visit on a voucher that finds its blank not there: the phone will say when it is good again."""
        self.settle(visit, Fate.BROKEN)
        self.floor.ledger.today.wasted += 1
        if "date" in refusal.details:
            self.moved(visit, date.fromisoformat(str(refusal.details["date"])))

    # -- another day ---------------------------------------------------------------------------------------------------

    def ask_for_another_day(self, visit: Visit) -> None:
        house = self.floor.house
        self.floor.intend(
            vouchers.give_voucher,
            self.kiosk(visit),
            lambda command: self.given(visit, command),
            code=house.new_code(),
            token=house.new_id(),
            service=visit.service,
            priority=visit.person.citizen.priority,
        )

    def given(self, visit: Visit, command: Command[dict[str, object]]) -> None:
        if isinstance(command.failure, Conflict):  # a number came free meanwhile
            self.floor.later(self.floor.house.now + MINUTE, lambda: self.take_number(visit))
            return
        answer = command.answer()
        self.book(visit, str(answer["code"]), date.fromisoformat(str(answer["date"])) if answer["date"] else None)

    def book(self, visit: Visit, code: str, day: date | None) -> None:
        """Home with a voucher, or with a place on the waiting list."""
        again = self.booked[code] = Visit(visit.person, visit.service, code)
        again.listed = day is None
        self.floor.ledger.places += again.listed
        if day:
            self.moved(again, day)

    def moved(self, visit: Visit, day: date) -> None:
        """The voucher says another day."""
        ledger = self.floor.ledger
        ledger.dated += visit.listed and visit.due is None
        if visit.promise and day > visit.promise.day:
            self.settle(visit, Fate.BROKEN)
            visit.promise = None
        visit.due = day
        if day > self.floor.days[-1]:
            return
        visit.promise = visit.promise or ledger.promise(day, voucher=True)
        visit.promise.day = day
        if day == ledger.today.day:
            self.come_today(visit)
        else:
            self.expect_back(day, visit)

    def come_today(self, visit: Visit) -> None:
        """Within the half hour, if the kiosk still gives numbers then."""
        house, day = self.floor.house, self.floor.ledger.today.day
        now, closes = house.local.hour * 60 + house.local.minute, house.catalogue.hours[day.weekday()].intake_closes
        if now < closes - 1:
            self.expect(day, min(now + 1 + visit.person.citizen.morning, closes - 1), visit)

    def look_at_phones(self) -> None:
        """Whoever waits for a blank looks whether the voucher says another day by now, or that it is good today too."""
        if not self.booked:
            return
        today = self.floor.ledger.today.day
        for code, (said, early) in self.floor.house.queries.days_told().items():
            visit, day = self.booked.get(code), date.fromisoformat(said)
            if visit and visit.due != day:
                self.moved(visit, day)
            if visit and not visit.early and early == today.isoformat():
                visit.early = today
                self.come_today(visit)

    # -- leaving -------------------------------------------------------------------------------------------------------

    def after_closing(self) -> None:
        """Whoever was still there looks at the phone: a voucher, or an expired number."""
        floor = self.floor
        for visit in floor.open_visits.values():
            view = floor.house.queries.ticket(visit.ticket_id, "id", floor.house.now)
            if view.state == tickets.DEFERRED:
                self.deferred(visit)
            elif view.state == tickets.EXPIRED:
                next_day = date.fromisoformat(floor.services_view().day.next_day)
                self.leave_with_nothing(visit, Fate.BROKEN, next_day)
            else:
                raise RuntimeError(f"{view.number} is {view.state} after closing on {floor.ledger.today.day}")
        floor.open_visits.clear()
        floor.waiting.clear()
        self.look_at_phones()

    def deferred(self, visit: Visit) -> None:
        """The phone shows a voucher instead of the number."""
        view = self.floor.house.queries.ticket(visit.ticket_id, "id", self.floor.house.now)
        assert view.voucher
        assert view.voucher.date
        self.settle(visit, Fate.GIVEN_UP if visit.away else Fate.BROKEN)
        self.floor.ledger.today.wasted += visit.voucher is not None and not visit.away
        self.book(visit, view.voucher.code, date.fromisoformat(view.voucher.date))

    def leave_with_nothing(self, visit: Visit, fate: Fate, said: date) -> None:
        self.settle(visit, fate)
        self.floor.ledger.today.wasted += 1
        self.come_again(visit, said)

    def fetch_papers(self, visit: Visit) -> None:
        """The counter has said what is missing."""
        self.settle(visit, Fate.GIVEN_UP)
        self.floor.ledger.unready += 1
        self.come_again(visit, date.fromisoformat(self.floor.services_view().day.next_day))

    def come_again(self, visit: Visit, day: date) -> None:
        person = visit.person
        if person.returns < self.returns:
            person.returns += 1
            self.expect_back(day, Visit(person, person.citizen.service))

    def settle(self, visit: Visit, fate: Fate) -> None:
        if visit.promise and visit.promise.fate is Fate.DUE:
            visit.promise.fate = fate

    def receive(self, visit: Visit, cards: int) -> None:
        """The document is handed over."""
        ledger = self.floor.ledger
        self.settle(visit, Fate.KEPT)
        if cards:
            ledger.today.cards += cards
            ledger.days_to_card.append((ledger.today.day - visit.person.citizen.day).days)


def next_delivery(view: ServicesView, item: str | None) -> str | None:
    """The date that the kiosk tells those who find none left; one that has passed is none."""
    said = next((stock.next_delivery for stock in view.stock if stock.item == item), None)
    return said if said and said > view.day.day else None
