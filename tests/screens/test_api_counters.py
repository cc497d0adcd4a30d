"""Counters over HTTP."""

import pytest

from tests.the_office import TheOffice
from tests.the_web import TheWeb


def test_a_clerk_sits_down_at_one_counter_and_is_seen_there(web: TheWeb) -> None:
    clerk = web.staff("clerk", "Rina")
    assert clerk.do("/counters/3/open")["state"] == "open"
    seen = web.staff("auditor").get("/counters").json
    assert [line["counter"] for line in seen["counters"] if line["clerk"] == clerk.id] == [3]
    assert seen["names"] == {clerk.id: "Rina"}


def test_every_counter_says_the_id_that_its_addresses_take(web: TheWeb, office: TheOffice) -> None:
    clerk = web.staff("clerk")
    lines = clerk.get("/counters").json["counters"]
    assert [line["id"] for line in lines] == list(office.catalogue.counters)
    assert clerk.do(f"/counters/{lines[2]['id']}/open")["clerk"] == clerk.id
    assert clerk.get("/counters").json["counters"][2]["clerk"] == clerk.id


def test_nobody_takes_a_counter_that_somebody_holds(web: TheWeb) -> None:
    web.staff("clerk").do("/counters/3/open")
    refused = web.staff("clerk").post("/counters/3/open")
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")


def test_a_clerk_has_one_counter_at_a_time(web: TheWeb) -> None:
    clerk = web.staff("clerk")
    clerk.do("/counters/3/open")
    refused = clerk.post("/counters/4/open")
    assert (refused.status_code, refused.json["detail"]) == (409, "Anda masih membuka loket 3.")


def test_a_break_keeps_the_counter_and_says_why(web: TheWeb) -> None:
    clerk = web.staff("clerk")
    clerk.do("/counters/3/open")
    assert clerk.do("/counters/3/pause", {"reason": "salat"})["state"] == "paused"
    board = clerk.get("/queue?counter=3").json["board"]
    assert (board["state"], board["reason"]) == ("paused", "salat")


def test_a_supervisor_releases_a_counter_and_its_ticket_waits_at_the_head(web: TheWeb, office: TheOffice) -> None:
    web.kiosk().take()
    clerk = web.staff("clerk")
    clerk.do("/counters/3/open")
    ticket = clerk.do("/counters/3/call-next")
    assert web.staff("clerk").post("/counters/3/close").status_code == 403
    assert web.staff("supervisor").do("/counters/3/close")["state"] == "closed"
    assert office.state(ticket) == "waiting"


def test_where_nobody_waits_call_next_answers_with_nothing(web: TheWeb) -> None:
    clerk = web.staff("clerk")
    clerk.do("/counters/3/open")
    answer = clerk.post("/counters/3/call-next")
    assert (answer.status_code, answer.data) == (204, b"")


def test_the_queue_of_a_counter_shows_who_waits_and_up_to_which_entry_it_is_true(
    web: TheWeb, office: TheOffice
) -> None:
    ticket = web.kiosk().take()
    seen = web.staff("clerk").get("/queue?counter=3").json
    assert [line["number"] for line in seen["board"]["next"]] == [ticket["number"]]
    assert seen["seq"] == office.queries.head()
    assert seen["clerk_name"] is None


def test_a_clerk_sees_what_of_the_counters_work_is_suspended_and_why(web: TheWeb, office: TheOffice) -> None:
    clerk, supervisor = web.staff("clerk"), web.staff("supervisor")
    serves = next(number for number, kept in office.catalogue.counters.items() if "KTP-CETAK" in kept.serves)
    other = next(number for number, kept in office.catalogue.counters.items() if "KTP-CETAK" not in kept.serves)
    assert clerk.get(f"/queue?counter={serves}").json["board"]["stopped"] == []
    supervisor.do("/services/KTP-CETAK/suspend", {"reason": "jaringan ke pusat putus"})
    stopped = [{"names": ["Cetak KTP-el"], "reason": "jaringan ke pusat putus"}]
    assert clerk.get(f"/queue?counter={serves}").json["board"]["stopped"] == stopped
    assert clerk.get(f"/queue?counter={other}").json["board"]["stopped"] == []
    for service in office.catalogue.services_of_group["A"]:
        supervisor.do(f"/services/{service.code}/suspend", {"reason": "listrik padam"})
    whole = clerk.get(f"/queue?counter={serves}").json["board"]["stopped"]
    assert whole == [{"names": [office.catalogue.groups["A"].name.id], "reason": "listrik padam"}]


def test_a_counter_that_the_office_does_not_have_is_not_found(web: TheWeb) -> None:
    clerk = web.staff("clerk")
    assert clerk.post("/counters/99/open").json["code"] == "not_found"
    assert clerk.get("/queue?counter=99").json["code"] == "not_found"


@pytest.mark.parametrize("counter", ["0", "1000", "3.5", "three", "", "-1", "1_0", "٣"])
def test_what_is_no_counters_number_is_refused(web: TheWeb, counter: str) -> None:
    refused = web.staff("clerk").get(f"/queue?counter={counter}")
    assert (refused.status_code, refused.json["code"]) == (400, "invalid")


@pytest.mark.parametrize("role", ["stock", "auditor"])
def test_who_is_no_clerk_opens_no_counter(web: TheWeb, role: str) -> None:
    assert web.staff(role).post("/counters/3/open").status_code == 403
