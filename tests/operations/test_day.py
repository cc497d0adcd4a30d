"""The business day opens and closes itself, at most once, whatever the clock and the power do."""

from importlib import resources

import pytest

from queue_server.domain.errors import Conflict, DayIsClosed, Invalid, NotFound, OfficeFileError, WrongState
from queue_server.operations import calling, ticketing
from queue_server.operations import office as verbs
from tests.the_office import TheOffice

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # rules, which no database decides

KTP = 3


def voucher_of(office: TheOffice, ticket: dict[str, object]) -> str:
    voucher = office.queries.ticket(str(ticket["id"]), "id", office.clock).voucher
    assert voucher
    return voucher.code


def test_the_day_opens_and_closes_by_the_calendar(office: TheOffice) -> None:
    assert office.queries.day_view(office.clock).state == "open"
    office.at("2026-11-23 16.01")
    assert office.queries.day_view(office.clock).state == "closed"
    office.at("2026-11-24 07.29")
    assert office.queries.day_view(office.clock).state == "before"
    office.at("2026-11-24 07.30")
    assert office.queries.day_view(office.clock).state == "open"


def test_weekends_have_no_day(office: TheOffice) -> None:
    office.at("2026-11-28 09.00")
    view = office.queries.day_view(office.clock)
    assert (view.state, view.next_day) == ("closed", "2026-11-30")


