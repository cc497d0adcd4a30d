"""Recording devices and card printers: what stops with them, and what goes on when one is repaired."""

import random
from typing import Any

import pytest

from queue_server.domain.errors import Invalid, NotFound, ServiceSuspended, WrongState
from queue_server.operations import equipment, stock
from queue_server.operations import office as office_verbs
from queue_server.storage.rebuild import rebuild
from tests.the_office import SITE, TheOffice

PRINTING = {"KTP-CETAK", "KTP-RUSAK", "KTP-HILANG", "KTP-UBAH", "KTP-WNA", "DATANG", "KIA-BARU", "KIA-GANTI"}
RECORDING = {"KTP-REKAM", "KTP-WNA"}


def register(office: TheOffice, equipment_id: str, kind: str = "card_printer") -> dict[str, Any]:
    fields = {"kind": kind, "name": f"Alat {equipment_id}", "place": "Loket 3"}
    answer: dict[str, Any] = office.do(equipment.register, equipment_id=equipment_id, **fields)
    return answer


def breaks(office: TheOffice, equipment_id: str) -> list[str]:
    """The services that stop with it."""
    stopped: list[str] = office.do(equipment.break_down, equipment_id=equipment_id, reason="mati")["stopped"]
    return stopped


def repaired(office: TheOffice, equipment_id: str) -> list[str]:
    """The services that go on with it."""
    resumed: list[str] = office.do(equipment.repair, equipment_id=equipment_id)["resumed"]
    return resumed


def suspended(office: TheOffice, language: str = "id") -> dict[str, str]:
    services = office.queries.today(office.clock, language=language).services
    return {line.service: line.suspended for line in services if line.suspended}


def test_services_stop_with_the_last_printer_that_works_and_go_on_with_the_first_that_is_repaired(
    office: TheOffice,
) -> None:
    ticket = office.take("KTP-CETAK")
    register(office, "p1")
    register(office, "p2")
    assert breaks(office, "p1") == []
    assert set(breaks(office, "p2")) == PRINTING
    assert suspended(office) == dict.fromkeys(PRINTING, "Pencetak kartu rusak")
    assert suspended(office, "en") == dict.fromkeys(PRINTING, "The card printer is broken")
    refusal = office.refusal(office.wish("KTP-CETAK").operation, **office.wish("KTP-CETAK").arguments)
    assert isinstance(refusal, ServiceSuspended)
    assert office.take("KK-BARU")["number"] == "B-001"
    assert office.state(ticket) == "waiting"
    assert set(repaired(office, "p1")) == PRINTING
    assert suspended(office) == {}
    assert office.take("KTP-CETAK")["number"] == "A-002"


def test_every_screen_says_why_in_its_language(office: TheOffice) -> None:
    register(office, "p1")
    breaks(office, "p1")
    kiosk = {s.code: s for s in office.queries.services("en", office.clock).services}["KTP-CETAK"]
    assert (kiosk.reason, kiosk.reason_words) == ("suspended", "The card printer is broken")
    assert any("Pencetak kartu rusak" in line for line in office.queries.lobby("A", office.clock).notices)
    assert any(s.reason == "Pencetak kartu rusak" for s in office.queries.stock_board("id", office.clock).stopped)


def test_what_needs_two_devices_stops_for_each_and_goes_on_with_the_last(office: TheOffice) -> None:
    register(office, "r1", "recorder")
    register(office, "p1")
    assert set(breaks(office, "r1")) == RECORDING
    assert set(breaks(office, "p1")) == PRINTING - RECORDING
    assert suspended(office)["KTP-WNA"] == "Alat rekam rusak"
    assert repaired(office, "r1") == ["KTP-REKAM"]
    assert suspended(office)["KTP-WNA"] == "Pencetak kartu rusak"
    assert "KTP-WNA" in repaired(office, "p1")


