"""Power is cut in mid-sentence: whoever was told a number has it, and the books are whole."""

import subprocess
import sys
from random import Random

import pytest
import sqlalchemy as sa

from queue_server.storage import schema
from tests.the_office import TheOffice

ACKNOWLEDGED = 200


@pytest.fixture
def office(database_url: str, rng: Random) -> TheOffice:
    office = TheOffice(database_url, rng)
    office.found("2026-11-23 07.00", KTP=1_000_000, RIBBON=1_000_000, FILM=1_000_000)
    office.at("2026-11-23 08.00")
    office.journal.close()
    return office


def kill_in_mid_sentence(office: TheOffice, seed: int) -> list[str]:
    """The ids of the tickets that were acknowledged before the kill; 64 takers never stop asking."""
    command = [sys.executable, "-m", "tests.faults.taker", office.database.url, str(office.clock), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [next(process.stdout) for _ in range(ACKNOWLEDGED + office.rng.randrange(100))]
        process.kill()
        told += [line for line in process.stdout if line.endswith("\n")]
    return [line.strip() for line in told]


def require_that_nobody_was_lost(office: TheOffice, rounds: int) -> None:
    told: list[str] = []
    for _ in range(rounds):
        told += kill_in_mid_sentence(office, office.rng.getrandbits(64))
        with office.database.reading() as connection:
            kept = set(connection.scalars(sa.select(schema.tickets.c.ticket_id)))
        assert kept.issuperset(told)
        office.verify()
    assert len(told) >= rounds * ACKNOWLEDGED
    assert office.take("KTP-CETAK")["number"] == f"A-{len(kept) + 1:03d}"
    office.verify()
    office.close()


def test_two_kills_lose_nobody(office: TheOffice) -> None:
    require_that_nobody_was_lost(office, rounds=2)


@pytest.mark.faults
@pytest.mark.timeout(600)
def test_twenty_kills_lose_nobody(office: TheOffice) -> None:
    require_that_nobody_was_lost(office, rounds=20)
