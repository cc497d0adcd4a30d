"""The whole server is killed in mid-work: what was answered is there, and who got no answer asks again."""

from __future__ import annotations

import http.client
import json
import random
from pathlib import Path
from threading import Event, Lock, Thread

import pytest

from tests.office_server import OfficeServer

TAKERS = 16
ANSWERED_A_ROUND = 200


class Takers:
    """Kiosks that ask without a pause until the server is gone."""

    def __init__(self, office: OfficeServer, rng: random.Random) -> None:
        self.office, self.rng = office, rng
        self.lock, self.enough = Lock(), Event()
        self.answered: dict[str, str] = {}  # ticket id -> number
        self.in_flight: set[str] = set()
        self.threads = [Thread(target=self.ask_until_the_end, daemon=True) for _ in range(TAKERS)]
        for thread in self.threads:
            thread.start()

    def ask_until_the_end(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.office.port, timeout=20)
        headers = {"Content-Type": "application/json", **self.office.bearer("kiosk")}
        while True:
            with self.lock:
                ticket_id = f"{self.rng.getrandbits(128):032x}"
                self.in_flight.add(ticket_id)
            try:
                wish = json.dumps({"ticket_id": ticket_id, "service": "KTP-CETAK"})
                connection.request("POST", "/api/v1/tickets", wish, headers)
                answer = connection.getresponse()
                ticket = json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError):
                return  # no answer: this id stays in flight
            with self.lock:
                self.in_flight.discard(ticket_id)
                self.answered[ticket_id] = ticket["number"]
                if len(self.answered) >= ANSWERED_A_ROUND:
                    self.enough.set()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()


def kill_and_ask_again(tmp_path: Path, database_url: str, rng: random.Random, rounds: int) -> None:
    office = OfficeServer(tmp_path / "office", database_url if database_url.startswith("postgresql") else "")
    office.antrean("stock", "receive", "KTP", "100000")
    numbers: dict[str, str] = {}
    unanswered: set[str] = set()
    for _ in range(rounds):
        office.start()
        takers = Takers(office, rng)
        assert takers.enough.wait(120)
        office.kill()
        takers.join()
        assert takers.in_flight  # somebody was left without an answer
        numbers |= takers.answered
        unanswered |= takers.in_flight
    office.start()
    for ticket_id, number in [*rng.sample(sorted(numbers.items()), 100), *dict.fromkeys(unanswered, "").items()]:
        wish = {"ticket_id": ticket_id, "service": "KTP-CETAK"}
        status, again = office.ask("POST", "/api/v1/tickets", wish, office.bearer("kiosk"))
        assert (status, again["number"]) == (200, number) if number else status in (200, 201)
        numbers[ticket_id] = again["number"]
    assert len(set(numbers.values())) == len(numbers)
    assert "no fault" in office.antrean("verify")
    office.stop()


@pytest.mark.timeout(300)
def test_a_power_cut_loses_no_answered_ticket(tmp_path: Path, rng: random.Random) -> None:
    kill_and_ask_again(tmp_path, "", rng, rounds=1)  # without a URL on SQLite


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_twenty_power_cuts_lose_no_answered_ticket(tmp_path: Path, database_url: str, rng: random.Random) -> None:
    kill_and_ask_again(tmp_path, database_url, rng, rounds=20)
