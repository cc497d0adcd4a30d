"""The whole ledger: what travels, what a second person must see, old cards, and what was asked for."""

from typing import Any

import pytest

from queue_server.domain.errors import Conflict, Invalid, NotAllowed, NotFound, OutOfStock, Refusal
from queue_server.operations import calling, stock, ticketing
from queue_server.operations import office as office_verbs
from queue_server.storage.journal import Journal
from queue_server.storage.rebuild import rebuild
from tests.the_office import SITE, TheOffice

KTP = 3


def accounts(office: TheOffice, item: str = "KTP") -> dict[str, int]:
    """What lies on each account of an item, the empty ones left out."""
    return {b.account: b.posted for b in office.queries.balances() if b.item == item and b.posted}


def refused(office: TheOffice, kind: str, quantity: int, **details: Any) -> type[Refusal | None]:
    wish = {"item": "KTP", "type": kind, "quantity": quantity, "reason": "x", "new_code": office.new_code, **details}
    return type(office.refusal(stock.move_stock, **wish))


def dispatched(office: TheOffice, quantity: int, party: str, **details: str) -> int:
    """The number of the consignment."""
    office.enter("KTP", "dispatch", quantity, party=party, **details)
    return office.ledger.consignments()[-1].seq


# -- from whom and to whom -------------------------------------------------------------------------------------------


def test_blanks_come_from_the_centre_or_the_province_and_go_back_there(office: TheOffice) -> None:
    office.enter("KTP", "receive", 50, party="province")
    office.enter("KTP", "return", 20, party="province")
    assert accounts(office) == {"store": 130, "supplier": -100, "province": -30}


def test_what_was_borrowed_is_given_back_and_never_more_than_that(office: TheOffice) -> None:
    office.enter("KTP", "borrow", 30, name="Kab. Serang")
    office.enter("KTP", "return", 20, party="borrowed")
    assert accounts(office)["borrowed"] == -10
    assert refused(office, "return", 11, party="borrowed") is Conflict


def test_what_was_lent_comes_back_and_more_than_that_is_found_first(office: TheOffice) -> None:
    office.enter("KTP", "lend", 30)
    office.enter("KTP", "receive", 35, party="lent")
    assert accounts(office) == {"store": 105, "supplier": -100, "lost-and-found": -5}
    assert [alert.kind for alert in office.queries.today(office.clock).alerts] == ["stock_found"]


@pytest.mark.parametrize(
    "nonsense",
    [
        {"type": "receive", "party": "points-of-mine"},
        {"type": "spoil", "party": "supplier"},
        {"type": "spoil", "place": "counter-99"},
        {"type": "receive", "place": "counter-3"},
        {"type": "dispatch", "party": "points"},
        {"type": "dispatch", "party": "store"},
        {"type": "destroy"},
        {"type": "spoil", "request": 1},
    ],
)
def test_a_movement_that_makes_no_sense_is_refused(office: TheOffice, nonsense: dict[str, str]) -> None:
    wish = {"item": "KTP", "quantity": 1, "reason": "x", "new_code": office.new_code, **nonsense}
    assert isinstance(office.refusal(stock.move_stock, **wish), Invalid | NotFound)
    assert accounts(office) == {"store": 100, "supplier": -100}


# -- what is under way -----------------------------------------------------------------------------------------------


def test_what_was_sent_to_a_subdistrict_is_in_transit_until_it_has_arrived_in_parts_too(office: TheOffice) -> None:
    sent = dispatched(office, 40, "points", name="Kecamatan Kasemen")
    assert office.stock().on_hand == 60
    office.enter("KTP", "accept", 25, consignment=sent)
    (under_way,) = office.ledger.consignments()
    assert (under_way.name, under_way.sent, under_way.accepted, under_way.open) == ("Kecamatan Kasemen", 40, 25, 15)
    assert accounts(office) == {"store": 60, "supplier": -100, "transit": 15, "points": 25}
    office.enter("KTP", "accept", 15, consignment=sent)
    assert office.ledger.consignments() == ()


def test_what_did_not_arrive_is_lost_for_a_reason(office: TheOffice) -> None:
    sent = dispatched(office, 40, "points", name="Kecamatan Kasemen")
    assert refused(office, "accept", 38, consignment=sent, short=2, reason="") is Invalid
    assert refused(office, "accept", 38, consignment=sent, short=3) is Invalid
    assert refused(office, "accept", 38) is Invalid, "which one?"
    assert refused(office, "reverse", 1) is Invalid, "which one?"
    office.enter("KTP", "accept", 38, consignment=sent, short=2, reason="dus terbuka")
    assert accounts(office) == {"store": 60, "supplier": -100, "points": 38, "lost-and-found": 2}
    assert office.ledger.consignments() == ()


