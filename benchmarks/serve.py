"""`antrean serve` with one route more: a no-op of the same request as a ticket's, what `issue` is held against.

`/ping` is a GET without a sender and without a body. This one asks who sends it, reads and checks the same body and
answers with as much, and leaves out what a ticket is about: waiting for the writer, deciding, the journal, the commit.
"""

from __future__ import annotations

import os
from typing import Any

from gevent import monkey

monkey.patch_all()
os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_c")

from flask import Flask, Response  # noqa: E402  # after the standard library is patched

from queue_server import app, commands  # noqa: E402
from queue_server.web.api.models import NewTicket, TicketIssued  # noqa: E402
from queue_server.web.api.routes import Api, answer, answers  # noqa: E402
from queue_server.web.api.tickets import with_addresses  # noqa: E402
from queue_server.web.guards import device_or_staff  # noqa: E402
from queue_server.web.house import new_token  # noqa: E402
from queue_server.web.session import current  # noqa: E402

api = Api("api_noop")
RESERVED = [{"item": item, "quantity": 1} for item in ("KTP", "RIBBON", "FILM")]


@api.post("/noop", responses=answers(TicketIssued, 201))
@device_or_staff("kiosk")
def noop(body: NewTicket) -> Response:
    """What a ticket's request is answered, made up."""
    made_up: dict[str, Any] = {"id": body.ticket_id, "token": new_token(), "number": "A-001", "service": body.service}
    made_up |= {"hall": "A", "state": "waiting", "ahead": 0, "wait_minutes": [10, 20], "reserved": RESERVED}
    return answer(with_addresses(made_up), 201 if current().kind == "device" else 200)


def build_app_with_noop() -> Flask:
    made = build_app()
    made.register_api(api)  # type: ignore[attr-defined]
    return made


build_app, app.build_app = app.build_app, build_app_with_noop
commands.antrean(["serve"])
