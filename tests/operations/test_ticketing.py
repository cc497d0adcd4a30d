"""Taking a number and giving it back."""

import math

import pytest

from queue_server.domain.errors import (
    ClockBehind,
    Conflict,
    DayIsClosed,
    IntakeClosed,
    Invalid,
    NotAllowed,
    NotFound,
    OutOfStock,
    QuotaReached,
    ServiceSuspended,
    WrongState,
)
from queue_server.domain.queueing import LEAST, MOST
from queue_server.operations import calling, stock, ticketing
from queue_server.operations import office as office_verbs
from tests.the_office import TheOffice

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # rules, which no database decides

KTP = 3  # a counter that serves the KTP-el


def taken(office: TheOffice, service: str = "KTP-CETAK", **details: object) -> object:
    ids = {"ticket_id": office.new_id(), "token": office.new_id()}
    return office.refusal(ticketing.issue_ticket, service=service, **{**ids, **details})


def test_numbers_count_up_in_each_group_from_001(office: TheOffice) -> None:
    numbers = [office.take(service)["number"] for service in ("KTP-CETAK", "KTP-HILANG", "KK-UBAH", "KTP-RUSAK")]
    assert numbers == ["A-001", "A-002", "B-001", "A-003"]


def test_asking_again_with_the_same_id_gives_the_same_ticket(office: TheOffice) -> None:
    ids = {"ticket_id": office.new_id(), "token": office.new_id()}
    first = office.take("KTP-CETAK", **ids)
    again = office.take("KTP-CETAK", **ids)
    assert (again["number"], again["created"]) == (first["number"], False)
    assert office.stock().promised == 1


def test_asking_again_after_the_ticket_was_finished_still_finds_it(office: TheOffice) -> None:
    ids = {"ticket_id": office.new_id(), "token": office.new_id()}
    office.take("KTP-CETAK", **ids)
    office.open(KTP)
    office.serve_one(KTP)
    again = office.take("KTP-CETAK", **ids)
    assert (again["number"], again["state"], again["created"]) == ("A-001", "finished", False)


def test_the_same_id_for_another_service_is_a_conflict(office: TheOffice) -> None:
    first = office.take("KTP-CETAK")
    refusal = taken(office, "KK-UBAH", ticket_id=first["id"])
    assert isinstance(refusal, Conflict)


def test_a_ticket_sets_its_blank_ribbon_and_film_aside(office: TheOffice) -> None:
    reserved = office.take("KTP-CETAK")["reserved"]
    assert [(line["item"], line["quantity"]) for line in reserved] == [("KTP", 1), ("RIBBON", 1), ("FILM", 1)]
    assert office.stock("KTP").promised == 1


def test_several_cards_are_set_aside_together_or_refused_together(office: TheOffice) -> None:
    cards = next(s.code for s in office.catalogue.services.values() if s.cards and "KTP" in s.consumes)
    office.enter("KTP", "count", 11)  # three are kept back, eight can be promised
    assert taken(office, cards, cards=9).code == "out_of_stock"  # type: ignore[attr-defined]
    assert office.stock().promised == 0
    office.take(cards, cards=8)
    assert (office.stock().promised, office.stock().available) == (8, 0)


def test_exactly_what_is_available_is_promised_and_the_next_is_told_which_item_is_short(office: TheOffice) -> None:
    office.enter("KTP", "count", 10)
    for _ in range(7):
        office.take("KTP-CETAK")
    refusal = taken(office)
    assert isinstance(refusal, OutOfStock)
    assert refusal.details["item"] == "KTP"
    assert office.take("KK-UBAH")["number"] == "B-001"  # another service is not touched
    assert office.take("IKD")["number"] == "H-001" if "H" in office.catalogue.groups else office.take("IKD")


def test_a_refused_ticket_uses_no_number(office: TheOffice) -> None:
    office.enter("KTP", "count", 4)
    assert office.take("KTP-CETAK")["number"] == "A-001"
    assert isinstance(taken(office), OutOfStock)
    office.receive("KTP", 10)
    assert office.take("KTP-CETAK")["number"] == "A-002"


def test_a_ribbon_that_ran_out_closes_the_print_with_blanks_in_store(office: TheOffice) -> None:
    office.enter("RIBBON", "count", 0)
    refusal = taken(office)
    assert isinstance(refusal, OutOfStock)
    assert refusal.details["item"] == "RIBBON"


def test_before_opening_and_after_closing_no_number_is_given(office: TheOffice) -> None:
    office.at("2026-11-23 17.30")
    refusal = taken(office)
    assert isinstance(refusal, DayIsClosed)
    office.clock = refusal.details["next_day"]  # type: ignore[assignment]
    office.follow_calendar()
    assert office.take("KTP-CETAK")["number"] == "A-001"


def test_intake_ends_before_the_counters_do(office: TheOffice) -> None:
    office.at("2026-11-23 15.00")
    assert isinstance(taken(office), IntakeClosed)


def test_numbers_can_be_taken_in_the_break(office: TheOffice) -> None:
    office.at("2026-11-23 12.30")
    assert office.queries.day_view(office.clock).state == "break"
    assert office.take("KTP-CETAK")["number"] == "A-001"


