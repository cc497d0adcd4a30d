"""Power is cut in the middle of a list: what was said to be in is in, and the same list goes on from there."""

import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from queue_server.domain.backlog import PRINT_READY
from queue_server.storage.rebuild import rebuild
from tests.the_backlog import TheBacklog, csv_of, made_up
from tests.the_office import SITE, TheOffice


@pytest.fixture
def office(database_url: str, rng: Random) -> TheOffice:
    office = TheOffice(database_url, rng)
    office.found("2026-11-23 07.00")
    office.at("2026-11-23 08.00")
    office.journal.close()
    return office


def kill_in_mid_import(office: TheOffice, file: Path, portions: int) -> int:
    """How far it had said to be when it was killed."""
    command = [sys.executable, "-m", "tests.faults.importer", office.database.url, str(office.clock), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [int(next(process.stdout)) for _ in range(portions)]
        process.kill()
        told += [int(line) for line in process.stdout if line.endswith("\n")]
    return told[-1]


def require_that_the_list_goes_on(office: TheOffice, file: Path, people: int, kills: int) -> None:
    lines = [str(made_up(office.rng, number)) for number in range(people)]
    lines[people // 3] = "?"
    file.write_bytes(csv_of(lines))
    line, reached = TheBacklog(office), 0
    for _ in range(kills):
        told = kill_in_mid_import(office, file, office.rng.randint(1, 3))
        (run,) = line.store.runs()
        assert run.position >= told > reached
        assert run.finished_at is None, "the list is too short for so many kills"
        assert run.entered == line.states()[PRINT_READY]
        office.verify()
        reached = told
    run = line.take_over(file.read_bytes())
    assert (run.entered, run.repeated, run.bad) == (people - 1, 0, 1)
    assert line.states() == {PRINT_READY: people - 1}
    office.power_cut()
    rebuild(office.database, SITE)
    office.verify()
    assert line.places(line.store.next_in_line(["first"], people)[-1:]) == [(people - 1, people - 1)]
    office.close()


def test_a_list_that_is_killed_twice_is_whole(office: TheOffice, tmp_path: Path) -> None:
    require_that_the_list_goes_on(office, tmp_path / "daftar.csv", people=9000, kills=2)


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_a_hundred_thousand_people_come_through_twelve_kills(office: TheOffice, tmp_path: Path) -> None:
    require_that_the_list_goes_on(office, tmp_path / "daftar.csv", people=100_000, kills=12)
