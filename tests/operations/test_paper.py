"""A day without electricity: numbers from paper, entered afterwards, in order and beside the kiosk's own."""

from __future__ import annotations

from typing import Any

import pytest

from queue_server.domain.closing import MOST_ENTERED, MOST_PAPER
from queue_server.domain.errors import Conflict, Invalid, WrongState
from queue_server.operations import calling, closing, paper
from queue_server.operations import office as days
from queue_server.storage.rebuild import rebuild
from queue_server.storage.reports import Reports
from tests.the_office import SITE, TheOffice

KTP, KK = 3, 1
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


def wish(office: TheOffice, first: int, last: int, **said: Any) -> dict[str, Any]:
    usual = {"day": MONDAY, "service": "KTP-CETAK", "became": "waiting"}
    day = said.get("day", MONDAY)
    chance = {"new_id": office.new_id, "new_code": office.new_code}
    return {**usual, "first": first, "last": last, "days": [day], **chance, **said}


def enter(office: TheOffice, first: int, last: int, **said: Any) -> dict[str, Any]:
    answer: dict[str, Any] = office.do(paper.enter_paper, **wish(office, first, last, **said))
    return answer


def refused(office: TheOffice, first: int, last: int, **said: Any) -> Any:
    return office.refusal(paper.enter_paper, **wish(office, first, last, **said))


def ticket(office: TheOffice, number: str) -> Any:
    return office.queries.ticket_by_number(number, "id", office.clock)


def services(office: TheOffice, day: str) -> dict[str, dict[str, int]]:
    report = Reports(office.database, SITE).daily(day, office.clock).report
    return {line["service"]: line for line in report["services"]}


# -- the numbers -----------------------------------------------------------------------------------------------------


def test_papers_become_tickets_with_their_own_numbers_and_the_kiosk_goes_on_with_its_own(office: TheOffice) -> None:
    assert office.take("KTP-CETAK")["number"] == "A-001"
    entered = enter(office, 901, 903)
    assert (entered["numbers"], entered["next"]) == (["A-901", "A-902", "A-903"], "A-904")
    assert office.take("KTP-CETAK")["number"] == "A-002"
    assert enter(office, 904, 904, service="KTP-HILANG")["numbers"] == ["A-904"]
    assert enter(office, 901, 901, service="KK-BARU")["numbers"] == ["B-901"]
    assert (ticket(office, "A-902").state, ticket(office, "A-904").service) == ("waiting", "KTP-HILANG")
    assert services(office, MONDAY)["KTP-CETAK"]["taken"] == 5


def test_no_number_is_left_out_and_none_is_entered_twice(office: TheOffice) -> None:
    late = refused(office, 902, 903)
    assert isinstance(late, Conflict)
    assert late.details["number"] == "A-901"
    enter(office, 901, 902)
    again = refused(office, 901, 902)
    assert isinstance(again, Conflict)
    assert again.details["number"] == "A-903"
    assert isinstance(refused(office, 903, 902), Invalid)
    assert isinstance(refused(office, 903, 903 + MOST_ENTERED), Invalid)
    assert isinstance(refused(office, 903, 900 + MOST_PAPER + 1), Invalid)


def test_what_is_kept_on_paper_the_kiosk_passes_over(office: TheOffice) -> None:
    assert office.do(paper.prepare_paper, day=MONDAY, numbers=40, days=[MONDAY])["numbers"] == 40
    for start in range(0, 899, 250):
        office.journal.commit([office.wish("IKD") for _ in range(min(250, 899 - start))])
    assert [office.take("IKD")["number"] for _ in range(3)] == ["G-900", "G-941", "G-942"]
    assert enter(office, 901, 901, service="IKD")["numbers"] == ["G-901"]
    office.verify()
    more = office.refusal(paper.prepare_paper, day=MONDAY, numbers=41, days=[MONDAY])
    assert isinstance(more, Conflict)


def test_a_sheet_is_made_for_today_or_later_and_never_shrinks(office: TheOffice) -> None:
    make = {"numbers": 20, "days": [TUESDAY]}
    assert office.do(paper.prepare_paper, day=TUESDAY, **make)["numbers"] == 20
    assert office.do(paper.prepare_paper, day=TUESDAY, **{**make, "numbers": 10})["numbers"] == 20
    assert isinstance(office.refusal(paper.prepare_paper, day="2026-11-20", **make), Invalid)
    assert isinstance(office.refusal(paper.prepare_paper, day=TUESDAY, **{**make, "numbers": 501}), Invalid)


# -- while they still wait -------------------------------------------------------------------------------------------


def test_whoever_came_in_the_dark_stands_before_who_came_with_the_light(office: TheOffice) -> None:
    dark = office.clock
    office.take("KTP-CETAK")
    office.wait(hours=1)
    light = [office.take("KTP-CETAK") for _ in range(2)]
    enter(office, 901, 902, since=dark + 60_000)
    enter(office, 903, 903, since=dark + 120_000)
    office.open(KTP)
    called = []
    for _ in range(6):
        answer = office.serve_one(KTP)
        assert answer
        called.append(answer["number"])
    assert called == ["A-001", "A-901", "A-902", "A-903", *(one["number"] for one in light)]


def test_a_paper_is_promised_its_blank_and_where_there_is_none_staff_hear_of_it(office: TheOffice) -> None:
    office.enter("KTP", "count", 7)  # of which 3 are kept back
    assert enter(office, 901, 906)["without_blank"] == ["A-905", "A-906"]
    assert office.stock().promised == 4
    assert ticket(office, "A-905").reserved == ()


