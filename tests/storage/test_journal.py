"""The only way in: one transaction for all who wait, each answered as if alone, and memory that is never wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.domain import events
from queue_server.domain.errors import Busy, Conflict, Invalid, NotFound, OutOfStock
from queue_server.domain.fold import record
from queue_server.domain.office import Office, kept_in_memory
from queue_server.operations import calling, stock, ticketing
from queue_server.operations import office as office_operations
from queue_server.storage import database as database_module
from queue_server.storage import journal as journal_module
from queue_server.storage import schema
from queue_server.storage.answers import Once
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal, found_site
from queue_server.storage.rebuild import rebuild
from queue_server.storage.verify import verify_all
from tests.the_office import SITE, TheOffice


def count(office: TheOffice, table: sa.Table) -> int:
    with office.database.reading() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def promise_unasked(office: Office, *, quantity: int) -> None:
    """An operation with a bug: it promises what it never checked."""
    record(office, events.BlanksReserved("f" * 32, {"KTP": quantity}))


def crash_after_recording(office: Office) -> None:
    record(office, events.HelpAsked("kiosk-1"))
    raise ZeroDivisionError


@pytest.fixture
def other(office: TheOffice) -> Iterator[Journal]:
    """Another process on the same database: the command line, or a second server."""
    database = Database(office.database.url)
    journal = Journal(database, SITE, lambda: office.clock)
    yield journal
    journal.close()
    database.close()


# -- one batch ---------------------------------------------------------------------------------------------------------


def test_one_that_crashes_fails_alone_in_its_batch(office: TheOffice) -> None:
    before, after = office.wish("KTP-CETAK"), office.wish("KTP-CETAK")
    crashing: Command[None] = Command(crash_after_recording, {}, "kiosk-1")
    office.journal.commit([before, crashing, after])
    assert isinstance(crashing.failure, ZeroDivisionError)
    assert [before.answer()["number"], after.answer()["number"]] == ["A-001", "A-002"]
    assert count(office, schema.alerts) == 0
    office.verify()


def test_one_that_is_refused_leaves_no_trace(office: TheOffice) -> None:
    seq = office.journal.seq
    many = [office.wish("KTP-CETAK", cards=1) for _ in range(3)]
    refused = office.wish("NO-SUCH-SERVICE")
    office.journal.commit([many[0], refused, *many[1:]])
    assert isinstance(refused.failure, Invalid)
    assert [wish.answer()["number"] for wish in many] == ["A-001", "A-002", "A-003"]
    assert office.journal.seq == seq + 3 * 2  # a ticket and its blanks each
    office.verify()


def test_one_that_the_database_refuses_fails_alone_in_its_batch(office: TheOffice) -> None:
    before, after = office.wish("KTP-CETAK"), office.wish("KTP-CETAK")
    greedy: Command[None] = Command(promise_unasked, {"quantity": 501}, "kiosk-1")
    office.journal.commit([before, greedy, after])
    assert isinstance(greedy.failure, OutOfStock)
    assert [before.answer()["number"], after.answer()["number"]] == ["A-001", "A-002"]
    assert office.journal.differences() == []
    office.verify()


def test_a_counter_passes_from_one_ticket_to_the_next_within_one_batch(
    office: TheOffice, caplog: pytest.LogCaptureFixture
) -> None:
    office.open(3)
    office.take("KTP-CETAK")
    first = office.call(3)
    assert first
    office.act(calling.start, first, 3)
    second = office.take("KTP-CETAK")
    mark = {"ticket_id": second["id"], "priority": True, "urgent": False, "reason": "lansia"}
    touched_first = office.command(ticketing.set_priority, **mark)
    clerk = {"ticket_id": first["id"], "clerk": "clerk-3", "outcome": "done", "new_code": office.new_code}
    finish = office.command(calling.finish, **clerk)
    call = office.command(calling.call_next, counter=3, clerk="clerk-3")
    office.journal.commit([touched_first, finish, call])
    assert call.answer()["number"] == second["number"] == "A-002"
    assert not caplog.records  # written at once, not one by one
    office.verify()


def test_two_counters_exchange_their_tickets_within_one_batch(
    office: TheOffice, caplog: pytest.LogCaptureFixture
) -> None:
    for counter in (3, 4):
        office.open(counter)
        office.take("KTP-CETAK")
    held = [office.call(3), office.call(4)]
    absent = [
        office.command(calling.no_show, ticket_id=ticket["id"], clerk=f"clerk-{counter}")
        for counter, ticket in zip((3, 4), held, strict=True)
        if ticket
    ]
    calls = [office.command(calling.call_next, counter=counter, clerk=f"clerk-{counter}") for counter in (4, 3)]
    office.journal.commit([*absent, *calls])
    assert [call.answer()["number"] for call in calls] == ["A-001", "A-002"]
    assert caplog.messages == []  # written at once, not one by one
    office.verify()


def test_two_clerks_exchange_their_counters_within_one_batch(
    office: TheOffice, caplog: pytest.LogCaptureFixture
) -> None:
    for counter in (3, 4):
        office.open(counter)
    leave = [office.command(calling.close_counter, counter=n, clerk=f"clerk-{n}") for n in (3, 4)]
    sit = [office.command(calling.open_counter, counter=n, clerk=f"clerk-{7 - n}") for n in (3, 4)]
    office.journal.commit([*leave, *sit])
    assert [command.answer()["clerk"] for command in sit] == ["clerk-4", "clerk-3"]
    assert caplog.messages == []
    office.verify()


def test_a_batch_without_events_moves_nothing(office: TheOffice) -> None:
    office.open(3)
    seq = office.journal.seq
    assert office.call(3) is None
    assert office.journal.seq == seq


def test_all_of_a_batch_bear_its_instant_and_each_its_actor(office: TheOffice) -> None:
    wishes = [office.wish("IKD"), office.wish("IKD")]
    wishes[0].actor, wishes[1].actor = "kiosk-1", "kiosk-2"
    office.journal.commit(wishes)
    with office.database.reading() as connection:
        newest = connection.execute(sa.select(schema.journal).order_by(schema.journal.c.seq.desc()).limit(2)).all()
    assert [(row.at, row.day, row.actor, row.type) for row in reversed(newest)] == [
        ("2026-11-23T01:00:00.000Z", "2026-11-23", "kiosk-1", "TicketIssued"),
        ("2026-11-23T01:00:00.000Z", "2026-11-23", "kiosk-2", "TicketIssued"),
    ]


# -- the same key again ------------------------------------------------------------------------------------------------


def call_next(office: TheOffice, once: Once) -> Command[Any]:
    command = office.command(calling.call_next, counter=3, clerk="clerk-3")
    command.once = once
    return command


def test_a_lost_reply_never_calls_two_people(office: TheOffice) -> None:
    office.open(3)
    office.take("KTP-CETAK")
    office.take("KTP-CETAK")
    once = Once("clerk-3", "a" * 32, "call-next 3")
    first = office.journal.do(call_next(office, once))
    seq = office.journal.seq
    assert office.journal.do(call_next(office, once)) == first
    office.power_cut()
    assert office.journal.do(call_next(office, once)) == first
    assert office.journal.seq == seq


def test_a_key_that_comes_twice_in_one_batch_is_done_once(office: TheOffice) -> None:
    office.open(3)
    office.take("KTP-CETAK")
    office.take("KTP-CETAK")
    once = Once("clerk-3", "a" * 32, "call-next 3")
    first, again = call_next(office, once), call_next(office, once)
    office.journal.commit([first, again])
    assert first.answer() == again.answer()
    assert count(office, schema.calls) == 1


def test_a_key_of_another_request_is_a_conflict(office: TheOffice) -> None:
    office.open(3)
    office.journal.do(call_next(office, Once("clerk-3", "a" * 32, "call-next 3")))
    with pytest.raises(Conflict):
        office.journal.do(call_next(office, Once("clerk-3", "a" * 32, "call-next 4")))


def test_a_key_belongs_to_its_caller(office: TheOffice) -> None:
    office.open(3)
    assert office.journal.do(call_next(office, Once("clerk-3", "a" * 32, "call-next 3"))) is None
    office.take("KTP-CETAK")
    assert office.journal.do(call_next(office, Once("clerk-4", "a" * 32, "call-next 3")))["number"] == "A-001"


def test_a_refusal_is_repeated_too(office: TheOffice) -> None:
    once = Once("clerk-3", "a" * 32, "call-next 3")
    first, again = call_next(office, once), call_next(office, once)
    office.journal.commit([first])
    office.open(3)
    office.journal.commit([again])
    assert first.failure is not None
    assert again.failure is not None
    assert type(again.failure) is type(first.failure)
    assert vars(again.failure) == vars(first.failure)


def test_a_crash_is_not_remembered(office: TheOffice) -> None:
    once = Once("kiosk-1", "a" * 32, "help")
    crashing: Command[None] = Command(crash_after_recording, {}, "kiosk-1", once=once)
    office.journal.commit([crashing])
    assert isinstance(crashing.failure, ZeroDivisionError)
    assert count(office, schema.answers) == 0


def test_yesterdays_keys_are_forgotten_and_may_be_used_again(office: TheOffice) -> None:
    once = Once("clerk-3", "a" * 32, "call-next 3")
    office.open(3)
    office.journal.do(call_next(office, once))
    office.at("2026-11-24 08.00")
    assert count(office, schema.answers) == 0
    office.take("KTP-CETAK")
    office.open(3)
    assert office.journal.do(call_next(office, once))["number"] == "A-001"


# -- what memory let go ------------------------------------------------------------------------------------------------


def test_a_ticket_of_any_age_is_found_again_by_its_id(office: TheOffice) -> None:
    office.open(3)
    wish = office.wish("KTP-CETAK")
    first = office.journal.do(wish)
    office.serve_one(3)
    office.at("2026-11-25 08.00")
    assert office.journal.office
    assert office.journal.office.rows["tickets"] == {}
    again = office.journal.do(wish)
    assert (again["number"], again["state"], again["created"]) == (first["number"], "finished", False)
    assert office.journal.office.rows["tickets"] == {}
    office.verify()


def test_a_finished_ticket_comes_back_when_its_clerk_takes_the_finish_back(office: TheOffice) -> None:
    office.open(3)
    office.take("KTP-CETAK")
    finished = office.serve_one(3)
    assert finished
    office.act(calling.undo, finished, 3)
    assert office.state(finished) == "serving"
    assert office.journal.differences() == []
    office.verify()


def test_a_movement_is_reversed_once_whoever_entered_it(office: TheOffice, other: Journal) -> None:
    entered = office.enter("KTP", "receive", 100, reference="BA-1")["seq"]
    office.power_cut()
    office.enter("KTP", "reverse", reverses=entered)
    back = {"item": "KTP", "type": "reverse", "reverses": entered, "reason": "lagi", "new_code": office.new_code}
    with pytest.raises(Conflict):
        other.do(Command(stock.move_stock, back, "staff", movements=[entered]))
    assert office.stock().on_hand == 500
    office.verify()


def test_memory_holds_only_what_the_open_day_needs(office: TheOffice) -> None:
    office.open(3)
    for _ in range(5):
        office.take("KTP-CETAK")
        office.serve_one(3)
    office.take("KTP-CETAK")
    office.at("2026-11-24 08.00")
    memory = office.journal.office
    assert memory is not None
    for name, rows in memory.rows.items():
        assert all(kept_in_memory(name, row, "2026-11-24") for row in rows.values()), name
    assert list(memory.rows["tickets"]) == []
    assert len(memory.rows["vouchers"]) == 1


def test_a_number_that_was_never_given_is_not_found(office: TheOffice) -> None:
    with pytest.raises(NotFound):
        office.do(ticketing.reprint, ticket_id="0" * 32, reason="slip hilang")


# -- several processes -------------------------------------------------------------------------------------------------


def test_two_processes_take_turns_and_each_knows_what_the_other_did(office: TheOffice, other: Journal) -> None:
    office.open(3)
    numbers = []
    for _ in range(5):
        numbers.append(office.take("KTP-CETAK")["number"])
        numbers.append(other.do(office.wish("KTP-CETAK"))["number"])
    assert numbers == [f"A-{n:03d}" for n in range(1, 11)]
    called = other.do(office.command(calling.call_next, counter=3, clerk="clerk-3"))
    office.act(calling.start, called, 3)
    other.do(office.command(stock.move_stock, item="KTP", type="receive", quantity=7, new_code=office.new_code))
    office.finish(called, 3)
    assert office.stock().on_hand == 506
    assert office.journal.differences() == other.differences() == []
    office.verify()


def test_a_process_that_slept_through_the_morning_reads_the_tables_again(
    office: TheOffice, other: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.do(office.wish("KTP-CETAK"))
    monkeypatch.setattr(journal_module, "FOLLOW_AT_MOST", 10)
    for _ in range(4):
        office.take("KTP-CETAK")
    assert other.do(office.wish("KTP-CETAK"))["number"] == "A-006"
    assert other.differences() == []


def test_a_process_that_let_a_ticket_go_learns_that_the_other_took_the_finish_back(
    office: TheOffice, other: Journal
) -> None:
    office.open(3)
    office.take("KTP-CETAK")
    finished = office.serve_one(3)
    assert finished
    other.do(office.wish("KTP-CETAK"))
    office.act(calling.undo, finished, 3)
    assert other.differences() == []


def test_a_process_follows_across_the_night(office: TheOffice, other: Journal) -> None:
    other.do(office.wish("KTP-CETAK"))
    office.open(3)
    office.serve_one(3)
    office.take("KTP-CETAK")
    office.at("2026-11-24 08.00")
    assert other.do(office.wish("KTP-CETAK"))["number"] == "A-001"
    assert other.differences() == office.journal.differences() == []
    office.verify()


def test_another_history_is_noticed_and_read_anew(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    with office.database.writing() as connection:  # what a restored backup leaves behind
        connection.execute(schema.sites.update().values(generation=2))
    assert office.take("KTP-CETAK")["number"] == "A-002"
    with office.database.reading() as connection:
        newest = sa.select(schema.journal.c.generation).order_by(schema.journal.c.seq.desc()).limit(1)
        assert connection.scalar(newest) == 2
    office.verify()


def test_two_offices_share_an_installation_and_never_meet(office: TheOffice) -> None:
    found_site(office.database, "VAN")
    van = Journal(office.database, "VAN", lambda: office.clock)
    van.do(office.command(office_operations.apply_office, text=office.text, filename="van.toml"))
    van.do(office.command(office_operations.open_day, reason="jemput bola"))
    office.take("IKD")
    assert van.do(office.wish("IKD"))["number"] == "G-001"
    with pytest.raises(OutOfStock):
        van.do(office.wish("KTP-CETAK"))
    assert office.take("KTP-CETAK")["number"] == "A-001"
    assert {site: report.faults for site, report in verify_all(office.database).items()} == {SITE: [], "VAN": []}
    rebuild(office.database, "VAN")
    assert office.journal.differences() == van.differences() == []


def test_a_site_that_is_not_there_is_said_so(office: TheOffice) -> None:
    elsewhere = Journal(office.database, "VAN", lambda: office.clock)
    with pytest.raises(NotFound):
        elsewhere.do(office.wish("KTP-CETAK"))


# -- when the database fails -------------------------------------------------------------------------------------------

COMMIT_FAILS = {
    "sqlite": [
        "CREATE TABLE pit (id INTEGER PRIMARY KEY, deeper INTEGER REFERENCES pit (id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TRIGGER fall AFTER INSERT ON alerts BEGIN INSERT INTO pit VALUES (1, 2); END",
    ],
    "postgresql": [
        "CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'pit'; END $$",
        "CREATE CONSTRAINT TRIGGER fall AFTER INSERT ON alerts DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION fall()",
    ],
}


def ask_for_help(office: Office) -> None:
    record(office, events.HelpAsked("kiosk-1"))


def test_a_commit_that_fails_is_not_tried_again(office: TheOffice) -> None:
    with office.database.writing() as connection:
        for statement in COMMIT_FAILS[office.database.dialect]:
            connection.execute(sa.text(statement))
    wish, help_ = office.wish("KTP-CETAK"), office.command(ask_for_help)
    office.journal.commit([wish, help_])
    assert isinstance(wish.failure, Busy)
    assert isinstance(help_.failure, Busy)
    assert count(office, schema.tickets) == 0
    assert office.journal.do(wish)["number"] == "A-001"  # the caller asks again with the same id
    office.verify()


def test_a_locked_database_is_busy_and_nobody_is_lost(office: TheOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "LOCK_WAIT_SECONDS", 1)
    database = Database(office.database.url)
    impatient = Journal(database, SITE, lambda: office.clock)
    wishes = [office.wish("KTP-CETAK"), office.wish("KTP-CETAK")]
    with office.database.writing() as connection:
        connection.execute(schema.sites.update().values(seq=schema.sites.c.seq))
        impatient.commit(wishes)
    assert [type(wish.failure) for wish in wishes] == [Busy, Busy]
    impatient.commit(wishes)
    assert [wish.answer()["number"] for wish in wishes] == ["A-001", "A-002"]
    impatient.close()
    database.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_is_busy_until_there_is_room_again(office: TheOffice) -> None:
    def fill(connection: Any, _: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    office.power_cut()
    sa.event.listen(office.database.writer, "connect", fill)
    wishes = [office.wish("KTP-CETAK") for _ in range(200)]
    office.journal.commit(wishes)
    assert {type(wish.failure) for wish in wishes} == {Busy}
    sa.event.remove(office.database.writer, "connect", fill)
    office.journal.commit(wishes)
    assert [wish.answer()["number"] for wish in wishes] == [f"A-{n:03d}" for n in range(1, 201)]
    office.verify()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_is_cut_is_busy_once(office: TheOffice, other: Journal) -> None:
    office.take("KTP-CETAK")
    with office.database.writing() as connection:
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        cut += " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(sa.text(cut))
    wishes = [office.wish("KTP-CETAK"), office.wish("KTP-CETAK")]
    office.journal.commit(wishes)
    assert [type(wish.failure) for wish in wishes] == [Busy, Busy]
    office.journal.commit(wishes)
    assert [wish.answer()["number"] for wish in wishes] == ["A-002", "A-003"]
    office.verify()


@pytest.mark.parametrize("reason", ["slip \ud800 hilang", "slip \x00 hilang"])
def test_text_that_no_database_can_hold_is_invalid_and_never_a_fault(office: TheOffice, reason: str) -> None:
    broken = office.command(ticketing.print_failed, ticket_id=office.take("IKD")["id"], device="kiosk-1", why=reason)
    fine = office.wish("IKD")
    office.journal.commit([broken, fine])
    assert fine.answer()["number"] == "G-002"
    assert broken.failure is None or isinstance(broken.failure, Invalid)  # SQLite takes a zero byte as it is
    office.verify()


# -- memory and tables -------------------------------------------------------------------------------------------------


def test_memory_that_is_wrong_is_found_in_an_idle_moment_and_dropped(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    assert office.journal.differences() == []
    with office.database.writing() as connection:
        connection.execute(schema.tickets.update().values(priority=True))
    differences = office.journal.differences()
    assert len(differences) == 1
    assert differences[0].startswith("tickets ")
    assert office.journal.differences() == []


def test_memory_that_is_wrong_never_overwrites_a_row(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    memory = office.journal.office
    assert memory is not None
    memory.rows["service_counts"].clear()  # as if it had been let go too early
    again = office.wish("KTP-CETAK")
    assert office.journal.do(again)["number"] == "A-002"  # refused by the table, then done on fresh memory
    assert ticket["number"] == "A-001"
    office.verify()


# -- people and devices ------------------------------------------------------------------------------------------------


def hire(office: Office, *, staff_id: str, name: str, crash: bool = False) -> None:
    row = {"staff_id": staff_id, "name": name, "role": "clerk", "password_hash": "x", "active": True, "created_at": 1}
    office.hand_over("staff", row)
    if crash:
        raise ZeroDivisionError


def test_people_are_committed_with_the_command_that_brings_them(office: TheOffice) -> None:
    seq = office.journal.seq
    office.do(hire, staff_id="1", name="budi")
    office.do(hire, staff_id="1", name="budi santoso")
    with office.database.reading() as connection:
        assert connection.scalars(sa.select(schema.staff.c.name)).all() == ["budi santoso"]
    assert office.journal.seq == seq


def test_a_command_that_fails_brings_nobody(office: TheOffice) -> None:
    fine = office.command(hire, staff_id="1", name="budi")
    crashing = office.command(hire, staff_id="2", name="siti", crash=True)
    office.journal.commit([fine, crashing])
    assert count(office, schema.staff) == 1


def test_a_name_that_is_taken_is_a_conflict(office: TheOffice) -> None:
    office.do(hire, staff_id="1", name="budi")
    ticket, twin = office.wish("IKD"), office.command(hire, staff_id="2", name="budi")
    office.journal.commit([ticket, twin])
    assert isinstance(twin.failure, Conflict)
    assert ticket.answer()["number"] == "G-001"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_commit_waits_for_the_disk(office: TheOffice) -> None:
    with office.database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_commit_waits_for_the_disk_though_the_server_is_set_to_hasten(office: TheOffice) -> None:
    with office.database.reading() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "off", "as tests start it"
    with office.database.writing() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
