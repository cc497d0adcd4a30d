"""The API is what its document says, whatever is sent: made-up requests for every route, none of which meets a 500.

A supervisor asks for all of them. `known` puts tickets, counters and items of the office in place of made-up ones, so
that requests get further than to a 404.
"""

from collections.abc import Iterable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.generation.case import Case
from schemathesis.generation.modes import GenerationMode
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from queue_server import app as composed
from queue_server.operations import equipment
from tests.the_backlog import TheBacklog, csv_of
from tests.the_web import Browser, TheWeb

EXAMPLES = 6  # requests made up at random for each route, beside those at the edges of what its document allows
SIGN_OUT = "DELETE /api/v1/session"


class Stage:
    """Whose turn it is: the document is the same for every office, the app that answers is the test's own."""

    def __init__(self) -> None:
        self.app = composed.build_app()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return self.app.wsgi_app(environ, start_response)


def without_security(document: dict[str, Any]) -> dict[str, Any]:
    """Who may ask is another test's question: here nobody's cookie is to be made up."""
    document["components"].pop("securitySchemes")
    for path in document["paths"].values():
        for operation in path.values():
            operation.pop("security", None)
    return document


def asked(*modes: GenerationMode) -> BaseSchema:
    """The document, as the source of requests that fit it, that do not, or of both."""
    document = stage.app.test_client().get("/api/v1/openapi.json").get_json()
    api = schemathesis.openapi.from_dict(without_security(document))
    api.config.generation.update(modes=list(modes))
    api.app = stage
    return api


stage = Stage()
anyhow = asked(GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
rightly = asked(GenerationMode.POSITIVE)


@pytest.fixture
def supervisor(web: TheWeb) -> Browser:
    stage.app = web.app
    return web.staff("admin")


@pytest.fixture
def known(web: TheWeb) -> dict[str, Any]:
    """What there is in the office: a ticket that waits and one that is being served, somebody who is owed a card."""
    kiosk, clerk = web.kiosk(), web.staff("clerk")
    kiosk.take()
    waiting = kiosk.take("KK-UBAH")
    clerk.do("/counters/3/open")
    clerk.do(f"/tickets/{clerk.do('/counters/3/call-next')['id']}/start")
    backlog = TheBacklog(web.office)
    of_backlog = {"record": backlog.enter(1), "run": backlog.take_over(csv_of([])).run_id, "list": "invited"}
    known = {"ticket": waiting["id"], "counter": 4, "item": "KTP", "code": "KTP-CETAK", "hall": "A", "seq": 1}
    machine = clerk.new_id()[:12]
    web.office.do(equipment.register, equipment_id=machine, kind="recorder", name="Perekam")
    return known | of_backlog | {"day": "2026-11-23", "device": kiosk.id, "equipment": machine}


def has_right_form(case: Case[Any]) -> bool:
    """Made to fit the document, and not to break it."""
    return case.meta is not None and case.meta.generation.mode.is_positive


def ask(case: Case[Any], supervisor: Browser) -> None:
    cookie = supervisor.client.get_cookie("antrean_staff")
    assert cookie is not None
    cookies = {"antrean_staff": cookie.value}
    answer = case.call_and_validate(
        headers=supervisor.headers, cookies=cookies, excluded_checks=[positive_data_acceptance]
    )
    # The office may have its own reasons to refuse what has the right form, but never call it malformed.
    if has_right_form(case) and answer.status_code == 400:
        assert not answer.json()["detail"].startswith("Isian"), answer.text


@anyhow.exclude(name=SIGN_OUT).parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_is_sent_is_answered_as_the_document_says(case: Case[Any], supervisor: Browser) -> None:
    ask(case, supervisor)


@rightly.include(path_regex=r"\{").parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, suppress_health_check=list(HealthCheck))
def test_so_it_is_where_the_address_is_one_of_the_office(
    case: Case[Any], supervisor: Browser, known: dict[str, Any]
) -> None:
    whose = {"tickets": "ticket", "devices": "device", "equipment": "equipment"}.get(case.path.split("/")[3], "counter")
    for name in case.path_parameters:
        case.path_parameters[name] = known[whose if name == "id" else name]
    ask(case, supervisor)
