"""The place that a voucher names is the one in which its holder is called."""

from __future__ import annotations

from typing import Any

from queue_server.domain.views import VoucherView
from queue_server.operations import calling, vouchers
from tests.the_office import TheOffice

KTP = 3


def test_the_place_on_a_voucher_is_the_one_in_which_it_is_called(office: TheOffice) -> None:
    """Three broken promises go before three who waited in vain, each kind in the order of coming."""
    tickets = [office.take("KTP-CETAK") for _ in range(6)]
    office.enter("KTP", "count", 3)
    office.at("2026-11-23 17.30")
    assert places_of(office, tickets) == [4, 5, 6, 1, 2, 3]
    office.at("2026-11-24 07.30")
    office.receive("KTP", 50)
    codes = {ticket["id"]: voucher_of(office, ticket).code for ticket in tickets}
    assert office.do(vouchers.cancel_voucher, code=codes[tickets[5]["id"]])["rank"] is None
    assert places_of(office, tickets) == [3, 4, 5, 1, 2, None]
    new = {office.take("KTP-CETAK", voucher=codes[t["id"]])["number"]: n for n, t in enumerate(tickets[:5])}
    assert places_of(office, tickets) == [None] * 6
    office.open(KTP)
    called = []
    while ticket := office.call(KTP):
        called.append(new[ticket["number"]])
        office.act(calling.start, ticket, KTP)
        office.finish(ticket, KTP)
    assert called == [3, 4, 0, 1, 2]


def voucher_of(office: TheOffice, ticket: dict[str, Any]) -> VoucherView:
    voucher = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert voucher
    return voucher


def places_of(office: TheOffice, tickets: list[dict[str, Any]]) -> list[int | None]:
    """As the slip and the phone say, and as a command answers."""
    shown = [voucher_of(office, ticket) for ticket in tickets]
    inside = office.journal.office
    assert inside
    kept = [inside.rows["vouchers"].get(view.code) for view in shown]
    assert [view.rank for view in shown] == [row and inside.place_in_order(row) for row in kept]
    return [view.rank for view in shown]
