"""What the holder of a number does with it: lets others go first, or comes another day."""

from __future__ import annotations

from typing import Any

import pytest

from queue_server.operations import calling, holding, ticketing
from tests.the_office import TheOffice


def back(office: TheOffice, ticket: dict[str, Any], places: int) -> dict[str, Any]:
    answer: dict[str, Any] = office.do(holding.step_back, **mine(ticket), places=places)
    return answer


def mine(ticket: dict[str, Any]) -> dict[str, Any]:
    return {"ticket_id": ticket["id"], "token": ticket["token"]}


def another_day(office: TheOffice, ticket: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = office.do(holding.another_day, **mine(ticket), new_code=office.new_code)
    return answer


def called(office: TheOffice, counter: int = 3) -> list[str]:
    """The numbers that one counter calls until nobody waits."""
    numbers = []
    while ticket := office.call(counter):
        numbers.append(ticket["number"])
        office.act(calling.start, ticket, counter)
        office.finish(ticket, counter)
    return numbers


def test_who_lets_three_go_first_is_called_after_three_and_keeps_number_arrival_and_blank(office: TheOffice) -> None:
    office.open(3)
    waiting = [office.take("KTP-CETAK") for _ in range(6)]
    office.wait(minutes=7)
    stepped = back(office, waiting[1], 3)
    assert (stepped["number"], stepped["state"], stepped["ahead"]) == ("A-002", "waiting", 4)
    assert {"item": "KTP", "quantity": 1} in stepped["reserved"]
    view = office.queries.ticket(waiting[1]["id"], "id", office.clock)
    assert (view.ahead, view.follow, view.issued_at) == (4, 1, office.clock - 7 * 60_000)
    assert called(office) == ["A-001", "A-003", "A-004", "A-005", "A-002", "A-006"]


def test_with_fewer_behind_one_stands_behind_them_all_and_with_nobody_behind_one_stays(office: TheOffice) -> None:
    office.open(3)
    first, second = office.take("KTP-CETAK"), office.take("KTP-CETAK")
    assert back(office, first, 10)["ahead"] == 1
    office.wait(minutes=10)
    refused = office.refusal(holding.step_back, **mine(first), places=1)
    assert refused
    assert refused.reason == "nobody_follows"
    assert called(office) == [second["number"], first["number"]]


@pytest.mark.parametrize("urgent", [False, True])
def test_who_goes_first_and_lets_others_pass_is_called_after_them(office: TheOffice, urgent: bool) -> None:
    office.open(3)
    for _ in range(5):
        office.take("KTP-CETAK")
    first = office.take("KTP-CETAK", priority=True)
    if urgent:
        office.do(ticketing.set_priority, ticket_id=first["id"], priority=True, urgent=True, reason="sakit")
    before = office.queries.ticket(first["id"], "id", office.clock).ahead
    assert before == (0 if urgent else 2)
    assert back(office, first, 2)["ahead"] == before + 2
    assert called(office).index(first["number"]) == before + 2


def test_a_voucher_that_lets_others_pass_stands_in_the_ordinary_line(office: TheOffice) -> None:
    late = office.take("KTP-CETAK")
    office.at("2026-11-23 16.30")
    code = office.queries.ticket(late["id"], "id", office.clock).voucher
    assert code
    office.at("2026-11-24 08.00")
    office.open(3)
    for _ in range(4):
        office.take("KTP-CETAK")
    voucher = office.take("KTP-CETAK", voucher=code.code)
    assert voucher["ahead"] == 0
    assert back(office, voucher, 3)["ahead"] == 3
    assert called(office) == ["A-001", "A-002", "A-003", "A-005", "A-004"]


def test_one_steps_back_again_only_after_a_while_and_never_once_called(office: TheOffice) -> None:
    office.open(3)
    first = office.take("KTP-CETAK")
    for _ in range(5):
        office.take("KTP-CETAK")
    office.wait(minutes=2)
    back(office, first, 1)
    again = office.refusal(holding.step_back, **mine(first), places=1)
    assert again
    assert again.reason == "stepped_back"
    assert again.details == {"until": office.clock + 600_000}
    office.wait(minutes=10)
    assert back(office, first, 1)["ahead"] == 2
    while (turn := office.call(3)) and turn["id"] != first["id"]:
        office.act(calling.start, turn, 3)
        office.finish(turn, 3)
    assert getattr(office.refusal(holding.step_back, **mine(first), places=1), "reason", "") == "ticket_state"


def test_nobody_moves_a_strangers_number(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.take("KTP-CETAK")
    theirs = {"ticket_id": ticket["id"], "token": office.new_id()}
    for verb, more in ((holding.step_back, {"places": 1}), (holding.another_day, {"new_code": office.new_code})):
        refused = office.refusal(verb, **theirs, **more)
        assert refused
        assert refused.reason == "not_your_ticket"
    for places in (0, 11):
        assert getattr(office.refusal(holding.step_back, **mine(ticket), places=places), "code", "") == "invalid"


def test_another_day_takes_the_blank_along_and_is_asked_for_once(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    promised = office.stock().promised
    put_off = another_day(office, ticket)
    assert (put_off["state"], put_off["voucher"]["date"]) == ("deferred", "2026-11-24")
    assert office.stock().promised == promised
    office.at("2026-11-24 08.00")
    again = office.take("KTP-CETAK", voucher=put_off["voucher"]["code"])
    assert office.stock().promised == promised
    refused = office.refusal(holding.another_day, **mine(again), new_code=office.new_code)
    assert refused
    assert refused.reason == "not_put_off"
    office.verify()
