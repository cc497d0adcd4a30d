"""The plain queue to compare with: the same people, service times, spoilage and deliveries, but no promise.

Numbers to all comers until intake closes, printing in order until no blank is left; the rest leave with nothing and
come back the next morning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from queue_server.domain.catalogue import Catalogue, DayHours
from queue_server.simulate.citizens import Citizen, Papers, needs_card

CALL_MINUTES = 1  # from the call until whoever was called sits at the counter
ABSENT_MINUTES = 2  # lost on a call that nobody answers
LOOK_MINUTES = 3  # until it is seen that a paper is missing


@dataclass(frozen=True, slots=True)
class Outcome:
    cards: int
    wasted_trips: int


@dataclass(slots=True)
class Person:
    citizen: Citizen
    papers: Papers
    returns: int = 0


class PlainQueue:
    def __init__(self, catalogue: Catalogue, returns: int, failing: Iterator[bool]) -> None:
        self.catalogue, self.returns, self.failing = catalogue, returns, failing
        self.blanks = self.cards = self.wasted = 0
        self.tomorrow: list[Person] = []

    def day(self, hours: DayHours, comers: list[tuple[int, Person]]) -> None:
        """One business day, minute by minute; `comers` are in order of arrival."""
        line: list[Person] = []
        free_at = dict.fromkeys(self.catalogue.counters, hours.opens)
        for minute in range(hours.opens, hours.closes):
            while comers and comers[0][0] <= minute:
                _, comer = comers.pop(0)
                if minute < hours.intake_closes:
                    line.append(comer)
                else:
                    self.leave(comer)
            if any(start <= minute < end for start, end in hours.breaks):
                continue
            for counter, free in free_at.items():
                if free <= minute and (person := self.next_for(counter, line)):
                    free_at[counter] = minute + self.serve(person)
        for person in line:
            self.leave(person)

    def next_for(self, counter: int, line: list[Person]) -> Person | None:
        """The first in line whom a counter serves; those who come for a card when none is left go home at once."""
        serves = self.catalogue.counters[counter].serves
        for person in list(line):
            if person.citizen.service not in serves:
                continue
            line.remove(person)
            if self.blanks or not needs_card(self.catalogue, person.citizen.service):
                return person
            self.leave(person)
        return None

    def serve(self, person: Person) -> int:
        """Serve somebody, and say how many minutes it took."""
        citizen = person.citizen
        if citizen.absent == 2:
            return ABSENT_MINUTES
        if person.papers is Papers.AT_HOME:
            person.papers = Papers.COMPLETE
            self.come_again(person)
            return CALL_MINUTES + LOOK_MINUTES
        if needs_card(self.catalogue, citizen.service):
            self.print_card(person)
        return CALL_MINUTES + citizen.minutes(self.catalogue, citizen.service)

    def print_card(self, person: Person) -> None:
        while self.blanks and next(self.failing):
            self.blanks -= 1
        if self.blanks:
            self.blanks -= 1
            self.cards += 1
        else:
            self.leave(person)

    def leave(self, person: Person) -> None:
        """With nothing; whoever took a number and walked off is not counted."""
        if person.citizen.absent == 2:
            return
        self.wasted += 1
        self.come_again(person)

    def come_again(self, person: Person) -> None:
        if person.returns < self.returns:
            person.returns += 1
            self.tomorrow.append(person)


def plain_queue(
    catalogue: Catalogue,
    citizens: Sequence[Citizen],
    days: Sequence[date],
    deliveries: Mapping[date, int],
    returns: int,
    failing: Iterator[bool],
) -> Outcome:
    """Cards and wasted trips of the plain queue over these business days; `deliveries` are of what can be printed."""
    queue = PlainQueue(catalogue, returns, failing)
    for day in days:
        hours = catalogue.hours[day.weekday()]
        queue.blanks += deliveries.get(day, 0)
        back, queue.tomorrow = queue.tomorrow, []
        comers = [(hours.opens + person.citizen.morning, person) for person in back]
        comers += [(c.minute, Person(c, c.papers)) for c in citizens if c.day == day]
        queue.day(hours, sorted(comers, key=lambda comer: comer[0]))
    return Outcome(queue.cards, queue.wasted)
