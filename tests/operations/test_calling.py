"""The verbs of the counter."""

from typing import Any

import pytest

from queue_server.domain.errors import Conflict, DayIsClosed, Invalid, NotAllowed, OutOfStock, WrongState
from queue_server.operations import calling, stock, ticketing
from tests.the_office import TheOffice

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # rules, which no database decides

KTP, OTHER = 3, 4  # two counters that serve the KTP-el


@pytest.fixture(autouse=True)
def counters_serve_the_card(office: TheOffice) -> None:
    assert {"KTP-CETAK"} <= set(office.catalogue.counters[KTP].serves) & set(office.catalogue.counters[OTHER].serves)


def called(office: TheOffice, counter: int = KTP) -> dict[str, Any]:
    ticket = office.call(counter)
    assert ticket
    return ticket


def numbers(office: TheOffice, counter: int, how_many: int) -> list[str]:
    """The next numbers that a counter calls, each served."""
    served = [office.serve_one(counter) for _ in range(how_many)]
    return [ticket["number"] for ticket in served if ticket]


def test_nobody_waiting_is_no_error(office: TheOffice) -> None:
    office.open(KTP)
    assert office.call(KTP) is None


def test_first_come_first_served(office: TheOffice) -> None:
    for service in ("KTP-CETAK", "KTP-HILANG", "KTP-RUSAK"):
        office.take(service)
    office.open(KTP)
    assert numbers(office, KTP, 3) == ["A-001", "A-002", "A-003"]


def test_one_priority_after_two_regular(office: TheOffice) -> None:
    for priority in (False, False, False, False, True, True):
        office.take("KTP-CETAK", priority=priority)
    office.open(KTP)
    assert numbers(office, KTP, 6) == ["A-001", "A-002", "A-005", "A-003", "A-004", "A-006"]


