"""`verify` finds whatever was done behind the office's back, all of it, and says where; `rebuild` makes it right."""

import sqlite3
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.operations import calling, stock
from queue_server.storage import rebuild as rebuild_module
from queue_server.storage import schema
from queue_server.storage.rebuild import SETTLE_EVERY, rebuild
from queue_server.storage.verify import verify, verify_all
from tests.the_office import SITE, TheOffice


@pytest.fixture
def busy(office: TheOffice) -> TheOffice:
    """The office after a few tickets, one of them at a counter, one finished."""
    office.open(3)
    for _ in range(4):
        office.take("KTP-CETAK")
    office.serve_one(3)
    office.call(3)
    assert verify(office.database, SITE).faults == []
    return office


def behind_its_back(office: TheOffice, *changes: str) -> list[str]:
    """Change the database as somebody with its password may, triggers and foreign keys and all, and verify."""
    if office.database.path:
        with closing(sqlite3.connect(office.database.path)) as intruder, intruder:
            intruder.executescript("DROP TRIGGER journal_no_update; DROP TRIGGER journal_no_delete;")
            for change in changes:
                intruder.execute(change)
    else:
        with office.database.writing() as connection:
            for change in ("SET LOCAL session_replication_role = replica", *changes):
                connection.execute(sa.text(change))
    return verify(office.database, SITE).faults


def test_it_says_what_it_looked_at_and_how_much_there_was(busy: TheOffice) -> None:
    checked = verify(busy.database, SITE).checked
    assert checked["journal entries"] == busy.journal.seq
    assert (checked["rows of tickets"], checked["ticket numbers"], checked["reservations"]) == (4, 4, 9)
    assert list(verify_all(busy.database)) == [SITE]


TAMPERING = {
    "UPDATE journal SET actor = 'somebody' WHERE seq = 5": "entry 5 was changed",
    "UPDATE journal SET payload = '{}' WHERE seq = (SELECT max(seq) FROM journal WHERE type = 'TicketIssued')": (
        "(TicketIssued) cannot be replayed: UnknownEvent"
    ),
    "UPDATE tickets SET hall = 'B' WHERE number = 3": "differs from the journal in hall",
    "UPDATE tickets SET number = 9 WHERE number = 4": "up to 9, but 4 were given out",
    "DELETE FROM calls": "is in the journal but not in the table",
    "INSERT INTO suspensions VALUES ('HQ', 'IKD', '', 0, 'x', '')": "'IKD' is in the table but not in the journal",
    "UPDATE balances SET posted = posted + 1 WHERE item = 'KTP' AND account = 'store'": "KTP: the accounts sum to 1",
    "UPDATE reservations SET quantity = 2 WHERE item = 'FILM'": "FILM: 6 are set aside, but the ledger promises 3",
    "UPDATE reservations SET holder = 'nobody' WHERE item = 'RIBBON'"
    " AND seq = (SELECT min(seq) FROM reservations WHERE item = 'RIBBON')": "set aside for nobody, who cannot come",
}


def test_whatever_was_changed_behind_its_back_is_found_all_of_it(busy: TheOffice) -> None:
    faults = behind_its_back(busy, *TAMPERING)
    for said in TAMPERING.values():
        assert any(said in fault for fault in faults), (said, faults)


LEDGER_TAMPERING = {
    "UPDATE balances SET at_counters = at_counters + 3 WHERE item = 'KTP' AND account = 'store'": (
        "KTP: the store's row says 3 more at counters or on the way there than lie on their accounts"
    ),
    "UPDATE consignments SET accepted = 4 WHERE target = 'points'": "KTP: 6 are under way, but 10 are in transit",
    "UPDATE blank_requests SET fetched = 9": "9 fetched, but the ledger received 7",
    "UPDATE balances SET posted = posted + 1 WHERE account = 'counter-3'": "KTP: the accounts sum to 1",
    "UPDATE movements SET target = 'lent' WHERE type = 'receive' AND request IS NOT NULL": "received -7",
}


