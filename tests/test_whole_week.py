"""A week at Kota Serang: two kiosks, 13 counters, 500 blanks on Monday, and what a week brings."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from queue_server.domain.errors import OutOfStock
from queue_server.operations import calling
from queue_server.operations.ticketing import issue_ticket
from queue_server.storage.journal import Command
from tests.the_office import TheOffice

# Share of a day's tickets by the hour (Kota Serang: the crowd is there before the doors open), out of 100.
ARRIVALS = {7: 22, 8: 24, 9: 18, 10: 14, 11: 8, 12: 4, 13: 6, 14: 4}
# What people come for, out of 100: the mix that Denpasar published, with more family cards.
MIX = {"KTP-CETAK": 60, "KTP-RUSAK": 12, "KTP-HILANG": 8, "KK-UBAH": 12, "IKD": 4, "AKTA-LAHIR": 4}
A_DAY = {0: 390, 1: 357, 2: 325, 3: 308, 4: 260}  # 325 on a Wednesday, more on Monday, fewer on Friday
MINUTE = 60_000


@pytest.fixture
def office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    house = TheOffice(database_url, rng)
    yield house
    house.close()


class Week:
    """Citizens who come by the hour to two kiosks, and clerks who serve them, minute by minute."""

    def __init__(self, office: TheOffice) -> None:
        self.office = office
        self.busy: list[tuple[int, int, dict[str, Any]]] = []  # (until, counter, ticket)
        self.sold_out_at: int | None = None
        self.taken: list[dict[str, Any]] = []
        self.on_duty = set(office.catalogue.counters)
        self.kiosks = itertools.cycle(["kiosk-1", "kiosk-2"])

    def open_counters(self) -> None:
        for counter in self.office.catalogue.counters:
            self.office.open(counter)

    def run(self, until: str) -> None:
        """Let time pass until `2026-11-23 12.00`: the kiosks take, the counters serve, the calendar does its part."""
        office = self.office
        day = office.queries.day_view(office.clock)
        end = round(datetime.strptime(until, "%Y-%m-%d %H.%M").replace(tzinfo=office.catalogue.tz).timestamp() * 1000)
        while office.clock < end:
            office.clock += MINUTE
            office.follow_calendar()
            local = datetime.fromtimestamp(office.clock / 1000, office.catalogue.tz)
            if local.minute % 5 == 0:  # hours and breaks begin and end there
                day = office.queries.day_view(office.clock)
            if day.takes_numbers:
                minutes = 30 if local.hour == 7 else 60
                self.come(A_DAY[local.weekday()] * ARRIVALS.get(local.hour, 0) / 100 / minutes)
            self.finish_due()
            if day.state in ("open", "intake_closed"):
                self.call_free()

    def come(self, expected: float) -> None:
        chance = self.office.rng
        people = int(expected) + (chance.random() < expected % 1)
        services = chance.choices(list(MIX), weights=list(MIX.values()), k=people)
        wishes = [self.office.wish(service, priority=chance.random() < 0.1) for service in services]
        for wish in wishes:
            wish.actor = next(self.kiosks)
        self.office.journal.commit(wishes)
        for wish in wishes:
            if isinstance(wish.failure, OutOfStock):
                self.sold_out_at = self.sold_out_at or self.office.clock
            else:
                self.taken.append(wish.answer())

    def finish_due(self) -> None:
        finishes = []
        while self.busy and self.busy[0][0] <= self.office.clock:
            _, counter, ticket = heapq.heappop(self.busy)
            spoilt = ticket["service"].startswith("KTP") and self.office.rng.random() < 0.02
            waste = [{"item": "KTP", "quantity": 1, "reason": "pita"}] if spoilt else []
            done = {"outcome": "done", "spoilt": waste, "new_code": self.office.new_code}
            finishes.append(self.wish(calling.finish, counter, ticket_id=ticket["id"], **done))
        self.together(finishes)

    def call_free(self) -> None:
        free = sorted(self.on_duty - {counter for _, counter, _ in self.busy})
        called = self.together([self.wish(calling.call_next, counter, counter=counter) for counter in free])
        self.serve({counter: ticket for counter, ticket in zip(free, called, strict=True) if ticket})

    def serve(self, called: dict[int, dict[str, Any]]) -> None:
        self.together([self.wish(calling.start, counter, ticket_id=t["id"]) for counter, t in called.items()])
        for counter, ticket in called.items():
            length = round(self.office.rng.lognormvariate(1.9, 0.5) * MINUTE)
            heapq.heappush(self.busy, (self.office.clock + length, counter, ticket))

    def wish(self, verb: Callable[..., Any], at: int, **arguments: Any) -> Command[Any]:
        return self.office.command(verb, clerk=f"clerk-{at}", **arguments)

    def together(self, commands: list[Command[Any]]) -> list[Any]:
        """What happens in one moment is one commit, as at the counters themselves."""
        if commands:
            self.office.journal.commit(commands)
        return [command.answer() for command in commands]


@pytest.mark.faults  # days of every office and scenario are run in tests/test_simulation.py
@pytest.mark.timeout(400)
def test_a_week_at_kota_serang(office: TheOffice) -> None:
    office.found("2026-11-23 07.00", KTP=500)
    week = Week(office)

    # Monday: 500 blanks, 25 of them kept back, and everybody who comes is promised one.
    office.at("2026-11-23 07.30")
    week.open_counters()
    week.run("2026-11-23 10.20")
    assert week.taken[0]["number"][2:] == "001"
    assert week.sold_out_at is None

    # 10.20: the power fails while counters hold calls. Nothing that was answered is lost.
    held = {counter: ticket["id"] for _, counter, ticket in week.busy}
    assert held
    office.power_cut()
    counters = office.queries.snapshot(office.clock).counters
    assert {number: state.ticket_id for number, state in counters.items() if state.ticket_id} == held
    office.verify()

    # A clerk leaves in mid-service; the supervisor releases the counter and the ticket is the next one called there.
    _, counter, ticket = week.busy.pop()
    office.do(calling.close_counter, counter=counter, clerk="supervisor", by_supervisor=True)
    assert office.state(ticket) == "waiting"
    office.open(counter)
    called = office.call(counter)
    assert called
    assert called["number"] == ticket["number"]
    week.serve({counter: called})

    # 14.55: two full buses, and most clerks are called away. At the close some still
    # wait, and go home with a dated voucher and their blank.
    week.run("2026-11-23 14.55")
    week.come(60)
    week.on_duty = {3, 4}
    before_close = office.stock()
    week.run("2026-11-23 17.05")
    assert office.queries.day_view(office.clock).state == "closed"
    deferred = [ticket for ticket in week.taken if office.state(ticket) == "deferred"]
    assert deferred
    vouchers = [office.queries.ticket(t["id"], "id", office.clock).voucher for t in deferred]
    assert {v.date for v in vouchers if v} == {"2026-11-24"}
    assert office.stock().promised == sum(v.blanks for v in vouchers if v) <= before_close.promised
    office.verify()

    # Tuesday starts at 001; yesterday's vouchers are called before somebody who was there before them.
    office.at("2026-11-24 07.30")
    early = office.take("KTP-CETAK")
    assert early["number"] == "A-001"
    first = next(t for t, v in zip(deferred, vouchers, strict=True) if v and t["service"].startswith("KTP"))
    code = office.queries.ticket(first["id"], "id", office.clock).voucher
    assert code
    redeemed = office.take(first["service"], voucher=code.code)
    assert redeemed["number"] == "A-002"
    assert redeemed["ahead"] == 0
    week.open_counters()
    week.on_duty = set(office.catalogue.counters)
    counter = next(n for n, c in office.catalogue.counters.items() if "KTP-CETAK" in c.serves)
    called = office.call(counter)
    assert called
    assert called["number"] == "A-002"
    week.serve({counter: called})

    # Tuesday: sold out before noon, exactly what was available is promised, and the kiosk sends nobody away in vain.
    week.run("2026-11-24 12.00")
    assert week.sold_out_at is not None
    assert office.stock().available == 0
    refusal = office.refusal(issue_ticket, ticket_id=office.new_id(), token=office.new_id(), service="KTP-CETAK")
    assert isinstance(refusal, OutOfStock)
    assert refusal.details["item"] == "KTP"

    # 12.00: blanks arrive, and the next citizen is promised one.
    office.receive("KTP", 500)
    assert office.take("KTP-CETAK")["reserved"][0] == {"item": "KTP", "quantity": 1}
    week.run("2026-11-24 17.05")
    office.verify()

    # Wednesday's delivery carries the office to Friday. On Friday nobody is called between 11.30 and 13.00, but
    # numbers can be taken, and the expected wait skips the break.
    office.at("2026-11-25 07.30")
    office.receive("KTP", 1000)
    office.at("2026-11-27 07.30")
    week.open_counters()
    week.run("2026-11-27 11.45")
    assert office.queries.day_view(office.clock).state == "break"
    in_break = office.take("KTP-CETAK")
    view = office.queries.ticket(in_break["id"], "id", office.clock)
    assert view.wait_minutes is not None
    assert view.wait_minutes[0] >= 75
    week.run("2026-11-27 13.30")
    assert office.state(in_break) != "deferred"
    week.run("2026-11-27 17.35")
    assert office.queries.day_view(office.clock).state == "closed"
    office.verify()

    # Over the week no number was given twice and none is missing.
    numbers = [(office.queries.ticket(t["id"], "id", office.clock).day, t["number"]) for t in week.taken]
    assert len(set(numbers)) == len(numbers)
