"""What staff do at a kiosk with the office's PIN."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.web import pin
from tests.the_office import TheOffice
from tests.the_web import TheWeb

PIN = "271828"


@pytest.fixture
def web(office: TheOffice, tmp_path: Path) -> Iterator[TheWeb]:
    inhabited = TheWeb(office, data_dir=tmp_path)
    yield inhabited
    inhabited.close()


def test_an_office_without_a_pin_says_how_to_get_one(web: TheWeb) -> None:
    refused = web.kiosk().post("/device/pin", {"pin": PIN})
    assert refused.status_code == 404
    assert "antrean device pin" in refused.json["detail"]


def test_the_pin_is_kept_as_a_hash_that_its_owner_alone_can_read(tmp_path: Path) -> None:
    pin.keep(tmp_path, "111111")
    pin.keep(tmp_path, PIN)
    (kept,) = tmp_path.iterdir()
    assert kept.read_text().startswith("$argon2id$")
    assert PIN not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_whoever_guesses_is_held_back_and_another_kiosk_is_not(web: TheWeb, tmp_path: Path) -> None:
    pin.keep(tmp_path, PIN)
    kiosk, other = web.kiosk(), web.kiosk()
    for path in ("pin", "test-print", "unpair", "pin", "pin"):
        refused = kiosk.post(f"/device/{path}", {"pin": "000000"})
        assert (refused.status_code, refused.json["detail"]) == (403, "PIN salah.")
    held_back = kiosk.post("/device/pin", {"pin": PIN})
    assert (held_back.status_code, held_back.json["code"]) == (429, "too_many_requests")
    for _ in range(6):  # who knows it may come as often as they like
        assert other.do("/device/pin", {"pin": PIN}) == {}


def test_nobody_but_a_kiosk_asks_and_a_pin_has_digits(web: TheWeb, tmp_path: Path) -> None:
    pin.keep(tmp_path, PIN)
    assert web.stranger().post("/device/pin", {"pin": PIN}).status_code == 401
    assert web.display().post("/device/unpair", {"pin": PIN}).status_code == 403
    for wrong in ("12345", "123456789", "abcdef", "", None, 123456):
        assert web.kiosk().post("/device/pin", {"pin": wrong}).status_code == 400


def test_an_unpaired_kiosk_is_a_stranger(web: TheWeb, tmp_path: Path) -> None:
    pin.keep(tmp_path, PIN)
    browser, (_, token) = web.stranger(), web.add_device("kiosk")
    browser.headers["X-CSRF-Token"] = browser.post("/device-session", {"token": token}).json["csrf_token"]
    answer = browser.post("/device/unpair", {"pin": PIN})
    assert (answer.status_code, "antrean_kiosk=;" in answer.headers["Set-Cookie"]) == (200, True)
    assert web.stranger().post("/device-session", {"token": token}).status_code == 401
