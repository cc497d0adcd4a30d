"""The office as a whole over HTTP: services, board, day, figures, help."""

from typing import Any

from tests.the_office import TheOffice
from tests.the_web import TheWeb


def test_a_kiosk_learns_groups_services_and_what_to_bring(web: TheWeb) -> None:
    seen = web.kiosk().get("/services").json
    assert [group["prefix"] for group in seen["groups"]][:2] == ["A", "B"]
    service = next(s for s in seen["services"] if s["code"] == "KTP-HILANG")
    assert (service["group"], service["open"], service["blanks"]) == ("A", True, 95)
    assert service["checklist"]
    assert service["wait_minutes"] is None


def test_names_are_in_the_language_of_who_asks(web: TheWeb) -> None:
    kiosk = web.kiosk()
    names = [
        next(s for s in kiosk.get("/services?lang=" + language).json["services"] if s["code"] == "KTP-HILANG")["name"]
        for language in ("id", "en")
    ]
    assert names[0] != names[1]


def test_a_board_that_shows_the_same_is_not_sent_again(web: TheWeb, office: TheOffice) -> None:
    display = web.display("A")
    first = display.get("/board/A")
    office.wait(seconds=30)
    again = display.get("/board/A", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    web.kiosk().take()
    assert display.get("/board/A", **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_display_sees_its_own_hall_alone(web: TheWeb) -> None:
    refused = web.display("A").get("/board/B")
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")
    assert web.display().get("/board/B").status_code == 200
    assert web.staff("clerk").get("/board/B").status_code == 200


def test_a_hall_that_the_office_does_not_have_is_not_found(web: TheWeb) -> None:
    assert web.display().get("/board/Q").json["code"] == "not_found"


def test_a_kiosk_sees_no_board_and_a_display_takes_no_number(web: TheWeb, office: TheOffice) -> None:
    assert web.kiosk().get("/board/A").status_code == 403
    refused = web.display().post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK"})
    assert refused.status_code == 403


def test_today_counts_what_was_taken_beside_what_is_promised(web: TheWeb) -> None:
    web.kiosk().take()
    today = web.staff("clerk").get("/today").json
    service = next(s for s in today["services"] if s["service"] == "KTP-CETAK")
    item = next(i for i in today["items"] if i["item"] == "KTP")
    assert (service["taken"], service["waiting"], service["promised"]) == (1, 1, 1)
    assert (item["on_hand"], item["promised"], item["safety"], item["available"]) == (100, 1, 5, 94)


def test_a_day_is_extended_by_hand_with_a_reason(web: TheWeb, office: TheOffice) -> None:
    supervisor = web.staff("supervisor")
    assert supervisor.post("/day/open", {}).json["detail"] == "Isian reason tidak benar."
    opened = supervisor.do("/day/open", {"reason": "antrean panjang", "until": office.clock + 36_000_000})
    assert opened == {"day": "2026-11-23", "did": "extended"}
    office.at("2026-11-23 17.30")
    assert web.kiosk().take()["number"] == "A-001"


def test_a_day_is_closed_by_hand(web: TheWeb, office: TheOffice) -> None:
    assert web.staff("supervisor").do("/day/close")["did"] == "closing"
    office.follow_calendar()
    refused = web.kiosk().post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK"})
    assert refused.json["code"] == "day_closed"


def test_a_clock_that_runs_behind_is_confirmed_by_a_supervisor_alone(web: TheWeb, office: TheOffice) -> None:
    web.kiosk().take()
    office.clock -= 3_600_000
    wish = {"ticket_id": office.new_id(), "service": "KTP-CETAK"}
    refused = web.kiosk().post("/tickets", wish)
    assert (refused.status_code, refused.json["code"]) == (409, "clock_behind")
    assert "07.00" in refused.json["detail"]
    assert "08.00" in refused.json["detail"]
    assert [way["kind"] for way in refused.json["instead"]] == ["information"]
    web.staff("supervisor").do("/day/open", {"reason": "jam diperbaiki"})
    assert web.kiosk().post("/tickets", wish).status_code == 201


def test_nobody_is_invited_to_take_a_number_while_the_clock_runs_behind(web: TheWeb, office: TheOffice) -> None:
    kiosk = web.kiosk()
    kiosk.take()
    office.clock -= 3_600_000
    view = kiosk.get("/services").json
    assert (view["day"]["clock_behind"], view["day"]["takes_numbers"]) == (True, False)
    assert {service["reason"] for service in view["services"]} == {"clock_behind"}
    assert not any(group["open"] for group in view["groups"])
    pages = [kiosk.page(path, **kiosk.headers).text for path in ("/kiosk", "/kiosk/service/KTP-CETAK")]
    for page in pages:
        assert "Kios belum bisa memberi nomor." in page
        assert office.catalogue.information.id in page
        assert "Nomor bisa diambil" not in page
        assert "Buka" not in page
        assert "Ambil nomor" not in page
    assert "Belum bisa diambil" not in kiosk.page("/kiosk/group/A", **kiosk.headers).text
    web.staff("supervisor").do("/day/open", {"reason": "jam diperbaiki"})
    assert "Mau urus apa hari ini?" in kiosk.page("/kiosk", **kiosk.headers).text


def test_a_kiosk_that_is_touched_out_of_numbers_is_reported_once_and_refuses_nobody(web: TheWeb) -> None:
    kiosk, supervisor = web.kiosk(), web.staff("supervisor")
    for _ in range(30):
        kiosk.take()
    assert supervisor.get("/today").json["alerts"] == []
    for _ in range(3):
        kiosk.take()
    web.kiosk().take()
    alerts = supervisor.get("/today").json["alerts"]
    assert [(a["kind"], a["subject"], a["detail"]) for a in alerts] == [("kiosk_rushed", kiosk.id, "31")]


def test_who_asks_for_help_is_heard_until_somebody_has_come(web: TheWeb) -> None:
    kiosk, supervisor = web.kiosk(), web.staff("supervisor")
    assert kiosk.do("/help") == {"asked": True}
    web.staff("clerk").do("/help", {"counter": 4})
    alerts = supervisor.get("/today").json["alerts"]
    assert [(alert["kind"], alert["subject"]) for alert in alerts] == [
        ("help_asked", kiosk.id),
        ("help_asked", "counter-4"),
    ]
    for nobody, status in (
        (kiosk.post("/help", {"counter": 4}), 400),
        (supervisor.post("/help", {"counter": 99}), 404),
    ):
        assert nobody.status_code == status
    supervisor.do(f"/alerts/{alerts[0]['seq']}/answer")
    assert len(supervisor.get("/today").json["alerts"]) == 1
    again = supervisor.post(f"/alerts/{alerts[0]['seq']}/answer")
    assert (again.status_code, again.json["code"]) == (404, "not_found")


def test_a_counter_that_asked_for_help_hears_who_comes_and_the_journal_keeps_it(web: TheWeb, office: TheOffice) -> None:
    clerk, supervisor = web.staff("clerk"), web.staff("supervisor", "Sari")
    clerk.do("/counters/4/open")

    def heard() -> Any:
        return clerk.get("/queue?counter=4").json["board"]["help"]

    assert heard() is None
    clerk.do("/help", {"counter": 4})
    assert (heard()["answered_at"], heard()["by"]) == (None, None)
    supervisor.do(f"/alerts/{supervisor.get('/today').json['alerts'][0]['seq']}/answer")
    assert heard()["by"] == supervisor.id
    assert clerk.get("/queue?counter=5").json["board"]["help"] is None
    office.wait(minutes=6)
    assert heard() is None
    office.verify()


def test_lights_follow_the_clock_and_the_hours_count_who_came_and_who_went(web: TheWeb, office: TheOffice) -> None:
    kiosk, clerk, supervisor = web.kiosk(), web.staff("clerk"), web.staff("supervisor")
    first, second = kiosk.take("IKD"), kiosk.take("IKD")
    counter = next(n for n, kept in office.catalogue.counters.items() if "IKD" in kept.serves)
    clerk.do(f"/counters/{counter}/open")
    clerk.do(f"/counters/{counter}/call-next")
    clerk.do(f"/tickets/{first['id']}/start")

    def lights() -> tuple[Any, Any]:
        today = supervisor.get("/today").json
        line = next(line for line in today["counters"] if line["counter"] == counter)
        return line["light"], [(wait["number"], wait["light"]) for wait in today["longest"]]

    service, permitted = office.catalogue.services["IKD"], office.catalogue.rules.longest_wait_minutes
    assert lights() == ("fine", [(second["number"], "fine")])
    office.wait(minutes=service.sla_minutes + 1)
    assert lights()[0] == "over"
    office.wait(minutes=permitted - service.sla_minutes - 1 - 10)
    assert lights()[1] == [(second["number"], "slow")]
    office.wait(minutes=11)
    assert lights()[1] == [(second["number"], "over")]
    clerk.do(f"/tickets/{first['id']}/finish", {"outcome": "done"})
    office.wait(minutes=4)
    today = supervisor.get("/today").json
    assert sum(hour["taken"] for hour in today["hours"]) == 2
    assert [hour["served"] for hour in today["hours"]] == [0, 1]
    line = next(line for line in today["counters"] if line["counter"] == counter)
    assert (line["since"], line["light"]) == (office.clock - 4 * 60_000, None)
    ikd = next(row for row in today["services"] if row["service"] == "IKD")
    assert (ikd["wait_light"], ikd["work_light"]) == ("over", "over")
