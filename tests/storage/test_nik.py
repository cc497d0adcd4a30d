"""So many numbers for one NIK, service and day: counted in the one writer, kept as a keyed hash, gone the next day."""

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.domain.errors import Busy, Invalid, OutOfStock, QuotaReached, Refusal
from queue_server.domain.nik import DayMark, day_mark
from queue_server.operations import office as office_operations
from queue_server.operations import ticketing, vouchers
from queue_server.storage import schema
from queue_server.storage.journal import Command, Journal
from queue_server.storage.rebuild import rebuild
from queue_server.storage.writer import Writer
from tests.the_office import SITE, TheOffice

LIMIT = 2
SECRET = b"the office's own"
TOUT, CITIZEN = "3673011708809901", "3673015708809902"


@pytest.fixture
def office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    """Kota Serang on a Monday at eight, with two numbers for a NIK, service and day; verified after the test."""
    yield from an_office(database_url, rng)


@pytest.fixture
def one_office(sqlite_url: str, rng: random.Random) -> Iterator[TheOffice]:
    """The same on SQLite alone, for what no database decides."""
    yield from an_office(sqlite_url, rng)


def an_office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    office = TheOffice(database_url, rng)
    office.text = office.text.replace("numbers_per_nik = 0", f"numbers_per_nik = {LIMIT}")
    office.found("2026-11-23 07.00", KTP=500)
    office.at("2026-11-23 08.00")
    yield office
    office.verify()
    office.close()


def known(nik: str, service: str = "KTP-CETAK") -> DayMark:
    return day_mark(SECRET, SITE, service, nik)


def at_the_kiosk(office: TheOffice, nik: str = TOUT, service: str = "KTP-CETAK", **wishes: Any) -> Command[Any]:
    return office.wish(service, nik=known(nik, service), unattended=True, **wishes)


def told(office: TheOffice, wish: Command[Any]) -> Any:
    """The number, or the type of the refusal."""
    office.journal.commit([wish])
    return said(wish)


def said(wish: Command[Any]) -> Any:
    try:
        return wish.answer()["number"]
    except Refusal as refusal:
        return type(refusal)


def marks(office: TheOffice) -> list[Any]:
    with office.database.reading() as connection:
        return list(connection.execute(sa.select(schema.nik_marks)))


def test_a_third_number_is_refused_and_another_person_or_service_is_not(one_office: TheOffice) -> None:
    assert [told(one_office, at_the_kiosk(one_office)) for _ in range(3)] == ["A-001", "A-002", QuotaReached]
    assert told(one_office, at_the_kiosk(one_office, CITIZEN)) == "A-003"
    assert told(one_office, at_the_kiosk(one_office, service="KK-BARU")) == "B-001"


def test_64_takers_with_one_nik_get_exactly_the_limit(office: TheOffice) -> None:
    running = Writer(Journal(office.database, SITE, lambda: office.clock))
    running.start()
    wishes = [at_the_kiosk(office) for _ in range(64)]

    def take(wish: Command[Any]) -> Any:
        try:
            return running.do(wish)["number"]
        except QuotaReached:
            return QuotaReached

    with ThreadPoolExecutor(64) as takers:
        numbers = list(takers.map(take, wishes))
        again = list(takers.map(take, wishes))
    running.stop()
    assert sorted(number for number in numbers if number != QuotaReached) == ["A-001", "A-002"]
    assert again == numbers


def test_64_wishes_of_one_batch_get_exactly_the_limit(one_office: TheOffice) -> None:
    batch = [at_the_kiosk(one_office) for _ in range(64)]
    one_office.journal.commit(batch)
    assert [said(wish) for wish in batch] == ["A-001", "A-002", *[QuotaReached] * 62]