def test_a_day_left_open_by_a_power_cut_is_closed_once_before_the_next_first_ticket(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.open(KTP)
    office.call(KTP)
    office.power_cut()
    office.clock += 24 * 3_600_000
    refused = office.refusal(
        ticketing.issue_ticket, ticket_id=office.new_id(), token=office.new_id(), service="KTP-CETAK"
    )
    assert isinstance(refused, DayIsClosed)
    did = office.follow_calendar()
    assert did == ["closing", "deferred", "closed", "opened"]
    assert office.state(ticket) == "deferred"
    assert office.take("KTP-CETAK")["number"] == "A-001"
    assert office.follow_calendar() == []


def test_whoever_is_being_served_at_closing_time_is_served_to_the_end(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.open(KTP)
    office.call(KTP)
    office.act(calling.start, ticket, KTP)
    office.at("2026-11-23 16.10")
    assert office.state(ticket) == "serving"
    office.finish(ticket, KTP)
    office.follow_calendar()
    assert (office.state(ticket), office.queries.day_view(office.clock).state) == ("finished", "closed")


def test_at_close_those_who_wait_and_park_get_vouchers_in_order_with_their_blanks(office: TheOffice) -> None:
    tickets = [office.take("KTP-CETAK") for _ in range(3)]
    office.open(KTP)
    office.call(KTP)
    office.act(calling.start, tickets[0], KTP)
    office.act(calling.park, tickets[0], KTP)
    office.at("2026-11-23 17.00")
    views = [office.queries.ticket(ticket["id"], "id", office.clock).voucher for ticket in tickets]
    assert [(view.rank, view.date, view.blanks) for view in views if view] == [
        (rank, "2026-11-24", 1) for rank in (1, 2, 3)
    ]
    assert office.stock().promised == 3


def test_a_voucher_of_friday_is_for_monday(office: TheOffice) -> None:
    office.at("2026-11-27 08.00")
    ticket = office.take("KTP-CETAK")
    office.at("2026-11-27 17.45")
    view = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert view
    assert view.date == "2026-11-30"


def test_a_voucher_is_taken_once_on_its_day_for_its_service(office: TheOffice) -> None:
    code = voucher_of_tomorrow(office)
    ids = {"ticket_id": office.new_id(), "token": office.new_id()}
    take = ticketing.issue_ticket
    redeemed = office.take("KTP-CETAK", voucher=code)
    assert office.stock().promised == 1
    assert [line["item"] for line in redeemed["reserved"]] == ["KTP", "RIBBON", "FILM"]
    again = office.refusal(take, **ids, service="KTP-CETAK", voucher=code)
    assert isinstance(again, WrongState)
    unknown = office.refusal(take, **ids, service="KTP-CETAK", voucher="22222222")
    assert isinstance(unknown, NotFound)


def voucher_of_tomorrow(office: TheOffice) -> str:
    """A voucher whose day has just opened."""
    ticket = office.take("KTP-CETAK")
    office.at("2026-11-23 17.00")
    office.at("2026-11-24 07.30")
    return voucher_of(office, ticket)


def test_a_voucher_is_for_its_own_service(office: TheOffice) -> None:
    code = voucher_of_tomorrow(office)
    ids = {"ticket_id": office.new_id(), "token": office.new_id()}
    assert isinstance(office.refusal(ticketing.issue_ticket, **ids, service="KK-UBAH", voucher=code), Conflict)


def test_a_voucher_before_its_day_is_told_the_day(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.at("2026-11-23 17.00")
    office.do(verbs.open_day, reason="lembur")
    code = voucher_of(office, ticket)
    ids = {"ticket_id": office.new_id(), "token": office.new_id()}
    refusal = office.refusal(ticketing.issue_ticket, **ids, service="KTP-CETAK", voucher=code)
    assert isinstance(refusal, WrongState)
    assert refusal.details["date"] == "2026-11-24"


def test_an_unused_voucher_lapses_at_its_days_close_and_its_blank_is_free(office: TheOffice) -> None:
    code = voucher_of_tomorrow(office)
    assert office.stock().promised == 1
    office.at("2026-11-24 17.00")
    assert (office.stock().promised, office.stock().available) == (0, 95)
    assert office.queries.voucher(code, "id", office.clock).state == "lapsed"


def test_where_numbers_expire_their_blanks_are_free_at_close(office: TheOffice) -> None:
    text = office.text.replace("carry_over = true", "carry_over = false")
    office.do(verbs.apply_office, text=text, filename="office.toml")
    office.at("2026-11-24 08.00")
    ticket = office.take("KTP-CETAK")
    office.open(KTP)
    served = office.take("KTP-CETAK")
    office.at("2026-11-24 17.30")
    assert (office.state(ticket), office.state(served)) == ("expired", "expired")
    assert office.stock().promised == 0


def test_a_supervisor_opens_and_extends_a_day_by_hand_with_a_reason(office: TheOffice) -> None:
    assert isinstance(office.refusal(verbs.open_day, reason=" "), Invalid)
    office.do(verbs.open_day, reason="antrean panjang", until=office.clock + 12 * 3_600_000)
    office.at("2026-11-23 18.00")
    assert office.queries.day_view(office.clock).state == "open"
    office.at("2026-11-23 21.00")
    assert office.queries.day_view(office.clock).state == "closed"
    office.at("2026-11-28 09.00")  # a Saturday
    office.do(verbs.open_day, reason="layanan akhir pekan")
    assert office.take("KTP-CETAK")["number"] == "A-001"


def test_a_day_that_ends_after_midnight_is_one_day(office: TheOffice) -> None:
    office.do(verbs.open_day, reason="perekaman malam", until=office.clock + 18 * 3_600_000)
    office.take("KTP-CETAK")
    office.at("2026-11-24 01.30")
    assert office.take("KTP-CETAK")["number"] == "A-002"
    assert office.queries.day_view(office.clock).day == "2026-11-23"
    office.at("2026-11-24 02.30")
    office.at("2026-11-24 07.30")
    assert office.take("KTP-CETAK")["number"] == "A-001"


def test_closed_by_hand_stays_closed_and_asks_for_open_calls_first(office: TheOffice) -> None:
    ticket = office.take("KTP-CETAK")
    office.open(KTP)
    office.call(KTP)
    assert isinstance(office.refusal(verbs.close_day), WrongState)
    office.act(calling.start, ticket, KTP)
    office.finish(ticket, KTP)
    office.do(verbs.close_day)
    assert office.follow_calendar() == ["closed"]
    office.wait(minutes=5)
    assert office.follow_calendar() == []
    assert office.queries.day_view(office.clock).state == "closed"


def test_closing_counters_is_part_of_closing_the_day(office: TheOffice) -> None:
    office.open(KTP)
    office.at("2026-11-23 17.00")
    assert office.queries.snapshot(office.clock).counter_state(KTP).state == "closed"


def test_a_crowd_is_deferred_in_portions_of_a_limited_size(office: TheOffice) -> None:
    office.receive("KTP", 1000)
    office.journal.commit([office.wish("KTP-CETAK") for _ in range(250)])
    office.clock += 10 * 3_600_000
    assert office.follow_calendar() == ["closing", *["deferred"] * 10, "closed"]
    assert office.stock().promised == 250


def test_utc_midnight_is_seven_in_the_morning_and_nothing_happens(office: TheOffice) -> None:
    office.at("2026-11-24 06.59")
    before = office.journal.seq
    office.at("2026-11-24 07.01")
    assert office.journal.seq == before


def test_kolaka_utara_opens_by_its_own_clock(database_url: str, rng: object) -> None:
    house = TheOffice(database_url, rng, name="kolaka_utara")  # type: ignore[arg-type]
    house.found("2026-11-23 06.00", KTP=20)
    opens = house.catalogue.hours[0].opens
    house.at(f"2026-11-23 {opens // 60:02d}.{opens % 60:02d}")
    view = house.queries.day_view(house.clock)
    assert (view.state, view.zone) == ("open", "WITA")
    assert house.clock % 86_400_000 == (opens - 8 * 60) * 60_000 % 86_400_000
    house.verify()
    house.close()


def test_an_office_file_is_in_force_from_the_next_business_day(office: TheOffice) -> None:
    text = office.text.replace("requeue_behind = 5", "requeue_behind = 2")
    applied = office.do(verbs.apply_office, text=text, filename="office.toml")
    assert applied["from_day"] == "2026-11-24"
    assert office.catalogue.rules.requeue_behind == 5
    office.at("2026-11-24 08.00")
    assert office.catalogue.rules.requeue_behind == 2


def test_at_once_only_counters_hours_and_words_may_change(office: TheOffice) -> None:
    text = office.text.replace("requeue_behind = 5", "requeue_behind = 2")
    assert isinstance(office.refusal(verbs.apply_office, text=text, filename="o.toml", now=True), Conflict)
    text = office.text.replace("Silakan ke meja informasi dekat pintu.", "Silakan ke meja 1.")
    office.do(verbs.apply_office, text=text, filename="o.toml", now=True)
    assert office.catalogue.information.id == "Silakan ke meja 1."


def test_a_faulty_office_file_changes_nothing(office: TheOffice) -> None:
    before = office.journal.seq
    assert isinstance(office.refusal(verbs.apply_office, text="[office]\n", filename="o.toml"), OfficeFileError)
    assert office.journal.seq == before


@pytest.mark.parametrize("name", ["kota_serang", "kolaka_utara", "cianjur", "banyuwangi"])
def test_the_demo_is_open_around_the_clock(database_url: str, rng: object, name: str) -> None:
    text = (resources.files("queue_server") / "offices" / f"{name}.toml").read_text()
    house = TheOffice(database_url, rng, text=text)  # type: ignore[arg-type]
    house.clock = 1_795_000_000_000
    house.do(verbs.apply_office, text=text, filename=name, demo=True)
    house.receive("HVS", 100)
    house.at("2026-11-22 03.00")  # a Sunday night
    assert house.take("KK-UBAH")["number"] == "B-001"
    house.at("2026-11-23 00.01")
    assert house.take("KK-UBAH")["number"] == "B-001"
    house.verify()
    house.close()


def test_a_day_that_a_fast_clock_opened_is_closed_once_the_clock_is_right(office: TheOffice) -> None:
    office.at("2030-01-07 08.00")
    ticket = office.take("KTP-CETAK")
    office.at("2026-11-24 08.00")
    office.do(verbs.open_day, reason="Jam server diperbaiki.")
    assert office.follow_calendar() == ["closing", "deferred", "closed", "opened"]
    view = office.queries.ticket(ticket["id"], "id", office.clock).voucher
    assert view
    assert view.date == "2026-11-25"
    assert office.take("KTP-CETAK")["number"] == "A-001"


def test_after_a_clock_that_ran_ahead_by_years_the_office_opens_again(office: TheOffice) -> None:
    office.at("2030-01-07 08.00")  # the battery of the clock is empty, and a day opens that is not
    office.take("KTP-CETAK")
    office.at("2030-01-07 18.00")
    office.at("2026-11-24 08.00")
    assert office.queries.day_view(office.clock).clock_behind
    office.do(verbs.open_day, reason="Jam server diperbaiki.")
    assert office.follow_calendar() == ["opened"]
    assert office.take("KTP-CETAK")["number"] == "A-001"
    office.at("2026-11-25 01.00")
    office.at("2026-11-25 08.00")
    assert office.take("KTP-CETAK")["number"] == "A-001"