def test_more_than_was_sent_is_accepted_and_found_first(office: TheOffice) -> None:
    sent = dispatched(office, 40, "points", name="Kecamatan Kasemen")
    office.enter("KTP", "accept", 40, consignment=sent)
    office.enter("KTP", "accept", 3, consignment=sent)  # long after it was all there
    assert accounts(office) == {"store": 60, "supplier": -100, "points": 43, "lost-and-found": -3}
    assert office.queries.today(office.clock).alerts[0].kind == "stock_found"


def test_what_is_promised_is_not_sent_away_but_may_go_to_a_counter(office: TheOffice) -> None:
    for _ in range(95):
        office.take("KTP-CETAK")
    assert refused(office, "dispatch", 6, party="points", name="Kasemen") is Conflict
    sent = dispatched(office, 50, "counter-3")
    line = office.stock()
    assert (line.on_hand, line.promised) == (100, 95)
    assert refused(office, "dispatch", 51, party="counter-4") is Conflict
    office.enter("KTP", "accept", 50, consignment=sent)
    assert accounts(office) == {"store": 50, "supplier": -100, "counter-3": 50}
    assert office.stock().on_hand == 100


def test_a_dispatch_is_taken_back_while_all_of_it_is_under_way(office: TheOffice) -> None:
    sent = dispatched(office, 40, "points", name="Kasemen")
    office.enter("KTP", "accept", 1, consignment=sent)
    assert refused(office, "reverse", 0, reverses=sent, movements=[sent]) is Conflict
    arrival = office.queries.movements("KTP")[0].seq
    office.enter("KTP", "reverse", reverses=arrival)
    office.enter("KTP", "reverse", reverses=sent)
    assert accounts(office) == {"store": 100, "supplier": -100}
    assert office.ledger.consignments() == ()


def test_an_arrival_that_was_entered_wrongly_is_taken_back_after_everything_was_closed(office: TheOffice) -> None:
    sent = dispatched(office, 40, "points", name="Kasemen")
    office.enter("KTP", "accept", 40, consignment=sent)
    arrival = office.queries.movements("KTP")[0].seq
    office.power_cut()
    office.enter("KTP", "reverse", reverses=arrival)
    assert office.ledger.consignments()[0].open == 40
    rebuild(office.database, SITE)
    assert office.journal.differences() == []


def test_another_process_learns_what_is_under_way(office: TheOffice) -> None:
    other = Journal(office.database, SITE, lambda: office.clock)
    assert other.differences() == []
    sent = dispatched(office, 40, "points", name="Kasemen")
    office.enter("KTP", "accept", 10, consignment=sent)
    assert other.differences() == []
    office.enter("KTP", "accept", 30, consignment=sent)
    office.enter("KTP", "accept", 2, consignment=sent)  # memory over there has let it go by now
    assert other.differences() == []
    other.close()


# -- a counter's own blanks ------------------------------------------------------------------------------------------


def with_blanks_at_the_counter(office: TheOffice, quantity: int) -> dict[str, object]:
    """Somebody is being served at counter 3, which keeps blanks of its own."""
    office.enter("KTP", "accept", quantity, consignment=dispatched(office, quantity, "counter-3"))
    ticket = office.take("KTP-CETAK")
    office.open(KTP)
    office.call(KTP)
    office.act(calling.start, ticket, KTP)
    return ticket


def test_a_counter_uses_up_its_own_blanks_first_and_undo_puts_them_back(office: TheOffice) -> None:
    ticket = with_blanks_at_the_counter(office, 10)
    office.finish(ticket, KTP, spoilt=[{"item": "KTP", "quantity": 2, "reason": "macet"}])
    assert accounts(office) == {"store": 90, "supplier": -100, "counter-3": 7, "spoiled": 2, "citizen": 1}
    line = office.stock()
    assert (line.on_hand, line.used, line.spoilt, line.promised) == (97, 1, 2, 0)
    office.act(calling.undo, ticket, KTP)
    assert accounts(office) == {"store": 90, "supplier": -100, "counter-3": 10}
    line = office.stock()
    assert (line.on_hand, line.used, line.spoilt, line.promised) == (100, 0, 0, 1)


