"""Alarms of screens and kiosk printers: raised once, cleared by themselves, and only while the office is open."""

from typing import Any

from queue_server.domain.errors import WrongState
from queue_server.operations import devices
from queue_server.operations import office as office_verbs
from queue_server.operations.devices import Screen
from queue_server.storage.rebuild import rebuild
from tests.the_office import SITE, TheOffice


def look(office: TheOffice, *screens: Screen) -> list[tuple[str, str, str]]:
    """What stands in the row of alerts after a look at these screens."""
    office.do(devices.mind, screens=screens)
    return [(a.kind, a.subject, a.detail) for a in office.queries.today(office.clock).alerts]


def display(seen: int, **more: Any) -> Screen:
    return Screen("tv", "display", "A", seen, **more)


def test_the_display_that_speaks_is_missed_after_a_minute_told_once_and_welcomed_back(office: TheOffice) -> None:
    office.wait(minutes=10)
    left = office.clock
    office.wait(seconds=60)
    assert look(office, display(left)) == []
    office.wait(seconds=1)
    assert look(office, display(left)) == [("display_away", "tv", "A")]
    entries = office.queries.head()
    office.wait(minutes=5)
    assert look(office, display(left)) == [("display_away", "tv", "A")]
    assert office.queries.head() == entries, "the supervisor is told once"
    assert look(office, display(office.clock)) == []


def test_a_kiosk_is_missed_and_its_printer_is_a_trouble_of_its_own(office: TheOffice) -> None:
    office.wait(minutes=10)
    kiosk = Screen("k1", "kiosk", None, office.clock, trouble="paper_out")
    assert look(office, kiosk) == [("printer_down", "k1", "paper_out")]
    office.wait(minutes=2)
    gone = Screen("k1", "kiosk", None, kiosk.seen, trouble="paper_out")
    assert {kind for kind, *_ in look(office, gone)} == {"printer_down", "kiosk_away"}
    assert look(office, Screen("k1", "kiosk", None, office.clock)) == []


def test_nobody_misses_a_screen_outside_of_opening_hours(office: TheOffice) -> None:
    office.at("2026-11-23 15.55")
    last_evening = office.clock
    office.wait(minutes=3)
    assert look(office, display(last_evening)) == [("display_away", "tv", "A")]
    office.at("2026-11-23 16.00")
    assert look(office, display(last_evening)) == []
    office.at("2026-11-24 07.30")
    assert look(office, display(last_evening)) == [], "the office has a minute to switch its screens on"
    office.wait(seconds=61)
    assert look(office, display(last_evening)) == [("display_away", "tv", "A")]


def test_a_device_that_is_revoked_or_silenced_is_missed_no_more(office: TheOffice) -> None:
    left = office.clock
    office.wait(minutes=3)
    assert look(office, display(left))
    assert look(office) == []


def test_an_alarm_that_ends_by_itself_is_not_answered_by_hand(office: TheOffice) -> None:
    left = office.clock
    office.wait(minutes=3)
    look(office, display(left))
    (alert,) = office.queries.today(office.clock).alerts
    refusal = office.refusal(office_verbs.answer_alert, seq=alert.seq)
    assert isinstance(refusal, WrongState)
    assert refusal.reason == "ends_by_itself"


def test_alarms_are_the_same_after_a_rebuild_and_for_the_next_server(office: TheOffice) -> None:
    left = office.clock
    office.wait(minutes=3)
    before = look(office, display(left))
    office.power_cut()
    rebuild(office.database, SITE)
    assert look(office, display(left)) == before
    assert look(office) == []
