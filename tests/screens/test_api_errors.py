"""Refusals: one code, one status, a sentence in two languages, and never a trace."""

import ast
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from queue_server import app as composed
from queue_server.domain.errors import Busy, Refusal
from queue_server.web import errors
from queue_server.web.errors import SENTENCES, STATUS, TITLES
from tests.the_office import TheOffice
from tests.the_web import TheWeb

HOUSE = Path(__file__).parent.parent.parent
ROOMS = ("kiosk", "display", "printables", "queue_server")
CODES = {kind.__name__: kind.code for kind in Refusal.__subclasses__()}
ANSWERS_WITH_CODES = HOUSE / "queue_server" / "stream"


def raised() -> list[tuple[str, str, str, set[str]]]:
    """Everywhere a refusal is made: where, its code, its reason, and the names of its details."""
    found = []
    for path in [path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))]:
        if path.is_relative_to(ANSWERS_WITH_CODES):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CODES:
                where, code = f"{path.relative_to(HOUSE)}:{node.lineno}", CODES[node.func.id]
                details = {keyword.arg for keyword in node.keywords if keyword.arg}
                found += [(where, code, reason, details) for reason in reasons(node, code)]
    return found


def reasons(call: ast.Call, code: str) -> list[str]:
    if not call.args:
        return [code]
    given = call.args[0]
    either = [given.body, given.orelse] if isinstance(given, ast.IfExp) else [given]
    return [n.value for n in either if isinstance(n, ast.Constant) and isinstance(n.value, str)]