def test_what_the_counter_has_not_comes_from_the_store(office: TheOffice) -> None:
    ticket = with_blanks_at_the_counter(office, 2)
    office.finish(ticket, KTP, used=[{"item": "KTP", "quantity": 3}])
    assert accounts(office) == {"store": 97, "supplier": -100, "citizen": 3}
    office.act(calling.undo, ticket, KTP)
    assert accounts(office) == {"store": 98, "supplier": -100, "counter-3": 2}


def test_a_spoilt_blank_that_was_burnt_meanwhile_is_not_brought_back_by_undo(office: TheOffice) -> None:
    ticket = with_blanks_at_the_counter(office, 2)
    office.finish(ticket, KTP, spoilt=[{"item": "KTP", "quantity": 1, "reason": "macet"}])
    office.enter("KTP", "destroy", 1, party="spoiled", reference="BA-1", reason="dibakar")
    assert isinstance(office.refusal(calling.undo, ticket_id=ticket["id"], clerk="clerk-3"), Conflict)


def test_a_count_at_a_counter_is_of_that_counter(office: TheOffice) -> None:
    with_blanks_at_the_counter(office, 10)
    office.enter("KTP", "count", 8, place="counter-3")
    assert accounts(office) == {"store": 90, "supplier": -100, "counter-3": 8, "lost-and-found": 2}
    assert office.stock().on_hand == 98


def test_the_day_opens_and_closes_with_all_that_is_on_hand(office: TheOffice) -> None:
    office.enter("KTP", "accept", 30, consignment=dispatched(office, 30, "counter-3"))
    dispatched(office, 10, "counter-4")
    office.at("2026-11-23 17.30")
    office.at("2026-11-24 08.00")
    line = office.stock()
    assert (line.opening, line.on_hand) == (100, 100)


# -- counts and the second person ------------------------------------------------------------------------------------


def test_what_is_missing_leaves_the_book_at_once_and_waits_for_a_second_person(office: TheOffice) -> None:
    office.enter("KTP", "count", 97, actor="rina")
    assert office.stock().on_hand == 97
    (difference,) = office.ledger.count_differences()
    assert (difference.difference, difference.counted_by, difference.state) == (-3, "rina", "open")
    assert [(a.kind, a.detail) for a in office.queries.today(office.clock).alerts] == [("count_difference", "-3")]
    office.do(stock.approve_count, count=difference.seq, actor="sari")
    assert office.stock().on_hand == 97
    assert office.ledger.count_differences() == ()
    assert office.queries.today(office.clock).alerts == ()


def test_what_is_too_much_is_promised_to_nobody_until_a_second_person_has_seen_it(office: TheOffice) -> None:
    office.enter("KTP", "count", 104, actor="rina")
    assert office.stock().on_hand == 100
    (difference,) = office.ledger.count_differences()
    office.do(stock.approve_count, count=difference.seq, actor="sari")
    assert office.stock().on_hand == 104
    assert accounts(office)["lost-and-found"] == -4


def test_who_counted_may_not_approve(office: TheOffice) -> None:
    office.enter("KTP", "count", 104, actor="rina")
    (difference,) = office.ledger.count_differences()
    assert isinstance(office.refusal(stock.approve_count, count=difference.seq, actor="rina"), NotAllowed)
    office.do(stock.approve_count, count=difference.seq, actor="sari")
    assert isinstance(office.refusal(stock.approve_count, count=difference.seq, actor="budi"), NotFound)


def test_a_second_count_takes_the_place_of_a_surplus_that_nobody_has_approved(office: TheOffice) -> None:
    office.enter("KTP", "count", 104, actor="rina")
    office.enter("KTP", "count", 103, actor="budi")
    (difference,) = office.ledger.count_differences()
    assert (difference.difference, difference.counted_by) == (3, "budi")
    office.do(stock.approve_count, count=difference.seq, actor="rina")
    assert office.stock().on_hand == 103


def test_a_count_that_agrees_needs_nobody(office: TheOffice) -> None:
    office.enter("KTP", "count", 104, actor="rina")
    office.enter("KTP", "count", 100, actor="rina")
    assert office.ledger.count_differences() == ()
    assert office.queries.today(office.clock).alerts == ()


