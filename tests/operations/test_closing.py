"""Counting, reckoning and signing: what closes a day, whatever happened on it."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterator
from typing import Any

import pytest

from printables.tables import daily_csv
from queue_server.domain.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from queue_server.domain.report import CAME, WENT
from queue_server.operations import calling, closing, stock
from queue_server.operations import office as days
from queue_server.storage.rebuild import rebuild
from queue_server.storage.reports import DayReport, Reports
from queue_server.web.reports import report_view
from tests.the_backlog import TheBacklog
from tests.the_office import SITE, TheOffice

KTP = 3
FRIDAY_EVENING = "2026-11-20 18.00"
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


@pytest.fixture
def office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    """Kota Serang on a Monday at eight: its 100 blanks came on the Friday before."""
    house = TheOffice(database_url, rng)
    house.found(FRIDAY_EVENING, KTP=100)
    house.at("2026-11-23 08.00")
    yield house
    house.verify()
    house.close()


def report(office: TheOffice, day: str | None = None) -> DayReport:
    return Reports(office.database, SITE).daily(day, office.clock)


def line(office: TheOffice, section: str, item: str, day: str | None = None) -> Any:
    return next(line for line in report(office, day).report[section] if line["item"] == item)


def differences(office: TheOffice, day: str | None = None) -> list[tuple[Any, ...]]:
    found = report(office, day).report["reconciliation"]["differences"]
    return [tuple(difference.values()) for difference in found]


def count(office: TheOffice, moment: str, **counted: int) -> dict[str, Any]:
    counts = [{"item": item.replace("_", "-"), "quantity": n} for item, n in counted.items()]
    answer: dict[str, Any] = office.do(closing.count_day, moment=moment, counts=counts, new_code=office.new_code)
    return answer


def sign(office: TheOffice, role: str, actor: str, day: str = MONDAY, text: str | None = None) -> Any:
    said = report(office, day).text if text is None else text
    return office.do(closing.sign_day, day=day, role=role, report=said, actor=actor, days=[day])


def keep_at_a_counter(office: TheOffice, quantity: int) -> None:
    office.enter("KTP", "dispatch", quantity, party="counter-3")
    sent = office.ledger.consignments()[-1]
    office.enter("KTP", "accept", quantity, consignment=sent.seq)


def a_day(office: TheOffice) -> None:
    """Two cards, one of them spoilt first; one ticket that nobody calls."""
    office.open(KTP)
    for _ in range(3):
        office.take("KTP-CETAK")
    office.serve_one(KTP)
    office.serve_one(KTP, spoilt=[{"item": "KTP", "quantity": 1, "reason": "pita"}])


def test_what_moves_while_the_office_is_shut_stands_in_the_next_report(office: TheOffice) -> None:
    friday, monday = "2026-11-27", "2026-11-30"
    office.at(f"{friday} 08.00")
    a_day(office)
    office.at("2026-11-28 10.00")  # a Saturday
    office.receive("KTP", 50)
    office.enter("KTP", "lose", 5)
    office.at(f"{monday} 08.00")
    before, after = line(office, "stock", "KTP", friday), line(office, "stock", "KTP", monday)
    assert (before["closing"], after["opening"]) == (97, 97)
    assert (after["in"], after["out"], after["closing"]) == (50, 5, 142)
    assert line(office, "items", "KTP", monday)["received"] == 50
    assert differences(office, friday) == differences(office, monday) == []


# -- counts ----------------------------------------------------------------------------------------------------------


def test_what_was_counted_stands_beside_the_book_and_a_difference_is_an_entry_of_its_own(office: TheOffice) -> None:
    assert count(office, "opening", KTP=100, RIBBON=5_000)["differences"] == {}
    a_day(office)
    office.at("2026-11-23 16.30")
    assert count(office, "closing", KTP=96)["differences"] == {"KTP": -1}
    card = line(office, "stock", "KTP")
    assert (card["opening"], card["used"], card["spoilt"], card["adjusted"]) == (100, 2, 1, -1)
    assert (card["closing"], card["counted"], card["difference"]) == (96, 96, -1)
    assert differences(office) == [("closing", "KTP", "", 97, 96)]
    moments = [(c["moment"], c["item"], c["book"], c["counted"]) for c in report(office).report["counts"]]
    assert moments == [("opening", "KTP", 100, 100), ("opening", "RIBBON", 5_000, 5_000), ("closing", "KTP", 97, 96)]


def test_counting_again_replaces_the_count_and_not_the_book(office: TheOffice) -> None:
    count(office, "opening", KTP=98)
    count(office, "opening", KTP=100)
    assert line(office, "counts", "KTP")["counted"] == 100
    card = line(office, "stock", "KTP")
    assert (card["opening"], card["adjusted"], card["closing"]) == (100, -2, 98)
    found = next(row for row in office.ledger.count_differences() if row.difference == 2)
    assert found.counted_by == "test"  # what is too much comes in when somebody else has approved it
    office.do(stock.approve_count, count=found.seq, actor="second")
    card = line(office, "stock", "KTP")
    assert (card["opening"], card["adjusted"], card["closing"]) == (100, 0, 100)


def test_a_count_of_the_store_is_held_against_the_store_and_not_against_the_counters(office: TheOffice) -> None:
    keep_at_a_counter(office, 30)
    assert count(office, "closing", KTP=70)["differences"] == {}
    card = line(office, "stock", "KTP")
    assert (card["closing"], card["at_counters"], card["counted"], card["difference"]) == (100, 30, 70, 0)
    assert differences(office) == []


def test_a_count_needs_an_item_a_moment_and_a_day(office: TheOffice) -> None:
    wrong = {"moment": "noon", "counts": [], "new_code": office.new_code}
    assert isinstance(office.refusal(closing.count_day, **wrong), Invalid)
    unknown = {"moment": "opening", "counts": [{"item": "GOLD", "quantity": 1}], "new_code": office.new_code}
    assert isinstance(office.refusal(closing.count_day, **unknown), NotFound)
    office.at("2026-11-28 09.00")  # a Saturday
    late = {"moment": "closing", "counts": [{"item": "KTP", "quantity": 1}], "new_code": office.new_code}
    assert isinstance(office.refusal(closing.count_day, **late), WrongState)


# -- the reckoning ---------------------------------------------------------------------------------------------------


def test_an_honest_day_has_no_difference(office: TheOffice) -> None:
    a_day(office)
    office.receive("KTP", 500)
    office.enter("KTP", "lend", 10)
    office.at("2026-11-23 17.00")
    assert differences(office) == []
    reckoned = {line["item"]: line for line in report(office).report["reconciliation"]["lines"]}
    ktp = reckoned["KTP"]
    assert (ktp["expected"], ktp["used"], ktp["spoilt"], ktp["consumed"], ktp["difference"]) == (2, 2, 1, 3, 0)
    assert reckoned["RIBBON"]["consumed"] == 2


def test_a_card_more_than_the_tickets_account_for_is_named_by_its_ticket(office: TheOffice) -> None:
    office.open(KTP)
    office.take("KTP-CETAK")
    used = [{"item": "KTP", "quantity": 2}, {"item": "RIBBON", "quantity": 1}, {"item": "FILM", "quantity": 1}]
    office.serve_one(KTP, used=used)
    assert differences(office) == [("ticket", "KTP", "A-001", 1, 2)]


def test_a_card_without_a_service_done_is_a_difference_too(office: TheOffice) -> None:
    office.open(KTP)
    office.take("KTP-CETAK")
    office.serve_one(KTP, outcome="incomplete", used=[{"item": "KTP", "quantity": 1}])
    assert differences(office) == [("ticket", "KTP", "A-001", 0, 1)]


def test_what_a_counter_takes_back_was_never_done(office: TheOffice) -> None:
    office.open(KTP)
    ticket = office.take("KTP-CETAK")
    office.serve_one(KTP, spoilt=[{"item": "KTP", "quantity": 1, "reason": "pita"}])
    office.act(calling.undo, ticket, KTP)
    assert differences(office) == []
    assert [n["done"] for n in report(office).report["services"] if n["service"] == "KTP-CETAK"] == [0]
    assert (line(office, "stock", "KTP")["used"], line(office, "stock", "KTP")["spoilt"]) == (0, 0)
    office.finish(ticket, KTP)
    assert differences(office) == []


def test_two_services_under_one_number_are_both_reckoned(office: TheOffice) -> None:
    office.open(KTP)
    ticket = office.take("KTP-CETAK")
    office.serve_one(KTP, next_service="KTP-HILANG")
    office.serve_one(KTP)
    assert office.state(ticket) == "finished"
    assert differences(office) == []
    assert {p["service"]: p["cards"] for p in report(office).report["purposes"]} == {"KTP-CETAK": 1, "KTP-HILANG": 1}


def test_a_correction_counts_against_what_it_takes_back(office: TheOffice) -> None:
    office.receive("KTP", 500)
    office.enter("KTP", "reverse", reverses=office.queries.movements("KTP")[0].seq)
    office.enter("KTP", "lend", 10)
    office.enter("KTP", "reverse", reverses=office.queries.movements("KTP")[0].seq)
    card = line(office, "stock", "KTP")
    assert (card["central"], card["in"], card["lent"], card["out"], card["closing"]) == (0, 0, 0, 0, 100)


SHARES = ("promised", "safety", "available")


def test_a_closed_days_items_tell_what_was_promised_kept_back_and_free_and_how_long_it_lasts(
    office: TheOffice,
) -> None:
    a_day(office)
    office.at("2026-11-23 17.00")
    for section in ("items", "stock"):
        found = line(office, section, "KTP", MONDAY)
        assert [found[name] for name in SHARES] == [1, 5, 91]
        assert found["days_of_cover"] == line(office, "forecast", "KTP", MONDAY)["days_of_cover"] == 64.7
    today = next(item for item in office.queries.today(office.clock, MONDAY).items if item.item == "KTP")
    assert (today.promised, today.safety, today.available, today.days_of_cover) == (1, 5, 91, 64.7)
    then = report(office, MONDAY).text
    office.at("2026-11-24 08.00")
    office.receive("KTP", 500)
    more = office.text.replace("safety_percent = 5", "safety_percent = 20")
    office.do(days.apply_office, text=more, filename="office.toml")
    office.at("2026-11-25 08.00")
    a_day(office)
    rebuild(office.database, SITE)
    assert report(office, MONDAY).text == then


def test_every_row_of_a_busy_days_stock_card_adds_up(office: TheOffice) -> None:
    count(office, "opening", KTP=98, RIBBON=5_003)
    a_day(office)
    office.receive("KTP", 500)
    office.enter("KTP", "receive", 40, party="province")
    for kind, quantity in (("borrow", 20), ("lend", 10), ("find", 2), ("defect", 3), ("lose", 4), ("spoil", 1)):
        office.enter("KTP", kind, quantity)
    office.enter("KTP", "dispatch", 25, party="points", name="Kecamatan Kasemen")
    office.enter("KTP", "return", 5, party="borrowed")
    keep_at_a_counter(office, 30)
    office.enter("KIA", "receive", 60)
    (found,) = [row for row in office.ledger.count_differences() if row.difference > 0]
    office.do(stock.approve_count, count=found.seq, actor="second")
    office.at("2026-11-23 17.00")
    cards = report(office, MONDAY).report["stock"]
    for card in cards:
        assert card["opening"] + card["in"] - card["out"] + card["adjusted"] == card["closing"], card["item"]
        assert sum(card[name] for name in CAME) == card["in"]
        assert sum(card[name] for name in WENT) == card["out"]
        assert sum(card[name] for name in SHARES) == card["closing"]
    assert {card["item"]: card["adjusted"] for card in cards if card["adjusted"]} == {"KTP": -2, "RIBBON": 3}
    rows = list(csv.reader(io.StringIO(written_as_csv(office))))
    heading = next(row for row in rows if "Penyesuaian" in row)
    table = [dict(zip(heading, row, strict=True)) for row in rows if len(row) == len(heading) and row != heading]
    assert len(table) == len(cards)
    for row in table:
        opening, came, went, adjusted, closing = (
            int(row[name]) for name in ("Sisa awal", "Jumlah masuk", "Jumlah keluar", "Penyesuaian", "Sisa akhir")
        )
        assert opening + came - went + adjusted == closing, row["Barang"]


def written_as_csv(office: TheOffice) -> str:
    found = report(office, MONDAY)
    return daily_csv(report_view(found, office.catalogue, {}, "uji", office.clock))


# -- after the signatures ---------------------------------------------------------------------------------------------


def close_and_sign(office: TheOffice, day: str = MONDAY) -> str:
    """The day as both have signed it, at five."""
    office.at(f"{day} 17.00")
    sign(office, "keeper", "budi", day)
    sign(office, "head", "sari", day)
    return report(office, day).text


def lines(office: TheOffice, section: str, day: str) -> dict[str, Any]:
    return {line["item"]: line for line in report(office, day).report[section]}


def test_what_came_in_the_evening_after_the_signatures_stands_in_the_next_report(office: TheOffice) -> None:
    a_day(office)
    signed = close_and_sign(office)
    office.receive("KTP", 50)
    office.enter("KTP", "lose", 4)
    office.at("2026-11-24 08.00")
    a_day(office)
    office.at("2026-11-24 17.00")
    assert report(office, MONDAY).text == signed
    last, card = line(office, "stock", "KTP", MONDAY), line(office, "stock", "KTP", TUESDAY)
    assert (last["closing"], card["opening"], card["in"], card["lost"], card["closing"]) == (97, 97, 50, 4, 140)
    assert line(office, "items", "KTP", TUESDAY)["received"] == 50
    carried = lines(office, "carried", TUESDAY)
    assert list(carried) == ["KTP"]
    assert (carried["KTP"]["received"], carried["KTP"]["other"]) == (50, -4)
    assert differences(office, TUESDAY) == []
    close_and_sign(office, TUESDAY)
    rebuild(office.database, SITE)
    office.power_cut()
    assert report(office, MONDAY).text == signed
    assert line(office, "stock", "KTP", TUESDAY)["in"] == 50


def test_what_comes_between_the_close_and_the_signatures_is_the_days_own(office: TheOffice) -> None:
    office.at("2026-11-23 16.30")
    office.receive("KTP", 50)
    sign(office, "keeper", "budi")
    office.receive("KTP", 20)
    sign(office, "keeper", "budi")
    sign(office, "head", "sari")
    office.receive("KTP", 7)
    office.at("2026-11-24 08.00")
    assert (line(office, "stock", "KTP", MONDAY)["in"], line(office, "stock", "KTP", MONDAY)["closing"]) == (70, 170)
    assert (line(office, "stock", "KTP", TUESDAY)["in"], differences(office, TUESDAY)) == (7, [])


def test_a_report_that_is_opened_again_takes_the_evening_back_until_it_is_signed(office: TheOffice) -> None:
    close_and_sign(office)
    office.receive("KTP", 50)
    office.at("2026-11-24 08.00")
    assert line(office, "stock", "KTP", TUESDAY)["in"] == 50
    office.do(closing.reopen_day, day=MONDAY, reason="kiriman sore", actor="sari", days=[MONDAY])
    assert (line(office, "stock", "KTP", MONDAY)["in"], line(office, "stock", "KTP", MONDAY)["closing"]) == (50, 150)
    assert (line(office, "stock", "KTP", TUESDAY)["opening"], line(office, "stock", "KTP", TUESDAY)["in"]) == (150, 0)
    sign(office, "keeper", "budi")
    sign(office, "head", "sari")
    assert (line(office, "stock", "KTP", TUESDAY)["opening"], line(office, "stock", "KTP", TUESDAY)["in"]) == (150, 0)
    assert differences(office, MONDAY) == differences(office, TUESDAY) == []


def test_a_report_opened_and_signed_again_the_same_evening_ends_with_its_last_signature(office: TheOffice) -> None:
    close_and_sign(office)
    office.receive("KTP", 50)
    office.do(closing.reopen_day, day=MONDAY, reason="kiriman sore", actor="sari", days=[MONDAY])
    office.wait(minutes=5)
    sign(office, "keeper", "budi")
    sign(office, "head", "sari")
    office.receive("KTP", 30)
    office.at("2026-11-24 08.00")
    assert [line(office, "stock", "KTP", day)["in"] for day in (MONDAY, TUESDAY)] == [50, 30]
    assert differences(office, TUESDAY) == []


def test_an_evening_that_two_have_signed_in_the_next_report_stays_there(office: TheOffice) -> None:
    close_and_sign(office)
    office.receive("KTP", 50)
    office.at("2026-11-24 08.00")
    tuesday = close_and_sign(office, TUESDAY)
    office.do(closing.reopen_day, day=MONDAY, reason="nomor kertas", actor="sari", days=[MONDAY])
    again = report(office, MONDAY).report
    assert (line(office, "stock", "KTP", MONDAY)["in"], line(office, "items", "KTP", MONDAY)["on_hand"]) == (0, 100)
    assert lines(office, "later", MONDAY)["KTP"]["received"] == 50
    assert again["reconciliation"]["differences"] == []
    sign(office, "keeper", "budi")
    assert sign(office, "head", "sari")["complete"] is True
    office.do(closing.reopen_day, day=TUESDAY, reason="salah hitung", actor="sari", days=[TUESDAY])
    assert report(office, TUESDAY).text == tuesday


def test_a_day_that_began_with_what_a_saturday_brought_can_be_signed(office: TheOffice) -> None:
    friday, monday = "2026-11-27", "2026-11-30"
    office.at(f"{friday} 08.00")
    a_day(office)
    close_and_sign(office, friday)
    office.receive("KTP", 20)
    office.at("2026-11-28 10.00")  # a Saturday
    office.receive("KTP", 50)
    office.at(f"{monday} 08.00")
    a_day(office)
    close_and_sign(office, monday)
    card = line(office, "stock", "KTP", monday)
    assert (card["opening"], card["in"], card["closing"]) == (97, 70, 164)
    assert lines(office, "carried", monday)["KTP"]["received"] == 70
    assert differences(office, monday) == []


def test_records_of_the_print_backlog_in_the_evening_are_the_next_reports(office: TheOffice) -> None:
    line = TheBacklog(office)
    line.enter(1)
    close_and_sign(office)
    line.enter(2)
    office.at("2026-11-24 08.00")
    line.enter(3)
    tuesday = report(office, TUESDAY).report["backlog"]
    assert report(office, MONDAY).report["backlog"]["left"] == tuesday["before"] == 1
    assert (tuesday["added"], tuesday["left"], tuesday["carried"]["added"]) == (2, 3, 1)
    close_and_sign(office, TUESDAY)
    line.enter(4)
    office.at("2026-11-25 08.00")
    wednesday = report(office, "2026-11-25").report["backlog"]
    assert (wednesday["before"], wednesday["added"], wednesday["left"]) == (3, 1, 4)


def anything(office: TheOffice, rng: random.Random) -> None:
    """Up to four movements, at whatever time it is; what leaves on purpose is no more than lies free in the store."""
    for kind in rng.choices(("receive", "lose", "find", "lend", "spoil", "defect", "dispatch"), k=rng.randrange(5)):
        quantity = rng.randrange(1, 9)
        if kind in ("lend", "dispatch"):
            store = next(row for row in office.queries.balances() if (row.item, row.account) == ("KTP", "store"))
            quantity = min(quantity, store.posted, office.stock().available)
        if quantity > 0:
            office.enter("KTP", kind, quantity, party="counter-4" if kind == "dispatch" else "")


def test_whenever_it_is_signed_and_opened_again_each_day_begins_with_what_the_last_one_ended_with(
    office: TheOffice, rng: random.Random
) -> None:
    opened = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27", "2026-11-30"]
    for number, day in enumerate(opened):
        office.at(f"{day} 08.00")
        a_day(office)
        anything(office, rng)
        for past in opened[number - 1 : number]:
            if rng.random() < 0.5:
                office.do(closing.reopen_day, day=past, reason="salah hitung", days=[past])
        close_and_sign(office, day)
        anything(office, rng)
        if rng.random() < 0.3:
            office.do(closing.reopen_day, day=day, reason="opname terlambat", days=[day])
            office.wait(minutes=5)
            sign(office, "keeper", "budi", day)
            sign(office, "head", "sari", day)
            anything(office, rng)
    left, under_way = 100, 0
    for day in opened:
        card = line(office, "stock", "KTP", day)
        way = next((place for place in card["places"] if place["place"] == "transit"), {"opening": 0, "closing": 0})
        assert way["opening"] == under_way, day
        under_way = way["closing"]
        assert (card["opening"], differences(office, day)) == (left, []), day
        left = card["opening"] + card["in"] - card["out"] + card["adjusted"]
        assert line(office, "items", "KTP", day)["on_hand"] == card["closing"] == left, day


def test_old_cards_handed_in_after_the_signatures_are_the_next_reports(office: TheOffice) -> None:
    close_and_sign(office)
    office.do(stock.withdraw, item="KTP", quantity=3, reason="rusak")
    office.at("2026-11-24 08.00")
    old = line(office, "withdrawn", "KTP", TUESDAY)
    assert (old["before"], old["received"], old["left"]) == (0, 3, 3)


# -- what the close leaves -------------------------------------------------------------------------------------------


def test_at_the_close_every_reservation_is_carried_by_a_voucher_or_free(office: TheOffice) -> None:
    a_day(office)
    parked = office.take("KTP-RUSAK")
    office.call(KTP)
    office.at("2026-11-23 17.30")
    inside = office.journal.office
    assert inside
    holders = {held.holder for held in inside.rows["reservations"].values()}
    vouchers = {code for code, voucher in inside.rows["vouchers"].items() if voucher.date > MONDAY}
    assert holders == vouchers
    assert len(vouchers) == 2
    assert office.state(parked) == "deferred"
    assert line(office, "items", "KTP", MONDAY)["promised"] == 2


# -- signatures ------------------------------------------------------------------------------------------------------


def test_two_people_sign_the_same_figures(office: TheOffice) -> None:
    a_day(office)
    office.at("2026-11-23 17.00")
    assert sign(office, "keeper", "budi")["complete"] is False
    alone = {"day": MONDAY, "role": "head", "report": report(office).text, "actor": "budi", "days": [MONDAY]}
    assert isinstance(office.refusal(closing.sign_day, **alone), NotAllowed)
    assert sign(office, "head", "sari")["complete"] is True
    signed = report(office, MONDAY).signed
    assert (signed.keeper, signed.head) == ("budi", "sari")
    again = {**alone, "actor": "tono"}
    assert isinstance(office.refusal(closing.sign_day, **again), WrongState)


def test_an_open_day_is_not_signed_and_neither_are_figures_of_ones_own(office: TheOffice) -> None:
    said = {"day": MONDAY, "role": "keeper", "days": [MONDAY], "report": report(office).text}
    assert isinstance(office.refusal(closing.sign_day, **said), WrongState)
    assert isinstance(office.refusal(closing.sign_day, **{**said, "role": "mayor"}), Invalid)
    assert isinstance(office.refusal(closing.sign_day, **{**said, "day": "2026-11-20"}), NotFound)
    office.at("2026-11-23 17.00")
    better = report(office).text.replace('"opening":100', '"opening":101')
    assert isinstance(office.refusal(closing.sign_day, **{**said, "report": better}), Conflict)


def test_figures_that_change_after_the_first_signature_are_signed_anew(office: TheOffice) -> None:
    office.at("2026-11-23 17.00")
    sign(office, "keeper", "budi")
    before = report(office).text
    count(office, "closing", KTP=99)
    assert report(office).changed
    stale = {"day": MONDAY, "role": "head", "report": before, "actor": "sari", "days": [MONDAY]}
    assert isinstance(office.refusal(closing.sign_day, **stale), Conflict)
    assert sign(office, "head", "sari") == {"day": MONDAY, "keeper": None, "head": "sari", "complete": False}
    assert sign(office, "keeper", "budi")["complete"] is True


def test_after_both_have_signed_nothing_is_added_until_somebody_reopens_with_a_reason(office: TheOffice) -> None:
    office.at("2026-11-23 17.00")
    sign(office, "keeper", "budi")
    sign(office, "head", "sari")
    late = {"moment": "closing", "counts": [{"item": "KTP", "quantity": 99}], "new_code": office.new_code}
    assert isinstance(office.refusal(closing.count_day, **late), WrongState)
    assert isinstance(office.refusal(closing.reopen_day, day=MONDAY, reason=" ", days=[MONDAY]), Invalid)
    office.do(closing.reopen_day, day=MONDAY, reason="opname terlambat", actor="sari", days=[MONDAY])
    signed = report(office, MONDAY).signed
    assert (signed.keeper, signed.head, signed.reopened, signed.reopened_by) == (None, None, "opname terlambat", "sari")
    count(office, "closing", KTP=99)
    sign(office, "keeper", "budi")
    sign(office, "head", "sari")
    assert line(office, "stock", "KTP", MONDAY)["counted"] == 99


def test_a_signed_day_that_opens_again_for_the_public_is_signed_anew(office: TheOffice) -> None:
    office.do(days.close_day)
    office.follow_calendar()
    sign(office, "keeper", "budi")
    sign(office, "head", "sari")
    office.do(days.open_day, reason="masih ada yang datang")
    signed = report(office, MONDAY).signed
    assert (signed.complete, signed.reopened) == (False, "masih ada yang datang")
    a_day(office)
    office.do(calling.close_counter, counter=KTP, clerk="clerk-3")
    office.do(days.close_day)
    office.follow_calendar()
    assert line(office, "items", "KTP", MONDAY)["used"] == 2
    sign(office, "keeper", "budi")
    assert sign(office, "head", "sari")["complete"] is True


def test_an_open_day_is_not_reopened(office: TheOffice) -> None:
    assert isinstance(office.refusal(closing.reopen_day, day=MONDAY, reason="x", days=[MONDAY]), WrongState)


@pytest.mark.parametrize("signed", [True, False])
def test_a_year_old_report_is_the_same_to_the_byte_after_the_tables_are_made_anew(
    office: TheOffice, signed: bool
) -> None:
    count(office, "opening", KTP=100)
    a_day(office)
    office.at("2026-11-23 17.00")
    count(office, "closing", KTP=96)
    if signed:
        sign(office, "keeper", "budi")
        sign(office, "head", "sari")
    then = report(office, MONDAY).text
    for day in ("2026-11-24", "2026-11-25", "2027-11-23"):
        office.at(f"{day} 08.00")
        a_day(office)
        office.receive("KTP", 20)
        office.at(f"{day} 17.00")
    assert report(office, MONDAY).text == then
    rebuild(office.database, SITE)
    office.power_cut()
    assert report(office, MONDAY).text == then
    assert report(office, MONDAY).signed.complete is signed
