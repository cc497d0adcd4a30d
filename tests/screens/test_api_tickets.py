"""Tickets over HTTP: as kiosk, phone and clerk ask for them."""

import pytest

from queue_server.web.limits import Limit
from tests.the_office import TheOffice
from tests.the_web import PUBLIC_URL, Browser, TheWeb


def waiting_ticket(web: TheWeb) -> tuple[Browser, dict[str, object]]:
    kiosk = web.kiosk()
    return kiosk, kiosk.take()


def clerk_at(web: TheWeb, counter: int, role: str = "clerk") -> Browser:
    clerk = web.staff(role)
    clerk.do(f"/counters/{counter}/open")
    return clerk


def test_a_touch_at_the_kiosk_gives_a_number_and_sets_its_blank_aside(web: TheWeb, office: TheOffice) -> None:
    ticket = web.kiosk().take("KTP-CETAK")
    assert (ticket["number"], ticket["service"], ticket["hall"]) == ("A-001", "KTP-CETAK", "A")
    assert ticket["ahead"] == 0
    assert {"item": "KTP", "quantity": 1} in ticket["reserved"]
    assert ticket["track_url"] == f"{PUBLIC_URL}/t/{ticket['token']}"
    assert ticket["slip"]["pdf"] == f"/api/v1/tickets/{ticket['id']}/slip.pdf"
    assert office.stock().promised == 1


def test_a_kiosk_that_asks_again_after_silence_gets_the_same_ticket(web: TheWeb, office: TheOffice) -> None:
    kiosk, wish = web.kiosk(), {"ticket_id": office.new_id(), "service": "KTP-CETAK"}
    first, again = kiosk.post("/tickets", wish), kiosk.post("/tickets", wish)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert office.stock().promised == 1


def test_the_same_ticket_id_for_another_service_is_a_conflict(web: TheWeb, office: TheOffice) -> None:
    kiosk, ticket_id = web.kiosk(), office.new_id()
    kiosk.do("/tickets", {"ticket_id": ticket_id, "service": "KTP-CETAK"})
    refused = kiosk.post("/tickets", {"ticket_id": ticket_id, "service": "KK-BARU"})
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")


def test_two_cards_under_one_number_are_set_aside_together(web: TheWeb, office: TheOffice) -> None:
    ticket = web.kiosk().take("KTP-CETAK", cards=2)
    assert {"item": "KTP", "quantity": 2} in ticket["reserved"]


def test_when_the_blanks_are_gone_the_citizen_hears_what_else_there_is(web: TheWeb, office: TheOffice) -> None:
    kiosk = web.kiosk()
    while office.stock().available:
        kiosk.take("KTP-CETAK", cards=min(9, office.stock().available))
    refused = kiosk.post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK"})
    assert (refused.status_code, refused.json["code"]) == (409, "out_of_stock")
    assert "Blangko KTP-el" in refused.json["detail"]
    kinds = [way["kind"] for way in refused.json["instead"]]
    assert kinds[-2:] == ["next_day", "information"]
    services = [way["service"] for way in refused.json["instead"] if way["kind"] == "service"]
    assert services, "other services that can be had"
    assert "Selasa, 24 November mulai 07.30" in [way["words"] for way in refused.json["instead"]]


@pytest.mark.parametrize(
    ("when", "opens"),
    [
        ("2026-11-24 07.00", "Selasa, 24 November mulai 07.30"),
        ("2026-11-24 15.30", "Rabu, 25 November mulai 07.30"),
        ("2026-11-24 17.00", "Rabu, 25 November mulai 07.30"),
    ],
)
def test_a_refusal_names_one_opening_and_no_other(web: TheWeb, office: TheOffice, when: str, opens: str) -> None:
    office.at(when)
    refused = web.kiosk().post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK"})
    assert opens in refused.json["detail"]
    assert [way["words"] for way in refused.json["instead"] if way["kind"] == "next_day"] == [opens]


def test_a_refusal_is_said_in_the_language_of_who_asks(web: TheWeb, office: TheOffice) -> None:
    web.staff("supervisor").do("/services/KTP-CETAK/suspend", {"reason": "jaringan pusat terputus"})
    wish = {"ticket_id": office.new_id(), "service": "KTP-CETAK"}
    kiosk = web.kiosk()
    indonesian = kiosk.post("/tickets", wish)
    english = kiosk.post("/tickets", wish, **{"Accept-Language": "en"})
    assert indonesian.json["code"] == english.json["code"] == "service_suspended"
    assert "dihentikan sementara: jaringan pusat terputus" in indonesian.json["detail"]
    assert "is suspended: jaringan pusat terputus" in english.json["detail"]


