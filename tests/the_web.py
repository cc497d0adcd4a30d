"""The whole web of an office in this process: the real app on the real database, on a clock that the test sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, cast

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from queue_server import app as composed
from queue_server.config import Settings
from queue_server.operations import auth
from queue_server.storage.journal import Journal
from queue_server.storage.writer import Writer
from queue_server.web.house import move_in
from queue_server.web.session import token_hash
from tests.the_office import SITE, TheOffice

PUBLIC_URL = "http://10.0.0.5:8080"
PASSWORD = "kata sandi untuk uji"
# As cheap as one can be: it is the hash that says how long it takes to check.
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class TheWeb:
    """`web.staff("clerk")`, `web.kiosk()`, `web.display("A")` and `web.stranger()` each are a browser of their own.

    Building an app takes longer than most tests: one house moves out and the next one in, unless a test brings an `app`
    of its own.
    """

    vacant: ClassVar[list[Flask]] = []

    def __init__(self, office: TheOffice, app: Flask | None = None, **settings: Any) -> None:
        self.office = office
        given = Settings(
            database_url=office.database.url,
            secret_key="5e" * 32,
            site=SITE,
            **{"public_url": PUBLIC_URL, "data_dir": "/nonexistent", **settings},
        )
        self.writer = Writer(Journal(office.database, SITE, lambda: office.clock))
        self.house = composed.open_house(given, office.database, self.writer, clock=lambda: office.clock)
        self.app = app or (self.vacant.pop() if self.vacant else composed.build_app())
        self.is_shared = app is None
        move_in(self.app, self.house)
        self.writer.start()

    def close(self) -> None:
        self.writer.stop()
        self.house.printers.close()
        if self.is_shared:
            self.vacant.append(self.app)

    # -- who asks ----------------------------------------------------------------------------------------------------

    def stranger(self) -> Browser:
        return Browser(self.app.test_client(), self.office.new_id)

    def add_staff(self, name: str, role: str) -> str:
        staff_id = f"id-of-{name}"
        self.office.do(auth.add_staff, staff_id=staff_id, name=name, role=role, password_hash=PASSWORD_HASH)
        return staff_id

    def staff(self, role: str, name: str | None = None) -> Browser:
        """Somebody of this role who has signed in."""
        name = name or f"{role.capitalize()} {self.office.new_id()[:4]}"
        self.add_staff(name, role)
        browser = self.stranger()
        answer = browser.post("/session", {"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        browser.headers["X-CSRF-Token"] = answer.json["csrf_token"]
        browser.id = f"id-of-{name}"
        return browser

    def add_device(self, kind: str, **fields: Any) -> tuple[str, str]:
        """Its id and its token."""
        device_id, token = self.office.new_id()[:12], self.office.new_id()
        name = fields.pop("name", f"{kind} {device_id}")
        hashed = token_hash(token)
        self.office.do(auth.add_device, device_id=device_id, token_hash=hashed, kind=kind, name=name, **fields)
        return device_id, token

    def device(self, kind: str, **fields: Any) -> Browser:
        """A program of a device: it sends its token with every request."""
        browser = self.stranger()
        browser.id, token = self.add_device(kind, **fields)
        browser.headers["Authorization"] = f"Bearer {token}"
        return browser

    def kiosk(self, **fields: Any) -> Browser:
        return self.device("kiosk", **fields)

    def display(self, hall: str | None = None) -> Browser:
        return self.device("display", hall=hall)


class Answer(TestResponse):
    """Whose JSON may be looked into without asking whether it is any."""

    @property
    def json(self) -> Any:
        return self.get_json()


class Browser:
    """Keeps its cookies; `headers` go with every request. Paths are those after `/api/v1`."""

    def __init__(self, client: FlaskClient, new_id: Callable[[], str]) -> None:
        self.client, self.new_id, self.id = client, new_id, ""
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, **request: Any) -> Answer:
        return cast(Answer, self.client.open(path, method=method, **request))

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", f"/api/v1{path}", headers=self.headers | headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        content = {} if body is None else body
        return self.ask("POST", f"/api/v1{path}", json=content, headers=self.headers | headers)

    def post_raw(self, path: str, content: bytes | str, content_type: str = "application/json") -> Answer:
        return self.ask("POST", f"/api/v1{path}", data=content, content_type=content_type, headers=self.headers)

    def page(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def do(self, path: str, body: Any = None) -> Any:
        """What must succeed."""
        answer = self.post(path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json

    def take(self, service: str = "KTP-CETAK", **wishes: Any) -> Any:
        """A ticket as the kiosk takes it."""
        return self.do("/tickets", {"ticket_id": self.new_id(), "service": service, **wishes})
