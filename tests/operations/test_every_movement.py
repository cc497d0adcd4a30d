"""The daily report on a ledger of many accounts: whatever moved has its column, and nothing is unexplained."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from queue_server.domain import backlog, report
from queue_server.domain.stock import MOVEMENTS, PARTIES, held
from queue_server.operations import backlog as backlog_verbs
from queue_server.operations import stock
from queue_server.storage.rebuild import rebuild
from queue_server.storage.reports import Reports
from tests.operations import test_any_movement as any_movement
from tests.the_backlog import TheBacklog
from tests.the_office import SITE, TheOffice

MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


@pytest.fixture
def office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    """Kota Serang on a Monday at eight: its 500 blanks came on the Friday before."""
    house = TheOffice(database_url, rng)
    house.found("2026-11-20 18.00", KTP=500)
    house.at("2026-11-23 08.00")
    yield house
    house.verify()
    house.close()


def read(office: TheOffice, day: str | None = None) -> dict[str, Any]:
    return Reports(office.database, SITE).daily(day, office.clock).report


def card(office: TheOffice, day: str | None = None) -> dict[str, Any]:
    return next(line for line in read(office, day)["stock"] if line["item"] == "KTP")


def add_up(figures: dict[str, Any]) -> None:
    """Every card sums, ends with what the tables say, and nothing but what was counted is left unexplained."""
    for line, item in zip(figures["stock"], figures["items"], strict=True):
        assert line["in"] == sum(line[name] for name in report.CAME)
        assert line["out"] == sum(line[name] for name in report.WENT)
        assert line["opening"] + line["in"] - line["out"] + line["adjusted"] == line["closing"], line
        assert (line["opening"], line["closing"], line["used"]) == (item["opening"], item["on_hand"], item["used"])
        places_add_up(line)
    for point in figures["points"]:
        assert point["opening"] + point["sent"] - point["returned"] - point["lost"] == point["closing"], point
    assert figures["reconciliation"]["differences"] == []


def places_add_up(line: dict[str, Any]) -> None:
    """Each place's card sums, nothing lies below zero anywhere, and together they are the item's card: what moved
    between them is nothing.
    """
    for place in line["places"]:
        came, went = (sum(place[name] for name in names) for names in (report.CAME, report.WENT))
        assert place["opening"] + came - went + place["moved"] + place["adjusted"] == place["closing"], place
        assert min(place["opening"], place["closing"]) >= 0, place
    for name in report.stock_line("KTP", 0, []) if line["places"] else ():
        assert sum(place[name] for place in line["places"]) == line[name], name
    assert line["moved"] == 0


def by_place(figures: dict[str, Any], which: str) -> dict[tuple[str, str], int]:
    """Item and counter, way or service point -> what the day began or ended with."""
    places = {(line["item"], place["place"]): place[which] for line in figures["stock"] for place in line["places"]}
    return places | {(point["item"], f"at {point['name']}"): point[which] for point in figures["points"]}


def last(office: TheOffice) -> int:
    return office.queries.movements("KTP")[0].seq


def every_movement(office: TheOffice) -> None:
    """One of each, of a size that tells it apart; the comments name what has no column."""
    move = office.enter
    for party, quantity in (("supplier", 100), ("province", 50), ("lent", 3), ("points", 4)):
        move("KTP", "receive", quantity, party=party)
    move("KTP", "borrow", 20)
    for party, quantity in (("supplier", 5), ("province", 6), ("borrowed", 7)):
        move("KTP", "return", quantity, party=party)
    move("KTP", "lend", 8)
    move("KTP", "dispatch", 40, party="counter-3")  # inside
    move("KTP", "accept", 41, consignment=last(office))  # one more than was sent: found
    move("KTP", "dispatch", 30, party="points", name="UPT Kasemen")
    sent = last(office)
    move("KTP", "accept", 20, consignment=sent, short=2)  # outside
    move("KTP", "spoil", 2, place="counter-3")
    move("KTP", "defect", 3)
    move("KTP", "lose", 1, place="counter-3")
    move("KTP", "find", 2)
    book = next(row.posted for row in office.queries.balances() if (row.item, row.account) == ("KTP", "counter-3"))
    move("KTP", "count", book - 1, place="counter-3")
    office.do(stock.withdraw, item="KTP", quantity=9, reason="ubah data")
    for party, quantity in (("withdrawn", 4), ("spoiled", 1), ("defective", 1)):
        move("KTP", "destroy", quantity, party=party, reference="BA-1/2026")  # outside
    move("KTP", "receive", 1000)
    move("KTP", "reverse", reverses=last(office))
    move("KTP", "dispatch", 11, party="points", name="MPP")
    move("KTP", "reverse", reverses=last(office))
    office.open(3)
    office.take("KTP-CETAK")
    office.serve_one(3, spoilt=[{"item": "KTP", "quantity": 1, "reason": "pita"}])


def test_a_day_of_every_movement_has_each_in_its_column(office: TheOffice) -> None:
    every_movement(office)
    assert {row.type for row in office.queries.movements("KTP", 100)} == {*stock.TYPES, "withdraw", "use"}
    line = card(office)
    assert {name: line[name] for name in (*report.CAME, *report.WENT, "adjusted")} == {
        "central": 100,
        "province": 50,
        "borrowed": 20,
        "returned": 7,
        "found": 3,
        "used": 1,
        "spoilt": 3,
        "defective": 3,
        "dispatched": 30,
        "lent": 8,
        "sent_back": 18,
        "lost": 1,
        "adjusted": -1,
    }
    add_up(read(office))
    office.at("2026-11-23 17.00")
    closed = read(office, MONDAY)
    add_up(closed)
    assert card(office, MONDAY)["at_counters"] == 41 - 2 - 1 - 1 - 2  # spoilt, lost, counted, used
    (old,) = closed["withdrawn"]
    assert (old["before"], old["received"], old["destroyed"], old["left"], old["minutes"]) == (
        0,
        9,
        4,
        5,
        ["BA-1/2026"],
    )
    office.at("2026-11-24 08.00")
    assert read(office, MONDAY) == closed
    assert read(office)["withdrawn"][0]["before"] == 5


def test_the_card_has_a_row_for_the_store_each_counter_and_the_way_and_one_for_each_service_point(
    office: TheOffice,
) -> None:
    every_movement(office)
    office.enter("KTP", "dispatch", 5, party="counter-4")  # still on the way
    figures = read(office)
    add_up(figures)
    places = {place["place"]: place for place in card(office)["places"]}
    assert list(places) == ["store", "counter-3", "transit"]
    columns = ("opening", "moved", "used", "spoilt", "lost", "adjusted", "closing")
    assert [places["counter-3"][name] for name in columns] == [0, 41, 1, 2 + 1, 1, -1, 41 - 1 - 3 - 1 - 1]
    assert [places["transit"][name] for name in ("moved", "found", "closing")] == [5 - 1, 1, 5]
    assert (places["store"]["moved"], places["store"]["dispatched"]) == (-45, 30)
    assert "counted" not in places["counter-3"]
    assert figures["points"] == [
        {"item": "KTP", "name": "", "opening": 0, "sent": 0, "returned": 4, "lost": -4, "closing": 0},
        {"item": "KTP", "name": "MPP", "opening": 0, "sent": 0, "returned": 0, "lost": 0, "closing": 0},
        {"item": "KTP", "name": "UPT Kasemen", "opening": 0, "sent": 30, "returned": 0, "lost": 2, "closing": 28},
    ]


def test_the_next_day_begins_at_each_place_with_what_the_last_one_left_there(office: TheOffice) -> None:
    every_movement(office)
    office.at("2026-11-23 17.00")
    then = read(office, MONDAY)
    office.at("2026-11-24 08.00")
    office.enter("KTP", "spoil", 2, place="counter-3")
    office.enter("KTP", "receive", 3, party="points", name="UPT Kasemen")
    assert read(office, MONDAY) == then
    began, ended = by_place(read(office), "opening"), by_place(then, "closing")
    assert {key: began.get(key, 0) for key in ended} == ended
    assert by_place(read(office), "closing")["KTP", "at UPT Kasemen"] == 25


def test_an_office_that_keeps_all_in_its_store_has_no_rows_of_places(office: TheOffice) -> None:
    office.enter("KTP", "receive", 100)
    assert (card(office)["places"], read(office)["points"]) == ([], [])


def test_every_account_has_a_column_or_never_touches_what_the_office_holds() -> None:
    rows = {account for sides in MOVEMENTS.values() for account in sides} - {"place", "party"}
    rows |= {account for parties in PARTIES.values() for account in parties}
    touch_no_blank = {"withdrawn", "destroyed"}  # between citizens and the fire
    assert {row for row in rows if not held(row)} - touch_no_blank <= set(report.COLUMNS)


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sequence=any_movement.steps)
def test_any_movements_are_accounted_for_on_every_day(tmp_path_factory: pytest.TempPathFactory, sequence: Any) -> None:
    office = any_movement.after(f"sqlite:///{tmp_path_factory.mktemp('any') / 'antrean.db'}", sequence)
    try:
        ended: dict[tuple[str, str], int] = {}
        for line in reversed(Reports(office.database, SITE).days(office.clock)):
            figures = read(office, line.day)
            add_up(figures)
            began, ended_before, ended = by_place(figures, "opening"), ended, by_place(figures, "closing")
            assert all(began.get(key, 0) == n for key, n in ended_before.items() if key[1] != "store")
    finally:
        office.close()


# -- the print backlog -----------------------------------------------------------------------------------------------


def a_backlog(office: TheOffice) -> list[str]:
    """Five print-ready and one at the centre; two are printed and one of them is fetched, one is taken off."""
    line = TheBacklog(office)
    ids = [line.enter(number) for number in range(5)]
    ids.append(line.enter(5, state=backlog.SENT))
    line.desk.release(3, "sari")
    office.do(backlog_verbs.print_cards, ids=ids[:2], records=ids[:2], new_code=office.new_code)
    office.do(backlog_verbs.collect, ids=ids[:1], records=ids[:1])
    off = {"record_id": ids[4], "state": backlog.WITHDRAWN, "reason": "sudah dicetak di tempat lain"}
    office.do(backlog_verbs.move, **off, records=ids[4:5])
    return ids


def test_cards_of_the_print_backlog_use_blanks_and_leave_no_difference(office: TheOffice) -> None:
    a_backlog(office)
    figures = read(office)
    add_up(figures)
    assert card(office)["used"] == 2
    (purpose,) = figures["purposes"]
    assert (purpose["service"], purpose["cards"], purpose["channels"]) == ("KTP-CETAK", 2, {"backlog": 2})
    assert figures["kecamatan"] == {"Kasemen": 2}
    reckoned = {line["item"]: line for line in figures["reconciliation"]["lines"]}
    assert [reckoned[item]["expected"] for item in ("KTP", "RIBBON")] == [2, 2]
    assert figures["backlog"] == {
        "before": 0,
        "added": 5,
        "printed": 2,
        "withdrawn": 1,
        "other": 0,
        "left": 2,
        "states": dict.fromkeys((backlog.SENT, backlog.PRINT_READY, backlog.RELEASED), 1)
        | dict.fromkeys((backlog.PRINTED, backlog.COLLECTED, backlog.WITHDRAWN), 1),
    }


def test_what_the_backlog_did_later_does_not_change_the_report_of_a_day(office: TheOffice) -> None:
    ids = a_backlog(office)
    office.at("2026-11-23 17.00")
    then = read(office, MONDAY)
    office.at("2026-11-24 08.00")
    office.do(backlog_verbs.move, record_id=ids[2], state=backlog.DUPLICATE, reason="ganda", records=ids[2:3])
    office.do(backlog_verbs.move, record_id=ids[5], state=backlog.PRINT_READY, records=ids[5:6])
    assert read(office, MONDAY) == then
    moved = read(office, TUESDAY)["backlog"]
    figures = {name: moved[name] for name in ("before", "added", "printed", "withdrawn", "other", "left")}
    assert figures == {"before": 2, "added": 1, "printed": 0, "withdrawn": 0, "other": 1, "left": 2}


def test_an_office_without_a_backlog_says_nothing_of_one(office: TheOffice) -> None:
    assert read(office)["backlog"] is None


# -- requests --------------------------------------------------------------------------------------------------------


def forecast(office: TheOffice, day: str | None = None) -> dict[str, Any]:
    return next(line for line in read(office, day)["forecast"] if line["item"] == "KTP")


def test_the_forecast_tells_the_last_request_as_it_stood_at_the_close(office: TheOffice) -> None:
    assert [forecast(office)[name] for name in ("awaited", "asked", "granted", "fetched")] == [0, None, None, None]
    asked = office.do(stock.ask_for_blanks, item="KTP", quantity=2_000, used=900)["seq"]
    assert [forecast(office)[name] for name in ("awaited", "asked", "granted", "fetched")] == [2_000, 2_000, None, 0]
    office.do(stock.grant_request, request=asked, quantity=1_000)
    office.enter("KTP", "receive", 400, request=asked)
    office.at("2026-11-23 17.00")
    then = read(office, MONDAY)
    assert [forecast(office, MONDAY)[name] for name in ("awaited", "granted", "fetched")] == [600, 1_000, 400]
    office.at("2026-11-24 08.00")
    office.enter("KTP", "receive", 600, request=asked)
    assert read(office, MONDAY) == then
    assert [forecast(office)[name] for name in ("awaited", "granted", "fetched")] == [0, 1_000, 1_000]


def test_letters_that_were_issued_are_counted(office: TheOffice) -> None:
    office.open(3)
    office.take("SUKET")
    office.serve_one(3)
    assert read(office)["suket"] == {"issued": 1}


# -- for ever --------------------------------------------------------------------------------------------------------


def test_a_year_later_and_from_the_journal_alone_the_report_is_the_same_to_the_byte(office: TheOffice) -> None:
    ids = a_backlog(office)
    every_movement(office)
    asked = office.do(stock.ask_for_blanks, item="KTP", quantity=2_000, used=900)["seq"]
    office.at("2026-11-23 17.00")
    then = Reports(office.database, SITE).daily(MONDAY, office.clock).text
    for day in (TUESDAY, "2027-11-23"):
        office.at(f"{day} 08.00")
        office.enter("KTP", "receive", 20, request=asked)
        office.enter("KTP", "destroy", 1, party="withdrawn", reference="BA-2/2026")
        office.enter("KTP", "dispatch", 3, party="counter-4")
        office.take("KTP-CETAK")
        office.at(f"{day} 17.00")
    office.do(backlog_verbs.move, record_id=ids[2], state=backlog.DUPLICATE, reason="ganda", records=ids[2:3])
    assert Reports(office.database, SITE).daily(MONDAY, office.clock).text == then
    rebuild(office.database, SITE)
    office.power_cut()
    assert Reports(office.database, SITE).daily(MONDAY, office.clock).text == then
