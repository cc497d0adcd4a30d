"""One writer for all who wait: bounded, answered after the commit, and never silently dead."""

import itertools
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.domain.errors import Busy, OutOfStock
from queue_server.domain.office import Office
from queue_server.operations import calling
from queue_server.operations import office as office_operations
from queue_server.storage import schema, writer
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal
from queue_server.storage.writer import WRITER_DIED, Writer
from tests.the_office import SITE, TheOffice


@pytest.fixture
def running(office: TheOffice) -> Iterator[Writer]:
    running = Writer(office.journal)
    running.start()
    yield running
    running.stop()


def outcome(running: Writer, wish: Command[Any]) -> Any:
    """The number, or the type of the refusal."""
    try:
        return running.do(wish)["number"]
    except OutOfStock as refusal:
        return type(refusal)


def wait_for(entered: threading.Event, leave: threading.Event) -> str:
    entered.set()
    leave.wait(30)
    return "done"


def slow(office: Office, *, entered: threading.Event, leave: threading.Event) -> str:
    """An operation that keeps the writer at work until the test says so."""
    return wait_for(entered, leave)


def test_64_takers_get_each_a_number_of_their_own(office: TheOffice, running: Writer) -> None:
    wishes = [office.wish("IKD") for _ in range(320)]
    with ThreadPoolExecutor(64) as takers:
        numbers = list(takers.map(lambda wish: outcome(running, wish), wishes))
    assert sorted(numbers) == [f"G-{n:03d}" for n in range(1, 321)]
    office.verify()


def test_200_takers_for_50_blanks_are_promised_exactly_what_is_there(office: TheOffice, running: Writer) -> None:
    office.enter("KTP", "count", 53)  # three of them stay in reserve
    wishes = [office.wish("KTP-CETAK") for _ in range(200)]
    with ThreadPoolExecutor(64) as takers:
        told = list(takers.map(lambda wish: outcome(running, wish), wishes))
        again = list(takers.map(lambda wish: outcome(running, wish), wishes))
    assert told.count(OutOfStock) == 150
    assert sorted(number for number in told if number != OutOfStock) == [f"A-{n:03d}" for n in range(1, 51)]
    assert again == told
    office.verify()


def test_8_clerks_never_call_the_same_person(office: TheOffice) -> None:
    office.do(office_operations.apply_office, text=office.text, filename="demo.toml", demo=True)
    office.at("2026-11-24 08.00")  # from here on every counter serves everything
    office.journal.commit([office.wish("IKD") for _ in range(100)])
    counters = range(1, 9)
    for counter in counters:
        office.open(counter)
    running = Writer(office.journal)
    running.start()

    def work(counter: int) -> list[str]:
        clerk = f"clerk-{counter}"
        called = []
        while ticket := running.do(Command(calling.call_next, {"counter": counter, "clerk": clerk}, clerk)):
            called.append(ticket["number"])
            serve(running, ticket["id"], clerk, office.new_code)
        return called

    with ThreadPoolExecutor(8) as clerks:
        called = [number for numbers in clerks.map(work, counters) for number in numbers]
    running.stop()
    assert sorted(called) == [f"G-{n:03d}" for n in range(1, 101)]
    office.verify()


def serve(running: Writer, ticket_id: str, clerk: str, new_code: Any) -> None:
    ticket = {"ticket_id": ticket_id, "clerk": clerk}
    running.do(Command(calling.start, ticket, clerk))
    running.do(Command(calling.finish, {**ticket, "outcome": "done", "new_code": new_code}, clerk))


def test_two_servers_on_one_database_serve_64_takers(office: TheOffice, running: Writer) -> None:
    database = Database(office.database.url)
    other = Writer(Journal(database, SITE, lambda: office.clock))
    other.start()
    wishes = [office.wish("IKD") for _ in range(200)]
    with ThreadPoolExecutor(64) as takers:
        servers = itertools.cycle([running, other])
        numbers = list(takers.map(lambda wish, server: outcome(server, wish), wishes, servers))
    other.stop()
    database.close()
    assert sorted(numbers) == [f"G-{n:03d}" for n in range(1, 201)]
    office.verify()


def test_many_commands_share_one_commit(office: TheOffice, running: Writer) -> None:
    entered, leave = threading.Event(), threading.Event()
    with ThreadPoolExecutor(21) as takers:
        first = takers.submit(running.do, Command(slow, {"entered": entered, "leave": leave}, "test"))
        entered.wait(30)
        others = [takers.submit(running.do, office.wish("IKD")) for _ in range(20)]
        while len(running._queue) < 20:
            threading.Event().wait(0.001)
        office.clock += 1000
        leave.set()
        assert first.result() == "done"
        assert len({other.result()["number"] for other in others}) == 20
    with office.database.reading() as connection:
        issued = sa.select(schema.tickets.c.issued_at).distinct()
        assert len(connection.execute(issued).all()) == 1


