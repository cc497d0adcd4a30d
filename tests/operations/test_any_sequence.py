"""Whatever an office does, in whatever order: the sums are zero, numbers are gapless, replay equals the tables."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queue_server.domain.closing import BECAME, PAPER_FROM, paper_queue
from queue_server.domain.errors import Refusal
from queue_server.operations import calling, holding, paper, stock, ticketing
from tests.the_office import TheOffice

SERVICES = ("KTP-CETAK", "KTP-HILANG", "KK-UBAH", "KIA-BARU", "IKD")
VERBS = (
    *("take", "take", "take", "call", "call", "start", "start", "finish", "finish", "next", "spoil", "no_show"),
    *("park", "move", "undo", "cancel", "recall", "pick", "open", "pause", "release", "receive", "count", "waste"),
    *("requeue", "reverse", "suspend", "resume", "wait", "night", "urgent", "redeem", "paper", "back", "another_day"),
)
steps = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 999)), min_size=10, max_size=60)


class AnyOffice:
    """Turns a list of (verb, number) into commands; refusals are fine, faults are not."""

    def __init__(self, office: TheOffice) -> None:
        self.office = office
        self.tickets: list[dict[str, Any]] = []
        for counter in (3, 4, 1):
            office.open(counter)

    def one(self, verb: str, n: int) -> None:
        with contextlib.suppress(Refusal):
            getattr(self, verb)(n)

    def any_ticket(self, n: int) -> dict[str, Any]:
        return self.tickets[n % len(self.tickets)] if self.tickets else {"id": f"{n:032x}", "token": ""}

    def held(self, n: int) -> tuple[dict[str, Any], int]:
        """A ticket that some counter holds, and that counter."""
        counter = (3, 4, 1)[n % 3]
        held = self.office.queries.snapshot(self.office.clock).counter_state(counter).ticket_id
        return {"id": held or f"{n:032x}"}, counter

    def take(self, n: int) -> None:
        service = SERVICES[n % len(SERVICES)]
        self.tickets.append(self.office.take(service, priority=n % 7 == 0))

    def redeem(self, n: int) -> None:
        view = self.office.queries.ticket(self.any_ticket(n)["id"], "id", self.office.clock)
        if view.voucher:
            self.tickets.append(self.office.take(view.service, voucher=view.voucher.code))

    def call(self, n: int) -> None:
        self.office.call((3, 4, 1)[n % 3])

    def pick(self, n: int) -> None:
        counter = (3, 4, 1)[n % 3]
        wish = {"ticket_id": self.any_ticket(n)["id"], "counter": counter, "clerk": f"clerk-{counter}"}
        self.office.do(calling.call_ticket, **wish, reason="x")

    def start(self, n: int) -> None:
        self.office.act(calling.start, *self.held(n))

    def finish(self, n: int) -> None:
        outcome = "incomplete" if n % 5 == 0 else "done"
        self.office.finish(*self.held(n), outcome=outcome)

    def next(self, n: int) -> None:
        self.office.finish(*self.held(n), next_service=SERVICES[n % len(SERVICES)])

    def spoil(self, n: int) -> None:
        self.office.finish(*self.held(n), spoilt=[{"item": "KTP", "quantity": n % 4, "reason": "x"}])

    def no_show(self, n: int) -> None:
        self.office.act(calling.no_show, *self.held(n))

    def requeue(self, n: int) -> None:
        ticket, counter = self.held(n) if n % 2 else (self.any_ticket(n), 3)
        self.office.act(calling.requeue, ticket, counter)

    def park(self, n: int) -> None:
        self.office.act(calling.park, *self.held(n))

    def recall(self, n: int) -> None:
        self.office.act(calling.recall, *self.held(n))

    def move(self, n: int) -> None:
        self.office.act(calling.move, *self.held(n), service=SERVICES[n % len(SERVICES)])

    def undo(self, n: int) -> None:
        state = self.office.queries.snapshot(self.office.clock).counter_state((3, 4, 1)[n % 3])
        if state.actions:
            self.office.act(calling.undo, {"id": state.actions[-1].ticket_id}, state.counter)

    def cancel(self, n: int) -> None:
        ticket = self.any_ticket(n)
        self.office.do(ticketing.cancel, ticket_id=ticket["id"], token=ticket["token"])

    def back(self, n: int) -> None:
        ticket = self.any_ticket(n)
        self.office.do(holding.step_back, ticket_id=ticket["id"], token=ticket["token"], places=n % 10 + 1)

    def another_day(self, n: int) -> None:
        ticket = self.any_ticket(n)
        mine = {"ticket_id": ticket["id"], "token": ticket["token"]}
        self.office.do(holding.another_day, **mine, new_code=self.office.new_code)

    def urgent(self, n: int) -> None:
        wish = {"ticket_id": self.any_ticket(n)["id"], "priority": n % 2 == 0, "urgent": n % 3 == 0}
        self.office.do(ticketing.set_priority, **wish, reason="x")

    def open(self, n: int) -> None:
        self.office.open((3, 4, 1)[n % 3])

    def pause(self, n: int) -> None:
        counter = (3, 4, 1)[n % 3]
        self.office.do(calling.pause_counter, counter=counter, clerk=f"clerk-{counter}")

    def release(self, n: int) -> None:
        self.office.do(calling.close_counter, counter=(3, 4, 1)[n % 3], clerk="boss", by_supervisor=True)

    def paper(self, n: int) -> None:
        """The next one to three numbers on paper of a group, handed out up to an hour ago; now and then yesterday's."""
        service, inside = SERVICES[n % len(SERVICES)], self.office.journal.office
        assert inside
        day = "2026-11-20" if n % 13 == 0 else self.office.queries.day_view(self.office.clock).day
        queue = paper_queue(self.office.catalogue.services[service].prefix)
        first = max(PAPER_FROM, inside.last_number(queue, day) + 1)
        said = {"day": day, "service": service, "first": first, "last": first + n % 3, "became": BECAME[n % 3]}
        since = None if n % 2 else self.office.clock - n % 60 * 60_000
        chance = {"new_id": self.office.new_id, "new_code": self.office.new_code}
        self.office.do(paper.enter_paper, **said, since=since, **chance, days=[day])

    def receive(self, n: int) -> None:
        self.office.receive(("KTP", "KIA", "HVS")[n % 3], n % 20 + 1)

    def count(self, n: int) -> None:
        self.office.enter(("KTP", "KIA", "HVS")[n % 3], "count", n % 15)

    def waste(self, n: int) -> None:
        self.office.enter("KTP", "spoil", n % 6 + 1)

    def reverse(self, n: int) -> None:
        movements = self.office.queries.movements("KTP")
        self.office.enter("KTP", "reverse", reverses=movements[n % len(movements)].seq)

    def suspend(self, n: int) -> None:
        self.office.do(stock.suspend, service=SERVICES[n % len(SERVICES)], reason="x")

    def resume(self, n: int) -> None:
        self.office.do(stock.resume, service=SERVICES[n % len(SERVICES)])

    def wait(self, n: int) -> None:
        self.office.wait(seconds=n)
        self.office.follow_calendar()

    def night(self, n: int) -> None:
        """To the close, and to the next morning."""
        self.office.wait(hours=24 if n % 2 else 12)
        self.office.follow_calendar()


