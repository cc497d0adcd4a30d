"""The last line: what the database itself refuses, whoever asks."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.domain.office import TABLES
from queue_server.storage import schema
from queue_server.storage.schema import PROJECTIONS, journal
from tests.the_office import SITE, TheOffice


def test_every_projection_has_the_columns_of_its_row_after_the_site() -> None:
    assert set(PROJECTIONS) == set(TABLES)
    for name, kind in TABLES.items():
        assert [column.name for column in PROJECTIONS[name].c] == ["site", *(field.name for field in fields(kind))]
        assert [column.name for column in PROJECTIONS[name].primary_key] == ["site", *kind.KEY]


def test_every_table_keeps_sites_apart() -> None:
    for table in schema.meta.sorted_tables:
        assert "site" in table.primary_key.columns, table.name


def test_rows_are_written_before_those_that_refer_to_them() -> None:
    names = list(PROJECTIONS)
    for table in PROJECTIONS.values():
        for key in table.foreign_keys:
            assert names.index(key.column.table.name) <= names.index(table.name)


def changes_of_history(dialect: str) -> Iterator[str]:
    yield "UPDATE journal SET actor = 'somebody' WHERE seq = 1"
    yield "DELETE FROM journal WHERE seq = 1"
    yield "DELETE FROM journal"
    if dialect == "sqlite":
        yield "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 1"
    else:
        yield "TRUNCATE journal"


def test_nobody_changes_history(office: TheOffice) -> None:
    with office.database.writer.connect() as connection:
        before = connection.execute(sa.select(journal)).all()
        connection.rollback()
        for statement in changes_of_history(office.database.dialect):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"), connection.begin():
                connection.execute(sa.text(statement))
        assert connection.execute(sa.select(journal)).all() == before


NEVER = [
    "UPDATE balances SET posted = -1 WHERE item = 'KTP' AND account = 'store'",
    "UPDATE balances SET pending = -501 WHERE item = 'KTP' AND account = 'store'",
    "UPDATE tickets SET number = 1 WHERE number = 2",
    "UPDATE tickets SET token = (SELECT min(token) FROM tickets)",
    "UPDATE tickets SET state = 'serving', counter = 3 WHERE number = 2",
    "UPDATE counters SET clerk = 'clerk-3' WHERE counter = 4",
    "UPDATE reservations SET quantity = 0",
    "UPDATE tickets SET day = '2020-01-01'",
    "UPDATE calls SET ticket_id = 'nobody'",
]


def test_the_database_refuses_what_the_office_must_never_be(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.take("KTP-CETAK")
    office.open(3)
    office.open(4)
    assert office.call(3)
    with office.database.writer.connect() as connection:
        for change in NEVER:
            with pytest.raises(sa.exc.IntegrityError), connection.begin():
                connection.execute(sa.text(change))
    assert office.journal.differences() == []


HOT = {
    "who waits": sa.select(PROJECTIONS["tickets"]).where(PROJECTIONS["tickets"].c.site == SITE, schema.WAITING),
    "who is here": sa.select(PROJECTIONS["tickets"]).where(PROJECTIONS["tickets"].c.site == SITE, schema.UNFINISHED),
    "who is at a counter": sa.select(PROJECTIONS["tickets"]).where(
        PROJECTIONS["tickets"].c.site == SITE, schema.AT_COUNTER
    ),
    "a phone": sa.select(PROJECTIONS["tickets"]).where(PROJECTIONS["tickets"].c.token == "t"),
    "a ticket": sa.select(PROJECTIONS["tickets"]).where(
        PROJECTIONS["tickets"].c.site == SITE, PROJECTIONS["tickets"].c.ticket_id == "t"
    ),
    "a day's tickets of a service": sa.select(PROJECTIONS["tickets"]).where(
        PROJECTIONS["tickets"].c.site == SITE,
        PROJECTIONS["tickets"].c.day == "2026-11-23",
        PROJECTIONS["tickets"].c.service == "IKD",
    ),
    "a hall's calls": sa.select(PROJECTIONS["calls"]).where(
        PROJECTIONS["calls"].c.site == SITE,
        PROJECTIONS["calls"].c.day == "2026-11-23",
        PROJECTIONS["calls"].c.hall == "A",
        PROJECTIONS["calls"].c.seq > 5,
    ),
    "a date's vouchers": sa.select(PROJECTIONS["vouchers"]).where(
        PROJECTIONS["vouchers"].c.site == SITE, PROJECTIONS["vouchers"].c.date == "2026-11-24", schema.OPEN_VOUCHER
    ),
    "an item's ledger": sa.select(PROJECTIONS["movements"]).where(
        PROJECTIONS["movements"].c.site == SITE, PROJECTIONS["movements"].c.item == "KTP"
    ),
    "what a supervisor must see": sa.select(PROJECTIONS["alerts"]).where(
        PROJECTIONS["alerts"].c.site == SITE, schema.UNANSWERED
    ),
    "what followed": sa.select(journal).where(journal.c.site == SITE, journal.c.generation == 1, journal.c.seq > 5),
    "a device": sa.select(schema.devices).where(schema.devices.c.token_hash == "h"),
}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_asked_all_day_never_scans_a_table(office: TheOffice) -> None:
    with office.database.reading() as connection:
        for question, query in HOT.items():
            compiled = query.compile(office.database.reader, compile_kwargs={"literal_binds": True})
            plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
            assert plan, question
            assert all(step.startswith("SEARCH") for step in plan), (question, plan)


# Rows of years. Searched by their site alone they are scanned, unless by an index of the few that are open.
GROWING = (
    *("tickets", "vouchers", "reservations", "calls", "movements", "alerts", "journal", "consignments"),
    *("item_days", "service_counts", "bucket_counts", "paces", "sequences"),
    *("invitation_days", "backlog_days", "backlog"),
)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_screen_reads_through_what_years_have_left(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.open(3)
    asked: list[tuple[str, Any]] = []
    listen = (office.database.reader, "before_cursor_execute", lambda *said: asked.append((said[2], said[3])))
    sa.event.listen(*listen)
    queries, now = office.queries, office.clock
    queries.services("id", now)
    queries.lobby("A", now)
    queries.counter(3, now)
    queries.ticket(ticket["id"], "id", now)
    queries.stock("id", now)
    queries.today(now)
    sa.event.remove(*listen)
    with office.database.reading() as connection:
        few = sa.text("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")
        of_the_few = set(connection.execute(few).scalars())
        slow = [
            (step.detail, statement)
            for statement, values in asked
            for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            if step.detail.split()[1] in GROWING
            and (step.detail.startswith("SCAN") or step.detail.endswith("(site=?)"))
            and of_the_few.isdisjoint(step.detail.split())
        ]
    assert len(asked) > 50
    assert slow == []
