"""Rationed blanks: who gets a number, who gets another day, and who comes first when blanks arrive."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.domain.errors import (
    Conflict,
    NotAllowed,
    OutOfStock,
    QuotaReached,
    Refusal,
    ServiceClosed,
    WrongState,
)
from queue_server.domain.policy import Ration
from queue_server.operations import calling, stock, ticketing, vouchers
from queue_server.operations import office as office_verbs
from queue_server.storage.rebuild import rebuild
from queue_server.storage.verify import verify
from tests.the_office import SITE, TheOffice

KTP = 3


def founded(
    sqlite_url: str, rng: random.Random, name: str = "banyuwangi", blanks: int = 100, **change: str
) -> TheOffice:
    """An office with a policy at 08.00 on a Monday; `change` is keys of its file and what they say instead."""
    office = TheOffice(sqlite_url, rng, name=name)
    for key, value in change.items():
        office.text, found = re.subn(rf"^{key} = .*$", f"{key} = {value}", office.text, count=1, flags=re.MULTILINE)
        assert found, key
    office.found("2026-11-23 07.00", KTP=blanks)
    office.at("2026-11-23 08.00")
    return office


@pytest.fixture
def office(sqlite_url: str, rng: random.Random) -> Iterator[TheOffice]:
    """150 cards a day; with 100 blanks there is less than a day of cover unless a test receives more."""
    house = founded(sqlite_url, rng)
    yield house
    house.verify()
    rebuild(house.database, SITE)
    house.verify()
    assert house.journal.differences() == []
    house.close()


def ration(office: TheOffice) -> Ration:
    inside = office.journal.office
    assert inside
    inside.now = office.clock
    return inside.ration


def refused(office: TheOffice, service: str = "KTP-CETAK", **details: Any) -> Refusal | None:
    ids = {"ticket_id": office.new_id(), "token": office.new_id()}
    return office.refusal(ticketing.issue_ticket, service=service, **ids, **details)


def ask(office: TheOffice, service: str = "KTP-CETAK", **details: Any) -> dict[str, Any]:
    ids = {"code": office.new_code(), "token": office.new_id()}
    answer: dict[str, Any] = office.do(vouchers.give_voucher, service=service, **ids, **details)
    return answer


def announce(office: TheOffice, day: str, quantity: int, item: str = "KTP") -> None:
    """The supervisor enters the office file with a delivery."""
    said = f'code = "{item}"\nnext_delivery = {day}\ndelivery_quantity = {quantity}\n'
    text = re.sub(rf'code = "{item}"\n(next_delivery.*\ndelivery_quantity.*\n)?', said, office.text, count=1)
    office.do(office_verbs.apply_office, text=text, filename="office.toml", now=True)


def date_of(office: TheOffice, code: str) -> str | None:
    return office.queries.voucher(code, "id", office.clock).date


def good_today(office: TheOffice, code: str) -> bool:
    return office.queries.voucher(code, "id", office.clock).called_back


# -- levels ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blanks", "level"), [(600, "AMAN"), (599, "TERBATAS"), (150, "TERBATAS"), (149, "KRITIS"), (3, "KOSONG")]
)
def test_the_level_follows_the_days_of_cover(sqlite_url: str, rng: random.Random, blanks: int, level: str) -> None:
    office = founded(sqlite_url, rng, blanks=blanks)  # 150 a day: until a week has passed the quota is the use
    assert ration(office).level_name == level
    office.close()


def test_the_use_of_the_last_days_counts_and_days_without_blanks_do_not(office: TheOffice) -> None:
    office.open(KTP)
    for _ in range(10):
        office.take("KTP-CETAK")
        office.serve_one(KTP)
    for day in ("2026-11-24", "2026-11-25", "2026-11-26"):
        office.at(f"{day} 08.00")
    assert ration(office).uses["KTP"].days == (10,)
    assert ration(office).level_name == "AMAN"  # 90 blanks for nine days


def test_an_office_without_a_policy_limits_nothing(sqlite_url: str, rng: random.Random) -> None:
    house = TheOffice(sqlite_url, rng)
    house.found("2026-11-23 07.00", KTP=50)
    house.at("2026-11-23 08.00")
    assert (ration(house).level, ration(house).level_name) == (None, "AMAN")
    for _ in range(47):
        house.take("KTP-HILANG")
    assert isinstance(refused(house), OutOfStock)
    house.verify()
    house.close()


def test_each_level_says_which_purposes_it_serves_and_whether_a_suket_is_issued(office: TheOffice) -> None:
    assert ration(office).level_name == "KRITIS"
    assert isinstance(refused(office, "KTP-HILANG"), ServiceClosed)
    office.take("KTP-CETAK")
    office.take("SUKET")
    office.receive("KTP", 200)
    assert ration(office).level_name == "TERBATAS"
    office.take("KTP-HILANG")
    assert isinstance(refused(office, "SUKET"), ServiceClosed)


# -- shares ----------------------------------------------------------------------------------------------------------


def test_seventy_to_thirty_until_the_hour_of_give_back(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=200, daily_quota="60")
    assert ration(office).level_name == "TERBATAS"
    for _ in range(18):
        office.take("KTP-HILANG")
    share = refused(office, "KTP-UBAH")
    assert isinstance(share, QuotaReached)
    assert share.reason == "share_used"
    for _ in range(42):
        office.take("KTP-CETAK")
    assert isinstance(refused(office), QuotaReached)
    office.verify()
    office.close()


def test_what_a_share_has_left_is_everybodys_after_the_hour(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=200, daily_quota="60")
    for _ in range(18):
        office.take("KTP-HILANG")
    assert isinstance(refused(office, "KTP-HILANG"), QuotaReached)
    office.at("2026-11-23 11.00")
    for _ in range(42):
        office.take("KTP-HILANG")
    assert isinstance(refused(office, "KTP-HILANG"), QuotaReached)
    office.verify()
    office.close()


def test_a_cancelled_number_gives_its_blank_back_to_its_own_share(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=200, daily_quota="60")
    tickets = [office.take("KTP-HILANG") for _ in range(18)]
    office.do(ticketing.cancel, ticket_id=tickets[0]["id"], token=tickets[0]["token"])
    assert (ration(office).promised("replacement"), ration(office).promised("print_ready")) == (17, 0)
    office.take("KTP-RUSAK")
    assert isinstance(refused(office, "KTP-RUSAK"), QuotaReached)
    office.verify()
    office.close()


def test_a_printed_card_stays_counted_and_an_undone_print_is_counted_once(office: TheOffice) -> None:
    office.open(KTP)
    ticket = office.take("KTP-CETAK")
    office.serve_one(KTP)
    assert ration(office).promised("print_ready") == 1
    office.act(calling.undo, ticket, KTP)
    assert ration(office).promised("print_ready") == 1
    office.finish(ticket, KTP, outcome="incomplete")
    assert ration(office).promised("print_ready") == 0
    office.act(calling.undo, ticket, KTP)
    assert ration(office).promised("print_ready") == 1


def test_undo_is_refused_where_the_share_has_been_given_on(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=200, daily_quota="10", limited_below_days="100")
    office.open(KTP)
    ticket = office.take("KTP-HILANG")
    for _ in range(2):
        office.take("KTP-HILANG")
    office.call(KTP)
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP, outcome="incomplete")
    office.take("KTP-HILANG")
    again = office.refusal(calling.undo, ticket_id=ticket["id"], clerk=f"clerk-{KTP}")
    assert isinstance(again, QuotaReached)
    office.verify()
    office.close()


def test_passing_on_to_another_purpose_moves_the_blank_to_the_other_share(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=400)
    office.open(KTP)
    ticket = office.take("KTP-CETAK")
    office.call(KTP)
    office.act(calling.start, ticket, KTP)
    office.act(calling.move, ticket, KTP, service="KTP-RUSAK")
    assert (ration(office).promised("print_ready"), ration(office).promised("replacement")) == (0, 1)
    office.act(calling.undo, ticket, KTP)
    assert (ration(office).promised("print_ready"), ration(office).promised("replacement")) == (1, 0)
    office.verify()
    office.close()


def test_cianjur_keeps_a_share_for_those_who_ask_to_go_first_and_for_the_urgent(
    sqlite_url: str, rng: random.Random
) -> None:
    office = founded(sqlite_url, rng, "cianjur", blanks=2000, daily_quota="100")
    office.do(stock.move_stock, item="KTP", type="count", quantity=300, reason="x", new_code=office.new_code)
    assert ration(office).level_name == "TERBATAS"
    for _ in range(55):
        office.take("KTP-CETAK")
    assert isinstance(refused(office), QuotaReached)
    for _ in range(10):
        office.take("KTP-CETAK", priority=True)
    assert isinstance(refused(office, priority=True), QuotaReached)
    for _ in range(5):
        office.take("KTP-MENDESAK")
    assert isinstance(refused(office, "KTP-MENDESAK"), QuotaReached)
    office.verify()
    office.close()


def test_the_public_board_tells_the_policys_quota_its_purposes_and_what_is_announced(
    office: TheOffice,
) -> None:
    announce(office, "2026-11-26", 2_000)
    office.take("KTP-CETAK")
    board = office.queries.stock_board("id", office.clock)
    assert board.quota == (150, 149)
    assert office.queries.lobby("A", office.clock).quota == (150, 149)
    assert (board.items[0].next_delivery, board.items[0].delivery_quantity) == ("2026-11-26", 2_000)
    served = {purpose.service: purpose.served for purpose in board.purposes}
    assert served == {code: ration(office).serves(office.catalogue.services[code]) for code in served}
    assert {served["KTP-CETAK"], served["KTP-UBAH"]} == {True, False}
    assert board.complaints == "https://www.lapor.go.id"


# -- the quota and other days ----------------------------------------------------------------------------------------


def test_registration_701_becomes_tomorrow_and_1401_the_day_after(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, "cianjur", blanks=11_000)
    office.journal.commit([office.wish("KTP-CETAK") for _ in range(700)])
    quota = refused(office)
    assert isinstance(quota, QuotaReached)
    assert quota.reason == "print_quota"
    given = [ask(office) for _ in range(1401 - 700)]
    assert [(given[n]["date"], given[n]["rank"]) for n in (0, 699, 700)] == [
        ("2026-11-24", 1),
        ("2026-11-24", 700),
        ("2026-11-25", 1),
    ]
    assert all(voucher["reserved"] for voucher in given)
    office.verify()
    office.close()


def test_a_voucher_of_the_quota_holds_its_blank_and_takes_from_its_days_quota(
    sqlite_url: str, rng: random.Random
) -> None:
    office = founded(sqlite_url, rng, blanks=700, daily_quota="5")
    for _ in range(5):
        office.take("KTP-CETAK")
    codes = [ask(office)["code"] for _ in range(3)]
    assert office.stock().promised == 8
    office.at("2026-11-23 17.00")  # five were not served either: the next day has room for two of them
    office.at("2026-11-24 08.00")
    assert ration(office).promised("voucher", "2026-11-24") == 5
    assert ration(office).promised("voucher", "2026-11-25") == 3
    assert isinstance(refused(office), QuotaReached)
    first = office.take("KTP-CETAK", voucher=codes[0])
    assert office.stock().promised == 8
    office.do(ticketing.cancel, ticket_id=first["id"], token=first["token"])
    office.take("KTP-CETAK")
    office.verify()
    office.close()


def test_while_numbers_are_left_nobody_is_sent_to_another_day(office: TheOffice) -> None:
    ids = {"code": office.new_code(), "token": office.new_id()}
    assert isinstance(office.refusal(vouchers.give_voucher, service="KTP-CETAK", **ids), Conflict)


def empty(office: TheOffice) -> None:
    office.enter("KTP", "count", 3)


def test_without_stock_and_delivery_there_is_a_place_on_the_waiting_list(office: TheOffice) -> None:
    empty(office)
    first, second = ask(office), ask(office)
    other = ask(office, "KTP-HILANG")
    assert (first["date"], second["date"], first["reserved"]) == (None, None, [])
    views = [office.queries.voucher(given["code"], "id", office.clock) for given in (first, second, other)]
    assert [(view.position, view.of) for view in views] == [(1, 2), (2, 2), (1, 1)]
    waits = refused(office, voucher=second["code"])
    assert isinstance(waits, WrongState)
    assert waits.reason == "voucher_waits"
    office.do(vouchers.cancel_voucher, code=first["code"], token=first["token"])
    view = office.queries.voucher(second["code"], "id", office.clock)
    assert (view.position, view.of) == (1, 1)


def test_a_delivery_with_its_quantity_dates_vouchers_and_never_more_than_it_can_serve(office: TheOffice) -> None:
    empty(office)
    announce(office, "2026-11-26", 20)
    given = [ask(office) for _ in range(21)]
    assert [voucher["date"] for voucher in given] == ["2026-11-26"] * 20 + [None]
    assert given[0]["awaited"][0] == {"item": "KTP", "quantity": 1}
    assert {line["item"] for line in given[0]["reserved"]} == {"RIBBON", "FILM"}


def test_vouchers_of_a_delivery_keep_to_the_quota_of_each_day(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=3, daily_quota="4")
    announce(office, "2026-11-26", 100)
    dates = [ask(office)["date"] for _ in range(9)]
    assert dates == ["2026-11-26"] * 4 + ["2026-11-27"] * 4 + ["2026-11-30"]
    office.verify()
    office.close()


def test_a_date_alone_promises_nothing(office: TheOffice) -> None:
    empty(office)
    text = office.text.replace('code = "KTP"\n', 'code = "KTP"\nnext_delivery = 2026-11-26\n', 1)
    office.do(office_verbs.apply_office, text=text, filename="office.toml", now=True)
    assert ask(office)["date"] is None


def test_a_delivery_that_came_early_is_not_promised_twice(office: TheOffice) -> None:
    empty(office)
    announce(office, "2026-11-26", 20)
    office.receive("KTP", 20)
    for _ in range(20):
        office.take("KTP-CETAK")
    assert ask(office)["date"] is None


def test_the_waiting_list_gets_its_dates_first_when_a_delivery_is_announced(office: TheOffice) -> None:
    empty(office)
    places = [ask(office)["code"] for _ in range(30)]
    announce(office, "2026-11-26", 20)
    assert ask(office)["date"] is None  # all of it belongs to those who asked before
    office.follow_calendar()
    dates = [date_of(office, code) for code in places]
    assert dates == ["2026-11-26"] * 20 + [None] * 10


# -- blanks that arrive ----------------------------------------------------------------------------------------------


def test_blanks_that_arrive_serve_today_then_those_deferred_today_then_the_kiosk(office: TheOffice) -> None:
    empty(office)
    announce(office, "2026-11-24", 9)
    yesterday = [ask(office)["code"] for _ in range(5)]
    office.at("2026-11-24 08.00")
    waits = refused(office, voucher=yesterday[0])
    assert isinstance(waits, OutOfStock)
    assert waits.reason == "not_arrived"
    here = [ask(office)["code"] for _ in range(4)]
    assert [date_of(office, code) for code in here] == ["2026-11-25"] * 4
    listed = [ask(office)["code"] for _ in range(2)]  # all of the delivery is promised
    assert [date_of(office, code) for code in listed] == [None, None]
    office.receive("KTP", 4)
    backed = [office.queries.voucher(code, "id", office.clock).blanks for code in [*yesterday, *here]]
    assert backed == [1] * 4 + [0] * 5
    assert isinstance(refused(office), OutOfStock)
    office.receive("KTP", 20)
    assert all(good_today(office, code) for code in [*here, *listed])
    assert office.take("KTP-CETAK", voucher=listed[1])["reserved"]
    assert office.take("KTP-CETAK")["number"]


def test_who_was_deferred_today_for_a_later_delivery_is_called_back_when_it_comes_early(office: TheOffice) -> None:
    empty(office)
    announce(office, "2026-11-26", 10)
    code, left = ask(office)["code"], ask(office)["code"]
    assert date_of(office, code) == "2026-11-26"
    office.receive("KTP", 10)
    assert (good_today(office, code), date_of(office, code)) == (True, "2026-11-26")
    office.take("KTP-CETAK", voucher=code)
    office.at("2026-11-24 08.00")  # the other one had gone home, and comes on the day that the paper says
    early = refused(office, voucher=left)
    assert isinstance(early, WrongState)
    assert early.reason == "voucher_early"
    office.at("2026-11-26 08.00")
    office.take("KTP-CETAK", voucher=left)


def test_who_is_called_back_stands_behind_those_whose_day_it_is(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.at("2026-11-24 08.00")
    todays = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert todays
    empty(office)
    code = ask(office)["code"]
    office.receive("KTP", 10)
    called_back = office.take("KTP-CETAK", voucher=code)
    of_today = office.take("KTP-CETAK", voucher=todays.code)
    office.open(KTP)
    assert [office.serve_one(KTP)["id"] for _ in range(2)] == [of_today["id"], called_back["id"]]  # type: ignore[index]


def test_who_asked_on_an_earlier_day_is_given_a_day_to_come(office: TheOffice) -> None:
    empty(office)
    code = ask(office)["code"]
    office.at("2026-11-24 08.00")
    here = ask(office)["code"]
    office.receive("KTP", 10)
    assert (date_of(office, code), date_of(office, here)) == ("2026-11-25", "2026-11-25")
    assert (good_today(office, code), good_today(office, here)) == (False, True)


def test_who_is_called_back_counts_towards_todays_quota(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=5, daily_quota="4")
    office.at("2026-11-23 11.00")
    for _ in range(2):
        office.take("KTP-CETAK")
    codes = [ask(office)["code"] for _ in range(3)]
    office.receive("KTP", 100)
    assert [good_today(office, code) for code in codes] == [True, True, False]
    assert isinstance(refused(office), QuotaReached)
    office.take("KTP-CETAK", voucher=codes[0])
    assert isinstance(refused(office), QuotaReached)
    assert ration(office).quota_left("2026-11-24") == 2
    office.verify()
    office.close()


def test_nobody_is_called_back_when_the_kiosk_is_about_to_stop_giving_numbers(office: TheOffice) -> None:
    empty(office)
    office.at("2026-11-23 14.45")
    code = ask(office)["code"]
    office.receive("KTP", 10)
    assert date_of(office, code) == "2026-11-24"
    assert not good_today(office, code)


def test_a_large_arrival_is_served_in_portions_and_nobody_gets_in_between(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=3)
    codes = [ask(office)["code"] for _ in range(60)]
    office.receive("KTP", 61)  # of 64 four are kept back
    assert sum(date_of(office, code) is not None for code in codes) == vouchers.STEP
    assert isinstance(refused(office), OutOfStock)
    assert office.follow_calendar() == ["served", "served"]
    assert sum(date_of(office, code) is not None for code in codes) == 60
    office.verify()
    office.close()


def test_a_blank_that_is_given_back_goes_to_the_first_on_the_list(office: TheOffice) -> None:
    office.enter("KTP", "count", 6)
    tickets = [office.take("KTP-CETAK") for _ in range(3)]
    place = ask(office)["code"]
    office.do(ticketing.cancel, ticket_id=tickets[0]["id"], token=tickets[0]["token"])
    assert isinstance(refused(office), OutOfStock)
    assert office.follow_calendar() == ["served"]
    assert good_today(office, place)


def test_who_found_the_share_used_up_is_called_back_at_the_hour_of_give_back(
    sqlite_url: str, rng: random.Random
) -> None:
    text = TheOffice.text_of("banyuwangi").replace("daily_quota = 150\n", "")
    office = TheOffice(sqlite_url, rng, text=text)
    office.found("2026-11-23 07.00", KTP=140)
    office.at("2026-11-23 08.00")
    assert ration(office).level_name == "AMAN"  # nobody knows yet how many a day are used
    office.enter("KTP", "spoil", 37)
    office.at("2026-11-24 08.00")
    assert ration(office).level_name == "TERBATAS"
    tickets = [office.take("KTP-HILANG") for _ in range(29)]  # 30 % of 97
    place = ask(office, "KTP-HILANG")
    assert place["date"] is None  # all of the rest is for others until eleven
    assert office.follow_calendar() == []
    office.take("KTP-CETAK")
    office.at("2026-11-24 11.00")
    assert good_today(office, place["code"])
    assert office.take("KTP-HILANG", voucher=place["code"])["reserved"]
    assert len(tickets) == ration(office).promised("replacement")
    office.verify()
    office.close()


# -- promises that break ---------------------------------------------------------------------------------------------


def test_a_broken_promise_is_dated_by_the_delivery_that_is_known(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    announce(office, "2026-11-26", 50)
    office.enter("KTP", "count", 0)
    voucher = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert voucher
    assert (voucher.date, voucher.rank, voucher.blanks) == ("2026-11-26", 1, 0)


def test_a_voucher_whose_blank_never_came_moves_on_instead_of_lapsing(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.enter("KTP", "count", 0)
    code = office.queries.ticket(ticket["id"], "id", office.clock).voucher.code  # type: ignore[union-attr]
    for day in ("2026-11-24", "2026-11-25"):
        assert date_of(office, code) == day
        office.at(f"{day} 08.00")
        assert isinstance(refused(office, voucher=code), OutOfStock)
        office.at(f"{day} 17.00")
    office.receive("KTP", 10)
    office.at("2026-11-26 08.00")
    assert office.take("KTP-CETAK", voucher=code)["reserved"]


def test_a_blank_that_was_lost_and_found_the_same_day_calls_its_holder_back(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.enter("KTP", "count", 0)
    voucher = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert voucher
    office.enter("KTP", "find", 5)
    assert good_today(office, voucher.code)


# -- giving back -----------------------------------------------------------------------------------------------------


def test_a_voucher_is_given_back_by_its_holder_alone_and_once(sqlite_url: str, rng: random.Random) -> None:
    office = founded(sqlite_url, rng, blanks=700, daily_quota="1")
    office.take("KTP-CETAK")
    given = ask(office)
    stranger = office.refusal(vouchers.cancel_voucher, code=given["code"], token=office.new_id())
    assert isinstance(stranger, NotAllowed)
    office.do(vouchers.cancel_voucher, code=given["code"], token=given["token"])
    assert office.stock().promised == 1
    assert ration(office).promised("voucher", "2026-11-24") == 0
    again = office.refusal(vouchers.cancel_voucher, code=given["code"], vouchers=[given["code"]])
    assert isinstance(again, WrongState)
    office.verify()
    office.close()


def test_two_hundred_takers_for_fifty_blanks_and_every_other_gets_a_day_or_a_place(
    sqlite_url: str, rng: random.Random
) -> None:
    office = founded(sqlite_url, rng, blanks=53)
    announce(office, "2026-11-24", 100)
    wishes = [office.wish("KTP-CETAK") for _ in range(200)]
    office.journal.commit(wishes)
    assert sum(wish.failure is None for wish in wishes) == 50
    given = [ask(office) for _ in range(150)]
    assert sum(voucher["date"] is not None for voucher in given) == ration(office).awaited("KTP") == 95
    office.verify()
    office.close()


# -- what verify finds -----------------------------------------------------------------------------------------------

TAMPERING = {
    "UPDATE bucket_counts SET promised = promised + 1 WHERE bucket = 'voucher'": (
        "2026-11-24 voucher: 2 cards are promised, but 3 are counted"
    ),
    "UPDATE bucket_counts SET promised = 0 WHERE bucket = 'print_ready'": (
        "2026-11-23 print_ready: 2 cards are promised, but 0 are counted"
    ),
    "UPDATE bucket_counts SET promised = 9 WHERE bucket = 'voucher'": (
        "2026-11-24: vouchers for 9 cards, but the quota was never above 2"
    ),
    "UPDATE reservations SET awaited = 2 WHERE awaited = 1": "KTP: 4 are awaited, but the ledger promises 2",
    "UPDATE vouchers SET state = 'lapsed'": "who cannot come any more",
}


@pytest.mark.parametrize("change", TAMPERING)
def test_verify_finds_counts_and_promises_that_do_not_fit(tmp_path: Path, rng: random.Random, change: str) -> None:
    office = founded(f"sqlite:///{tmp_path / 'antrean.db'}", rng, blanks=6, daily_quota="2")
    office.at("2026-11-23 11.00")
    announce(office, "2026-11-24", 2)
    for _ in range(2):
        office.take("KTP-CETAK")
    dates = [ask(office)["date"] for _ in range(3)]
    assert dates == ["2026-11-24", "2026-11-24", "2026-11-25"]
    office.verify()
    with office.database.writing() as connection:
        connection.execute(sa.text(change))
    faults = verify(office.database, SITE).faults
    assert any(TAMPERING[change] in fault for fault in faults), faults
    office.close()


# -- a drought -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("people", [4_000, pytest.param(42_000, marks=(pytest.mark.faults, pytest.mark.timeout(900)))])
def test_who_asked_first_is_served_first_through_three_deliveries(
    tmp_path: Path, rng: random.Random, people: int
) -> None:
    office = TheOffice(f"sqlite:///{tmp_path / 'antrean.db'}", rng, name="cianjur")
    office.found("2026-11-23 07.00", KTP=0, RIBBON=50_000, FILM=50_000)
    office.at("2026-11-23 08.00")
    codes = [office.new_code() for _ in range(people)]
    for first in range(0, people, 100):
        asked = [
            office.command(vouchers.give_voucher, code=code, token=office.new_id(), service="KTP-CETAK")
            for code in codes[first:][:100]
        ]
        office.journal.commit(asked)
        assert all(command.answer()["date"] is None for command in asked)
    told: dict[str, tuple[str, str]] = {}
    for day in ("2026-11-24", "2026-11-26", "2026-11-30"):
        office.at(f"{day} 08.00")
        office.receive("KTP", people // 4)
        office.follow_calendar()
        told |= office.queries.days_told()  # of those who did not come the blanks are the next one's
        assert set(told) == set(codes[: len(told)])
    assert people * 0.7 < len(told) < people
    days = [told[code][0] for code in codes[: len(told)]]
    assert days == sorted(days)
    assert len(set(days)) > 3
    office.verify()
    office.close()