def test_a_suspended_service_is_refused_with_the_supervisors_words_and_keeps_its_promises(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.do(stock.suspend, service="KTP-CETAK", reason="Jaringan SIAK terganggu.")
    refusal = taken(office)
    assert isinstance(refusal, ServiceSuspended)
    assert refusal.details["words"] == "Jaringan SIAK terganggu."
    assert (office.state(ticket), office.stock().promised) == ("waiting", 1)
    office.do(stock.resume, service="KTP-CETAK")
    assert office.take("KTP-CETAK")["number"] == "A-002"


def test_a_quota_ends_the_numbers_of_its_group(office: TheOffice) -> None:
    prefix, group = next((p, g) for p, g in office.catalogue.groups.items() if g.quota)
    service = office.catalogue.services_of_group[prefix][0].code
    for _ in range(group.quota or 0):
        office.take(service)
    assert isinstance(taken(office, service), QuotaReached)


def test_a_quota_is_for_those_without_a_voucher(office: TheOffice) -> None:
    prefix, group = next((p, g) for p, g in office.catalogue.groups.items() if g.quota)
    service = office.catalogue.services_of_group[prefix][0].code
    left = office.take(service)
    office.at("2026-11-23 17.30")
    office.at("2026-11-24 07.30")
    for _ in range(group.quota or 0):
        office.take(service)
    voucher = office.queries.ticket(left["id"], "id", office.clock).voucher
    assert voucher
    assert office.take(service, voucher=voucher.code)["number"] == f"{prefix}-{(group.quota or 0) + 1:03d}"


def test_unknown_services_and_a_second_card_where_none_is_given_are_refused(office: TheOffice) -> None:
    assert isinstance(taken(office, "SIM"), Invalid)
    assert isinstance(taken(office, "IKD", cards=2), Invalid)


def test_a_clock_behind_the_journal_stops_issuing_until_a_supervisor_confirms(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.wait(hours=-2)
    assert isinstance(taken(office), ClockBehind)
    assert office.queries.day_view(office.clock).clock_behind
    office.do(office_verbs.open_day, reason="Baterai jam server diganti.")
    assert office.take("KTP-CETAK")["number"] == "A-002"


def test_a_clock_that_steps_back_by_a_moment_disturbs_nobody(office: TheOffice) -> None:
    office.take("KTP-CETAK")
    office.wait(seconds=-2)
    assert office.take("KTP-CETAK")["number"] == "A-002"


def test_the_holder_gives_a_number_back_and_its_blank_is_free_again(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.do(ticketing.cancel, ticket_id=ticket["id"], token=ticket["token"])
    assert (office.state(ticket), office.stock().promised) == ("cancelled", 0)
    assert office.take("KTP-CETAK")["number"] == "A-002"  # the number itself is never used again


def test_a_stranger_cannot_give_somebodys_number_back(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    refusal = office.refusal(ticketing.cancel, ticket_id=ticket["id"], token=office.new_id())
    assert isinstance(refusal, NotAllowed)
    assert isinstance(office.refusal(ticketing.cancel, ticket_id=office.new_id(), token="0" * 32), NotFound)


def test_nobody_cancels_a_ticket_that_is_being_served_but_its_clerk(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.open(KTP)
    office.call(KTP)
    office.act(calling.start, ticket, KTP)
    assert isinstance(office.refusal(ticketing.cancel, ticket_id=ticket["id"], token=ticket["token"]), WrongState)
    assert isinstance(office.refusal(ticketing.cancel, ticket_id=ticket["id"], clerk="somebody"), NotAllowed)
    office.act(ticketing.cancel, ticket, KTP)
    assert office.state(ticket) == "cancelled"
    assert office.call(KTP) is None  # and the counter is free


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_reprint_needs_a_reason(office: TheOffice, reason: str) -> None:
    ticket = office.take("KTP-CETAK")
    assert isinstance(office.refusal(ticketing.reprint, ticket_id=ticket["id"], reason=reason), Invalid)


def test_a_slip_that_did_not_come_out_costs_nobody_the_place_and_a_supervisor_knows(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.do(ticketing.print_failed, ticket_id=ticket["id"], device="kiosk-1", why="paper_out")
    assert office.state(ticket) == "waiting"
    alert = office.queries.today(office.clock).alerts[0]
    assert (alert.kind, alert.subject, alert.detail) == ("print_failed", "A-001", "paper_out")
    office.do(office_verbs.answer_alert, seq=alert.seq)
    assert office.queries.today(office.clock).alerts == ()


def test_the_expected_wait_is_said_as_a_range_and_not_at_all_while_no_counter_is_open(office: TheOffice) -> None:
    for _ in range(4):
        office.take("KTP-CETAK")
    assert office.take("KTP-CETAK")["wait_minutes"] is None
    office.open(KTP)
    minutes = office.catalogue.services["KTP-CETAK"].service_minutes
    low, high = office.take("KTP-CETAK")["wait_minutes"]
    expected = 5 * (minutes + 1)  # a minute from the call to the counter
    assert (low, high) == (math.floor(expected * LEAST), math.ceil(expected * MOST))


def test_the_expected_wait_learns_from_this_days_pace(office: TheOffice) -> None:
    office.open(KTP)
    for _ in range(5):
        ticket = office.take("KTP-CETAK")
        office.call(KTP)
        office.act(calling.start, ticket, KTP)
        office.wait(minutes=20)
        office.finish(ticket, KTP)
    office.take("KTP-CETAK")
    usual = office.catalogue.services["KTP-CETAK"].service_minutes + 1
    learnt = (3 * usual + 5 * 20) / 8  # five people of today beside the office file, which counts as three
    assert office.take("KTP-CETAK")["wait_minutes"] == (math.floor(learnt * LEAST), math.ceil(learnt * MOST))


def test_the_phone_and_the_kiosk_agree_on_how_many_are_ahead(office: TheOffice) -> None:
    office.open(KTP)
    answers = [office.take("KTP-CETAK", priority=office.rng.random() < 0.3) for _ in range(20)]
    last = answers[-1]
    view = office.queries.ticket(last["id"], "id", office.clock)
    assert (view.ahead, view.wait_minutes) == (last["ahead"], tuple(last["wait_minutes"]))


def test_who_is_called_before_counts_whatever_letter_it_has(office: TheOffice) -> None:
    family_card, both = 1, 4  # counters: family cards alone, and the KTP-el as well
    office.open(both)
    for service in ("KTP-CETAK", "KK-UBAH", "KTP-RUSAK"):
        office.take(service)
    last = office.take("KK-UBAH")
    view = office.queries.ticket(last["id"], "id", office.clock)
    assert (last["number"], last["ahead"], view.ahead) == ("B-002", 3, 3)
    assert view.wait_minutes == tuple(last["wait_minutes"])
    before = ("KTP-CETAK", "KK-UBAH", "KTP-RUSAK")
    minutes = sum(office.catalogue.services[code].service_minutes + 1 for code in before)  # each as long as its own
    assert view.wait_minutes == (math.floor(LEAST * minutes), math.ceil(MOST * minutes))
    office.open(family_card)
    sooner = office.queries.ticket(last["id"], "id", office.clock)
    assert sooner.ahead == 3
    assert sooner.wait_minutes
    assert view.wait_minutes
    assert sooner.wait_minutes < view.wait_minutes
    called = [office.serve_one(both) for _ in range(4)]
    assert [ticket["number"] for ticket in called if ticket] == ["A-001", "B-001", "A-002", "B-002"]


def test_who_holds_a_voucher_for_this_morning_is_waited_for_until_the_hour_at_which_they_should_have_come(
    office: TheOffice,
) -> None:
    for _ in range(6):
        office.take("KTP-CETAK")
    office.at("2026-11-23 16.30")  # six vouchers for Tuesday
    office.at("2026-11-24 08.00")
    office.open(KTP)
    early, later = office.take("KTP-CETAK"), office.take("KTP-CETAK")
    assert early["ahead"] == 0
    assert early["wait_minutes"][0] >= 6 * office.catalogue.services["KTP-CETAK"].service_minutes * LEAST
    view = office.queries.ticket(later["id"], "id", office.clock)
    assert view.wait_minutes == tuple(later["wait_minutes"])
    office.at("2026-11-24 09.31")
    assert office.queries.ticket(early["id"], "id", office.clock).wait_minutes == (0, 5)


def test_who_waits_for_what_no_counter_of_ours_serves_is_not_ahead(office: TheOffice) -> None:
    office.open(KTP)
    office.take("KTP-REKAM")
    assert office.take("KTP-CETAK")["ahead"] == 0


def test_a_voucher_is_honoured_although_its_service_is_suspended(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.at("2026-11-23 17.00")
    office.at("2026-11-24 08.00")
    office.do(stock.suspend, service="KTP-CETAK", reason="Printer rusak.")
    voucher = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert voucher
    assert office.take("KTP-CETAK", voucher=voucher.code)["number"] == "A-001"
    assert isinstance(taken(office), ServiceSuspended)


def test_who_was_passed_on_is_counted_in_the_line_where_they_stand(office: TheOffice) -> None:
    first = office.take("KTP-UBAH")
    office.open(KTP)
    office.call(KTP)
    office.act(calling.start, first, KTP)
    others = [office.take("KK-UBAH") for _ in range(2)]
    office.finish(first, KTP, next_service="KK-UBAH")
    assert office.queries.ticket(first["id"], "id", office.clock).ahead == 0
    assert [office.queries.ticket(t["id"], "id", office.clock).ahead for t in others] == [1, 2]
    assert office.take("KK-UBAH")["ahead"] == 3
    assert office.take("KTP-CETAK")["ahead"] == 0


def test_asking_again_after_being_passed_on_finds_the_ticket(office: TheOffice) -> None:
    ids = {"ticket_id": office.new_id(), "token": office.new_id()}
    ticket = office.take("KTP-UBAH", **ids)
    office.open(KTP)
    office.call(KTP)
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP, next_service="KK-UBAH")
    assert office.take("KTP-UBAH", **ids)["number"] == "A-001"
