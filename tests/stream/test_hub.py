"""The hub on a real office: whole boards, every call once and in order, whatever gets lost on the way."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import gevent
import pytest
import sqlalchemy as sa
from gevent.event import Event

from queue_server.domain.errors import Busy, NotFound
from queue_server.operations import calling
from queue_server.stream.hub import MERGE_SECONDS, POLL_SECONDS, Hub
from queue_server.stream.topics import Topic
from tests.the_office import TheOffice

PATIENCE_SECONDS = 30.0
HALL = Topic("lobby", "A")
COUNTERS = (3, 4)
State = dict[str, Any]


class Line:
    """Somebody's line to the hub, which can break and be put up again: what came, and the calls it was told."""

    def __init__(self, hall: Hall, name: str) -> None:
        self.hall, self.name = hall, name
        self.states: list[State] = []
        self.told: list[int] = []
        self.since: int | None = None

    def join(self, topic: Topic = HALL) -> State:
        state = self.hall.hub.join(self.name, topic, self.since)
        for call in state.get("calls", []):
            self.told.append(call["seq"])
        self.since = state["seq"]
        self.states.append(state)
        return state

    def hear(self, state: State) -> None:
        self.states.append(state)
        self.since = state["seq"]
        if "call" in state:
            self.told.append(state["call"]["seq"])

    def lose(self) -> None:
        self.hall.entered.pop(self.name, None)
        self.hall.hub.leave(self.name)


class Hall:
    """Where the hub's states go, as the sockets would carry them."""

    def __init__(self, office: TheOffice) -> None:
        self.entered: dict[str, set[Topic]] = {}
        self.lines: dict[str, Line] = {}
        self.moved = Event()
        self.hub = Hub(
            office.queries, self, lambda: office.clock, lambda call, rules: f"/{rules.numbers}/{call.number}"
        )

    def line(self, name: str) -> Line:
        return self.lines.setdefault(name, Line(self, name))

    def enter(self, watcher: str, topic: Topic) -> bool:
        self.entered.setdefault(watcher, set()).add(topic)
        return True

    def send(self, topic: Topic, state: State) -> None:
        for name, topics in self.entered.items():
            if topic in topics:
                self.lines[name].hear(state)
        self.moved.set()

    def until(self, happened: Callable[[], bool]) -> float:
        """Waits for it; how many seconds it took."""
        began = monotonic()
        while not happened():
            self.moved.clear()
            left = PATIENCE_SECONDS - (monotonic() - began)
            assert left > 0, "it did not happen"
            self.moved.wait(left)
        return monotonic() - began


@pytest.fixture
def office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    house = TheOffice(database_url, rng)
    house.found("2026-11-23 07.00", KTP=100)
    house.at("2026-11-23 08.00")
    for counter in COUNTERS:
        house.open(counter)
    yield house
    house.close()


@pytest.fixture
def hall(office: TheOffice) -> Iterator[Hall]:
    made = Hall(office)
    running = gevent.spawn(made.hub.run)
    yield made
    assert not running.ready(), f"the hub died: {running.exception}"
    running.kill()


def call(office: TheOffice, counter: int = COUNTERS[0]) -> int:
    """Takes a ticket, calls it and serves it: the call's number in the journal."""
    office.take("KTP-CETAK")
    ticket = office.call(counter)
    assert ticket
    seq = calls(office)[-1]
    office.act(calling.start, ticket, counter)
    office.finish(ticket, counter)
    return seq


def calls(office: TheOffice) -> list[int]:
    return [made.seq for made in office.queries.calls_since(HALL.of, 0, office.clock)]


def test_a_call_comes_with_the_whole_board(office: TheOffice, hall: Hall) -> None:
    line = hall.line("tv")
    line.join()
    seq = call(office)
    hall.hub.wake()
    hall.until(lambda: line.told == [seq])
    state = next(state for state in line.states if "call" in state)
    assert state["topic"] == "lobby:A"
    called = state["board"]["call"]
    assert state["call"] == {**called, "audio_url": f"/digits/{called['number']}"}
    assert state["call"]["words"] == "Nomor antrean A nol nol satu, silakan menuju loket tiga."
    assert {group["short"] for group in state["board"]["waiting"]} >= {"KTP-el"}


def test_three_calls_at_once_are_three_states_in_order(office: TheOffice, hall: Hall) -> None:
    line = hall.line("tv")
    line.join()
    made = [call(office, counter) for counter in (3, 4, 3)]
    hall.hub.wake()
    hall.until(lambda: len(line.told) == 3)
    assert line.told == made
    assert [state["seq"] for state in line.states if "call" in state] == made


def test_states_without_a_call_are_merged(office: TheOffice, hall: Hall) -> None:
    line = hall.line("tv")
    line.join()
    began = monotonic()
    for _ in range(30):
        office.take("KTP-CETAK")
        hall.hub.wake()
        gevent.sleep(0.01)
    hall.until(lambda: line.states[-1]["board"]["waiting"][0]["waiting"] == 30)
    took = monotonic() - began
    assert len(line.states) <= 2 + took / MERGE_SECONDS


def test_a_lost_wakeup_costs_a_second_and_never_a_call(office: TheOffice, hall: Hall) -> None:
    line = hall.line("tv")
    line.join()
    seq = call(office)
    took = hall.until(lambda: line.told == [seq])
    assert took < POLL_SECONDS + 1


