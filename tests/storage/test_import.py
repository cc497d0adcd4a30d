"""A list of people is taken over once, whole, and from where it was broken off."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from queue_server.domain.backlog import DUPLICATE, PRINT_READY, SENT
from queue_server.domain.errors import Busy, Invalid
from queue_server.operations import backlog as verbs
from queue_server.storage.journal import Command
from queue_server.storage.rebuild import rebuild
from tests.the_backlog import HEADING, TheBacklog, csv_of, made_up, made_up_nik
from tests.the_office import SITE, TheOffice


@pytest.fixture
def line(office: TheOffice) -> TheBacklog:
    return TheBacklog(office)


class PowerCut(Exception):
    """The process is gone."""


def cut_after(line: TheBacklog, commands: int) -> None:
    """The office's power fails after so many commands of the import."""
    do, left = line.desk.do, [commands]

    def failing(operation: Callable[..., Any], **arguments: Any) -> Any:
        if not left[0]:
            raise PowerCut
        left[0] -= 1
        return do(operation, **arguments)

    line.desk.do = failing


def test_good_lines_go_in_and_bad_ones_are_told(line: TheBacklog) -> None:
    lines = [str(made_up(line.office.rng, n)) for n in range(1200)]
    lines[17] = lines[17].replace("2026-03-02", "besok")
    lines[900] = lines[900].replace("Kasemen", "=1+1")
    run = line.take_over(csv_of(lines))
    assert (run.lines, run.position, run.entered, run.repeated, run.bad) == (1201, 1201, 1198, 0, 2)
    assert run.finished_at is not None
    assert line.store.faults(run.run_id) == [(19, "since"), (902, "formula")]
    assert line.states() == {PRINT_READY: 1198}


def test_the_same_list_again_adds_nothing_and_says_that_all_of_it_was_known(line: TheBacklog) -> None:
    line.take_over(csv_of(made_up(line.office.rng, n, state="SENT_FOR_ENROLLMENT") for n in range(3)))
    lines = [str(made_up(line.office.rng, n)) for n in (*range(30), 7)]
    content = csv_of([*lines, lines[9].replace("2026-03-02", "kemarin")])
    first = line.take_over(content)
    assert (first.entered, first.moved, first.repeated, first.bad) == (27, 3, 1, 1)
    head = line.office.queries.head()
    again = line.take_over(content)
    assert (again.entered, again.moved, again.repeated, again.bad) == (0, 0, 31, 1)
    assert line.office.queries.head() == head
    assert line.store.run(first.run_id) == first  # the list of imports goes on to say what it brought


def test_another_list_with_the_same_people_adds_nobody(line: TheBacklog) -> None:
    lines = [made_up(line.office.rng, n) for n in range(30)]
    line.take_over(csv_of(lines))
    again = line.take_over(csv_of([*reversed(lines), made_up(line.office.rng, 99)]).replace(b",", b";"))
    assert (again.entered, again.repeated, again.bad) == (1, 30, 0)
    assert line.states() == {PRINT_READY: 31}


def test_somebody_who_stands_twice_in_a_list_is_entered_once(line: TheBacklog) -> None:
    same = made_up(line.office.rng, 1)
    far = [made_up(line.office.rng, n) for n in range(2, 700)]
    run = line.take_over(csv_of([same, same, *far, same]))
    assert (run.entered, run.repeated) == (699, 2)


def test_a_newer_list_moves_records_on_that_still_wait(line: TheBacklog) -> None:
    line.take_over(csv_of([made_up(line.office.rng, 1, state="SFE"), made_up(line.office.rng, 2)]))
    assert line.states() == {SENT: 1, PRINT_READY: 1}
    run = line.take_over(csv_of([made_up(line.office.rng, 1), made_up(line.office.rng, 2, state="DUPLICATE_RECORD")]))
    assert (run.entered, run.moved, run.repeated) == (0, 2, 0)
    assert line.states() == {DUPLICATE: 1, PRINT_READY: 1}


def test_a_list_takes_nobodys_blank_away(line: TheBacklog) -> None:
    line.enter(1)
    line.desk.release(1, "sari")
    run = line.take_over(csv_of([made_up(line.office.rng, 1, state="SFE")]))
    assert (run.moved, run.repeated) == (0, 1)
    assert line.office.stock().promised == 1