def test_after_intake_the_refusal_names_the_hour_and_the_next_day(web: TheWeb, office: TheOffice) -> None:
    office.at("2026-11-23 15.05")
    refused = web.kiosk().post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK"})
    assert (refused.status_code, refused.json["code"]) == (409, "intake_closed")
    assert "pukul 15.00" in refused.json["detail"]
    assert "Selasa, 24 November mulai 07.30" in refused.json["detail"]


def test_a_closed_office_says_when_it_opens(web: TheWeb, office: TheOffice) -> None:
    office.at("2026-11-23 17.05")
    refused = web.kiosk().post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK"})
    assert (refused.status_code, refused.json["code"]) == (409, "day_closed")
    assert "Selasa, 24 November mulai 07.30" in refused.json["detail"]


def test_a_phone_sees_its_own_ticket_and_no_other(web: TheWeb) -> None:
    kiosk, ticket = waiting_ticket(web)
    other = kiosk.take()
    phone = web.stranger()
    own = phone.get(f"/tickets/{ticket['id']}", **{"X-Ticket-Token": str(ticket["token"])})
    assert (own.status_code, own.json["state"], own.json["ahead"]) == (200, "waiting", 0)
    foreign = phone.get(f"/tickets/{other['id']}", **{"X-Ticket-Token": str(ticket["token"])})
    assert (foreign.status_code, foreign.json["code"]) == (403, "not_allowed")
    assert phone.get(f"/tickets/{ticket['id']}").status_code == 401


def test_who_chose_wrongly_gives_the_number_back_and_the_blank_is_free(web: TheWeb, office: TheOffice) -> None:
    kiosk, ticket = waiting_ticket(web)
    cancelled = kiosk.post(f"/tickets/{ticket['id']}/cancel", None, **{"X-Ticket-Token": str(ticket["token"])})
    assert (cancelled.status_code, cancelled.json["state"]) == (200, "cancelled")
    assert office.stock().promised == 0


