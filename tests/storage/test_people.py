"""Staff, devices and sessions: plain rows, read by name or by the hash of a secret, written with a command."""

from dataclasses import asdict, replace

from queue_server.domain.office import Office
from queue_server.storage import people
from queue_server.storage.journal import Command
from queue_server.storage.people import Device, Session, Staff
from queue_server.storage.rebuild import rebuild
from tests.the_office import SITE, TheOffice

SITI = Staff("s1", "siti", "clerk", "$argon2id$x", active=True, created_at=1)
BUDI = Staff("s2", "budi", "supervisor", "$argon2id$y", active=True, created_at=2)
KIOSK = Device("d1", "kiosk", "Pintu utama", None, "tcp://10.0.0.7:9100", 80, False, "h1", created_at=1)
SESSION = Session("x1", "s1", created_at=1, expires_at=1_795_482_000_000)


def enter(office: Office, *, table: str, row: Staff | Device | Session) -> None:
    office.hand_over(table, asdict(row))


def keep(office: TheOffice, table: str, *rows: Staff | Device | Session) -> None:
    office.journal.commit([Command(enter, {"table": table, "row": row}, "admin") for row in rows])


def test_staff_are_found_by_name(office: TheOffice) -> None:
    keep(office, "staff", SITI, BUDI)
    assert people.staff_by_name(office.database, SITE, "siti") == SITI
    assert people.staff_by_name(office.database, SITE, "SITI") is None
    assert people.staff_by_name(office.database, "VAN", "siti") is None
    assert people.all_staff(office.database, SITE) == [BUDI, SITI]


def test_a_device_is_found_by_the_hash_of_its_token_until_it_is_revoked(office: TheOffice) -> None:
    keep(office, "devices", KIOSK)
    assert people.device_by_token(office.database, SITE, "h1") == KIOSK
    assert people.device_by_token(office.database, SITE, "h2") is None
    revoked = replace(KIOSK, revoked_at=5)
    keep(office, "devices", revoked)
    assert people.device_by_token(office.database, SITE, "h1") == revoked
    assert people.device_by_id(office.database, SITE, "d1") == revoked
    assert people.all_devices(office.database, SITE) == [revoked]


def test_a_session_leads_to_its_holder_until_the_day_after_it_expired(office: TheOffice) -> None:
    keep(office, "sessions", SESSION)
    assert people.session(office.database, SITE, "x1") is None  # nobody of that id works here
    keep(office, "staff", SITI)
    keep(office, "sessions", SESSION)
    assert people.session(office.database, SITE, "x1") == (SESSION, SITI)
    assert people.session(office.database, SITE, "x2") is None
    office.at("2026-11-24 08.00")
    assert people.session(office.database, SITE, "x1") is None


def test_a_rebuild_leaves_people_alone(office: TheOffice) -> None:
    keep(office, "staff", SITI)
    keep(office, "devices", KIOSK)
    rebuild(office.database, SITE)
    assert people.all_staff(office.database, SITE) == [SITI]
    assert people.all_devices(office.database, SITE) == [KIOSK]