def after(database_url: str, sequence: list[tuple[str, int]]) -> TheOffice:
    office = TheOffice(database_url, random.Random(0))
    office.found("2026-11-23 07.00", KTP=12, KIA=6, HVS=20)
    office.at("2026-11-23 08.00")
    anything = AnyOffice(office)
    for verb, n in sequence:
        anything.one(verb, n)
    return office


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sequence=steps)
def test_any_sequence_leaves_an_office_that_verifies(tmp_path_factory: pytest.TempPathFactory, sequence: Any) -> None:
    office = after(f"sqlite:///{tmp_path_factory.mktemp('any') / 'antrean.db'}", sequence)
    try:
        office.verify()
        assert office.journal.differences() == []
    finally:
        office.close()


def test_a_long_random_week_verifies_on_both_databases(database_url: str, rng: random.Random) -> None:
    sequence = [(rng.choice(VERBS), rng.randrange(1000)) for _ in range(400)]
    office = after(database_url, sequence)
    office.verify()
    assert office.journal.differences() == []
    office.close()


def test_a_refused_command_leaves_the_office_as_it_was(sqlite_url: str, rng: random.Random) -> None:
    office = after(sqlite_url, [("take", n) for n in range(30)])
    inside = office.journal.office
    assert inside
    before = {table: dict(rows) for table, rows in inside.rows.items()}
    refused = office.refusal(
        ticketing.issue_ticket, ticket_id=office.new_id(), token=office.new_id(), service="KTP-CETAK", cards=1
    )
    assert refused
    assert {table: dict(rows) for table, rows in inside.rows.items()} == before
    office.close()