def test_a_display_that_was_away_shows_the_same_board_as_one_that_was_not(office: TheOffice, hall: Hall) -> None:
    stayed, away = hall.line("stayed"), hall.line("away")
    stayed.join()
    away.join()
    first = call(office)
    hall.hub.wake()
    hall.until(lambda: stayed.told == away.told == [first])
    away.lose()
    missed = [call(office), call(office)]
    office.take("KTP-CETAK")
    hall.hub.wake()
    hall.until(lambda: stayed.states[-1]["board"]["waiting"][0]["waiting"] == 1)
    back = away.join()
    assert back["board"] == stayed.states[-1]["board"]
    assert away.told == stayed.told == [first, *missed]


def test_a_call_older_than_twenty_seconds_is_shown_but_no_longer_announced(office: TheOffice, hall: Hall) -> None:
    line = hall.line("tv")
    line.join()
    line.lose()
    call(office)
    office.wait(seconds=15)
    young = call(office)
    office.wait(seconds=6)
    board = line.join()["board"]
    assert line.told == [young]
    assert [board["call"]["number"], *(earlier["number"] for earlier in board["earlier"])] == ["A-002", "A-001"]


def test_a_screen_that_is_just_opened_announces_nothing(office: TheOffice, hall: Hall) -> None:
    call(office)
    assert "calls" not in hall.line("tv").join()


def test_a_recall_is_a_call_of_its_own(office: TheOffice, hall: Hall) -> None:
    line = hall.line("tv")
    line.join()
    office.take("KTP-CETAK")
    ticket = office.call(3)
    assert ticket
    office.act(calling.recall, ticket, 3)
    hall.hub.wake()
    hall.until(lambda: len(line.told) == 2)
    again = line.states[-1] if "call" in line.states[-1] else line.states[-2]
    assert again["call"]["times"] == 2
    assert again["board"]["earlier"] == []


def test_a_hall_that_is_not_there_is_refused_and_the_others_go_on(office: TheOffice, hall: Hall) -> None:
    with pytest.raises(NotFound):
        hall.line("lost").join(Topic("lobby", "X"))
    with pytest.raises(NotFound):
        hall.line("lost").join(Topic("counter", "99"))
    line = hall.line("tv")
    line.join()
    seq = call(office)
    hall.hub.wake()
    hall.until(lambda: line.told == [seq])


def test_every_counter_and_the_office_see_a_ticket_taken(office: TheOffice, hall: Hall) -> None:
    counter, whole = hall.line("counter"), hall.line("office")
    assert counter.join(Topic("counter", "3"))["board"]["counter"] == 3
    assert set(whole.join(Topic("office"))["board"]) == {
        *("day", "level", "called_back", "groups", "services", "stock")
    }
    office.take("KTP-CETAK")
    hall.hub.wake()
    hall.until(lambda: counter.states[-1]["board"]["waiting_total"] == 1)
    hall.until(lambda: whole.states[-1]["board"]["groups"][0]["waiting"] == 1)


def test_every_call_is_told_once_and_in_order_whatever_breaks(
    office: TheOffice, hall: Hall, rng: random.Random
) -> None:
    """Lines break and come back, lose what was under way, wake-ups get lost: told is what was called."""
    lines = [hall.line(f"tv-{n}") for n in range(3)]
    for line in lines:
        line.join()
    for _ in range(25):
        broken = rng.sample(lines, rng.randrange(len(lines)))
        for line in broken:
            line.lose()
            lose_on_the_way(line, rng.randrange(3))
        for _ in range(rng.randrange(3)):
            call(office, rng.choice(COUNTERS))
        if rng.random() < 0.7:
            hall.hub.wake()
        if rng.random() < 0.5:
            gevent.sleep(rng.random() / 50)
        for line in broken:
            line.join()
    hall.hub.wake()
    made = calls(office)
    hall.until(lambda: all(line.since is not None and line.since >= made[-1] for line in lines))
    assert [line.told for line in lines] == [made] * len(lines)


def lose_on_the_way(line: Line, states: int) -> None:
    """The last states never arrived: the server had sent them when the line broke."""
    for lost in [line.states.pop() for _ in range(min(states, len(line.states) - 1))]:
        given = [*lost.get("calls", []), *([lost["call"]] if "call" in lost else [])]
        line.told = [seq for seq in line.told if seq not in {call["seq"] for call in given}]
    line.since = line.states[-1]["seq"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite is a file: it does not go away
def test_while_the_database_is_away_nothing_is_sent_and_afterwards_everything(
    office: TheOffice, hall: Hall, request: pytest.FixtureRequest
) -> None:
    line = hall.line("tv")
    line.join()
    seq = call(office)
    with unreachable(office, request.getfixturevalue("postgres_server")):
        hall.hub.wake()
        with pytest.raises(Busy):
            hall.line("late").join()
    hall.until(lambda: line.told == [seq])


@contextmanager
def unreachable(office: TheOffice, server_url: str) -> Iterator[None]:
    """The office's database refuses everybody, as a server does that is being restarted."""
    name = sa.make_url(office.database.url).database
    server = sa.create_engine(server_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        everybody = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
        connection.execute(everybody, {"name": name})
        yield
        connection.execute(sa.text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    server.dispose()
