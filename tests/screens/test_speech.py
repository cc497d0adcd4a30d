"""A kiosk's screen read out: `POST /kiosk/speech`."""

from __future__ import annotations

import io
import logging
import wave
from array import array

import pytest

from queue_server.web.voice import espeak
from queue_server.web.voice.sound import RATE
from tests import services
from tests.the_web import Answer, Browser, TheWeb


@pytest.fixture
def kiosk(web: TheWeb) -> Browser:
    return web.kiosk()


def ask(kiosk: Browser, text: object, language: object = "id") -> Answer:
    return kiosk.ask("POST", "/kiosk/speech", json={"language": language, "text": text}, headers=kiosk.headers)


def heard(answer: Answer) -> array[int]:
    assert (answer.status_code, answer.content_type) == (200, "audio/wav"), answer.text
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert sound.getparams()[:3] == (1, 2, RATE)
        return array("h", sound.readframes(sound.getnframes()))


def need_espeak() -> None:
    if not espeak.installed():
        services.missing("espeak-ng is missing: sudo apt install espeak-ng")


def test_a_number_is_read_with_clips_digit_by_digit(web: TheWeb, kiosk: Browser) -> None:
    clips = web.house.voice.packs.clip
    spoken = heard(ask(kiosk, "Nomor Anda A-053"))
    for name in ("nomor-anda", "letter-a", "nol", "lima", "tiga"):
        clip = clips("id", name)
        assert clip is not None
        assert clip.tobytes() in spoken.tobytes(), name


def test_what_no_clip_says_is_spoken_whole_by_espeak(kiosk: Browser) -> None:
    need_espeak()
    short, long = (
        heard(ask(kiosk, text)) for text in ("Bawa KTP lama.", "Bawa KTP lama dan surat kehilangan dari polisi.")
    )
    assert len(long) > 1.5 * len(short)
    assert max(short) > 3000


def test_without_espeak_the_numbers_are_still_read_and_the_log_names_the_rest_once(
    kiosk: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(espeak, "PROGRAM", "no-such-program")
    caplog.set_level(logging.WARNING, "antrean.voice")
    alone = heard(ask(kiosk, "tujuh"))
    assert heard(ask(kiosk, "Bawa 7 lembar!")) == alone
    ask(kiosk, "Bawa 7 lembar.")
    told = [record.getMessage() for record in caplog.records if "bawa, lembar" in record.getMessage()]
    assert len(told) == 1
    assert ask(kiosk, "Bawa lembar").status_code == 404


def test_a_nik_is_never_read_out(kiosk: Browser) -> None:
    for nik in ("3673014501900001", "NIK 367301-450190-0001 ya", "36 73 01 45 01 90 00 01"):
        answer = ask(kiosk, nik)
        assert answer.status_code == 400
        assert "NIK tidak pernah dibacakan" in answer.text


@pytest.mark.parametrize(
    ("text", "language"), [("", "id"), ("x" * 2001, "id"), (7, "id"), ("satu", "xx"), ("satu", "../id"), ("satu", None)]
)
def test_a_wish_that_makes_no_sense_is_refused(kiosk: Browser, text: object, language: object) -> None:
    assert ask(kiosk, text, language).status_code == 400


def test_only_a_kiosk_may_ask_and_its_cookie_not_alone(web: TheWeb) -> None:
    assert ask(web.stranger(), "satu").status_code == 401
    assert ask(web.display("A"), "satu").status_code == 403
    browser, (_, token) = web.stranger(), web.add_device("kiosk")
    browser.client.set_cookie("antrean_kiosk", token)
    assert ask(browser, "satu").status_code == 403
    browser.headers["X-CSRF-Token"] = web.house.door.csrf(token)
    assert ask(browser, "satu").status_code == 200