def test_a_list_that_was_broken_off_goes_on_where_it_was(line: TheBacklog) -> None:
    lines = [str(made_up(line.office.rng, n)) for n in range(1400)]
    lines[700] = "?"
    content = csv_of(lines)
    cut_after(line, 2)
    with pytest.raises(PowerCut):
        line.take_over(content)
    (broken,) = line.store.runs()
    assert (broken.position, broken.entered, broken.bad, broken.finished_at) == (1001, 999, 1, None)
    line.office.power_cut()
    told: list[tuple[int, int]] = []
    after = TheBacklog(line.office)
    run = after.desk.import_list(io.BytesIO(content), "budi", lambda done, of: told.append((done, of)))
    assert (run.entered, run.bad, run.repeated) == (1399, 1, 0)
    assert told == [(1401, 1401), (1401, 1401)]
    assert after.states() == {PRINT_READY: 1399}
    line.office.power_cut()
    rebuild(line.office.database, SITE)
    assert after.states() == {PRINT_READY: 1399}


def test_two_who_import_the_same_list_at_once_enter_everybody_once(line: TheBacklog) -> None:
    content = csv_of(made_up(line.office.rng, n) for n in range(1200))
    other = TheBacklog(line.office)
    do, meanwhile = line.desk.do, [content]

    def overtaken(operation: Callable[..., Any], **arguments: Any) -> Any:
        if meanwhile and operation is verbs.enter:
            other.take_over(meanwhile.pop())
        return do(operation, **arguments)

    line.desk.do = overtaken
    run = line.take_over(content)
    assert (run.entered, run.repeated) == (1200, 0)
    assert line.states() == {PRINT_READY: 1200}


def test_somebody_entered_at_the_counter_meanwhile_is_a_repeated_line(line: TheBacklog) -> None:
    content = csv_of(made_up(line.office.rng, n) for n in range(10))
    other, do, meanwhile = TheBacklog(line.office), line.desk.do, [3]

    def overtaken(operation: Callable[..., Any], **arguments: Any) -> Any:
        if meanwhile:
            other.enter(meanwhile.pop())
        return do(operation, **arguments)

    line.desk.do = overtaken
    run = line.take_over(content)
    assert (run.entered, run.repeated) == (9, 1)
    assert line.states() == {PRINT_READY: 10}


def test_a_database_that_goes_away_breaks_the_import_off_and_loses_nothing(line: TheBacklog) -> None:
    content = csv_of(made_up(line.office.rng, n) for n in range(600))
    do, calls = line.desk.do, [0]

    def away(operation: Callable[..., Any], **arguments: Any) -> Any:
        calls[0] += 1
        if calls[0] == 2:
            raise Busy("database")
        return do(operation, **arguments)

    line.desk.do = away
    with pytest.raises(Busy):
        line.take_over(content)
    assert line.take_over(content).entered == 600


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"nama\nSiti\n", HEADING.encode("utf-16")])
def test_a_file_that_is_no_list_leaves_no_trace(line: TheBacklog, content: bytes) -> None:
    with pytest.raises(Invalid):
        line.take_over(content)
    assert line.store.runs() == []


def test_an_erased_person_does_not_come_back_with_the_same_list(line: TheBacklog) -> None:
    content = csv_of([made_up(line.office.rng, 1)])
    line.take_over(content)
    (record,) = line.store.next_in_line(["first"], 1)
    line.office.do(verbs.move, record_id=record, state="WITHDRAWN", reason="pindah", records=[record])
    line.office.do(verbs.erase, ids=[record], records=[record])
    assert line.desk.search(made_up_nik(1)) == []
    line.take_over(content)
    assert line.states() == {"WITHDRAWN": 1}


def test_a_number_at_the_kiosk_is_given_between_two_portions(line: TheBacklog) -> None:
    """The import and the queue share the writer: one batch may hold both."""
    entry: list[dict[str, Any]] = []
    do = line.desk.do

    def beside(operation: Callable[..., Any], *, actor: str, records: Any = (), **arguments: Any) -> Any:
        command = Command(operation, arguments, actor, records=records)
        ticket = line.office.wish("KTP-CETAK")
        line.office.journal.commit([command, ticket])
        entry.append(ticket.answer())
        return command.answer()

    line.desk.do = beside
    run = line.take_over(csv_of(made_up(line.office.rng, n) for n in range(600)))
    assert run.entered == 600
    assert [ticket["number"] for ticket in entry] == ["A-001", "A-002", "A-003"]
    assert do is not beside
    line.office.verify()
