"""Whatever moves, in whatever order, between the tickets of a day: sums are zero, nothing is below zero, and what has
happened is never refused.
"""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queue_server.domain.stock import SOURCES
from queue_server.operations import stock
from queue_server.storage.rebuild import rebuild
from tests.operations.test_any_sequence import AnyOffice
from tests.the_office import SITE, TheOffice

COUNTERS = ("counter-3", "counter-4", "counter-1")
PLACES = ("store", *COUNTERS)
ITEMS = ("KTP", "KIA", "RIBBON")
# What has happened has happened, whatever the book says; a wish may be refused.
FACTS = ("come", "borrowed", "spoilt", "defective", "lost", "found", "counted", "arrived", "burnt", "handed_in")
WISHES = ("go", "lent", "sent", "corrected", "approved", "asked", "granted")
OF_A_DAY = ("take", "call", "start", "finish", "spoil", "undo", "next", "cancel", "redeem", "wait", "night")
steps = st.lists(st.tuples(st.sampled_from(FACTS + WISHES + OF_A_DAY), st.integers(0, 999)), min_size=20, max_size=70)


class AnyLedger(AnyOffice):
    """The same with everything that the store may enter; every number is drawn from `n`."""

    def one(self, verb: str, n: int) -> None:
        if verb in FACTS:
            getattr(self, verb)(n)
        else:
            super().one(verb, n)
        self.check()

    def check(self) -> None:
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for row in self.office.queries.balances():
            sums[row.item][0] += row.posted
            sums[row.item][1] += row.pending
            assert row.account in SOURCES or row.posted >= 0, row
            assert row.unpromised >= 0 or row.account != "store", row
        assert all(total == [0, 0] for total in sums.values()), sums

    def enter(self, type: str, n: int, **details: Any) -> None:
        self.office.enter(ITEMS[n % 3], type, n % 11 + 1, actor=f"person-{n % 3}", **details)

    # -- facts -------------------------------------------------------------------------------------------------------

    def come(self, n: int) -> None:
        requests = [row for row in self.office.ledger.requests() if row.item == ITEMS[n % 3]]
        request = requests[n % len(requests)].seq if requests and n % 2 else None
        self.enter("receive", n, party=("supplier", "province", "lent", "points")[n % 4], request=request)

    def borrowed(self, n: int) -> None:
        self.enter("borrow", n)

    def spoilt(self, n: int) -> None:
        self.enter("spoil", n, place=PLACES[n % 4])

    def defective(self, n: int) -> None:
        self.enter("defect", n, place=PLACES[n % 4])

    def lost(self, n: int) -> None:
        self.enter("lose", n, place=PLACES[n % 4])

    def found(self, n: int) -> None:
        self.enter("find", n, place=PLACES[n % 4])

    def counted(self, n: int) -> None:
        self.office.enter(ITEMS[n % 3], "count", n % 15, place=PLACES[n % 4], actor=f"person-{n % 3}")

    def arrived(self, n: int) -> None:
        """Part of it, all of it, more than was sent; or the rest of it never."""
        under_way = self.office.ledger.consignments()
        if not under_way:
            return
        sent = under_way[n % len(under_way)]
        quantity = n % (sent.open + 3)
        short = sent.open - quantity if n % 3 == 0 and quantity < sent.open else 0
        if quantity + short:
            self.office.enter(sent.item, "accept", quantity, consignment=sent.seq, short=short)

    def burnt(self, n: int) -> None:
        self.enter("destroy", n, party=("withdrawn", "spoiled", "defective")[n % 3], reference=f"BA-{n % 5}")

    def handed_in(self, n: int) -> None:
        self.office.do(stock.withdraw, item=("KTP", "KIA")[n % 2], quantity=n % 4 + 1, reason="rusak")

    # -- wishes ------------------------------------------------------------------------------------------------------

    def go(self, n: int) -> None:
        self.enter("return", n, party=("supplier", "province", "borrowed")[n % 3])

    def lent(self, n: int) -> None:
        self.enter("lend", n)

    def sent(self, n: int) -> None:
        self.enter("dispatch", n, place=PLACES[n % 4], party=("points", *PLACES)[n // 4 % 5], name="Kasemen")

    def corrected(self, n: int) -> None:
        movements = self.office.queries.movements(ITEMS[n % 3])
        self.office.enter(ITEMS[n % 3], "reverse", reverses=movements[n % len(movements)].seq)

    def approved(self, n: int) -> None:
        differences = self.office.ledger.count_differences()
        if differences:
            row = differences[n % len(differences)]
            self.office.do(stock.approve_count, count=row.seq, actor=f"person-{n % 3}")

    def asked(self, n: int) -> None:
        self.office.do(stock.ask_for_blanks, item=ITEMS[n % 3], quantity=n + 1, used=n)

    def granted(self, n: int) -> None:
        requests = self.office.ledger.requests()
        if requests:
            self.office.do(stock.grant_request, request=requests[n % len(requests)].seq, quantity=n)


def after(database_url: str, sequence: list[tuple[str, int]]) -> TheOffice:
    office = TheOffice(database_url, random.Random(0))
    office.found("2026-11-23 07.00", KTP=30, KIA=12, RIBBON=60)
    office.at("2026-11-23 08.00")
    anything = AnyLedger(office)
    for verb, n in sequence:
        anything.one(verb, n)
    return office


def check_all(office: TheOffice) -> None:
    office.verify()
    assert office.journal.differences() == []
    rebuild(office.database, SITE)
    office.verify()
    office.close()


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sequence=steps)
def test_any_movements_leave_a_ledger_that_adds_up(tmp_path_factory: pytest.TempPathFactory, sequence: Any) -> None:
    check_all(after(f"sqlite:///{tmp_path_factory.mktemp('any') / 'antrean.db'}", sequence))


def test_a_long_random_month_of_movements_adds_up_on_both_databases(database_url: str, rng: random.Random) -> None:
    verbs = FACTS + WISHES + OF_A_DAY
    check_all(after(database_url, [(rng.choice(verbs), rng.randrange(1000)) for _ in range(300)]))


def test_such_runs_reach_every_account(tmp_path: Path) -> None:
    rng = random.Random(7)
    verbs = FACTS + WISHES + OF_A_DAY
    sequence = [(rng.choice(verbs), rng.randrange(1000)) for _ in range(200)]
    office = after(f"sqlite:///{tmp_path / 'antrean.db'}", sequence)
    seen = {row.account for row in office.queries.balances()}
    office.close()
    assert seen >= {
        *("supplier", "province", "store", "counter-3", "transit", "promised", "citizen", "points", "spoiled"),
        *("defective", "withdrawn", "destroyed", "lent", "borrowed", "lost-and-found"),
    }
