"""Queue, store and print backlog together, in whatever order: sums hold, and who is next is who is next."""

from __future__ import annotations

import contextlib
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queue_server.domain.backlog import KINDS, PRINT_READY, REGISTER_STATES, WITHDRAWN
from queue_server.domain.errors import Refusal
from queue_server.operations import backlog as verbs
from queue_server.storage.rebuild import rebuild
from tests.operations.test_any_sequence import AnyOffice
from tests.the_backlog import TheBacklog, csv_of, made_up
from tests.the_office import SITE, TheOffice

VERBS = (
    *("enter", "enter", "take_over", "release_cards", "release_cards", "print_day", "collect", "invite"),
    *("move", "withdraw", "erase", "take", "call", "start", "finish", "receive", "count", "waste", "night"),
)
steps = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 999)), min_size=8, max_size=50)


class AnyBacklog(AnyOffice):
    def __init__(self, office: TheOffice) -> None:
        super().__init__(office)
        self.line, self.records, self.people = TheBacklog(office), ["0" * 32], 0

    def record(self, n: int) -> str:
        return self.records[n % len(self.records)]

    def do(self, operation: Any, n: int, **arguments: Any) -> None:
        record = self.record(n)
        self.office.do(operation, ids=[record], records=[record], **arguments)

    def enter(self, n: int) -> None:
        self.people += n % 3 > 0  # now and then somebody who is there already
        since = f"2026-{n % 9 + 1:02d}-01"
        self.records.append(self.line.enter(self.people, kind=KINDS[n % len(KINDS)], since=since))

    def take_over(self, n: int) -> None:
        since = f"2026-{n % 9 + 1:02d}-01"
        self.line.take_over(csv_of(made_up(self.office.rng, k, since=since) for k in range(self.people, n % 40)))

    def release_cards(self, n: int) -> None:
        order = self.line.desk.order
        first = self.line.store.next_in_line(order, n % 8 + 1)
        given = self.line.desk.release(n % 8 + 1, "sari")["released"]
        assert [self.line.view(record).state == "RELEASED" for record in first] == [
            place < given for place in range(len(first))
        ]

    def print_day(self, n: int) -> None:
        self.line.desk.print_day(f"2026-{11 + n % 2}-28", "sari")

    def collect(self, n: int) -> None:
        self.do(verbs.collect, n)

    def invite(self, n: int) -> None:
        self.do(verbs.invite, n)

    def erase(self, n: int) -> None:
        self.do(verbs.erase, n)

    def move(self, n: int) -> None:
        record, state = self.record(n), REGISTER_STATES[n % len(REGISTER_STATES)]
        self.office.do(verbs.move, record_id=record, state=state, reason="x", records=[record])

    def withdraw(self, n: int) -> None:
        record = self.record(n)
        self.office.do(verbs.move, record_id=record, state=WITHDRAWN, reason="x", records=[record])


def after(database_url: str, sequence: list[tuple[str, int]]) -> TheBacklog:
    office = TheOffice(database_url, random.Random(0))
    office.found("2026-11-23 07.00", KTP=12, HVS=20)
    office.at("2026-11-23 08.00")
    anything = AnyBacklog(office)
    for verb, n in sequence:
        with contextlib.suppress(Refusal):
            anything.one(verb, n)
    return anything.line


def require_true_line(line: TheBacklog) -> None:
    line.office.verify()
    assert line.office.journal.differences() == []
    order = line.desk.order
    waiting = line.store.next_in_line(order, 1000)
    assert line.places(waiting) == [(place, len(waiting)) for place in range(1, len(waiting) + 1)]
    assert len(waiting) == line.states().get(PRINT_READY, 0)


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sequence=steps)
def test_any_sequence_leaves_a_line_that_verifies(tmp_path_factory: pytest.TempPathFactory, sequence: Any) -> None:
    line = after(f"sqlite:///{tmp_path_factory.mktemp('any') / 'antrean.db'}", sequence)
    require_true_line(line)
    line.office.close()


def test_a_long_random_year_of_cards_verifies_on_both_databases(database_url: str, rng: random.Random) -> None:
    line = after(database_url, [(rng.choice(VERBS), rng.randrange(1000)) for _ in range(250)])
    require_true_line(line)
    before = line.states()
    line.office.power_cut()
    rebuild(line.office.database, SITE)
    assert line.states() == before
    require_true_line(line)
    line.office.close()