def test_who_has_waited_an_hour_longer_than_the_next_in_line_goes_first(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.wait(minutes=61)
    office.take("KTP-CETAK", priority=True)
    office.take("KTP-CETAK", priority=True)
    urgent = office.take("KTP-CETAK")
    office.do(ticketing.set_priority, ticket_id=urgent["id"], priority=False, urgent=True, reason="sakit")
    office.open(KTP)
    assert numbers(office, KTP, 4) == ["A-001", "A-004", "A-002", "A-003"]


def test_an_urgent_ticket_goes_before_the_ratio_and_priority_can_be_withdrawn(office: TheOffice) -> None:
    tickets = [office.take("KTP-CETAK", priority=priority) for priority in (False, True, False)]
    office.do(ticketing.set_priority, ticket_id=tickets[2]["id"], priority=False, urgent=True, reason="sakit")
    office.do(ticketing.set_priority, ticket_id=tickets[1]["id"], priority=False, urgent=False, reason="keliru")
    office.open(KTP)
    assert numbers(office, KTP, 3) == ["A-003", "A-001", "A-002"]


def test_one_open_call_per_counter_and_one_counter_per_clerk(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.take("KTP-CETAK")
    clerk = office.open(KTP)
    called(office)
    assert isinstance(office.refusal(calling.call_next, counter=KTP, clerk=clerk), WrongState)
    assert isinstance(office.refusal(calling.open_counter, counter=OTHER, clerk=clerk), Conflict)
    assert isinstance(office.refusal(calling.open_counter, counter=KTP, clerk="somebody"), Conflict)


def test_a_closed_counter_calls_nobody_and_a_stranger_calls_nothing(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    assert isinstance(office.refusal(calling.call_next, counter=KTP, clerk="clerk-3"), WrongState)
    office.open(KTP)
    assert isinstance(office.refusal(calling.call_next, counter=KTP, clerk="somebody"), NotAllowed)


def test_a_closed_browser_keeps_its_call(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    clerk = office.open(KTP)
    called(office)
    again = office.do(calling.open_counter, counter=KTP, clerk=clerk)
    assert again["ticket"] == ticket["id"]


def test_a_released_ticket_returns_to_the_head(office: TheOffice) -> None:
    for _ in range(3):
        office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    assert isinstance(office.refusal(calling.close_counter, counter=KTP, clerk="clerk-4"), NotAllowed)
    office.do(calling.close_counter, counter=KTP, clerk="supervisor", by_supervisor=True)
    office.open(OTHER)
    assert numbers(office, OTHER, 3) == ["A-001", "A-002", "A-003"]


def test_a_clerk_cannot_leave_a_ticket_behind(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    clerk = office.open(KTP)
    called(office)
    assert isinstance(office.refusal(calling.close_counter, counter=KTP, clerk=clerk), WrongState)
    assert isinstance(office.refusal(calling.pause_counter, counter=KTP, clerk=clerk), WrongState)


def test_a_break_keeps_the_counter_and_calls_nobody(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    clerk = office.open(KTP)
    office.do(calling.pause_counter, counter=KTP, clerk=clerk, reason="salat")
    assert isinstance(office.refusal(calling.call_next, counter=KTP, clerk=clerk), WrongState)
    assert isinstance(office.refusal(calling.open_counter, counter=KTP, clerk="somebody"), Conflict)
    office.open(KTP)
    assert called(office)["number"] == "A-001"


def test_a_recall_is_counted_and_said_as_the_second_call(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    assert office.act(calling.recall, ticket, KTP)["times_called"] == 2
    call = office.queries.lobby("A", office.clock).call
    assert call
    assert call.words == "Panggilan kedua, nomor antrean A nol nol satu, silakan menuju loket tiga."
    office.act(calling.start, ticket, KTP)
    assert isinstance(
        office.refusal(calling.recall, ticket_id=ticket["id"], clerk="clerk-3"), WrongState
    )  # whoever is here is not called again


def test_absent_goes_behind_five_of_whom_the_counter_calls_whatever_their_letter(office: TheOffice) -> None:
    absent = office.take("KK-UBAH")
    others = [office.take("KTP-CETAK")["number"] for _ in range(7)]
    both = 4  # a counter for the KTP-el and family cards
    office.open(both)
    assert called(office, both)["number"] == absent["number"]
    office.act(calling.no_show, absent, both)
    order = [ticket["number"] for _ in range(8) if (ticket := office.serve_one(both))]
    assert order == [*others[:5], absent["number"], *others[5:]]


def test_absent_the_first_time_goes_behind_five_and_keeps_the_blank(office: TheOffice) -> None:
    for _ in range(8):
        office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    after = office.act(calling.no_show, ticket, KTP)
    assert (after["state"], after["skipped"]) == ("waiting", 1)
    assert office.stock().promised == 8
    assert numbers(office, KTP, 7) == ["A-002", "A-003", "A-004", "A-005", "A-006", "A-001", "A-007"]


def test_absent_a_second_time_stays_skipped_and_frees_the_blank_until_staff_bring_it_back(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    for _ in range(2):
        ticket = called(office)
        after = office.act(calling.no_show, ticket, KTP)
    assert (after["state"], office.stock().promised) == ("no_show", 0)
    assert office.call(KTP) is None
    board = office.queries.counter(KTP, office.clock)
    assert [line.number for line in board.skipped] == ["A-001"]
    office.do(calling.requeue, ticket_id=ticket["id"], clerk="clerk-3")
    assert office.stock().promised == 1
    assert called(office)["number"] == "A-001"


def test_a_skipped_ticket_comes_back_only_while_there_is_a_blank(office: TheOffice) -> None:
    office.enter("KTP", "count", 4)
    first = office.take("KTP-CETAK")
    office.open(KTP)
    for _ in range(2):
        office.act(calling.no_show, called(office), KTP)
    office.take("KTP-CETAK")  # the freed blank is somebody else's now
    refusal = office.refusal(calling.requeue, ticket_id=first["id"], clerk="clerk-3")
    assert isinstance(refusal, OutOfStock)
    assert office.state(first) == "no_show"


def test_a_parked_ticket_keeps_its_blank_and_returns_to_its_turn(office: TheOffice) -> None:
    for _ in range(3):
        office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    office.act(calling.park, ticket, KTP, reason="fotokopi KK")
    assert (office.state(ticket), office.stock().promised) == ("parked", 3)
    assert numbers(office, KTP, 1) == ["A-002"]
    office.do(calling.requeue, ticket_id=ticket["id"], clerk="clerk-3")
    assert numbers(office, KTP, 2) == ["A-001", "A-003"]


def test_out_of_order_needs_a_reason(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    second = office.take("KTP-CETAK")
    office.open(KTP)
    order = {"ticket_id": second["id"], "counter": KTP, "clerk": "clerk-3"}
    assert isinstance(office.refusal(calling.call_ticket, **order, reason=" "), Invalid)
    assert office.do(calling.call_ticket, **order, reason="ibu hamil")["number"] == "A-002"


def test_a_finished_print_uses_the_blank_that_was_set_aside(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    office.serve_one(KTP)
    line = office.stock()
    assert (line.on_hand, line.promised, line.used) == (99, 0, 1)
    row = next(s for s in office.queries.today(office.clock).services if s.service == "KTP-CETAK")
    assert (row.taken, row.served, row.printed, row.promised, row.waiting) == (1, 1, 1, 0, 0)


def test_a_visit_without_a_document_frees_the_blank(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    office.serve_one(KTP, outcome="incomplete")
    assert (office.stock().on_hand, office.stock().promised) == (100, 0)


def test_a_spoilt_card_is_a_fact_beside_the_good_one(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    office.serve_one(KTP, spoilt=[{"item": "KTP", "quantity": 1, "reason": "pita"}])
    line = office.stock()
    assert (line.on_hand, line.used, line.spoilt) == (98, 1, 1)


def test_an_unknown_item_or_outcome_changes_nothing(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    wish = {"ticket_id": ticket["id"], "clerk": "clerk-3", "new_code": office.new_code}
    assert isinstance(office.refusal(calling.finish, **wish, outcome="gone"), Invalid)
    used = [{"item": "SIM", "quantity": 1}]
    assert isinstance(office.refusal(calling.finish, **wish, outcome="done", used=used), Invalid)
    assert (office.state(ticket), office.stock().promised) == ("serving", 1)


def test_a_citizen_with_three_services_moves_on_under_one_number_before_those_who_came_later(
    office: TheOffice,
) -> None:
    first = office.take("KTP-UBAH")
    for _ in range(3):
        office.take("KK-UBAH")
    office.open(1)
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    moved = office.finish(ticket, KTP, next_service="KK-UBAH")
    assert (moved["number"], moved["state"], moved["service"]) == ("A-001", "waiting", "KK-UBAH")
    assert called(office, 1)["number"] == "A-001"
    office.act(calling.start, ticket, 1)
    office.finish(ticket, 1, next_service="KTP-HILANG")
    assert called(office)["number"] == first["number"]
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP)
    assert office.state(first) == "finished"
    assert office.stock().used == 2
    rows = {row.service: row for row in office.queries.today(office.clock).services}
    assert [(rows[s].taken, rows[s].served) for s in ("KTP-UBAH", "KTP-HILANG")] == [(1, 1), (1, 1)]
    assert (rows["KK-UBAH"].taken, rows["KK-UBAH"].served) == (4, 1)


def test_the_next_stage_keeps_number_place_and_blank(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    moved = office.finish(ticket, KTP, next_service="KTP-CETAK")
    assert (moved["state"], office.stock().promised, office.stock().used) == ("waiting", 1, 0)
    assert office.queries.ticket(ticket["id"], "id", office.clock).stage == "C"


def stage(office: TheOffice, **details: Any) -> dict[str, Any]:
    """Called, begun and ended at the counter for the card."""
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    return office.finish(ticket, KTP, **details)


def printed_and_waits(office: TheOffice, cards: int = 1, printed: int = 1) -> dict[str, Any]:
    """Of a visit for so many cards so many are printed in its first stage; it waits to be called again."""
    office.take("KTP-CETAK", cards=cards)
    office.open(KTP)
    used = [{"item": item, "quantity": printed} for item in ("KTP", "RIBBON", "FILM")]
    return stage(office, next_service="KTP-CETAK", used=used)


def test_a_blank_that_an_earlier_stage_used_is_not_taken_again_when_the_visit_is_done(office: TheOffice) -> None:
    printed_and_waits(office)
    stage(office)
    assert (office.stock().used, office.stock().on_hand, office.stock("RIBBON").used) == (1, 99, 1)


def test_of_two_cards_the_later_stage_takes_the_one_that_is_left(office: TheOffice) -> None:
    printed_and_waits(office, cards=2)
    stage(office)
    assert (office.stock().used, office.stock().promised) == (2, 0)


def test_whoever_has_the_card_already_is_not_owed_another_one(office: TheOffice) -> None:
    printed_and_waits(office)
    office.count("KTP", 0)
    assert stage(office, outcome="stopped")["state"] == "finished"


def test_whoever_has_the_card_already_is_called_back_without_a_blank(office: TheOffice) -> None:
    ticket = printed_and_waits(office)
    office.count("KTP", 0)
    for _ in range(2):
        office.act(calling.no_show, called(office), KTP)
    assert office.act(calling.requeue, ticket, KTP)["state"] == "waiting"


def test_whoever_has_the_card_already_and_waits_at_the_close_comes_back_without_a_blank(office: TheOffice) -> None:
    ticket = printed_and_waits(office)
    office.count("KTP", 0)
    office.at("2026-11-23 18.00")
    office.at("2026-11-24 08.00")
    voucher = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert voucher
    office.take("KTP-CETAK", voucher=voucher.code)
    office.open(KTP)
    stage(office)
    assert (office.stock().used, office.stock().on_hand) == (0, 0)


def test_a_stage_that_is_taken_back_gives_its_blank_back_to_the_promise(office: TheOffice) -> None:
    ticket = printed_and_waits(office)
    office.act(calling.undo, ticket, KTP)
    assert (office.stock().used, office.stock().promised) == (0, 1)
    office.finish(ticket, KTP)
    assert office.stock().used == 1


def test_passing_on_changes_the_promise_in_the_same_commit_or_not_at_all(office: TheOffice) -> None:
    office.enter("KIA", "count", 0)
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    refused = office.refusal(calling.move, ticket_id=ticket["id"], clerk="clerk-3", service="KIA-BARU")
    assert isinstance(refused, OutOfStock)
    assert (office.state(ticket), office.stock().promised) == ("serving", 1)
    office.act(calling.move, ticket, KTP, service="IKD")
    assert (office.state(ticket), office.stock().promised) == ("waiting", 0)


def test_undo_takes_back_the_last_action_with_its_blanks(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    spoilt = [{"item": "KTP", "quantity": 1, "reason": "pita"}]
    office.finish(ticket, KTP, spoilt=spoilt)
    office.act(calling.undo, ticket, KTP)
    line = office.stock()
    assert (office.state(ticket), line.on_hand, line.promised, line.used, line.spoilt) == ("serving", 100, 1, 0, 0)
    office.finish(ticket, KTP)
    assert (office.state(ticket), office.stock().on_hand) == ("finished", 99)


def test_undo_walks_back_from_service_to_call_to_waiting(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    assert office.act(calling.undo, ticket, KTP)["state"] == "called"
    assert office.act(calling.undo, ticket, KTP)["state"] == "waiting"
    assert isinstance(office.refusal(calling.undo, ticket_id=ticket["id"], clerk="clerk-3"), WrongState)


def test_a_call_that_is_taken_back_leaves_the_lobby(office: TheOffice) -> None:
    for _ in range(2):
        office.take("KTP-CETAK")
    office.open(KTP)
    first = called(office)
    office.act(calling.no_show, first, KTP)
    second = called(office)
    office.act(calling.recall, second, KTP)
    office.act(calling.undo, second, KTP)
    board = office.queries.lobby("A", office.clock)
    assert board.call
    assert (board.call.number, board.earlier) == (first["number"], ())
    spoken = office.queries.calls_since("A", 0, office.clock)
    assert [call.number for call in spoken] == [first["number"]]


@pytest.mark.parametrize("verb", [calling.no_show, calling.requeue])
def test_undo_brings_somebody_back_who_was_not_gone(office: TheOffice, verb: Any) -> None:
    for _ in range(3):
        office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(verb, ticket, KTP)
    after = office.act(calling.undo, ticket, KTP)
    assert (after["state"], after["skipped"], after["counter"]) == ("called", 0, KTP)


def test_undo_of_moving_on_restores_service_and_promise(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP, next_service="KK-UBAH")
    after = office.act(calling.undo, ticket, KTP)
    assert (after["state"], after["service"]) == ("serving", "KTP-CETAK")
    assert (office.stock().promised, office.stock().on_hand, office.stock("HVS").promised) == (1, 100, 0)


def test_undo_ends_after_sixty_seconds_and_when_somebody_else_has_acted(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    office.open(OTHER)
    ticket = called(office)
    office.act(calling.requeue, ticket, KTP)
    called(office, OTHER)
    assert isinstance(office.refusal(calling.undo, ticket_id=ticket["id"], clerk="clerk-3"), WrongState)
    office.act(calling.start, ticket, OTHER)
    office.wait(seconds=61)
    assert isinstance(office.refusal(calling.undo, ticket_id=ticket["id"], clerk="clerk-4"), WrongState)


def test_undo_is_refused_when_the_freed_blank_is_promised_to_somebody_else(office: TheOffice) -> None:
    office.enter("KTP", "count", 4)
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP, outcome="incomplete")
    for _ in range(3):  # the safety stock is no promise: only what lies there counts
        office.enter("KTP", "lose", 1)
    office.take("KTP-CETAK") if office.stock().available else None
    office.enter("KTP", "count", office.stock().promised)
    refusal = office.refusal(calling.undo, ticket_id=ticket["id"], clerk="clerk-3")
    assert isinstance(refusal, OutOfStock)


def test_a_voucher_goes_before_everyone_without_one(office: TheOffice) -> None:
    waiting = [office.take("KTP-CETAK") for _ in range(2)]
    office.at("2026-11-23 17.30")
    office.at("2026-11-24 07.30")
    office.take("KTP-CETAK")
    office.take("KTP-CETAK", priority=True)
    vouchers = [office.queries.ticket(t["id"], "id", office.clock).voucher for t in waiting]
    for voucher in reversed(vouchers):  # whoever comes first to the kiosk: the order is the vouchers'
        assert voucher
        office.take("KTP-CETAK", voucher=voucher.code)
    office.open(KTP)
    assert numbers(office, KTP, 4) == ["A-004", "A-003", "A-001", "A-002"]


def test_a_service_that_was_finished_taken_back_and_finished_again_counts_once(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP, next_service="KK-UBAH")
    office.act(calling.undo, ticket, KTP)
    assert served(office, "KTP-CETAK") == 0
    office.finish(ticket, KTP, next_service="KK-UBAH")
    assert served(office, "KTP-CETAK") == 1
    office.verify()


def served(office: TheOffice, service: str) -> int:
    return next(line.served for line in office.queries.today(office.clock).services if line.service == service)


def test_a_number_of_yesterday_never_stands_in_todays_line(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    for _ in range(2):
        ticket = called(office)
        office.act(calling.no_show, ticket, KTP)
    office.at("2026-11-23 17.30")
    assert isinstance(office.refusal(calling.requeue, ticket_id=ticket["id"], clerk="clerk-3"), DayIsClosed)
    office.at("2026-11-24 07.40")
    assert isinstance(office.refusal(calling.requeue, ticket_id=ticket["id"], clerk="clerk-3"), WrongState)


def test_a_spoilt_card_that_was_taken_back_cannot_be_corrected_once_more(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.open(KTP)
    ticket = called(office)
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP, spoilt=[{"item": "KTP", "quantity": 1, "reason": "buram"}])
    office.act(calling.undo, ticket, KTP)
    spoilt = next(line for line in office.queries.movements("KTP") if line.type == "spoil")
    again = {"item": "KTP", "type": "reverse", "reason": "x", "reverses": spoilt.seq, "new_code": office.new_code}
    assert isinstance(office.refusal(stock.move_stock, movements=[spoilt.seq], **again), Conflict)
    assert office.stock().on_hand == 100