def test_a_full_queue_says_so_at_once_and_serves_those_who_wait(
    office: TheOffice, running: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "LONGEST_QUEUE", 3)
    entered, leave = threading.Event(), threading.Event()
    with ThreadPoolExecutor(4) as takers:
        takers.submit(running.do, Command(slow, {"entered": entered, "leave": leave}, "test"))
        entered.wait(30)
        waiting = [takers.submit(running.do, office.wish("IKD")) for _ in range(3)]
        while len(running._queue) < 3:
            threading.Event().wait(0.001)
        with pytest.raises(Busy):
            running.do(office.wish("IKD"))
        leave.set()
        assert sorted(taker.result()["number"] for taker in waiting) == ["G-001", "G-002", "G-003"]


def test_a_writer_that_stops_finishes_what_it_accepted(office: TheOffice) -> None:
    stopping = Writer(office.journal)
    stopping.start()
    entered, leave = threading.Event(), threading.Event()
    with ThreadPoolExecutor(5) as takers:
        takers.submit(stopping.do, Command(slow, {"entered": entered, "leave": leave}, "test"))
        entered.wait(30)
        waiting = [takers.submit(stopping.do, office.wish("IKD")) for _ in range(3)]
        while len(stopping._queue) < 3:
            threading.Event().wait(0.001)
        end = takers.submit(stopping.stop)
        leave.set()
        end.result()
        assert sorted(taker.result()["number"] for taker in waiting) == ["G-001", "G-002", "G-003"]
    with pytest.raises(Busy):
        stopping.do(office.wish("IKD"))


def test_the_hub_hears_of_every_commit_that_said_something(office: TheOffice) -> None:
    heard: list[int] = []
    telling = Writer(office.journal, after_commit=heard.append)
    telling.start()
    telling.do(office.wish("IKD"))
    telling.do(Command(lambda office: None, {}, "test"))
    telling.do(office.wish("IKD"))
    telling.stop()
    assert heard == [office.journal.seq - 1, office.journal.seq]


def test_an_idle_writer_looks_after_its_memory(
    office: TheOffice, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    office.take("IKD")
    with office.database.writing() as connection:
        connection.execute(schema.tickets.update().values(priority=True))
    monkeypatch.setattr(writer, "IDLE_SECONDS", 0.1)
    found = threading.Event()
    monkeypatch.setattr(office.journal, "differences", notice(office.journal.differences, found))
    idle = Writer(office.journal)
    idle.start()
    while not found.wait(0.01):
        idle.do(Command(lambda office: None, {}, "calendar"))  # it asks every second, and mostly for nothing
    idle.stop()
    assert "memory was wrong" in caplog.text


def notice(differences: Any, found: threading.Event) -> Any:
    """The same function, and an event for when it has returned."""

    def noticed() -> list[str]:
        result: list[str] = differences()
        found.set()
        return result

    return noticed


DYING = """
import sys
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal
from queue_server.storage.writer import Writer

def dying(seq):
    raise MemoryError

def ask(office):
    from queue_server.domain import events
    from queue_server.domain.fold import record
    record(office, events.HelpAsked("kiosk-1"))

writer = Writer(Journal(Database(sys.argv[1]), "HQ", lambda: 1_795_000_000_000), after_commit=dying)
writer.start()
print(writer.do(Command(ask, {}, "test")))
print(writer.do(Command(ask, {}, "test")))
"""


def test_if_the_writer_dies_the_process_ends(office: TheOffice) -> None:
    process = subprocess.run(
        [sys.executable, "-c", DYING, office.database.url], capture_output=True, text=True, timeout=60, check=False
    )
    assert process.returncode == WRITER_DIED
    assert process.stdout in ("", "None\n")
    assert "MemoryError" in process.stderr


GREENLETS = """
from gevent import monkey
monkey.patch_all()
import os
os.environ["PSYCOPG_WAIT_FUNC"] = "wait_c"
import sys, gevent, gevent.pool, threading
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal
from queue_server.storage.writer import GATHER_SECONDS, Writer
from queue_server.operations import ticketing

def gather():
    with gevent.Timeout(GATHER_SECONDS, False):
        gevent.idle()

batches, threads = [], set()

class Watched(Journal):
    def commit(self, batch):
        batches.append(len(batch))
        threads.add(gevent.get_hub().thread_ident)
        super().commit(batch)

writer = Writer(
    Watched(Database(sys.argv[1]), "HQ", lambda: int(sys.argv[2])),
    gather=gather,
    offload=gevent.get_hub().threadpool.apply,
)
writer.start()

def take(n):
    wish = {"ticket_id": f"{n:032x}", "token": f"{n:032x}", "service": "IKD"}
    return writer.do(Command(ticketing.issue_ticket, wish, "kiosk-1", tickets=[wish["ticket_id"]]))["number"]

numbers = gevent.pool.Pool(64).map(take, range(320))
writer.stop()
assert sorted(numbers) == [f"G-{n:03d}" for n in range(1, 321)], numbers
assert max(batches) > 8, batches
assert gevent.get_hub().thread_ident not in threads, "a commit ran on the hub"
print("ok")
"""


def test_under_gevent_greenlets_share_commits_that_run_beside_the_hub(office: TheOffice) -> None:
    process = subprocess.run(
        [sys.executable, "-c", GREENLETS, office.database.url, str(office.clock)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (process.stdout, process.returncode) == ("ok\n", 0), process.stderr
    office.verify()
