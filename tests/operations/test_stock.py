"""Blanks: on hand = available + promised + safety, and a fact is never refused."""

from typing import Any

import pytest

from queue_server.domain.errors import Conflict, Invalid, NotFound, OutOfStock
from queue_server.operations import calling, ticketing
from queue_server.operations import stock as stock_verbs
from tests.the_office import TheOffice

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # rules, which no database decides

KTP = 3


def figures(office: TheOffice, item: str = "KTP") -> tuple[int, int, int, int]:
    line = office.stock(item)
    return line.on_hand, line.available, line.promised, line.safety


@pytest.mark.parametrize(
    ("on_hand", "safety"), [(0, 0), (2, 2), (3, 3), (50, 3), (60, 3), (61, 4), (100, 5), (1000, 50)]
)
def test_the_safety_stock_is_five_percent_rounded_up_and_at_least_three(
    office: TheOffice, on_hand: int, safety: int
) -> None:
    office.count("KTP", on_hand)
    assert figures(office) == (on_hand, on_hand - safety, 0, safety)


def test_the_four_words_always_add_up(office: TheOffice) -> None:
    for _ in range(10):
        office.take("KTP-CETAK")
    on_hand, available, promised, safety = figures(office)
    assert on_hand == available + promised + safety == 100


def test_spoilage_takes_from_safety_then_from_free_and_no_promise_suffers(office: TheOffice) -> None:
    for _ in range(10):
        office.take("KTP-CETAK")
    office.enter("KTP", "spoil", 90)
    assert figures(office) == (10, 0, 10, 0)


def test_the_youngest_promise_breaks_first_and_becomes_the_first_voucher(office: TheOffice) -> None:
    tickets = [office.take("KTP-CETAK") for _ in range(10)]
    office.enter("KTP", "spoil", 91)
    assert figures(office) == (9, 0, 9, 0)
    assert [office.state(ticket) for ticket in tickets] == ["waiting"] * 9 + ["deferred"]
    voucher = office.queries.ticket(tickets[-1]["id"], "id", office.clock).voucher
    assert voucher
    assert voucher.date == "2026-11-24"
    alerts = office.queries.today(office.clock).alerts
    assert [(alert.kind, alert.subject) for alert in alerts] == [("promise_broken", "A-010")]
    # On the day it goes before the vouchers of those who only waited in vain.
    office.at("2026-11-23 17.30")
    office.at("2026-11-24 07.30")
    office.receive("KTP", 50)
    other = office.queries.ticket(tickets[0]["id"], "id", office.clock).voucher
    assert other
    office.take("KTP-CETAK", voucher=other.code)
    office.take("KTP-CETAK", voucher=voucher.code)
    office.open(KTP)
    called = office.call(KTP)
    assert called
    assert called["number"] == "A-002"


def test_somebody_who_is_at_a_counter_keeps_the_promise_while_another_can_be_found(office: TheOffice) -> None:
    first, second = (office.take("KTP-CETAK") for _ in range(2))
    office.open(KTP)
    assert office.call(KTP)
    office.do(
        ticketing.cancel, ticket_id=second["id"], token=second["token"]
    )  # the youngest left is the one at the counter
    third = office.take("KTP-CETAK")
    office.enter("KTP", "count", 1)
    assert (office.state(first), office.state(third)) == ("called", "deferred")


def sent_away(office: TheOffice, ticket: dict[str, Any], counter: int, **details: Any) -> None:
    office.act(calling.start, ticket, counter)
    office.finish(ticket, counter, outcome="stopped", **details)


def test_whoever_is_sent_away_because_the_last_blank_is_spoilt_gets_the_first_voucher(office: TheOffice) -> None:
    office.enter("KTP", "spoil", 96)
    ticket = office.take("KTP-CETAK")  # the other three are the safety stock
    office.open(KTP)
    office.call(KTP)
    sent_away(office, ticket, KTP, spoilt=[{"item": "KTP", "quantity": 4, "reason": "cetak gagal"}])
    view = office.queries.ticket(ticket["id"], "id", office.clock)
    assert (view.state, view.voucher and view.voucher.date) == ("deferred", "2026-11-24")
    assert view.voucher
    assert (view.voucher.blanks, view.voucher.awaited) == (0, 1)
    alerts = office.queries.today(office.clock).alerts
    assert [(alert.kind, alert.subject) for alert in alerts] == [("promise_broken", "A-001")]
    assert figures(office) == (0, 0, 0, 0)
    assert office.call(KTP) is None  # the counter is free again


def test_whoever_loses_the_promise_to_the_next_counter_gets_the_first_voucher_as_well(office: TheOffice) -> None:
    office.enter("KTP", "spoil", 95)
    first, second = (office.take("KTP-CETAK") for _ in range(2))
    for counter in (KTP, KTP + 1):
        office.open(counter)
        office.call(counter)
    office.act(calling.start, first, KTP)
    office.finish(first, KTP, spoilt=[{"item": "KTP", "quantity": 4, "reason": "cetak gagal"}])
    assert office.state(second) == "called"
    sent_away(office, second, KTP + 1)
    assert office.state(second) == "deferred"
    assert len(office.queries.today(office.clock).alerts) == 1


def test_whoever_is_sent_away_while_there_is_a_blank_is_owed_none(office: TheOffice) -> None:
    office.enter("KTP", "spoil", 96)
    ticket = office.take("KTP-CETAK")
    office.open(KTP)
    office.call(KTP)
    sent_away(office, ticket, KTP, spoilt=[{"item": "KTP", "quantity": 3, "reason": "cetak gagal"}])
    assert office.state(ticket) == "finished"
    assert figures(office) == (1, 0, 0, 1)


