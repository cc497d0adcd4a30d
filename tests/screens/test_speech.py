"""What is heard: a kiosk's screen read out, a call in its hall, and who is told when nothing is."""

from __future__ import annotations

import html
import io
import logging
import wave
from array import array

import pytest

from queue_server.domain import office_file
from queue_server.domain.views import CallView
from queue_server.web.speech import Hearing, audio_url
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


def test_without_espeak_the_numbers_are_still_read_and_the_log_counts_the_rest_once(
    kiosk: Browser, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(espeak, "PROGRAM", "no-such-program")
    caplog.set_level(logging.WARNING, "antrean.voice")
    alone = heard(ask(kiosk, "tujuh"))
    assert heard(ask(kiosk, "Bawa 7 lembar!")) == alone
    ask(kiosk, "Bawa 7 lembar.")
    told = [record.getMessage() for record in caplog.records if "2 words" in record.getMessage()]
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


# -- a call ------------------------------------------------------------------------------------------------------------

CALL = "/audio/id/digits/A-053/12/1.wav"


def fetch(display: Browser, address: str) -> Answer:
    return display.page(address, **display.headers)


def test_a_call_is_one_file_that_a_screen_may_keep(web: TheWeb) -> None:
    answer = fetch(web.display("A"), CALL)
    assert len(heard(answer)) > 5 * RATE
    assert "immutable" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    other = fetch(web.display("A"), "/audio/id-jv/cardinal/A-053/12/3.wav?v=3f2a9c1b")
    assert len(heard(other)) > 9 * RATE


def test_staff_may_listen_to_it_and_neither_kiosk_nor_stranger(web: TheWeb) -> None:
    assert web.staff("clerk").page(CALL).status_code == 200
    assert fetch(web.kiosk(), CALL).status_code == 403
    assert web.stranger().page(CALL).status_code == 401


@pytest.mark.parametrize(
    "wrong",
    ["xx/digits/A-053/1/1", "id-id/digits/A-053/1/1", "id-en-jv-su/digits/A-053/1/1", "id/whole/A-053/1/1"]
    + ["id/digits/a-053/1/1", "id/digits/A-53/1/1", "id/digits/A-05300/1/1", "id/digits/A-0٣3/1/1"]
    + ["id/digits/Ibu Sri/1/1"]
    + ["id/digits/A-053/0/1", "id/digits/A-053/1000/1", "id/digits/A-053/-1/1", "id/digits/A-053/1/0"]
    + ["id/digits/A-053/1/4", "../id/digits/A-053/1/1", "/digits/A-053/1/1"],
)
def test_an_address_that_is_no_call_has_no_sound(web: TheWeb, wrong: str) -> None:
    assert fetch(web.display("A"), f"/audio/{wrong}.wav").status_code in (404, 308)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("", "/audio/id/digits/A-053/4/{times}.wav"),
        ('languages = ["id", "jv"]\nnumbers = "cardinal"', "/audio/id-jv/cardinal/A-053/4/{times}.wav"),
        ('languages = ["bug", "en"]', "/audio/en/digits/A-053/4/{times}.wav"),
        ('languages = ["bug"]', None),
        ("languages = []", None),
    ],
)
def test_the_office_file_says_how_calls_sound(web: TheWeb, said: str, address: str | None) -> None:
    calls = office_file.parse(f"{web.office.text}\n[calls]\n{said}\n", "office.toml").calls
    for times, heard_as in ((1, 1), (2, 2), (3, 3), (5, 3)):
        call = CallView(7, "A-053", 4, "A", times, 0, "")
        url = audio_url(web.house.voice, call, calls)
        assert (url and url.split("?")[0]) == (address and address.format(times=heard_as))
        assert url is None or fetch(web.display("A"), url).status_code == 200


# -- who is not heard --------------------------------------------------------------------------------------------------


def test_a_display_that_is_not_heard_is_one_alert_until_it_is_heard_again(web: TheWeb) -> None:
    display = web.display("A").id
    hearing, supervisor = Hearing(web.house), web.staff("supervisor")

    def board() -> str:
        return html.unescape(supervisor.page("/supervisor?lang=en").text)

    before = web.office.queries.head()
    hearing.heard(display, True, "")
    assert web.office.queries.head() == before, "nothing is entered while all is well"
    for _ in range(3):
        hearing.heard(display, False, "refused")
    assert board().count(f"Calls are not heard from display {display}") == 1
    assert "Touch that screen once." in board()
    assert web.office.queries.head() == before + 1
    for why in ("late", "taken_back"):
        hearing.heard(display, False, why)
    Hearing(web.house).heard(display, False, "whatever a page may say")  # the server was started again
    assert web.office.queries.head() == before + 1
    Hearing(web.house).heard(display, True, "")
    assert "not heard" not in board()
    hearing.heard(display, True, "")
    hearing.heard(display, False, "something else")
    assert "Check its loudspeaker." in board()
    Hearing(web.house).heard(display, True, "")  # by another server of the same office
    assert "not heard" not in board()
    hearing.heard(display, False, "refused")
    assert "Touch that screen once." in board()
