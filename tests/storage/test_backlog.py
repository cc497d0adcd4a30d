"""People at rest: sealed, found without being readable, checked; and places in line, looked up and never scanned."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queue_server.domain.backlog import KINDS, PRINT_READY
from queue_server.domain.errors import Conflict
from queue_server.domain.person import Person
from queue_server.storage import schema
from queue_server.storage.backup import backup, restore
from queue_server.storage.seal import Seal
from queue_server.storage.verify import verify
from tests.the_backlog import SECRET, TheBacklog, csv_of, made_up, made_up_nik
from tests.the_office import SITE, TheOffice

SITI = Person(made_up_nik(1), "Siti Rahmawati", "081234567890")


# -- the seal ----------------------------------------------------------------------------------------------------------


def test_what_is_sealed_opens_for_its_record_alone() -> None:
    seal = Seal(SECRET)
    sealed = seal.close("a" * 32, SITI)
    assert seal.open("a" * 32, sealed) == SITI
    for secret, record in ((SECRET, "b" * 32), ("6f" * 32, "a" * 32)):
        with pytest.raises(Conflict) as refused:
            Seal(secret).open(record, sealed)
        assert refused.value.reason == "other_key"


def test_the_same_person_sealed_twice_looks_like_two() -> None:
    seal = Seal(SECRET)
    assert seal.close("a" * 32, SITI) != seal.close("a" * 32, SITI)


def test_a_keyed_hash_knows_person_and_kind_and_needs_the_key() -> None:
    seal = Seal(SECRET)
    assert seal.person_hash(SITI.nik, "first") == Seal(SECRET).person_hash(SITI.nik, "first")
    others = {seal.person_hash(made_up_nik(2), "first"), seal.person_hash(SITI.nik, "replacement")}
    others |= {Seal("6f" * 32).person_hash(SITI.nik, "first")}
    assert seal.person_hash(SITI.nik, "first") not in others
    assert len(others) == 3


def test_nobody_reads_a_name_in_the_database_or_the_journal(office: TheOffice) -> None:
    line = TheBacklog(office)
    lines = [made_up(office.rng, n) for n in range(20)]
    line.take_over(csv_of([*lines, f"{made_up_nik(30)},=Rahasia,,Serang,first,PRR,2026-03-02"]))
    line.desk.release(5, "sari")
    line.desk.print_day("2026-11-24", "sari")
    with office.database.reading() as connection:
        everything = "".join(
            str(row) for table in schema.meta.sorted_tables for row in connection.execute(sa.select(table))
        )
    for somebody in lines:
        for secret in (somebody.nik, somebody.name, "081234567890", somebody.nik[6:]):
            assert secret not in everything
    assert "Rahasia" not in everything


def test_a_second_key_is_noticed_before_anybody_stands_there_twice(office: TheOffice) -> None:
    TheBacklog(office).enter(1)
    other = TheBacklog(office, secret="6f" * 32)
    for attempt in (lambda: other.enter(1), lambda: other.take_over(csv_of([made_up(office.rng, 1)]))):
        with pytest.raises(Conflict) as refused:
            attempt()
        assert refused.value.reason == "other_key"
    assert TheBacklog(office).states() == {PRINT_READY: 1}


# -- places ------------------------------------------------------------------------------------------------------------


entered = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.integers(1, 6), st.sampled_from([PRINT_READY, PRINT_READY, "DUPLICATE_RECORD"])
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(entered=entered, cards=st.integers(1, 25))
def test_places_are_one_two_three_in_the_order_in_which_cards_are_given(
    tmp_path_factory: pytest.TempPathFactory, entered: list[tuple[str, int, str]], cards: int
) -> None:
    office = TheOffice(f"sqlite:///{tmp_path_factory.mktemp('places') / 'antrean.db'}", random.Random(0))
    office.found("2026-11-23 07.00", KTP=100)
    require_true_places(TheBacklog(office), entered, cards)
    office.close()


def test_places_are_the_same_on_both_databases(office: TheOffice) -> None:
    entered = [(office.rng.choice(KINDS), office.rng.randint(1, 6), PRINT_READY) for _ in range(40)]
    require_true_places(TheBacklog(office), entered, 17)


def require_true_places(line: TheBacklog, entered: list[tuple[str, int, str]], cards: int) -> None:
    """What phones are told is what brute force finds, before and after a release."""
    kept = []
    for number, (kind, month, state) in enumerate(entered):
        record_id = line.enter(number, kind=kind, since=f"2026-{month:02d}-01", state=state)
        if state == PRINT_READY:
            kept.append((KINDS.index(kind), month, number, record_id))
    order = [record_id for *_, record_id in sorted(kept)]
    assert line.places(order) == [(place, len(order)) for place in range(1, len(order) + 1)]
    assert line.store.next_in_line(KINDS, cards) == order[:cards]
    if order:
        line.desk.release(cards, "sari")
    left = order[cards:]
    assert line.places(left) == [(place, len(left)) for place in range(1, len(left) + 1)]
    line.office.verify()


def test_a_place_and_the_next_in_line_are_looked_up_on_indexes(office: TheOffice) -> None:
    line = TheBacklog(office)
    line.take_over(csv_of(made_up(office.rng, n, since=f"2026-0{n % 9 + 1}-01") for n in range(2000)))
    said: list[tuple[str, Any]] = []

    def listen(connection: Any, cursor: Any, text: str, values: Any, context: Any, many: bool) -> None:
        said.append((text, values))

    sa.event.listen(office.database.reader, "before_cursor_execute", listen)
    middle = line.store.next_in_line(KINDS, 1000)[-1]
    line.store.place(line.store.record(middle), KINDS)
    sa.event.remove(office.database.reader, "before_cursor_execute", listen)
    statements = [one for one in said if one[0].startswith("SELECT")]
    assert len(statements) == 6
    with office.database.reader.connect() as connection:
        if office.database.dialect == "postgresql":  # two thousand rows are few enough to read them all
            connection.exec_driver_sql("SET enable_seqscan = off")
        for text, values in statements:
            explain = "EXPLAIN QUERY PLAN " if office.database.dialect == "sqlite" else "EXPLAIN "
            plan = "\n".join(str(row) for row in connection.exec_driver_sql(explain + text, values))
            assert "SCAN backlog" not in plan, plan
            assert "Seq Scan" not in plan, plan


# -- keeping it --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DELETE FROM backlog_people WHERE record_id = '{record}'", "nobody's"),
        ("UPDATE backlog SET erased = {true} WHERE record_id = '{record}'", "somebody's data is still there"),
        ("DELETE FROM backlog WHERE record_id = '{record}'", "somebody is kept without the record"),
        ("UPDATE backlog SET since = '2020-01-01' WHERE record_id = '{record}'", "differs from the journal in since"),
        ("UPDATE backlog_counts SET records = records + 1", "differs from the journal in records"),
        ("UPDATE invitation_days SET invited = 0", "differs from the journal in invited"),
        ("UPDATE reservations SET holder = 'x'", "who cannot come any more"),
    ],
)
def test_verify_sees_what_does_not_fit(database_url: str, rng: random.Random, damage: str, fault: str) -> None:
    office = TheOffice(database_url, rng)
    office.found("2026-11-23 07.00", KTP=100)
    line = TheBacklog(office)
    record = line.enter(1)
    line.enter(2)
    line.desk.release(1, "sari")
    office.verify()
    with office.database.writing() as connection:
        true = "1" if office.database.dialect == "sqlite" else "true"
        connection.exec_driver_sql(damage.format(record=record, true=true))
    assert any(fault in sentence for sentence in verify(office.database, SITE).faults)
    office.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_copy_brings_the_people_back_and_gives_nobody_a_name(office: TheOffice, tmp_path: Path) -> None:
    line = TheBacklog(office)
    record = line.enter(1)
    before = line.view(record)
    backup(office.database, tmp_path / "copy.db")
    line.enter(2)
    content = (tmp_path / "copy.db").read_bytes()
    assert made_up_nik(1).encode() not in content
    office.journal.close()
    restore(office.database, tmp_path / "copy.db")
    assert line.view(record) == before
    assert line.states() == {PRINT_READY: 1}
    office.verify()