def test_a_difference_that_was_posted_is_corrected_by_a_further_count_alone(office: TheOffice) -> None:
    office.enter("KTP", "count", 97)
    posted = office.queries.movements("KTP")[0].seq
    assert refused(office, "reverse", 0, reverses=posted, movements=[posted]) is Invalid


def test_a_missing_blank_breaks_the_youngest_promise_before_anybody_has_approved(office: TheOffice) -> None:
    tickets = [office.take("KTP-CETAK") for _ in range(3)]
    office.enter("KTP", "count", 2)
    assert [office.state(ticket) for ticket in tickets] == ["waiting", "waiting", "deferred"]


# -- old cards -------------------------------------------------------------------------------------------------------


def withdraw(office: TheOffice, ticket: dict[str, object] | None = None, quantity: int = 1) -> None:
    card = {"item": "KTP", "quantity": quantity, "reason": "rusak", "ticket_id": ticket["id"] if ticket else None}
    office.do(stock.withdraw, **card)


def test_an_old_card_is_kept_under_its_number_until_it_is_destroyed(office: TheOffice) -> None:
    ticket = office.take("KTP-RUSAK")
    withdraw(office, ticket)
    withdraw(office, quantity=2)
    assert [(card.number, card.quantity) for card in office.ledger.withdrawn(10)] == [(None, 2), ("A-001", 1)]
    assert office.stock().on_hand == 100
    office.enter("KTP", "destroy", 3, reference="BA-470/12", reason="dibakar")
    assert accounts(office) == {"store": 100, "supplier": -100, "citizen": -3, "destroyed": 3}


def test_more_cards_in_the_fire_than_in_the_log_are_found_first(office: TheOffice) -> None:
    withdraw(office)
    office.enter("KTP", "destroy", 2, reference="BA-470/12", reason="dibakar")
    assert accounts(office)["destroyed"] == 2
    assert office.queries.today(office.clock).alerts[0].kind == "stock_found"


def test_a_card_that_was_logged_by_mistake_stands_in_the_log_no_more(office: TheOffice) -> None:
    withdraw(office)
    office.enter("KTP", "reverse", reverses=office.queries.movements("KTP")[0].seq)
    assert office.ledger.withdrawn(10) == ()
    assert accounts(office) == {"store": 100, "supplier": -100}


def test_paper_is_no_card(office: TheOffice) -> None:
    assert isinstance(office.refusal(stock.withdraw, item="HVS", quantity=1, reason="x"), Invalid)
    assert isinstance(office.refusal(stock.withdraw, item="KTP", quantity=0, reason="x"), Invalid)
    assert isinstance(office.refusal(stock.withdraw, item="KTP", quantity=1, reason=" "), Invalid)
    unknown = {"item": "KTP", "quantity": 1, "reason": "x", "ticket_id": "0" * 32}
    assert isinstance(office.refusal(stock.withdraw, **unknown), NotFound)


def test_the_minutes_hold_what_was_burnt_under_one_number_and_the_cards_since_the_last_time(office: TheOffice) -> None:
    withdraw(office, quantity=2)
    office.enter("KTP", "destroy", 2, reference="BA-1", reason="dibakar")
    withdraw(office, office.take("KTP-RUSAK"))
    withdraw(office, quantity=4)
    office.enter("KTP", "spoil", 3)
    office.enter("KTP", "destroy", 4, reference="BA-2", reason="dibakar")
    office.enter("KTP", "destroy", 3, party="spoiled", reference="BA-2", reason="dibakar")
    withdraw(office)
    seq = next(line.seq for line in office.queries.movements("KTP") if line.type == "destroy")
    minutes = office.ledger.minutes("KTP", seq, office.clock)
    assert [(line.kind, line.destroyed, line.left) for line in minutes.lines] == [  # type: ignore[union-attr]
        ("withdrawn", 4, 1),
        ("spoiled", 3, 0),
    ]
    assert [card.number for card in minutes.log] == ["A-001", None]  # type: ignore[union-attr]
    assert minutes.logged == 5  # type: ignore[union-attr]


# -- requests --------------------------------------------------------------------------------------------------------


def asked(office: TheOffice, quantity: int = 10_000) -> int:
    seq: int = office.do(stock.ask_for_blanks, item="KTP", quantity=quantity, used=0)["seq"]
    return seq


