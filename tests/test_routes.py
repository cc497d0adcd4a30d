"""Every address has somebody who may ask for it: a guard on its view, or a place on the short public list."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from queue_server.web.guards import PUBLIC_ROUTES, SAFE_METHODS, Guard
from tests.the_office import TheOffice
from tests.the_web import TheWeb

VALUES: dict[str, object] = {
    "id": 1,
    "seq": 1,
    "counter": 1,
    "item": "KTP",
    "code": "KTP-CETAK",
    "hall": "A",
    "prefix": "A",
    "day": "2026-11-23",
    "filename": "tokens.css",
    "token": "0" * 32,
    "ticket_id": "0" * 32,
    "record": "0" * 32,
    "run": "0" * 32,
    "list": "invited",
    "languages": "id",
    "reading": "digits",
    "number": "A-053",
    "times": 1,
}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TheWeb]:
    database: Path = tmp_path_factory.mktemp("routes") / "antrean.db"
    office = TheOffice(f"sqlite:///{database}", random.Random(0))
    office.found("2026-11-23 07.00", KTP=100)
    office.at("2026-11-23 08.00")
    inhabited = TheWeb(office)
    yield inhabited
    inhabited.close()
    office.close()


def routes(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def guard_of(app: Flask, rule: Rule) -> Guard | None:
    found: Guard | None = getattr(app.view_functions[rule.endpoint], "guard", None)
    return found


def address(web: TheWeb, rule: Rule) -> str:
    with web.app.test_request_context():
        built = rule.build({name: VALUES[name] for name in rule.arguments})
    assert built is not None
    return built[1]


def methods(rule: Rule) -> set[str]:
    return (rule.methods or set()) - {"HEAD", "OPTIONS"}


def test_every_route_has_a_guard_or_is_a_static_file(web: TheWeb) -> None:
    unguarded = {rule.rule for rule in routes(web.app) if guard_of(web.app, rule) is None}
    assert unguarded == {rule for rule in PUBLIC_ROUTES if "/static/" in rule}


def test_the_public_list_is_what_is_public(web: TheWeb) -> None:
    public = {rule.rule for rule in routes(web.app) if (guard := guard_of(web.app, rule)) is None or guard.public}
    assert public == PUBLIC_ROUTES


def test_a_public_address_changes_nothing_but_who_is_signed_in_paired_or_holds_the_ticket(web: TheWeb) -> None:
    changing = {
        rule.rule
        for rule in routes(web.app)
        if (guard := guard_of(web.app, rule)) and guard.public and methods(rule) - SAFE_METHODS
    }
    pairing = {"/api/v1/device-session", "/api/v1/pairings", "/api/v1/pairings/session"}
    assert changing == {"/api/v1/session", "/t/<token>", *pairing}


def test_a_stranger_passes_no_guard(web: TheWeb) -> None:
    for rule in routes(web.app):
        guard = guard_of(web.app, rule)
        if guard is None or guard.public:
            continue
        for method in methods(rule):
            answer = web.stranger().ask(method, address(web, rule), json={} if method != "GET" else None)
            if rule.rule.startswith("/api/"):
                assert (answer.status_code, answer.json["code"]) == (401, "not_signed_in"), rule
            else:
                assert answer.status_code in (302, 401), rule
                assert answer.status_code == 401 or answer.headers["Location"].startswith("/login?next=/"), rule


def test_no_change_is_made_for_a_cookie_alone(web: TheWeb) -> None:
    """Another site's page could make a browser send its cookies, but not the token that our pages know."""
    somebody = {role: web.staff(role) for role in ("admin", "stock")}
    for browser in somebody.values():
        del browser.headers["X-CSRF-Token"]
    for rule in routes(web.app):
        guard = guard_of(web.app, rule)
        if guard is None or guard.public or not guard.roles:
            continue
        asks = next(browser for role, browser in somebody.items() if role in guard.roles)
        for method in methods(rule) - SAFE_METHODS:
            answer = asks.ask(method, address(web, rule), json={})
            assert (answer.status_code, answer.json["code"]) == (403, "not_allowed"), rule
            assert "Muat ulang" in answer.json["detail"], rule


def test_a_token_of_somebody_elses_session_does_not_help(web: TheWeb) -> None:
    mine, theirs = web.staff("supervisor"), web.staff("supervisor")
    mine.headers["X-CSRF-Token"] = theirs.headers["X-CSRF-Token"]
    assert mine.post("/day/close").status_code == 403


def test_every_route_of_the_api_is_in_its_document(web: TheWeb) -> None:
    document = web.stranger().get("/openapi.json").json
    assert document["openapi"].startswith("3.1")
    described = {
        (path, method.upper()) for path, item in document["paths"].items() for method in item if method != "parameters"
    }
    served = {
        (rule.rule.replace("<int:", "<").replace("<", "{").replace(">", "}"), method)
        for rule in routes(web.app)
        if rule.rule.startswith("/api/")
        for method in methods(rule)
    }
    assert described == served


def test_nothing_is_served_that_came_with_a_library(web: TheWeb) -> None:
    assert not [rule.rule for rule in routes(web.app) if "openapi" in rule.rule and not rule.rule.startswith("/api/")]