@pytest.mark.parametrize("change", LEDGER_TAMPERING)
def test_a_changed_account_consignment_or_request_is_found(busy: TheOffice, change: str) -> None:
    busy.enter("KTP", "dispatch", 5, party="counter-3")
    busy.enter("KTP", "accept", 5, consignment=busy.ledger.consignments()[0].seq)
    busy.enter("KTP", "dispatch", 10, party="points", name="Kasemen")
    request = busy.do(stock.ask_for_blanks, item="KTP", quantity=20, used=0)["seq"]
    busy.enter("KTP", "receive", 7, request=request)
    assert verify(busy.database, SITE).faults == []
    faults = behind_its_back(busy, change)
    assert any(LEDGER_TAMPERING[change] in fault for fault in faults), faults


def test_entries_that_were_taken_out_are_found(busy: TheOffice) -> None:
    faults = behind_its_back(busy, "DELETE FROM journal WHERE seq IN (5, 6)")
    assert faults[:2] == ["entries 5 to 6 are missing from the journal", "entry 7 does not follow the entry before it"]


def test_a_journal_that_was_cut_off_is_found(busy: TheOffice) -> None:
    faults = behind_its_back(busy, "DELETE FROM journal WHERE seq > 20")
    assert f"the chain ends at entry 20, but the site's head is at {busy.journal.seq}" in faults


def test_a_number_that_disappeared_is_found(busy: TheOffice) -> None:
    faults = behind_its_back(busy, "DELETE FROM tickets WHERE number = 4")
    assert any("A on 2026-11-23: 3 tickets with 3 numbers up to 3, but 4 were given out" in fault for fault in faults)


def test_a_journal_that_was_written_anew_from_the_middle_is_found_by_its_head(busy: TheOffice) -> None:
    assert behind_its_back(busy, "UPDATE sites SET hash = 'x'") == [
        f"the chain ends at entry {busy.journal.seq}, but the site's head is at {busy.journal.seq}"
    ]


# -- rebuild -----------------------------------------------------------------------------------------------------------


def everything(office: TheOffice) -> dict[str, list[Any]]:
    with office.database.reading() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in schema.meta.sorted_tables
        }


def test_a_rebuild_makes_the_very_same_tables(busy: TheOffice) -> None:
    before = everything(busy)
    heard: list[tuple[int, int]] = []
    done = rebuild(busy.database, SITE, progress=lambda done, all_: heard.append((done, all_)))
    assert everything(busy) == before
    assert heard[-1] == (done, busy.journal.seq) == (before["sites"][0][2],) * 2
    assert busy.journal.differences() == []


def test_a_rebuild_repairs_what_was_changed_behind_its_back(busy: TheOffice) -> None:
    before = everything(busy)
    assert behind_its_back(busy, "UPDATE tickets SET hall = 'B'", "DELETE FROM calls", "UPDATE balances SET posted = 7")
    rebuild(busy.database, SITE)
    assert everything(busy) == before


def test_a_rebuild_of_several_days_settles_on_the_way_and_loses_nothing(office: TheOffice) -> None:
    for day in ("2026-11-24", "2026-11-25"):
        office.open(3)
        office.journal.commit([office.wish("KTP-CETAK") for _ in range(120)])
        for _ in range(10):
            office.serve_one(3)
        called = office.call(3)
        assert called
        office.act(calling.no_show, called, 3)
        office.enter("KTP", "count", 460)
        office.at(f"{day} 08.00")
    assert office.journal.seq > 2 * SETTLE_EVERY
    before = everything(office)
    rebuild(office.database, SITE)
    assert everything(office) == before
    office.verify()


def test_a_rebuild_never_rests_in_the_middle_of_a_commit(office: TheOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    office.enter("KTP", "count", 13)
    office.journal.commit([office.wish("KTP-CETAK") for _ in range(10)])
    office.wait(seconds=1)
    office.enter("KTP", "count", 5)  # for a moment less is there than promised, until five promises are broken
    before = everything(office)
    monkeypatch.setattr(rebuild_module, "SETTLE_EVERY", 1)
    rebuild(office.database, SITE)
    assert everything(office) == before
