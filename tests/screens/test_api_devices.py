"""Screens from the code that they show to the day when they are revoked, and how a supervisor knows how they are."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest

from queue_server.operations import auth
from queue_server.storage import people
from queue_server.stream.topics import Viewer
from queue_server.web.attendance import VERSION
from queue_server.web.devices import ask_printers, mind_devices
from tests.printables.network import healthy, little_paper, network_printer, out_of_paper
from tests.services import free_port
from tests.the_office import SITE
from tests.the_web import Browser, TheWeb

TV = {"kind": "display", "name": "TV Ruang A", "hall": "A", "sound": True}


@pytest.fixture
def supervisor(web: TheWeb) -> Browser:
    return web.staff("supervisor")


def waiting(web: TheWeb) -> tuple[Browser, dict[str, Any]]:
    """A browser that nobody has paired, and what it was given to show and to keep."""
    browser = web.stranger()
    answer = browser.post("/pairings")
    assert answer.status_code == 201
    return browser, answer.json


def looks(browser: Browser, shown: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = browser.do("/pairings/session", {"secret": shown["secret"]})
    return answer


def listed(supervisor: Browser, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(d for d in supervisor.get("/devices").json["devices"] if d["name"] == name)
    return found


# -- a code on the screen ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/kiosk", "/kiosk/group/A", "/display/A", "/pair"])
def test_a_browser_that_is_no_device_shows_how_it_becomes_one(web: TheWeb, path: str) -> None:
    answer = web.stranger().page(path)
    assert answer.status_code == (200 if path == "/pair" else 401)
    assert "data-code" in answer.text
    assert "belum dipasangkan" in answer.text


def test_a_screen_becomes_a_device_by_the_code_that_it_shows(web: TheWeb, supervisor: Browser) -> None:
    browser, shown = waiting(web)
    assert re.fullmatch(r"[ACDEFHJKMNPQRTUVWXY34679]{6}", shown["code"])
    assert looks(browser, shown) == {"state": "waiting", "home": None}
    assert browser.page("/display/A").status_code == 401
    typed = f"{shown['code'][:3].lower()} {shown['code'][3:]}"
    assert supervisor.do("/devices", {"code": typed, **TV})["silenced"] == []
    assert looks(browser, shown) == {"state": "paired", "home": "/display/A"}
    assert 'data-sound="on"' in browser.page("/display/A").text
    assert listed(supervisor, "TV Ruang A")["hall"] == "A"
    assert shown["secret"] not in browser.page("/display/A").text


def test_a_kiosk_is_paired_with_its_printer_and_may_give_numbers(web: TheWeb, supervisor: Browser) -> None:
    browser, shown = waiting(web)
    kiosk = {"kind": "kiosk", "name": "Kios 2", "printer": "tcp://10.0.0.9?qr=raster", "paper": 58}
    supervisor.do("/devices", {"code": shown["code"], **kiosk})
    assert looks(browser, shown)["home"] == "/kiosk"
    csrf = re.search(r'name="csrf" content="(\w+)"', browser.page("/kiosk").text)
    assert csrf
    browser.headers["X-CSRF-Token"] = csrf[1]
    assert browser.take("KK-BARU")["number"] == "B-001"
    assert listed(supervisor, "Kios 2") | kiosk == listed(supervisor, "Kios 2")


def test_a_code_is_good_once_and_for_ten_minutes(web: TheWeb, supervisor: Browser) -> None:
    browser, shown = waiting(web)
    web.office.wait(minutes=9, seconds=59)
    supervisor.do("/devices", {"code": shown["code"], **TV})
    again = supervisor.post("/devices", {"code": shown["code"], **TV})
    assert (again.status_code, again.json["code"]) == (404, "not_found")
    assert "Baca lagi kode" in again.json["detail"]
    assert looks(browser, shown)["state"] == "paired", "the screen has all the time it wants"
    late, shown = waiting(web)
    web.office.wait(minutes=10)
    assert looks(late, shown)["state"] == "expired"
    assert supervisor.post("/devices", {"code": shown["code"], **TV}).status_code == 404


def test_a_screen_that_never_stops_asking_is_held_back(web: TheWeb) -> None:
    browser, shown = waiting(web)
    asked = [browser.post("/pairings/session", {"secret": shown["secret"]}).status_code for _ in range(301)]
    assert (asked[100], asked[-1]) == (200, 429)


def test_the_code_alone_is_worth_nothing_to_a_screen(web: TheWeb, supervisor: Browser) -> None:
    """Everybody in the room can read it."""
    _, shown = waiting(web)
    supervisor.do("/devices", {"code": shown["code"], **TV})
    guest = web.stranger()
    assert guest.do("/pairings/session", {"secret": "0" * 32})["state"] == "expired"
    assert guest.post("/pairings/session", {"secret": shown["code"]}).status_code == 400
    assert guest.page("/display/A").status_code == 401


def test_codes_are_neither_guessed_nor_asked_for_without_end(web: TheWeb, supervisor: Browser) -> None:
    wrong = [supervisor.post("/devices", {"code": "AAA AAA", **TV}).status_code for _ in range(11)]
    assert wrong == [404] * 10 + [429]
    assert [web.stranger().post("/pairings").status_code for _ in range(21)] == [201] * 20 + [429]


def test_used_and_forgotten_codes_are_gone_when_the_next_day_opens(web: TheWeb) -> None:
    _, shown = waiting(web)
    assert people.pairing_by_code(web.office.database, SITE, shown["code"])
    web.office.at("2026-11-23 17.30")
    web.office.at("2026-11-24 07.31")
    assert people.pairing_by_code(web.office.database, SITE, shown["code"]) is None


def test_only_a_supervisor_pairs_changes_and_revokes(web: TheWeb) -> None:
    device_id, _ = web.add_device("display", hall="A")
    for role in ("clerk", "stock", "auditor"):
        somebody = web.staff(role)
        assert somebody.get("/devices").status_code == 403
        for path in ("/devices", f"/devices/{device_id}", f"/devices/{device_id}/revoke", "/equipment"):
            assert somebody.post(path, {}).status_code == 403
        assert somebody.page("/supervisor/devices").status_code == 403


# -- changing ----------------------------------------------------------------------------------------------------------


def test_of_the_displays_of_a_hall_one_is_heard(web: TheWeb, supervisor: Browser) -> None:
    tvs = {
        name: web.add_device("display", name=name, hall=hall)[0]
        for name, hall in (("A1", "A"), ("A2", "A"), ("B1", "B"))
    }
    for name in ("A1", "B1"):
        assert supervisor.do(f"/devices/{tvs[name]}", {"sound": True})["silenced"] == []
    assert supervisor.do(f"/devices/{tvs['A2']}", {"sound": True})["silenced"] == ["A1"]
    assert {name: listed(supervisor, name)["sound"] for name in tvs} == {"A1": False, "A2": True, "B1": True}
    assert supervisor.do(f"/devices/{tvs['B1']}", {"hall": None})["silenced"] == ["A2"], "it is heard in every hall now"
    _, shown = waiting(web)
    assert supervisor.do("/devices", {"code": shown["code"], **TV})["silenced"] == ["B1"]


def test_two_supervisors_at_once_leave_one_display_heard(web: TheWeb, supervisor: Browser) -> None:
    tvs = [web.add_device("display", name=name, hall="A")[0] for name in ("A1", "A2", "A3", "A4")]
    with ThreadPoolExecutor(len(tvs)) as together:
        done = list(together.map(lambda tv: supervisor.post(f"/devices/{tv}", {"sound": True}).status_code, tvs))
    assert done == [200] * len(tvs)
    heard = [device["name"] for device in supervisor.get("/devices").json["devices"] if device["sound"]]
    assert len(heard) == 1, heard


def test_who_is_revoked_while_it_is_renamed_stays_revoked(web: TheWeb, supervisor: Browser) -> None:
    device_id, token = web.add_device("kiosk", name="Kios 9")
    row = asdict(next(d for d in people.all_devices(web.office.database, SITE) if d.device_id == device_id))
    supervisor.do(f"/devices/{device_id}/revoke")
    web.office.do(auth.change_device, row=row, others=[], name="Kios 10")  # by another program, which read it before
    web.house.door.forget(token)
    assert supervisor.get("/devices").json["devices"] == []
    assert web.house.door.device(token) is None


def test_a_device_that_is_changed_is_somebody_else_to_the_stream(web: TheWeb, supervisor: Browser) -> None:
    """A display is shown out of the stream, loads its page anew, and is heard or not as it says."""
    device_id, token = web.add_device("display", name="A1", hall="A")
    environ = {"HTTP_COOKIE": f"antrean_display={token}"}
    assert web.house.door.viewers(environ) == (Viewer("display", device_id, hall="A"),)
    supervisor.do(f"/devices/{device_id}", {"sound": True, "hall": "B", "name": "TV B"})
    web.house.door.forget(token)
    assert web.house.door.viewers(environ) == (Viewer("display", device_id, hall="B", sounds=True),)
    assert listed(supervisor, "TV B")["hall"] == "B"


def test_a_revoked_device_is_a_stranger_and_no_longer_listed(web: TheWeb, supervisor: Browser) -> None:
    device_id, token = web.add_device("kiosk", name="Kios 9")
    kiosk = web.stranger()
    kiosk.post("/device-session", {"token": token})
    supervisor.do(f"/devices/{device_id}/revoke")
    web.house.door.forget(token)
    assert "belum dipasangkan" in kiosk.page("/kiosk").text
    assert [d["name"] for d in supervisor.get("/devices").json["devices"]] == []
    again = supervisor.post(f"/devices/{device_id}/revoke")
    assert (again.status_code, again.json["detail"]) == (404, "Perangkat itu tidak ada, atau sudah dicabut.")


@pytest.mark.parametrize(
    ("changes", "status", "said"),
    [
        ({"printer": "lpt1"}, 400, "tcp://alamat:9100"),
        ({"printer": "file:/etc/passwd"}, 400, "komputer server"),
        ({"printer": "usb:/dev/sda"}, 400, "tcp://alamat:9100"),
        ({"hall": "Z"}, 404, "Ruang Z tidak ada."),
        ({"name": "  "}, 400, "Tuliskan namanya."),
        ({"paper": 70}, 400, "paper"),
        ({"sound": "on"}, 400, "sound"),
        ({"kind": "kiosk"}, 400, "kind"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_a_sentence(
    web: TheWeb, supervisor: Browser, changes: dict[str, Any], status: int, said: str
) -> None:
    device_id, _ = web.add_device("kiosk", name="Kios 1")
    answer = supervisor.post(f"/devices/{device_id}", changes)
    assert answer.status_code == status
    assert said in answer.json["detail"]
    assert listed(supervisor, "Kios 1")["printer"] == "none"


def test_a_file_that_was_chosen_at_the_server_may_stay(web: TheWeb, supervisor: Browser) -> None:
    device_id, _ = web.add_device("kiosk", name="Kios 1", printer="file:/srv/slips.bin")
    supervisor.do(f"/devices/{device_id}", {"name": "Kios depan", "printer": "file:/srv/slips.bin"})
    assert listed(supervisor, "Kios depan")["printer"] == "file:/srv/slips.bin"


# -- who is here -------------------------------------------------------------------------------------------------------


def test_a_device_is_seen_with_every_request_and_written_down_once_a_minute(web: TheWeb, supervisor: Browser) -> None:
    kiosk = web.kiosk(name="Kios 1")
    assert listed(supervisor, "Kios 1")["last_seen"] is None
    kiosk.get("/services")
    first = web.office.clock
    assert listed(supervisor, "Kios 1")["last_seen"] == first
    mind_devices(web.house)
    rows = people.device_signs_of(web.office.database, SITE)
    assert rows[kiosk.id].last_seen == first
    web.office.wait(seconds=59)
    kiosk.get("/services")
    mind_devices(web.house)
    assert people.device_signs_of(web.office.database, SITE) == rows, "not yet a minute"
    assert listed(supervisor, "Kios 1")["last_seen"] == web.office.clock
    web.office.wait(seconds=1)
    kiosk.get("/services")
    mind_devices(web.house)
    assert people.device_signs_of(web.office.database, SITE)[kiosk.id].last_seen == web.office.clock


def test_a_page_of_an_older_version_is_to_be_loaded_anew(web: TheWeb, supervisor: Browser) -> None:
    device_id, token = web.add_device("display", name="TV lama", hall="A")
    browser = web.stranger()
    browser.post("/device-session", {"token": token})
    assert f'<meta name="screen" content="display" data-version="{VERSION}">' in browser.page("/display/A").text
    assert 'name="screen"' not in supervisor.page("/supervisor/devices").text
    web.house.attendance.note(device_id, web.office.clock, "0.0.9")
    assert (listed(supervisor, "TV lama")["version"], listed(supervisor, "TV lama")["outdated"]) == ("0.0.9", True)
    assert "0.0.9, muat ulang" in supervisor.page("/supervisor/devices").text
    web.house.attendance.note(device_id, web.office.clock, VERSION)
    assert listed(supervisor, "TV lama")["outdated"] is False


def alarms(web: TheWeb, supervisor: Browser) -> list[tuple[str, str]]:
    """What stands in the row of alerts after a look at the devices."""
    mind_devices(web.house)
    return [(a["kind"], a["subject"]) for a in supervisor.get("/today").json["alerts"]]


def test_a_kiosk_and_the_display_that_speaks_are_missed_after_a_minute(web: TheWeb, supervisor: Browser) -> None:
    kiosk = web.kiosk(name="Kios 1")
    speaks, silent = (web.device("display", hall="A", sound=sound) for sound in (True, False))
    web.kiosk(name="Kios di gudang")
    for screen in (speaks, silent):
        screen.get("/board/A")
    kiosk.get("/services")
    web.office.wait(seconds=61)
    assert set(alarms(web, supervisor)) == {("kiosk_away", kiosk.id), ("display_away", speaks.id)}
    page = supervisor.page("/supervisor").text
    assert "Kios 1 tidak menjawab" in page
    assert "Panggilan di ruang itu tidak terdengar." in page
    (alert, _) = supervisor.get("/today").json["alerts"]
    assert supervisor.post(f"/alerts/{alert['seq']}/answer").json["detail"] == "Pemberitahuan ini hilang sendiri."
    kiosk.get("/services")
    assert alarms(web, supervisor) == [("display_away", speaks.id)]
    supervisor.do(f"/devices/{speaks.id}", {"sound": False})
    assert alarms(web, supervisor) == []


def test_a_server_that_has_just_started_waits_for_its_screens(web: TheWeb, supervisor: Browser) -> None:
    kiosk = web.kiosk()
    kiosk.get("/services")
    mind_devices(web.house)
    web.office.wait(minutes=10)
    restarted = TheWeb(web.office)
    mind_devices(restarted.house)
    assert supervisor.get("/today").json["alerts"] == []
    web.office.wait(seconds=61)
    mind_devices(restarted.house)
    assert [a["subject"] for a in supervisor.get("/today").json["alerts"]] == [kiosk.id]
    restarted.close()


def test_one_server_of_several_does_not_miss_who_watches_another(web: TheWeb, supervisor: Browser) -> None:
    other = TheWeb(web.office)
    for server in (web, other):
        server.house.attendance.alone = False
    kiosk = web.kiosk()
    for _ in range(4):
        web.office.wait(seconds=55)
        kiosk.get("/services")
        mind_devices(web.house)
        mind_devices(other.house)
        assert supervisor.get("/today").json["alerts"] == []
    web.office.wait(seconds=125)
    mind_devices(other.house)
    assert [a["kind"] for a in supervisor.get("/today").json["alerts"]] == ["kiosk_away"]
    other.close()


# -- printers ----------------------------------------------------------------------------------------------------------


def test_a_kiosk_that_cannot_print_is_told_until_it_can(web: TheWeb, supervisor: Browser) -> None:
    with network_printer(out_of_paper) as empty, network_printer(healthy) as filled:
        kiosk = web.kiosk(name="Kios 1", printer=empty.setting)
        kiosk.get("/services")
        ask_printers(web.house)
        assert listed(supervisor, "Kios 1")["printer_state"] == "paper_out"
        assert alarms(web, supervisor) == [("printer_down", kiosk.id)]
        assert "Kertas habis." in supervisor.page("/supervisor").text
        supervisor.do(f"/devices/{kiosk.id}", {"printer": filled.setting})
        web.office.wait(seconds=1)
        kiosk.get("/services")
        ask_printers(web.house)
        assert listed(supervisor, "Kios 1")["printer_state"] == "ready"
        assert alarms(web, supervisor) == []


def test_a_slip_that_does_not_come_out_is_told_of_its_kiosk_too(web: TheWeb, supervisor: Browser) -> None:
    kiosk = web.kiosk(name="Kios 1", printer=f"tcp://127.0.0.1:{free_port()}")
    ticket = kiosk.take("KK-BARU")
    assert kiosk.do(f"/tickets/{ticket['id']}/print") == {"printed": False, "why": "unreachable"}
    assert set(alarms(web, supervisor)) == {("print_failed", ticket["number"]), ("printer_down", kiosk.id)}


def test_paper_that_is_nearly_used_up_is_seen_and_alarms_nobody(web: TheWeb, supervisor: Browser) -> None:
    with network_printer(little_paper) as printer:
        kiosk = web.kiosk(name="Kios 1", printer=printer.setting)
        kiosk.get("/services")
        ask_printers(web.house)
        assert listed(supervisor, "Kios 1")["printer_state"] == "near_end"
        assert alarms(web, supervisor) == []
        assert "kertas hampir habis" in supervisor.page("/supervisor/devices").text


def test_a_printer_that_says_nothing_takes_back_no_failure(web: TheWeb) -> None:
    """A queue of the print system has refused a slip; asked how it is, nobody knows."""
    attendance, now = web.house.attendance, web.office.clock
    attendance.note("k", now)
    attendance.note_printing("k", "refused", now + 1)
    attendance.note_printer("k", "silent", now + 2)
    assert [sign.printer for sign in [attendance.sign("k", None)] if sign] == ["refused"]
    attendance.note_printing("k", None, now + 3)
    assert [sign.printer for sign in [attendance.sign("k", None)] if sign] == ["ready"]


def test_a_cheap_printer_is_sent_the_dots_of_its_qr_code(web: TheWeb) -> None:
    with network_printer(healthy) as printer:
        kiosk = web.kiosk(printer=f"{printer.setting}?qr=raster")
        ticket = kiosk.take("KK-BARU")
        assert kiosk.do(f"/tickets/{ticket['id']}/print")["printed"] is True
        slip = printer.slips.get(timeout=30)
    assert b"\x1d(k" not in slip
    assert kiosk.get(f"/tickets/{ticket['id']}/slip.escpos").data == slip


# -- recorders and card printers --------------------------------------------------------------------------------------


def test_a_supervisor_closes_and_opens_services_with_their_printer(web: TheWeb, supervisor: Browser) -> None:
    made = supervisor.do("/equipment", {"kind": "card_printer", "name": "Datacard", "place": "Ruang cetak"})
    stopped = supervisor.do(f"/equipment/{made['equipment_id']}/broken", {"reason": "macet"})["stopped"]
    assert "KTP-CETAK" in stopped
    (device,) = supervisor.get("/equipment").json["equipment"]
    assert (device["state"], device["reason"], device["since"]) == ("broken", "macet", web.office.clock)
    kiosk = web.kiosk()
    wish = {"ticket_id": web.office.new_id(), "service": "KTP-CETAK"}
    for language, words in (("id", "Pencetak kartu rusak"), ("en", "The card printer is broken")):
        refused = kiosk.post("/tickets", wish, **{"Accept-Language": language})
        assert (refused.status_code, refused.json["code"]) == (409, "service_suspended")
        assert words in refused.json["detail"]
    refused = supervisor.post("/services/KTP-CETAK/resume")
    assert "butuh alat yang sedang rusak" in refused.json["detail"]
    assert "Lihat alat" in supervisor.page("/supervisor/services").text
    assert supervisor.do(f"/equipment/{made['equipment_id']}/repaired")["resumed"] == stopped
    assert kiosk.take("KTP-CETAK")["number"] == "A-001"
    supervisor.do(f"/equipment/{made['equipment_id']}/retire")
    assert supervisor.get("/equipment").json["equipment"] == []
    assert supervisor.post("/equipment/000000000000/repaired").status_code == 404