def test_a_fact_beyond_the_book_enters_a_find_first_and_a_supervisor_sees_it(office: TheOffice) -> None:
    office.enter("KTP", "spoil", 104)
    assert figures(office) == (0, 0, 0, 0)
    kinds = [(line.type, line.quantity) for line in office.queries.movements("KTP")]
    assert kinds[:2] == [("spoil", 104), ("find", 4)]
    alert = office.queries.today(office.clock).alerts[0]
    assert (alert.kind, alert.subject, alert.detail) == ("stock_found", "KTP", "4")


def test_a_count_below_the_book_closes_the_difference_with_a_movement_of_its_own(office: TheOffice) -> None:
    office.enter("KTP", "count", 98, reason="opname")
    line = office.queries.movements("KTP")[0]
    assert (line.type, line.quantity, line.source, line.target) == ("count", 2, "store", "lost-and-found")
    assert office.stock().on_hand == 98


def test_a_movement_is_reversed_by_a_further_one_and_only_once(office: TheOffice) -> None:
    office.enter("KTP", "spoil", 5)
    seq = office.queries.movements("KTP")[0].seq
    office.enter("KTP", "reverse", reverses=seq)
    assert office.stock().on_hand == 100
    wish = {"item": "KTP", "type": "reverse", "reverses": seq, "reason": "lagi", "new_code": office.new_code}
    refusal = office.refusal(stock_verbs.move_stock, **wish, movements=[seq])
    assert isinstance(refusal, Conflict)
    assert [line.type for line in office.queries.movements("KTP")] == ["reverse", "spoil", "receive"]


def test_a_receipt_whose_blanks_are_promised_cannot_be_taken_back(office: TheOffice) -> None:
    for _ in range(10):
        office.take("KTP-CETAK")
    seq = office.queries.movements("KTP")[0].seq
    wish = {"item": "KTP", "type": "reverse", "reverses": seq, "reason": "keliru", "new_code": office.new_code}
    assert isinstance(office.refusal(stock_verbs.move_stock, **wish, movements=[seq]), Conflict)
    assert isinstance(office.refusal(stock_verbs.move_stock, **{**wish, "type": "lend", "quantity": 91}), Conflict)


@pytest.mark.parametrize(("type", "quantity"), [("receive", 0), ("spoil", -1), ("conjure", 5)])
def test_nonsense_is_refused(office: TheOffice, type: str, quantity: int) -> None:
    wish = {"item": "KTP", "type": type, "quantity": quantity, "reason": "x", "new_code": office.new_code}
    assert isinstance(office.refusal(stock_verbs.move_stock, **wish), Invalid)
    assert isinstance(office.refusal(stock_verbs.move_stock, **{**wish, "item": "SIM"}), NotFound)
    assert isinstance(office.refusal(stock_verbs.move_stock, **{**wish, "type": "spoil", "reason": ""}), Invalid)


def test_a_borrowed_box_is_on_hand_and_still_owed(office: TheOffice) -> None:
    office.enter("KTP", "borrow", 50)
    assert office.stock().on_hand == 150
    balances = {(b.item, b.account): b.posted for b in office.queries.balances()}
    assert balances["KTP", "borrowed"] == -50
    assert sum(b for (item, _), b in balances.items() if item == "KTP") == 0


def test_days_of_cover_follow_what_was_used(office: TheOffice) -> None:
    office.open(KTP)
    for _ in range(10):
        office.take("KTP-CETAK")
        office.serve_one(KTP)
    assert office.stock().days_of_cover == 9.0


def test_a_broken_promise_of_a_voucher_moves_it_to_the_front_of_the_next_day(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.at("2026-11-23 17.30")
    office.enter("KTP", "count", 0)
    voucher = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert voucher
    assert (voucher.date, voucher.blanks, voucher.state) == ("2026-11-24", 0, "open")


def test_using_more_than_promised_takes_the_rest_off_the_shelf(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.open(KTP)
    assert office.call(KTP)
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP, used=[{"item": "KTP", "quantity": 3}])
    assert figures(office)[0] == 97
    assert office.stock("RIBBON").promised == 0


def test_a_broken_promise_gets_its_blank_back_when_the_voucher_is_redeemed(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.enter("KTP", "count", 0)  # ribbon and film are still set aside
    voucher = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert voucher
    office.at("2026-11-23 17.30")
    office.at("2026-11-24 07.30")
    wish = {"ticket_id": office.new_id(), "token": office.new_id(), "service": "KTP-CETAK", "voucher": voucher.code}
    assert isinstance(office.refusal(ticketing.issue_ticket, **wish), OutOfStock)
    office.receive("KTP", 50)
    redeemed = office.do(ticketing.issue_ticket, **wish)
    assert sorted(line["item"] for line in redeemed["reserved"]) == ["FILM", "KTP", "RIBBON"]
    office.verify()


def test_a_promise_of_yesterday_is_not_the_youngest_because_its_voucher_was_redeemed(office: TheOffice) -> None:
    yesterday = office.take("KTP-CETAK")
    office.at("2026-11-23 17.30")
    office.at("2026-11-24 07.30")
    today = office.take("KTP-CETAK")
    voucher = office.queries.ticket(yesterday["id"], "id", office.clock).voucher
    assert voucher
    redeemed = office.take("KTP-CETAK", voucher=voucher.code)
    office.enter("KTP", "count", 1)
    assert (office.state(redeemed), office.state(today)) == ("waiting", "deferred")


def test_the_answer_to_a_movement_speaks_the_four_words_of_the_screens(office: TheOffice) -> None:
    for _ in range(10):
        office.take("KTP-CETAK")
    after = office.enter("KTP", "count", 11)
    assert (after["on_hand"], after["available"], after["promised"], after["safety"]) == figures(office)
