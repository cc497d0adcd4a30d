"""A service that stops: another day for whoever waits for it, with the blank that was promised."""

import pytest

from queue_server.domain.errors import DayIsClosed, NotFound, WrongState
from queue_server.domain.suspensions import CAUSES, words_of
from queue_server.operations import calling, stock, vouchers
from tests.the_office import TheOffice

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # rules, which no database decides

KTP = 3  # a counter that serves the KTP-el
TOMORROW = "2026-11-24"


def stop(office: TheOffice, service: str = "KTP-CETAK") -> None:
    office.do(stock.suspend, service=service, reason="Jaringan ke pusat terputus")


def defer(office: TheOffice, service: str = "KTP-CETAK") -> dict[str, object]:
    answer: dict[str, object] = office.do(vouchers.defer_waiting, service=service, new_code=office.new_code)
    return answer


def test_whoever_waits_gets_a_dated_voucher_with_the_blank_in_the_order_of_the_line(office: TheOffice) -> None:
    first, second = office.take("KTP-CETAK"), office.take("KTP-CETAK", cards=1)
    other = office.take("KTP-HILANG")
    stop(office)
    assert defer(office) == {"service": "KTP-CETAK", "deferred": 2, "waiting": 0}
    told = [office.queries.ticket(ticket["id"], "id", office.clock).voucher for ticket in (first, second)]
    assert [(v and v.date, v and v.rank, v and v.blanks) for v in told] == [(TOMORROW, 1, 1), (TOMORROW, 2, 1)]
    assert office.state(other) == "waiting"
    assert office.stock().promised == 3
    office.verify()


def test_who_is_at_a_counter_stays_there(office: TheOffice) -> None:
    served, waiting = office.take("KTP-CETAK"), office.take("KTP-CETAK")
    office.open(KTP)
    office.call(KTP)
    office.act(calling.start, served, KTP)
    stop(office)
    assert defer(office)["deferred"] == 1
    assert (office.state(served), office.state(waiting)) == ("serving", "deferred")
    office.finish(served, KTP)
    office.verify()


def test_a_long_line_is_deferred_in_portions_and_no_command_is_large(office: TheOffice) -> None:
    for _ in range(60):
        office.take("KTP-CETAK")
    stop(office)
    assert [defer(office)["waiting"] for _ in range(4)] == [35, 10, 0, 0]
    assert office.stock().promised == 60
    office.verify()


def test_who_came_with_a_voucher_gets_the_next_one_before_the_line(office: TheOffice) -> None:
    yesterdays = office.take("KTP-CETAK")
    office.at("2026-11-23 17.00")
    office.at(f"{TOMORROW} 08.00")
    code = office.queries.ticket(yesterdays["id"], "id", office.clock).voucher
    assert code
    regular = office.take("KTP-CETAK")
    holder = office.take("KTP-CETAK", voucher=code.code)
    stop(office)
    defer(office)
    ranks = [office.queries.ticket(t["id"], "id", office.clock).voucher for t in (holder, regular)]
    assert [voucher and voucher.rank for voucher in ranks] == [1, 2]


def test_only_a_suspended_service_of_an_open_day_is_deferred(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")

    def refused(service: str) -> object:
        return office.refusal(vouchers.defer_waiting, service=service, new_code=office.new_code)

    assert isinstance(refused("KTP-CETAK"), WrongState)
    assert isinstance(refused("NONE"), NotFound)
    stop(office)
    office.at("2026-11-23 17.00")
    assert isinstance(refused("KTP-CETAK"), DayIsClosed)
    assert office.state(ticket) == "deferred"


def test_the_usual_reasons_are_told_in_both_languages_and_others_as_they_were_written(office: TheOffice) -> None:
    for cause in CAUSES:
        office.do(stock.suspend, service="KTP-CETAK", reason=cause.id)
        told = [office.queries.stock_board(language, office.clock).stopped[0].reason for language in ("id", "en")]
        assert told == [cause.id, cause.en]
    assert words_of("Atap bocor", "en") == "Atap bocor"
