"""What an office may rely on, with many people at once, on both databases."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import pytest

from queue_server.domain import events
from queue_server.domain.errors import OutOfStock, Refusal
from queue_server.domain.fold import record
from queue_server.domain.office import Office
from queue_server.operations import calling, stock
from queue_server.storage.answers import Once
from queue_server.storage.journal import Command, Journal
from queue_server.storage.writer import Writer
from tests.the_office import SITE, TheOffice


@pytest.fixture
def office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    house = TheOffice(database_url, rng)
    house.found("2026-11-23 07.00", KTP=1000)
    house.at("2026-11-23 08.00")
    yield house
    house.close()


@contextmanager
def a_writer(office: TheOffice) -> Iterator[Writer]:
    """The writer of a server, and afterwards the office as the next command finds it."""
    writer = Writer(Journal(office.database, SITE, lambda: office.clock))
    writer.start()
    yield writer
    writer.stop()
    office.verify()


def all_at_once(wishes: list[Callable[[], Any]], hands: int) -> list[Any]:
    """Every wish by one of so many hands that begin together; a refusal is an answer."""
    start = Barrier(hands)

    def work(mine: list[Callable[[], Any]]) -> list[Any]:
        start.wait()
        return [answer(wish) for wish in mine]

    with ThreadPoolExecutor(hands) as pool:
        shares = pool.map(work, [wishes[n::hands] for n in range(hands)])
    return [one for share in shares for one in share]


def answer(wish: Callable[[], Any]) -> Any:
    try:
        return wish()
    except Refusal as refusal:
        return refusal


def wish(writer: Writer, command: Command[Any]) -> Callable[[], Any]:
    return lambda: writer.do(command)


def test_64_takers_get_512_numbers_without_a_duplicate_or_a_gap(office: TheOffice) -> None:
    with a_writer(office) as writer:
        answers = all_at_once([wish(writer, office.wish("KTP-CETAK")) for _ in range(512)], 64)
    assert sorted(ticket["number"] for ticket in answers) == [f"A-{n:03d}" for n in range(1, 513)]
    assert office.stock().promised == 512


def test_8_clerks_never_call_one_ticket_twice(office: TheOffice) -> None:
    for prefix in range(8):
        office.open(list(office.catalogue.counters)[prefix])
    counters = [n for n in list(office.catalogue.counters)[:8] if "KTP-CETAK" in office.catalogue.counters[n].serves]
    office.journal.commit([office.wish("KTP-CETAK") for _ in range(160)])

    def serve(writer: Writer, counter: int) -> list[str]:
        mine, clerk = [], f"clerk-{counter}"
        while ticket := writer.do(office.command(calling.call_next, counter=counter, clerk=clerk)):
            mine.append(ticket["number"])
            held = {"ticket_id": ticket["id"], "clerk": clerk}
            writer.do(office.command(calling.start, **held))
            writer.do(office.command(calling.finish, **held, outcome="done", new_code=office.new_code))
        return mine

    with a_writer(office) as writer, ThreadPoolExecutor(len(counters)) as pool:
        called = [number for mine in pool.map(lambda counter: serve(writer, counter), counters) for number in mine]
    assert Counter(called) == Counter(f"A-{n:03d}" for n in range(1, 161))
    assert office.stock().used == 160


def test_8_clerks_who_press_at_one_moment_for_one_person_get_one_call(office: TheOffice) -> None:
    counters = [n for n, c in office.catalogue.counters.items() if "KTP-CETAK" in c.serves]
    for counter in counters:
        office.open(counter)
    with a_writer(office) as writer:
        for _ in range(10):
            ticket = writer.do(office.wish("KTP-CETAK"))
            presses = [wish(writer, office.command(calling.call_next, counter=n, clerk=f"clerk-{n}")) for n in counters]
            got = [answer for answer in all_at_once(presses, len(presses)) if isinstance(answer, dict)]
            assert [one["number"] for one in got] == [ticket["number"]]
            held = {"ticket_id": got[0]["id"], "clerk": f"clerk-{got[0]['counter']}"}
            writer.do(office.command(calling.start, **held))
            writer.do(office.command(calling.finish, **held, outcome="referred", new_code=office.new_code))


def test_200_takers_for_50_blanks_promise_exactly_what_is_available(office: TheOffice) -> None:
    office.enter("KTP", "count", 50)
    available = office.stock().available
    with a_writer(office) as writer:
        answers = all_at_once([wish(writer, office.wish("KTP-CETAK")) for _ in range(200)], 50)
    refused = [answer for answer in answers if isinstance(answer, OutOfStock)]
    assert available == 47
    assert len(answers) - len(refused) == available
    assert {refusal.details["item"] for refusal in refused} == {"KTP"}
    assert (office.stock().promised, office.stock().available) == (available, 0)


def test_one_command_that_raises_fails_alone_in_its_batch(office: TheOffice) -> None:
    def broken(inside: Office) -> None:
        record(inside, events.BlanksReserved("nobody", {"KTP": 1}))
        raise ZeroDivisionError

    batch = [office.wish("KTP-CETAK") for _ in range(5)]
    batch.insert(2, Command(broken, {}, "test"))
    office.journal.commit(batch)
    assert [type(command.failure) for command in batch if command.failure] == [ZeroDivisionError]
    assert [c.answer()["number"] for c in batch if not c.failure] == [f"A-{n:03d}" for n in range(1, 6)]
    assert office.stock().promised == 5
    office.verify()


def test_one_command_that_the_database_refuses_fails_alone(office: TheOffice) -> None:
    def beyond(inside: Office) -> None:  # an operation with a fault of its own: the CHECK is the last line
        record(inside, events.StockMoved("spoil", "KTP", 5000, "store", "spoiled"))

    batch = [office.wish("KTP-CETAK"), Command(beyond, {}, "test"), office.wish("KTP-CETAK")]
    office.journal.commit(batch)
    assert isinstance(batch[1].failure, OutOfStock)
    assert [batch[0].answer()["number"], batch[2].answer()["number"]] == ["A-001", "A-002"]
    office.verify()


def test_a_lost_reply_never_calls_two_people(office: TheOffice) -> None:
    for _ in range(2):
        office.take("KTP-CETAK")
    clerk = office.open(3)
    once = Once(clerk, "0" * 32, "call-next 3")
    press = Command(calling.call_next, {"counter": 3, "clerk": clerk}, clerk, once=once)
    again = Command(calling.call_next, {"counter": 3, "clerk": clerk}, clerk, once=once)
    assert office.journal.do(press) == office.journal.do(again)
    office.power_cut()
    third = Command(calling.call_next, {"counter": 3, "clerk": clerk}, clerk, once=once)
    assert office.journal.do(third)["number"] == "A-001"  # type: ignore[index]
    assert office.queries.snapshot(office.clock).waiting["KTP-CETAK"].count == 1
    office.verify()


def test_stock_entered_beside_a_busy_server_is_seen_at_once_and_by_both(office: TheOffice) -> None:
    office.enter("KTP", "count", 10)
    beside = Journal(office.database, SITE, lambda: office.clock)  # as `antrean stock receive` does
    with a_writer(office) as writer:
        takers = [wish(writer, office.wish("KTP-CETAK")) for _ in range(100)]
        before = all_at_once(takers[:50], 8)
        for _ in range(4):
            delivery: dict[str, Any] = {"item": "KTP", "type": "receive", "quantity": 10, "new_code": office.new_code}
            beside.do(office.command(stock.move_stock, **delivery, actor="cli"))
        after = all_at_once(takers[50:], 8)
    beside.close()
    given = [ticket["number"] for ticket in [*before, *after] if isinstance(ticket, dict)]
    assert sorted(given) == [f"A-{n:03d}" for n in range(1, 48)]
    assert office.stock().on_hand == 50


def test_two_servers_on_one_database_share_one_line_of_numbers(office: TheOffice) -> None:
    other = Writer(Journal(office.database, SITE, lambda: office.clock))
    other.start()
    with a_writer(office) as writer:
        wishes = [wish(one, office.wish("KTP-CETAK")) for _ in range(60) for one in (writer, other)]
        answers = all_at_once(wishes, 16)
        other.stop()
    assert sorted(ticket["number"] for ticket in answers) == [f"A-{n:03d}" for n in range(1, 121)]