def test_two_servers_on_one_office_count_together(office: TheOffice) -> None:
    other = Journal(office.database, SITE, lambda: office.clock)
    assert told(office, at_the_kiosk(office)) == "A-001"
    for expected in ("A-002", QuotaReached):
        wish = at_the_kiosk(office)
        other.commit([wish])
        assert said(wish) == expected
    other.close()
    assert told(office, at_the_kiosk(office)) == QuotaReached


def test_a_voucher_given_instead_counts_like_a_number(office: TheOffice) -> None:
    office.count("KTP", 4)  # three of them stay in reserve
    wishes = [at_the_kiosk(office), another_day(office), another_day(office)]
    office.journal.commit(wishes)
    code = wishes[1].answer()["code"]
    assert [type(wish.failure) for wish in wishes] == [type(None), type(None), QuotaReached]
    office.power_cut()
    assert refused_as(office, another_day(office)) is QuotaReached
    office.do(vouchers.cancel_voucher, vouchers=(code,), code=code)
    assert refused_as(office, another_day(office)) is None
    assert refused_as(office, another_day(office, CITIZEN)) is None
    assert refused_as(office, another_day(office, nik=None)) is Invalid


def another_day(office: TheOffice, nik: str | None = TOUT) -> Command[Any]:
    wish: dict[str, Any] = {"code": office.new_code(), "token": office.new_id(), "nik": nik and known(nik)}
    return office.command(vouchers.give_voucher, service="KTP-CETAK", unattended=True, **wish)


def refused_as(office: TheOffice, wish: Command[Any]) -> type[Exception] | None:
    office.journal.commit([wish])
    return type(wish.failure) if wish.failure else None


def test_a_number_given_back_counts_no_more(office: TheOffice) -> None:
    first, second = at_the_kiosk(office), at_the_kiosk(office)
    office.journal.commit([first, second])
    given_back = {"ticket_id": first.answer()["id"], "token": first.answer()["token"]}
    batch = [at_the_kiosk(office), office.command(ticketing.cancel, **given_back), at_the_kiosk(office)]
    office.journal.commit(batch)
    assert [said(wish) for wish in (batch[0], batch[2])] == [QuotaReached, "A-003"]
    assert told(office, at_the_kiosk(office)) == QuotaReached


def test_a_number_that_was_refused_for_want_of_blanks_was_not_taken(one_office: TheOffice) -> None:
    office = one_office
    office.enter("KTP", "count", 4)  # three of them stay in reserve
    assert [told(office, at_the_kiosk(office, cards=2)) for _ in range(3)] == [OutOfStock] * 3
    assert [told(office, at_the_kiosk(office)) for _ in range(2)] == ["A-001", OutOfStock]
    office.receive("KTP", 10)
    assert [told(office, at_the_kiosk(office)) for _ in range(2)] == ["A-002", QuotaReached]


def test_asking_again_after_silence_gives_the_same_number(one_office: TheOffice) -> None:
    for _ in range(LIMIT):
        told(one_office, at_the_kiosk(one_office))
    wish = at_the_kiosk(one_office, CITIZEN)
    assert [told(one_office, wish), told(one_office, wish)] == ["A-003", "A-003"]
    assert told(one_office, at_the_kiosk(one_office, CITIZEN)) == "A-004"


def test_a_power_cut_does_not_begin_the_count_anew_and_neither_does_a_rebuild(office: TheOffice) -> None:
    for _ in range(LIMIT):
        told(office, at_the_kiosk(office))
    office.power_cut()
    assert told(office, at_the_kiosk(office)) == QuotaReached
    office.journal.close()
    rebuild(office.database, SITE)
    office.power_cut()
    assert told(office, at_the_kiosk(office)) == QuotaReached


def test_the_next_opening_begins_anew_and_leaves_nothing_of_yesterday(office: TheOffice) -> None:
    for _ in range(LIMIT):
        told(office, at_the_kiosk(office))
    yesterday = {row.mark for row in marks(office)}
    office.at("2026-11-23 20.00")  # closed: the day may still be opened again by hand
    assert {row.day for row in marks(office)} == {"2026-11-23"}
    office.do(office_operations.open_day, reason="layanan tambahan")
    assert told(office, at_the_kiosk(office)) == QuotaReached
    office.at("2026-11-24 08.00")
    assert marks(office) == []
    assert told(office, at_the_kiosk(office)) == "A-001"
    assert yesterday.isdisjoint(row.mark for row in marks(office))


