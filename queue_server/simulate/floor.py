"""What citizens and clerks share on a simulated day: the clock, the commands of a minute, who is in the building.

All that is meant to happen in one minute is one transaction.
"""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from queue_server.domain.views import ServicesView
from queue_server.simulate.citizens import Citizen, Papers
from queue_server.simulate.house import House
from queue_server.simulate.ledger import Ledger, Promise
from queue_server.storage.journal import Command

Then = Callable[[Command[Any]], None]


@dataclass(slots=True)
class Person:
    citizen: Citizen
    papers: Papers
    absent: int
    visits: int = 0
    returns: int = 0  # after leaving with nothing


@dataclass(slots=True)
class Visit:
    person: Person
    service: str
    voucher: str | None = None
    promise: Promise | None = None
    due: date | None = None  # the day of the voucher, as the phone says
    early: date | None = None  # a day before it on which it is good as well, as the phone says
    listed: bool = False  # given a place on the waiting list first
    ticket_id: str = ""
    issued_at: int = 0
    told: tuple[int, int] | None = None  # minutes until the call, as the slip says
    called: bool = False
    has_blank: bool = False
    away: bool = False  # to fetch a paper


@dataclass
class Floor:
    house: House
    ledger: Ledger
    days: list[date]
    failing: Iterator[bool]  # whether the next print fails
    shelf: int = 0  # blanks that really lie there
    open_visits: dict[str, Visit] = field(default_factory=dict)  # by ticket
    waiting: Counter[str] = field(default_factory=Counter)  # by service, so that nobody calls into an empty room
    events: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    plan: list[tuple[Command[Any], Then]] = field(default_factory=list)
    ties: Iterator[int] = field(default_factory=itertools.count)
    seen: ServicesView | None = None  # what the kiosk shows in this minute

    def intend(self, operation: Callable[..., Any], actor: str, then: Then | None = None, **arguments: Any) -> None:
        """One command of this minute; `then` looks at its answer, without one it has to succeed."""
        ids = [arguments["ticket_id"]] if "ticket_id" in arguments else []
        vouchers = [arguments["voucher"]] if arguments.get("voucher") else []
        command = Command(operation, arguments, actor, tickets=ids, vouchers=vouchers)
        self.plan.append((command, then or (lambda done: done.answer())))

    def carry_out(self) -> None:
        """This minute's commands, and what they lead to at once."""
        while self.plan:
            plan, self.plan, self.seen = self.plan, [], None
            self.house.commit([command for command, _ in plan])
            for command, then in plan:
                then(command)

    def later(self, at: int, event: Callable[[], None]) -> None:
        heapq.heappush(self.events, (at, next(self.ties), event))

    def let_happen(self) -> None:
        """All that was to happen up to now."""
        while self.events and self.events[0][0] <= self.house.now:
            heapq.heappop(self.events)[2]()

    def services_view(self) -> ServicesView:
        self.seen = self.seen or self.house.queries.services("id", self.house.now)
        return self.seen