def test_giving_back_twice_with_one_key_is_answered_as_the_first_time(web: TheWeb, office: TheOffice) -> None:
    _, ticket = waiting_ticket(web)
    headers = {"X-Ticket-Token": str(ticket["token"]), "Idempotency-Key": office.new_id()}
    answers = [web.stranger().post(f"/tickets/{ticket['id']}/cancel", None, **headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json


def test_nobody_gives_back_a_strangers_number(web: TheWeb, office: TheOffice) -> None:
    _, ticket = waiting_ticket(web)
    refused = web.stranger().post(f"/tickets/{ticket['id']}/cancel", None, **{"X-Ticket-Token": office.new_id()})
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")
    nonsense = web.stranger().post(f"/tickets/{ticket['id']}/cancel", None, **{"X-Ticket-Token": "é"})
    assert (nonsense.status_code, nonsense.json["code"]) == (403, "not_allowed")
    assert office.state(ticket) == "waiting"


def test_who_tries_other_peoples_tickets_is_held_back_and_a_phone_is_not(web: TheWeb, office: TheOffice) -> None:
    web.house.limits.strangers = Limit(2, 60)
    _, ticket = waiting_ticket(web)
    path = f"/tickets/{ticket['id']}"
    tries = [web.stranger().get(path, **{"X-Ticket-Token": office.new_id()}).status_code for _ in range(3)]
    assert tries == [403, 403, 429]
    assert web.stranger().get(path, **{"X-Ticket-Token": str(ticket["token"])}).status_code == 200


def test_a_lost_reply_never_calls_two_people(web: TheWeb, office: TheOffice) -> None:
    kiosk = web.kiosk()
    first = kiosk.take()
    kiosk.take()
    clerk, key = clerk_at(web, 3), {"Idempotency-Key": office.new_id()}
    answers = [clerk.post("/counters/3/call-next", None, **key) for _ in range(2)]
    assert [answer.json["id"] for answer in answers] == [first["id"], first["id"]]
    assert answers[0].json == answers[1].json


def test_a_key_that_was_used_for_something_else_is_refused(web: TheWeb, office: TheOffice) -> None:
    web.kiosk().take()
    clerk, key = clerk_at(web, 3), {"Idempotency-Key": office.new_id()}
    called = clerk.post("/counters/3/call-next", None, **key).json
    refused = clerk.post(f"/tickets/{called['id']}/start", None, **key)
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert office.state(called) == "called"


def test_a_refusal_too_is_repeated_for_the_same_key(web: TheWeb, office: TheOffice) -> None:
    clerk, key = clerk_at(web, 3), {"Idempotency-Key": office.new_id()}
    _, ticket = waiting_ticket(web)
    path = f"/tickets/{ticket['id']}/start"
    assert clerk.post(path, None, **key).json["code"] == "wrong_state"
    clerk.do("/counters/3/call-next")
    assert clerk.post(path, None, **key).json["code"] == "wrong_state"
    assert clerk.do(path)["state"] == "serving"


def test_two_clerks_may_choose_the_same_key(web: TheWeb, office: TheOffice) -> None:
    kiosk = web.kiosk()
    kiosk.take()
    kiosk.take()
    key = {"Idempotency-Key": office.new_id()}
    called = [clerk_at(web, n).post(f"/counters/{n}/call-next", None, **key).json["number"] for n in (3, 4)]
    assert called == ["A-001", "A-002"]


def test_a_visit_from_call_to_finish(web: TheWeb, office: TheOffice) -> None:
    web.kiosk().take("KTP-CETAK")
    clerk = clerk_at(web, 3)
    ticket = clerk.do("/counters/3/call-next")
    verbs = [clerk.do(f"/tickets/{ticket['id']}/{verb}") for verb in ("recall", "start")]
    assert [verb["state"] for verb in verbs] == ["called", "serving"]
    assert verbs[0]["times_called"] == 2
    done = clerk.do(f"/tickets/{ticket['id']}/finish", {"outcome": "done"})
    assert done["state"] == "finished"
    assert (office.stock().on_hand, office.stock().promised) == (99, 0)


def test_a_spoilt_blank_is_booked_with_its_reason(web: TheWeb, office: TheOffice) -> None:
    web.kiosk().take("KTP-CETAK")
    clerk = clerk_at(web, 3)
    ticket = clerk.do("/counters/3/call-next")
    clerk.do(f"/tickets/{ticket['id']}/start")
    spoilt = [{"item": "KTP", "quantity": 1, "reason": "chip rusak"}]
    clerk.do(f"/tickets/{ticket['id']}/finish", {"outcome": "done", "spoilt": spoilt})
    assert (office.stock().on_hand, office.stock().spoilt) == (98, 1)
    assert any(line.reason == "chip rusak" for line in office.queries.movements("KTP"))


def test_a_citizen_with_a_second_matter_waits_on_under_the_same_number(web: TheWeb) -> None:
    number = web.kiosk().take("KTP-CETAK")["number"]
    clerk = clerk_at(web, 3)
    ticket = clerk.do("/counters/3/call-next")
    clerk.do(f"/tickets/{ticket['id']}/start")
    after = clerk.do(f"/tickets/{ticket['id']}/finish", {"outcome": "done", "next": {"service": "KK-UBAH"}})
    assert (after["number"], after["service"], after["state"]) == (number, "KK-UBAH", "waiting")


def test_parked_moved_requeued_and_undone(web: TheWeb) -> None:
    web.kiosk().take("KTP-CETAK")
    clerk = clerk_at(web, 3)
    path = f"/tickets/{clerk.do('/counters/3/call-next')['id']}"
    clerk.do(f"{path}/start")
    assert clerk.do(f"{path}/park", {"reason": "fotokopi KK"})["state"] == "parked"
    assert clerk.do(f"{path}/undo")["state"] == "serving"
    assert clerk.do(f"{path}/move", {"service": "KK-UBAH"})["service"] == "KK-UBAH"
    assert clerk.do(f"{path}/undo")["service"] == "KTP-CETAK"
    clerk.do(f"{path}/park")
    assert clerk.do(f"{path}/requeue")["state"] == "waiting"


def test_a_call_out_of_order_names_its_reason_and_finds_the_clerks_counter(web: TheWeb) -> None:
    kiosk = web.kiosk()
    kiosk.take()
    second = kiosk.take()
    clerk = clerk_at(web, 3)
    assert clerk.post(f"/tickets/{second['id']}/call", {"reason": " "}).json["code"] == "invalid"
    called = clerk.do(f"/tickets/{second['id']}/call", {"reason": "berkas sudah lengkap"})
    assert (called["number"], called["counter"]) == ("A-002", 3)


def test_who_holds_no_counter_calls_nobody(web: TheWeb) -> None:
    _, ticket = waiting_ticket(web)
    refused = web.staff("clerk").post(f"/tickets/{ticket['id']}/call", {"reason": "apa saja"})
    assert (refused.status_code, refused.json["detail"]) == (409, "Buka loket dulu.")


def test_a_ticket_at_another_counter_is_left_alone(web: TheWeb) -> None:
    web.kiosk().take()
    ticket = clerk_at(web, 3).do("/counters/3/call-next")
    refused = clerk_at(web, 4).post(f"/tickets/{ticket['id']}/start")
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")


def test_a_supervisor_gives_back_a_number_that_is_at_a_counter(web: TheWeb) -> None:
    web.kiosk().take()
    ticket = clerk_at(web, 3).do("/counters/3/call-next")
    assert web.staff("clerk").post(f"/tickets/{ticket['id']}/cancel").status_code == 403
    assert web.staff("supervisor").do(f"/tickets/{ticket['id']}/cancel")["state"] == "cancelled"


def test_priority_is_withdrawn_with_a_reason(web: TheWeb, office: TheOffice) -> None:
    ticket = web.kiosk().take(priority=True)
    wish = {"priority": False, "urgent": False, "reason": "salah sentuh"}
    web.staff("clerk").do(f"/tickets/{ticket['id']}/priority", wish)
    assert not office.queries.ticket(ticket["id"], "id", office.clock).priority


def test_a_voucher_of_yesterday_becomes_todays_first_number(web: TheWeb, office: TheOffice) -> None:
    kiosk = web.kiosk()
    left = kiosk.take("KTP-CETAK")
    office.at("2026-11-23 17.05")
    voucher = office.queries.ticket(left["id"], "id", office.clock).voucher
    assert voucher is not None
    office.at("2026-11-24 07.40")
    ticket = kiosk.take("KTP-CETAK", voucher=voucher.code.upper())
    assert (ticket["number"], ticket["ahead"]) == ("A-001", 0)
    assert {"item": "KTP", "quantity": 1} in ticket["reserved"]
    again = kiosk.post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK", "voucher": voucher.code})
    assert (again.status_code, again.json["code"]) == (409, "wrong_state")


def test_an_auditor_takes_no_number(web: TheWeb, office: TheOffice) -> None:
    refused = web.staff("auditor").post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK"})
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")


def test_an_auditor_looks_at_a_ticket_and_does_not_give_it_back(web: TheWeb) -> None:
    auditor, taken = web.staff("auditor"), web.kiosk().take("KTP-CETAK")
    assert auditor.get(f"/tickets/{taken['id']}").status_code == 200
    assert auditor.post(f"/tickets/{taken['id']}/cancel").status_code == 403


# -- what the holder may do --------------------------------------------------------------------------------------------


def holders(ticket: dict[str, object]) -> dict[str, str]:
    return {"X-Ticket-Token": str(ticket["token"])}


def test_a_phone_lets_two_people_go_first(web: TheWeb, office: TheOffice) -> None:
    kiosk, ticket = waiting_ticket(web)
    kiosk.take()
    kiosk.take()
    office.wait(minutes=1)
    phone, path = web.stranger(), f"/tickets/{ticket['id']}"
    stepped = phone.post(f"{path}/step-back", {"places": 2}, **holders(ticket))
    assert (stepped.status_code, stepped.json["ahead"], stepped.json["state"]) == (200, 2, "waiting")
    assert phone.get(path, **holders(ticket)).json["ahead"] == 2
    again = phone.post(f"{path}/step-back", {"places": 1}, **holders(ticket))
    assert (again.status_code, again.json["code"]) == (409, "wrong_state")
    assert again.json["detail"].startswith("Nomor ini baru saja mundur. Bisa lagi mulai pukul ")


def test_stepping_back_is_refused_in_the_language_of_who_asks(web: TheWeb) -> None:
    kiosk, ticket = waiting_ticket(web)
    path, headers = f"/tickets/{ticket['id']}/step-back", holders(ticket)
    refused = web.stranger().post(path, {"places": 1}, **headers, **{"Accept-Language": "en"})
    assert (refused.status_code, refused.json["detail"]) == (
        409,
        "Nobody waits behind A-001, so there is nobody to let go first.",
    )
    for wrong in ({"places": 0}, {"places": 11}, {"places": "1"}, {}):
        assert web.stranger().post(path, wrong, **headers).json["code"] == "invalid"
    other = kiosk.take()
    assert web.stranger().post(path, {"places": 1}, **holders(other)).status_code == 403
    assert web.stranger().post(path, {"places": 1}).status_code == 401
    clerk_at(web, 3).do("/counters/3/call-next")
    called = web.stranger().post(path, {"places": 1}, **headers)
    assert called.json["detail"] == "A-001 sedang dipanggil, jadi itu tidak bisa."


def test_a_phone_asks_for_another_day_and_a_lost_reply_gives_no_second_code(web: TheWeb, office: TheOffice) -> None:
    _, ticket = waiting_ticket(web)
    headers = {**holders(ticket), "Idempotency-Key": office.new_id()}
    answers = [web.stranger().post(f"/tickets/{ticket['id']}/another-day", None, **headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json
    voucher = web.stranger().get(f"/tickets/{ticket['id']}", **holders(ticket)).json["voucher"]
    assert (voucher["code"], voucher["date"]) == (answers[0].json["voucher"]["code"], "2026-11-24")