def test_whoever_asks_in_the_very_commit_that_opens_the_day_asks_again(one_office: TheOffice) -> None:
    """What is kept of yesterday was read, what is kept of today was not: nothing is guessed."""
    one_office.at("2026-11-23 20.00")
    one_office.do(
        office_operations.open_day, reason="sampai lewat tengah malam", until=one_office.clock + 5 * 3_600_000
    )
    one_office.clock += 12 * 3_600_000  # eight in the morning, and nobody has closed yesterday yet
    steps = [one_office.command(office_operations.follow_calendar, new_code=one_office.new_code) for _ in range(9)]
    wish = at_the_kiosk(one_office)
    one_office.journal.commit([*steps, wish])
    assert said(wish) is Busy
    assert told(one_office, wish) == "A-001"


def test_a_kiosk_that_brings_no_nik_is_refused_and_staff_need_none(one_office: TheOffice) -> None:
    assert told(one_office, one_office.wish("KTP-CETAK", unattended=True)) is Invalid
    assert [told(one_office, one_office.wish("KTP-CETAK")) for _ in range(3)] == ["A-001", "A-002", "A-003"]
    assert marks(one_office) == []


def test_a_voucher_was_promised_and_asks_for_no_nik(one_office: TheOffice) -> None:
    told(one_office, at_the_kiosk(one_office))
    one_office.at("2026-11-23 20.00")
    with one_office.database.reading() as connection:
        code = connection.scalar(sa.select(schema.vouchers.c.code))
    one_office.at("2026-11-24 08.00")
    assert told(one_office, one_office.wish("KTP-CETAK", voucher=code, unattended=True)) == "A-001"


def test_an_office_that_does_not_ask_keeps_nothing(one_office: TheOffice) -> None:
    text = one_office.text.replace(f"numbers_per_nik = {LIMIT}", "")
    one_office.do(office_operations.apply_office, text=text, filename="office.toml")
    one_office.at("2026-11-24 08.00")
    assert [told(one_office, at_the_kiosk(one_office)) for _ in range(3)] == ["A-001", "A-002", "A-003"]
    assert marks(one_office) == []


def test_what_is_kept_is_a_hash_and_the_journal_has_not_even_that(one_office: TheOffice) -> None:
    for nik in (TOUT, CITIZEN):
        told(one_office, at_the_kiosk(one_office, nik))
    kept = marks(one_office)
    assert [re.fullmatch(r"[0-9a-f]{64}", row.mark) is not None for row in kept] == [True, True]
    with one_office.database.reading() as connection:
        journal = "\n".join(map(str, connection.execute(sa.select(schema.journal))))
        everything = "\n".join(
            str(row) for table in schema.meta.sorted_tables for row in connection.execute(sa.select(table))
        )
    assert not any(row.mark in journal for row in kept)
    for nik in (TOUT, CITIZEN):
        for start in range(len(nik) - 7):  # eight of its digits in a row are not there either
            assert nik[start : start + 8] not in everything


def test_a_command_without_a_nik_asks_the_database_nothing_more(one_office: TheOffice) -> None:
    asked: list[str] = []

    def heard(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    sa.event.listen(one_office.database.writer, "before_cursor_execute", heard)
    one_office.do(ticketing.issue_ticket, ticket_id=one_office.new_id(), token=one_office.new_id(), service="IKD")
    without = [statement for statement in asked if "nik_marks" in statement]
    told(one_office, at_the_kiosk(one_office))
    assert without == []
    assert [statement.split()[0] for statement in asked if "nik_marks" in statement] == ["SELECT", "INSERT"]