def blanks_of(sentence: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", sentence))


def test_every_refusal_has_its_sentence_and_every_blank_of_it_is_filled() -> None:
    faults = []
    for where, code, reason, details in raised():
        if code == "busy":
            continue
        if reason not in SENTENCES:
            faults.append(f"{where}: {reason} has no sentence")
        elif missing := blanks_of(SENTENCES[reason].id) - details:
            faults.append(f"{where}: {reason} wants {missing}")
    assert faults == []


def test_every_sentence_is_said_by_somebody() -> None:
    said = {reason for _, _, reason, _ in raised()} | set(STATUS) | {"office_file"}
    assert set(SENTENCES) - said == set()


def test_both_languages_say_the_same_things() -> None:
    for reason, words in SENTENCES.items():
        assert words.en, reason
        assert blanks_of(words.id) == blanks_of(words.en), reason


def test_every_code_has_a_status_and_a_title() -> None:
    assert set(CODES.values()) <= set(STATUS)
    assert set(TITLES) == set(STATUS)


def test_no_sentence_shouts_or_apologises_for_nothing() -> None:
    for reason, words in SENTENCES.items():
        assert "!" not in words.id + words.en, reason
        assert not re.search(r"\b(dimohon|guna|oops|ups)\b", words.id, re.IGNORECASE), reason


# -- as they are answered ----------------------------------------------------------------------------------------------


def test_a_program_gets_a_problem_and_a_browser_a_page(web: TheWeb) -> None:
    program = web.stranger().get("/nowhere")
    assert (program.status_code, program.mimetype) == (404, "application/problem+json")
    assert set(program.json) == {"type", "title", "status", "code", "detail", "instead"}
    assert (program.json["type"], program.json["status"]) == ("urn:antrean:not_found", 404)
    page = web.stranger().page("/nowhere")
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "Alamat itu tidak ada." in page.text
    assert 'href="/"' in page.text
    citizen = web.stranger().page(f"/t/{'0' * 32}").text
    assert "tanyakan di meja informasi" in citizen
    assert 'href="/"' not in citizen  # all screens are for those who set them up


def test_a_page_speaks_the_language_of_its_reader(web: TheWeb) -> None:
    page = web.stranger().page("/nowhere", **{"Accept-Language": "en"})
    assert '<html lang="en"' in page.text
    assert "There is nothing at that address." in page.text


def test_a_wrong_method_names_the_right_ones(web: TheWeb) -> None:
    answer = web.stranger().ask("PUT", "/api/v1/day/open")
    assert (answer.status_code, answer.json["code"]) == (405, "wrong_method")
    assert set(answer.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


def test_too_much_is_refused_before_it_is_read(web: TheWeb) -> None:
    answer = web.kiosk().post_raw("/tickets", b" " * 70_000)
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_no_json_is_the_wrong_type(web: TheWeb, content_type: str) -> None:
    answer = web.kiosk().post_raw("/tickets", "{}", content_type)
    assert (answer.status_code, answer.json["code"]) == (415, "wrong_type")


@pytest.mark.parametrize("content_type", ["", "application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_who_sends_no_body_has_said_nothing_of_what_may_be_left_out(
    web: TheWeb, office: TheOffice, content_type: str
) -> None:
    ticket, supervisor, clerk = web.kiosk().take(), web.staff("supervisor"), web.staff("clerk")
    clerk.do("/counters/3/open")
    clerk.do("/counters/3/call-next")
    clerk.do(f"/tickets/{ticket['id']}/start")
    supervisor.do("/services/KTP-CETAK/suspend", {"reason": "jaringan pusat terputus"})
    said = [
        clerk.post_raw(f"/tickets/{ticket['id']}/park", b"", content_type),
        clerk.post_raw("/counters/3/pause", b"", content_type),
        clerk.post_raw("/help", b"", content_type),
        supervisor.post_raw("/services/KTP-CETAK/resume", b"", content_type),
    ]
    assert [answer.status_code for answer in said] == [200] * 4, [answer.text for answer in said]


def test_who_sends_no_body_hears_which_field_is_missing(web: TheWeb) -> None:
    supervisor = web.staff("supervisor")
    bare = supervisor.ask("POST", "/api/v1/day/open", headers=supervisor.headers)
    assert (bare.status_code, bare.json["detail"]) == (400, "Isian reason tidak benar.")
    form = supervisor.post_raw("/services/KTP-CETAK/suspend", b"", "application/x-www-form-urlencoded")
    assert (form.status_code, form.json["detail"]) == (400, "Isian reason tidak benar.")


def test_the_document_says_which_bodies_may_be_left_out(web: TheWeb) -> None:
    paths = web.stranger().get("/openapi.json").json["paths"]
    needed = {path: ways["post"]["requestBody"]["required"] for path, ways in paths.items() if has_body(ways)}
    free = {path.removeprefix("/api/v1") for path, is_needed in needed.items() if not is_needed}
    assert {"/counters/{id}/pause", "/tickets/{id}/park", "/services/{code}/resume", "/help"} <= free
    assert free.isdisjoint({"/tickets", "/session", "/day/open", "/services/{code}/suspend"})


def has_body(ways: dict[str, Any]) -> bool:
    return "requestBody" in ways.get("post", {})


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"{}"', b"\xff\xfe", b'{"reason": "\\ud800"}', b"NaN"])
def test_broken_json_is_invalid(web: TheWeb, body: bytes) -> None:
    answer = web.staff("supervisor").post_raw("/day/open", body)
    assert (answer.status_code, answer.json["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("ticket_id", "A" * 32),
        ("ticket_id", "1" * 31),
        ("service", "KTP CETAK"),
        ("service", "x" * 41),
        ("priority", 1),
        ("priority", "true"),
        ("cards", 0),
        ("cards", 10),
        ("cards", True),
        ("cards", 1.5),
        ("language", "jv"),
        ("unknown", 1),
    ],
)
def test_the_field_that_is_wrong_is_named(web: TheWeb, office: TheOffice, field: str, value: object) -> None:
    answer = web.kiosk().post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK", field: value})
    assert (answer.status_code, answer.json["detail"]) == (400, f"Isian {field} tidak benar.")


def test_a_whole_number_may_be_written_with_a_point(web: TheWeb, office: TheOffice) -> None:
    body = f'{{"ticket_id": "{office.new_id()}", "service": "KTP-CETAK", "cards": 2.0}}'
    assert web.kiosk().post_raw("/tickets", body).status_code == 201


@pytest.mark.parametrize("text", ["a\x00b", "\x1b[2J", "satu\ndua", " ", ""])
def test_no_text_carries_what_controls_a_terminal_a_printer_or_a_database(web: TheWeb, text: str) -> None:
    answer = web.staff("supervisor").post("/services/KTP-CETAK/suspend", {"reason": text})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid")


def test_a_key_that_is_none_is_refused_before_anything_is_done(web: TheWeb, office: TheOffice) -> None:
    clerk = web.staff("clerk")
    answer = clerk.post("/counters/3/open", None, **{"Idempotency-Key": "again"})
    assert (answer.status_code, answer.json["code"]) == (400, "invalid")
    assert office.queries.counter(3, office.clock).state == "closed"
    asked = {"ticket_id": office.new_id(), "service": "KTP-CETAK"}  # this id alone makes a number be given once
    refused = web.kiosk().post("/tickets", asked, **{"Idempotency-Key": "again"})
    assert (refused.status_code, refused.json["code"]) == (400, "invalid")
    assert office.queries.today(office.clock).taken == 0


def test_a_busy_server_says_when_to_ask_again(web: TheWeb, office: TheOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    web.writer.stop()
    answer = web.kiosk().post("/tickets", {"ticket_id": office.new_id(), "service": "KTP-CETAK"})
    assert (answer.status_code, answer.json["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "1"


def broken(token: str = "") -> str:
    raise ZeroDivisionError("a secret that only the log may know")


@pytest.fixture
def faulty(office: TheOffice) -> Iterator[TheWeb]:
    """A web with a bug."""
    app = composed.build_app()
    for path in ("/api/v1/broken", "/broken", "/broken/<token>"):
        app.add_url_rule(path, endpoint=path, view_func=broken)
    web = TheWeb(office, app)
    yield web
    web.close()


def test_a_bug_of_ours_gives_a_reference_and_never_a_trace(faulty: TheWeb, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "antrean.web"):
        program, page = faulty.stranger().get("/broken"), faulty.stranger().page("/broken")
    assert (program.status_code, program.json["code"]) == (500, "internal")
    assert (page.status_code, page.mimetype) == (500, "text/html")
    for answer in (program, page):
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
    reference = program.json["detail"].split()[-3]
    assert f"({reference})" in caplog.text
    assert "ZeroDivisionError: a secret that only the log may know" in caplog.text


def test_a_log_holds_no_token_of_an_address(
    faulty: TheWeb, office: TheOffice, caplog: pytest.LogCaptureFixture
) -> None:
    token = office.new_id()
    with caplog.at_level(logging.DEBUG):
        faulty.stranger().page(f"/broken/{token}")
    assert "/broken/<token>" in caplog.text
    assert token not in caplog.text


def test_every_answer_allows_our_own_scripts_alone(web: TheWeb) -> None:
    answers = [web.stranger().page(path) for path in ("/", "/nowhere", "/static/tokens.css", "/api/v1/ping", "/health")]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in answer.headers


def test_busy_is_said_whatever_the_reason(web: TheWeb) -> None:
    with web.app.test_request_context("/api/v1/ping"):
        assert {errors.problem_of(Busy(reason))["detail"] for reason in ("queue_full", "disk", "database")} == {
            SENTENCES["busy"].id
        }