def test_asked_granted_and_fetched_stand_apart_and_make_the_ratio(office: TheOffice) -> None:
    request = asked(office)
    office.do(stock.grant_request, request=request, quantity=2000)
    office.enter("KTP", "receive", 1500, request=request)
    office.enter("KTP", "receive", 500, request=request)
    (row,) = office.ledger.requests()
    assert (row.asked, row.granted, row.fetched, row.awaited, row.fulfilment) == (10_000, 2000, 2000, 0, 20.0)
    assert row.on_hand == 100


def test_a_receipt_that_is_taken_back_was_not_fetched(office: TheOffice) -> None:
    request = asked(office)
    office.enter("KTP", "receive", 1500, request=request)
    office.enter("KTP", "reverse", reverses=office.queries.movements("KTP")[0].seq)
    assert office.ledger.requests()[0].fetched == 0


def test_a_request_of_another_item_or_none_fulfils_nothing(office: TheOffice) -> None:
    request = asked(office)
    wish = {"item": "KIA", "type": "receive", "quantity": 1, "request": request, "new_code": office.new_code}
    assert isinstance(office.refusal(stock.move_stock, **wish), NotFound)
    assert isinstance(office.refusal(stock.move_stock, **{**wish, "request": 7}), NotFound)
    assert isinstance(office.refusal(stock.grant_request, request=7, quantity=1), NotFound)
    assert isinstance(office.refusal(stock.ask_for_blanks, item="KTP", quantity=0, used=0), Invalid)
    assert isinstance(office.refusal(stock.ask_for_blanks, item="KTP", quantity=1, used=0, party="lent"), Invalid)


def test_what_is_still_to_come_is_not_asked_for_again(office: TheOffice) -> None:
    office.open(KTP)
    for _ in range(10):
        office.take("KTP-CETAK")
        office.serve_one(KTP)

    def ktp() -> tuple[int, int]:
        line = office.ledger.forecasts(office.clock, "id")[0]
        return line.awaited, line.suggested

    assert ktp() == (0, 20 * 10 - 90)
    request = asked(office, 100)
    assert ktp() == (100, 10)
    office.do(stock.grant_request, request=request, quantity=0)
    assert ktp() == (0, 110)


def test_a_year_of_it_is_rebuilt_as_it_was(office: TheOffice) -> None:
    with_blanks_at_the_counter(office, 10)
    request = asked(office)
    office.enter("KTP", "receive", 5, request=request)
    office.enter("KTP", "count", 200, actor="rina")
    withdraw(office)
    dispatched(office, 3, "points", name="Kasemen")
    office.do(office_verbs.answer_alert, seq=office.queries.today(office.clock).alerts[0].seq)
    office.count("KTP", 90)
    rebuild(office.database, SITE)
    assert office.journal.differences() == []
    office.verify()


# -- the smallest limits ---------------------------------------------------------------------------------------------


def test_the_item_that_is_gone_is_named_wherever_a_service_is_sold_out(office: TheOffice) -> None:
    office.enter("RIBBON", "count", 0)
    snapshot = office.queries.snapshot(office.clock, lines=True)
    services = {service.code: service for service in snapshot.services_view("id").services}
    assert {services[code].gone for code in ("KTP-CETAK", "KTP-WNA", "KIA-BARU")} == {"Pita cetak"}
    assert (services["KTP-CETAK"].reason, services["KK-BARU"].gone) == ("sold_out", None)
    lobby = snapshot.lobby("B")
    assert next(group.gone for group in lobby.waiting if group.prefix == "D") == "Pita cetak"
    assert "Pita cetak habis hari ini." in lobby.notices
    child = next(group for group in office.queries.counter(10, office.clock).groups if group.prefix == "D")
    assert (child.reason, child.gone) == ("sold_out", "Pita cetak")


@pytest.mark.parametrize(
    ("item", "service"), [("KTP-WNA", "KTP-WNA"), ("KIA", "KIA-BARU"), ("FILM", "KTP-CETAK"), ("HVS", "SUKET")]
)
def test_each_item_limits_what_needs_it_and_paper_for_tickets_limits_nothing(
    office: TheOffice, item: str, service: str
) -> None:
    office.enter("THERMAL", "count", 0)
    assert office.refusal(ticketing.issue_ticket, ticket_id="1" * 32, token="2" * 32, service=service) is None
    office.enter(item, "count", 0)
    refusal = office.refusal(ticketing.issue_ticket, ticket_id="3" * 32, token="4" * 32, service=service)
    assert isinstance(refusal, OutOfStock)
    assert refusal.details["item"] == item