def test_what_a_supervisor_has_suspended_stays_when_the_device_is_repaired(office: TheOffice) -> None:
    register(office, "p1")
    office.do(stock.suspend, service="KTP-CETAK", reason="Jaringan terputus")
    assert "KTP-CETAK" not in breaks(office, "p1")
    office.do(stock.suspend, service="KTP-HILANG", reason="Petugas sakit")
    repaired(office, "p1")
    assert suspended(office) == {"KTP-CETAK": "Jaringan terputus", "KTP-HILANG": "Petugas sakit"}


def test_nobody_resumes_what_cannot_be_done(office: TheOffice) -> None:
    register(office, "p1")
    office.do(stock.suspend, service="KTP-CETAK", reason="Jaringan terputus")
    breaks(office, "p1")
    refusal = office.refusal(stock.resume, service="KTP-HILANG")
    assert isinstance(refusal, WrongState)
    assert refusal.reason == "equipment_lacking"
    assert office.do(stock.resume, service="KTP-CETAK")["suspended"] is True
    assert suspended(office)["KTP-CETAK"] == "Pencetak kartu rusak"


def test_a_device_that_is_retired_is_missed_by_nobody(office: TheOffice) -> None:
    register(office, "p1")
    register(office, "p2")
    breaks(office, "p1")
    assert set(office.do(equipment.retire, equipment_id="p2")["stopped"]) == PRINTING
    assert set(office.do(equipment.retire, equipment_id="p1")["resumed"]) == PRINTING
    assert isinstance(office.refusal(equipment.repair, equipment_id="p1"), NotFound)


def test_the_register_takes_no_nonsense(office: TheOffice) -> None:
    register(office, "p1")
    refused = {
        "kind": office.refusal(equipment.register, equipment_id="x", kind="fax", name="Faks"),
        "name": office.refusal(equipment.register, equipment_id="x", kind="recorder", name=" "),
        "reason": office.refusal(equipment.break_down, equipment_id="p1", reason=" "),
    }
    assert {name: type(refusal) for name, refusal in refused.items()} == dict.fromkeys(refused, Invalid)
    assert isinstance(office.refusal(equipment.break_down, equipment_id="x", reason="mati"), NotFound)
    assert isinstance(office.refusal(equipment.repair, equipment_id="p1"), WrongState)


def test_the_register_survives_a_rebuild_and_the_night(office: TheOffice) -> None:
    register(office, "p1")
    breaks(office, "p1")
    office.at("2026-11-23 17.30")
    office.power_cut()
    rebuild(office.database, SITE)
    office.at("2026-11-24 08.00")
    assert set(suspended(office)) == PRINTING
    repaired(office, "p1")
    assert suspended(office) == {}


def test_the_day_begins_with_what_its_office_file_needs(sqlite_url: str, rng: random.Random) -> None:
    """A file that comes into force in the morning may need what is broken since the day before."""
    office = TheOffice(sqlite_url, rng)
    needs = office.text
    office.text = needs.replace('needs = ["card_printer"]\n', "")
    office.found("2026-11-23 07.00", KTP=100)
    office.at("2026-11-23 08.00")
    register(office, "p1")
    assert breaks(office, "p1") == ["KTP-WNA"]
    office.do(office_verbs.apply_office, text=needs, filename="office.toml")
    office.at("2026-11-23 17.30")
    office.at("2026-11-24 08.00")
    assert set(suspended(office)) == PRINTING
    office.verify()
    office.close()


@pytest.mark.parametrize("name", ["kota_serang", "banyuwangi", "cianjur", "kolaka_utara"])
def test_every_office_says_what_it_cannot_record_or_print_without(name: str, sqlite_url: str) -> None:
    office = TheOffice(sqlite_url, random.Random(0), name)
    for service in office.found("2026-11-23 07.00").services.values():
        expected = [kind for stage, kind in (("B", "recorder"), ("C", "card_printer")) if stage in service.stages]
        assert list(service.needs) == expected, service.code
    office.close()