def test_a_paper_that_waits_at_the_close_is_carried_to_the_next_day(office: TheOffice) -> None:
    enter(office, 901, 901)
    office.at("2026-11-23 17.00")
    inside = office.journal.office
    assert inside
    assert [v.date for v in inside.rows["vouchers"].values()] == [TUESDAY]


def test_only_todays_papers_can_still_wait(office: TheOffice) -> None:
    office.at("2026-11-24 08.00")
    assert isinstance(refused(office, 901, 901), WrongState)
    assert isinstance(refused(office, 901, 901, day="2026-11-25"), WrongState)
    assert isinstance(refused(office, 901, 901, day="2026-11-25", became="left"), Invalid)


def test_the_hour_of_a_paper_lies_in_its_day_and_not_ahead(office: TheOffice) -> None:
    assert isinstance(refused(office, 901, 901, since=office.clock + 60_000), Invalid)
    assert isinstance(refused(office, 901, 901, since=office.clock - 24 * 3_600_000), Invalid)


def test_words_that_mean_nothing_are_refused(office: TheOffice) -> None:
    assert isinstance(refused(office, 901, 901, service="SIM"), Invalid)
    assert isinstance(refused(office, 901, 901, became="lost"), Invalid)


# -- afterwards ------------------------------------------------------------------------------------------------------


def test_who_was_served_by_hand_used_a_blank_and_who_left_did_not(office: TheOffice) -> None:
    enter(office, 901, 902, became="served")
    enter(office, 903, 903, became="left")
    assert (ticket(office, "A-901").state, ticket(office, "A-903").state) == ("finished", "cancelled")
    assert office.stock().used == 2
    line = services(office, MONDAY)["KTP-CETAK"]
    assert (line["taken"], line["served"], line["cancelled"], line["printed"], line["done"]) == (3, 2, 1, 2, 2)
    report = Reports(office.database, SITE).daily(MONDAY, office.clock).report
    assert report["reconciliation"]["differences"] == []
    assert [p["channels"] for p in report["purposes"]] == [{"paper": 2}]


def test_what_was_printed_by_hand_beyond_the_book_is_found_first_and_breaks_the_youngest_promise(
    office: TheOffice,
) -> None:
    office.enter("KTP", "count", 4)
    promised = office.take("KTP-CETAK")
    enter(office, 901, 905, became="served")
    assert office.stock().on_hand == 0
    assert office.state(promised) == "deferred"


def test_a_day_that_the_server_never_saw_is_entered_the_next_morning(office: TheOffice) -> None:
    office.power_cut()
    office.at("2026-11-25 08.00")  # Tuesday went by without electricity
    assert TUESDAY not in [line.day for line in Reports(office.database, SITE).days(office.clock)]
    enter(office, 901, 902, day=TUESDAY, became="left")
    enter(office, 901, 901, day=TUESDAY, became="served", service="KK-BARU")
    lines = services(office, TUESDAY)
    assert (lines["KTP-CETAK"]["taken"], lines["KTP-CETAK"]["cancelled"], lines["KK-BARU"]["served"]) == (2, 2, 1)
    assert office.take("KTP-CETAK")["number"] == "A-001"
    assert Reports(office.database, SITE).next_on_paper(TUESDAY, office.clock)["A"] == "A-903"
    today = Reports(office.database, SITE).daily(None, office.clock).report
    assert today["day"] == "2026-11-25"
    assert today["reconciliation"]["differences"] == []
    office.verify()
    rebuild(office.database, SITE)
    office.power_cut()
    assert office.take("KTP-CETAK")["number"] == "A-002"


def test_a_day_is_entered_on_its_own_evening(office: TheOffice) -> None:
    office.power_cut()
    office.clock += 10 * 3_600_000 + 24 * 3_600_000  # Tuesday 18.00, and the server has just come back
    assert office.follow_calendar() == ["closing", "closed"]
    enter(office, 901, 901, day=TUESDAY, became="left")
    assert services(office, TUESDAY)["KTP-CETAK"]["cancelled"] == 1


@pytest.mark.parametrize("day", ["2026-10-20", "2026-11-24", "2026-12-01"])
def test_a_day_long_past_or_to_come_takes_no_papers(office: TheOffice, day: str) -> None:
    assert isinstance(refused(office, 901, 901, day=day, became="left"), Invalid)


def test_a_signed_day_takes_no_papers_until_it_is_reopened(office: TheOffice) -> None:
    office.do(days.close_day)
    office.follow_calendar()
    text = Reports(office.database, SITE).daily(MONDAY, office.clock).text
    for role, actor in (("keeper", "budi"), ("head", "sari")):
        office.do(closing.sign_day, day=MONDAY, role=role, report=text, actor=actor, days=[MONDAY])
    office.at("2026-11-25 08.00")
    assert isinstance(refused(office, 901, 901, became="left"), WrongState)
    office.do(closing.reopen_day, day=MONDAY, reason="nomor kertas", days=[MONDAY])
    enter(office, 901, 901, became="left")
    assert services(office, MONDAY)["KTP-CETAK"]["cancelled"] == 1


def test_a_paper_may_be_called_like_any_other_number(office: TheOffice) -> None:
    enter(office, 901, 901, service="KK-BARU")
    office.open(KK)
    called = office.call(KK)
    assert called
    assert called["number"] == "B-901"
    office.act(calling.start, called, KK)
    office.finish(called, KK)
    assert office.queries.lobby("semua", office.clock).call
