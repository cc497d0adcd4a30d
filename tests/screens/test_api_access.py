"""Who may come in: staff by name and password, devices by their token, and nobody by guessing."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest

from queue_server.operations import auth
from queue_server.storage import people
from queue_server.web import passwords, session
from queue_server.web.limits import Limit
from tests.the_office import SITE, TheOffice
from tests.the_web import PASSWORD, TheWeb

PATIENCE_SECONDS = 30.0


# -- staff -------------------------------------------------------------------------------------------------------------


def test_who_signs_in_gets_a_cookie_that_no_script_reads_and_a_token_for_changes(web: TheWeb) -> None:
    web.add_staff("Rina", "clerk")
    answer = web.stranger().post("/session", {"name": "Rina", "password": PASSWORD})
    assert answer.json["name"] == "Rina"
    assert answer.json["home"] == "/counter"
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("antrean_staff=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie, "plain http on a LAN"


def test_under_https_the_cookie_is_secure(web: TheWeb) -> None:
    web.add_staff("Rina", "clerk")
    wish = {"name": "Rina", "password": PASSWORD}
    answer = web.stranger().ask("POST", "/api/v1/session", json=wish, base_url="https://antrean.example")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_wrong_password_and_an_unknown_name_are_refused_in_the_same_words(web: TheWeb) -> None:
    web.add_staff("Rina", "clerk")
    wrong = web.stranger().post("/session", {"name": "Rina", "password": "salah"})
    unknown = web.stranger().post("/session", {"name": "Nobody", "password": PASSWORD})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json


def test_who_guesses_is_held_back_for_a_while(web: TheWeb) -> None:
    web.add_staff("Rina", "clerk")
    guesser = web.stranger()
    answers = [guesser.post("/session", {"name": "Rina", "password": f"guess {n}"}) for n in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert guesser.post("/session", {"name": "Rina", "password": PASSWORD}).json["code"] == "too_many_requests"


def test_guessing_all_at_once_gets_no_more_tries(web: TheWeb) -> None:
    web.add_staff("Rina", "clerk")

    def guess(n: int) -> int:
        return web.stranger().post("/session", {"name": "Rina", "password": f"guess {n}"}).status_code

    with ThreadPoolExecutor(12) as crowd:
        assert Counter(crowd.map(guess, range(12))) == {401: 5, 429: 7}


def test_who_knows_the_password_may_sign_in_as_often_as_he_likes(web: TheWeb) -> None:
    web.add_staff("Rina", "clerk")
    wish = {"name": "Rina", "password": PASSWORD}
    assert {web.stranger().post("/session", wish).status_code for _ in range(7)} == {200}


def test_a_guesser_does_not_shut_out_the_others(web: TheWeb) -> None:
    for name in ("Rina", "Agus"):
        web.add_staff(name, "clerk")
    for n in range(6):
        web.stranger().post("/session", {"name": "Rina", "password": f"guess {n}"})
    assert web.stranger().post("/session", {"name": "Agus", "password": PASSWORD}).status_code == 200


def test_signing_out_ends_the_session_wherever_its_cookie_was_copied_to(web: TheWeb) -> None:
    clerk = web.staff("clerk")
    thief = web.stranger()
    copied = clerk.client.get_cookie(session.STAFF_COOKIE)
    assert copied is not None
    thief.client.set_cookie(session.STAFF_COOKIE, copied.value)
    assert thief.get("/today").status_code == 200
    signed_out = clerk.ask("DELETE", "/api/v1/session", headers=clerk.headers)
    assert signed_out.status_code == 200
    assert clerk.get("/today").status_code == 401
    assert thief.get("/today").status_code == 401


def test_a_session_ends_by_itself_after_a_shift(web: TheWeb, office: TheOffice) -> None:
    clerk = web.staff("clerk")
    office.wait(hours=12)
    assert refused_soon(lambda: clerk.get("/today").status_code)


def test_an_account_that_was_taken_away_is_out_within_a_second(web: TheWeb, office: TheOffice) -> None:
    clerk = web.staff("clerk", "Rina")
    assert clerk.get("/today").status_code == 200
    account = people.staff_by_name(office.database, SITE, "Rina")
    assert account is not None
    office.do(auth.change_staff, row=asdict(account) | {"active": False}, signed_in=[])
    assert refused_soon(lambda: clerk.get("/today").status_code)


def test_another_password_ends_what_the_old_one_opened(web: TheWeb, office: TheOffice) -> None:
    clerk, colleague = web.staff("clerk", "Rina"), web.staff("clerk", "Agus")
    account = people.staff_by_name(office.database, SITE, "Rina")
    assert account is not None
    row = asdict(account) | {"password_hash": passwords.hashed("kata sandi yang baru")}
    office.do(auth.change_staff, row=row, signed_in=people.sessions_of(office.database, SITE, clerk.id))
    assert refused_soon(lambda: clerk.get("/today").status_code)
    assert colleague.get("/today").status_code == 200
    tries = {
        password: web.stranger().post("/session", {"name": "Rina", "password": password}).status_code
        for password in (PASSWORD, "kata sandi yang baru")
    }
    assert tries == {PASSWORD: 401, "kata sandi yang baru": 200}


def refused_soon(ask: Callable[[], int]) -> bool:
    """Whether it is refused within a few seconds, by a clock that cannot be set: the door knows a face for one."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if ask() == 401:
            return True
    return False


def test_passwords_are_kept_as_argon2_alone(web: TheWeb, office: TheOffice) -> None:
    web.add_staff("Rina", "clerk")
    account = people.staff_by_name(office.database, SITE, "Rina")
    assert account is not None
    assert account.password_hash.startswith("$argon2id$")
    assert PASSWORD not in account.password_hash


