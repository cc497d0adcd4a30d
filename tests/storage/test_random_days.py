"""Days of chance: whatever is done in whatever order, the journal, memory and the tables agree."""

from collections.abc import Callable
from typing import Any

from queue_server.operations import calling, stock, ticketing
from queue_server.storage.journal import Command, Journal
from queue_server.storage.rebuild import rebuild
from tests.the_office import SITE, TheOffice

COUNTERS = (3, 4, 5)
SERVICES = ("KTP-CETAK", "KTP-RUSAK", "KTP-HILANG", "SUKET", "KK-BARU", "AMBIL")
STEPS = 150
BATCH = 6
Verb = Callable[..., Any]
OF_A_COUNTER: dict[Verb, int] = {calling.call_next: 12, calling.open_counter: 1, calling.close_counter: 1}
OF_A_TICKET: dict[Verb, int] = {
    calling.start: 8,
    calling.finish: 6,
    calling.no_show: 2,
    calling.recall: 2,
    calling.requeue: 1,
    calling.park: 1,
    calling.undo: 3,
    calling.move: 1,
    ticketing.cancel: 1,
}


class Chance:
    """Draws commands; the office refuses many of them, which is as it should be."""

    def __init__(self, office: TheOffice) -> None:
        self.office, self.rng, self.tickets = office, office.rng, ["0" * 32]

    def command(self) -> Command[Any]:
        draws = {self.take: 6, self.redeem: 2, self.call: 5, self.act: 14, self.store: 1}
        return self.rng.choices(list(draws), list(draws.values()))[0]()

    def verb(self, weights: dict[Verb, int]) -> Verb:
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def take(self) -> Command[Any]:
        cards = self.rng.choice([1, 1, 1, 3])
        wish = self.office.wish(self.rng.choice(SERVICES), priority=self.rng.random() < 0.2, cards=cards)
        self.tickets.append(wish.arguments["ticket_id"])
        return wish

    def redeem(self) -> Command[Any]:
        vouchers = list(self.office.journal.office.rows["vouchers"].values()) if self.office.journal.office else []
        if not vouchers:
            return self.take()
        voucher = self.rng.choice(vouchers)
        return self.office.wish(voucher.service, voucher=voucher.code, cards=voucher.cards)

    def call(self) -> Command[Any]:
        counter = self.rng.choice(COUNTERS)
        return self.office.command(self.verb(OF_A_COUNTER), counter=counter, clerk=f"clerk-{counter}")

    def act(self) -> Command[Any]:
        """Mostly what a clerk does to the ticket at the counter, now and then anything to anybody's."""
        counter = self.rng.choice(COUNTERS)
        memory = self.office.journal.office
        held = memory.rows["counters"][counter].ticket_id if memory and self.rng.random() < 0.9 else None
        verb = self.verb(OF_A_TICKET)
        details: dict[Verb, dict[str, Any]] = {
            calling.finish: {"outcome": self.rng.choice(["done", "incomplete"]), "new_code": self.office.new_code},
            calling.move: {"service": self.rng.choice(SERVICES)},
        }
        ticket_id = held or self.rng.choice(self.tickets[-20:])
        return self.office.command(verb, ticket_id=ticket_id, clerk=f"clerk-{counter}", **details.get(verb, {}))

    def store(self) -> Command[Any]:
        type_ = self.rng.choice(["receive", "receive", "receive", "spoil", "lose", "count"])
        return self.office.command(
            stock.move_stock,
            item=self.rng.choice(["KTP", "RIBBON", "FILM"]),
            type=type_,
            quantity=self.rng.randrange(40, 80) if type_ == "count" else self.rng.randrange(1, 12),
            reason="acak",
            new_code=self.office.new_code,
        )


def test_whatever_two_processes_do_replay_equals_the_tables_and_nothing_goes_below_zero(office: TheOffice) -> None:
    chance = Chance(office)
    journals = [office.journal, Journal(office.database, SITE, lambda: office.clock)]
    for morning in ("2026-11-24 08.00", "2026-11-25 08.00"):
        for counter in COUNTERS:
            office.open(counter)
        office.count("KTP", 60)
        for _ in range(STEPS):
            batch = [chance.command() for _ in range(chance.rng.randrange(1, BATCH))]
            chance.rng.choice(journals).commit(batch)
            for command in batch:
                assert command.failure is None or hasattr(command.failure, "code"), repr(command.failure)
            office.wait(seconds=chance.rng.randrange(60))
        assert [journal.differences() for journal in journals] == [[], []]
        office.verify()
        for counter in COUNTERS:
            office.do(calling.close_counter, counter=counter, clerk="supervisor", by_supervisor=True)
        office.at(morning)
    office.verify()
    rebuild(office.database, SITE)
    assert [journal.differences() for journal in journals] == [[], []]
    office.verify()
    journals[1].close()