def test_a_copy_of_the_database_opens_no_session(web: TheWeb, office: TheOffice) -> None:
    clerk = web.staff("clerk")
    cookie = clerk.client.get_cookie(session.STAFF_COOKIE)
    assert cookie is not None
    hashed = session.token_hash(cookie.value)
    assert people.session(office.database, SITE, hashed) is not None
    thief = web.stranger()
    thief.client.set_cookie(session.STAFF_COOKIE, hashed)
    assert thief.get("/today").status_code == 401


# -- devices -----------------------------------------------------------------------------------------------------------


def test_a_browser_is_paired_once_and_is_the_kiosk_from_then_on(web: TheWeb) -> None:
    device_id, token = web.add_device("kiosk", name="Kios 1")
    browser = web.stranger()
    paired = browser.post("/device-session", {"token": token})
    known = {"kind": "kiosk", "name": "Kios 1", "hall": None, "home": "/kiosk"}
    assert paired.json == {"csrf_token": web.house.door.csrf(token)} | known
    assert "HttpOnly" in paired.headers["Set-Cookie"]
    assert browser.get("/services").status_code == 200


def test_a_display_is_led_to_its_hall(web: TheWeb) -> None:
    _, token = web.add_device("display", hall="B")
    assert web.stranger().post("/device-session", {"token": token}).json["home"] == "/display/B"


def test_a_paired_browser_changes_nothing_without_its_pages_token(web: TheWeb, office: TheOffice) -> None:
    _, token = web.add_device("kiosk")
    browser = web.stranger()
    paired = browser.post("/device-session", {"token": token})
    wish = {"ticket_id": office.new_id(), "service": "KTP-CETAK"}
    assert browser.post("/tickets", wish).status_code == 403
    browser.headers["X-CSRF-Token"] = paired.json["csrf_token"]
    assert browser.post("/tickets", wish).status_code == 201


def test_one_browser_is_kiosk_display_and_staff_in_its_tabs(web: TheWeb, office: TheOffice) -> None:
    browser = web.staff("clerk")
    for kind in ("kiosk", "display"):
        browser.post("/device-session", {"token": web.add_device(kind)[1]})
    assert browser.get("/services").status_code == 200
    assert browser.get("/board/A").status_code == 200
    assert browser.do("/counters/3/open")["clerk"] == browser.id


def test_a_revoked_device_is_refused_within_a_second(web: TheWeb, office: TheOffice) -> None:
    kiosk = web.kiosk()
    kiosk.take()
    found = people.device_by_id(office.database, SITE, kiosk.id)
    assert found is not None
    office.do(auth.revoke_device, row={name: getattr(found, name) for name in found.__slots__})
    assert refused_soon(lambda: kiosk.get("/services").status_code)


def test_a_token_that_was_never_given_out_pairs_nothing(web: TheWeb, office: TheOffice) -> None:
    refused = web.stranger().post("/device-session", {"token": office.new_id()})
    assert (refused.status_code, refused.json["code"]) == (401, "not_signed_in")
    assert "Set-Cookie" not in refused.headers


def test_a_wrong_bearer_is_not_helped_by_a_good_cookie(web: TheWeb, office: TheOffice) -> None:
    clerk = web.staff("clerk")
    assert clerk.get("/today", Authorization=f"Bearer {office.new_id()}").status_code == 401


def test_a_paired_device_is_never_held_back(web: TheWeb) -> None:
    kiosk = web.kiosk()
    web.house.limits.strangers = Limit(1, 60)
    assert {kiosk.get("/services").status_code for _ in range(10)} == {200}


def test_strangers_are_held_back(web: TheWeb) -> None:
    web.house.limits.strangers = Limit(3, 60)
    stranger = web.stranger()
    answers = [stranger.get("/stock") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].json["code"] == "too_many_requests"
    assert web.staff("clerk").get("/stock").status_code == 200


def test_phones_behind_one_address_do_not_hold_each_other_back(web: TheWeb) -> None:
    kiosk = web.kiosk()
    tokens = [kiosk.take()["token"] for _ in range(3)]
    web.house.limits.phones, web.house.limits.strangers = Limit(2, 60), Limit(1, 60)
    for token in tokens:
        assert [web.stranger().page(f"/t/{token}").status_code for _ in range(3)] == [200, 200, 429]


def test_who_tries_tickets_that_there_are_not_is_held_back(web: TheWeb, office: TheOffice) -> None:
    web.house.limits.strangers = Limit(2, 60)
    tries = [web.stranger().page(f"/t/{office.new_id()}").status_code for _ in range(3)]
    assert tries == [404, 404, 429]


def test_invented_tickets_leave_nothing_in_memory(web: TheWeb, office: TheOffice) -> None:
    for _ in range(3):
        web.stranger().page(f"/t/{office.new_id()}")
    assert web.house.limits.phones.counts == {}


# -- the window --------------------------------------------------------------------------------------------------------


@pytest.fixture
def moment() -> list[float]:
    return [0.0]


def test_a_limit_counts_each_key_by_itself_and_forgets_with_its_window(moment: list[float]) -> None:
    limit = Limit(2, 60, clock=lambda: moment[0])
    for _ in range(2):
        assert limit.wait("a") == 0
        limit.count("a")
    assert limit.wait("a") == 60
    assert limit.wait("b") == 0
    moment[0] = 59.5
    assert limit.wait("a") == 1
    moment[0] = 60.0
    assert limit.wait("a") == 0
