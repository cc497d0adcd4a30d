"""A demo office as a citizen meets it: `antrean init --demo`, then `antrean serve` as a process of its own.

Devices ask with their token, staff with the cookie of their session. Nothing here imports the server.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests import services

START_SECONDS = 30
STOP_SECONDS = 30
ASK_SECONDS = 30
ANTREAN = Path(sys.executable).with_name("antrean")

Headers = dict[str, str]


@cache
def demo_office(office: str) -> tempfile.TemporaryDirectory[str]:
    """What `antrean init --demo` makes on SQLite: made once, for every server gets a copy of its own."""
    directory = tempfile.TemporaryDirectory(prefix="demo-")
    environment = {**os.environ, "ANTREAN_DATA_DIR": directory.name}
    subprocess.run([ANTREAN, "init", "--office", office, "--demo"], env=environment, check=True, capture_output=True)
    return directory


class OfficeServer:
    """`start`, `stop`, `kill` and start again: the port and the data stay."""

    def __init__(self, data_dir: Path, database_url: str = "", office: str = "kota_serang") -> None:
        self.data_dir, self.port = data_dir, services.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.with_suffix(".log")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("ANTREAN_")}
        self.environment |= {"ANTREAN_DATA_DIR": str(data_dir), "ANTREAN_PORT": str(self.port)}
        self.environment |= {"ANTREAN_HOST": "127.0.0.1", "ANTREAN_PUBLIC_URL": self.url}
        if database_url:
            self.environment["ANTREAN_DATABASE_URL"] = database_url
            self.antrean("init", "--office", office, "--demo")
        else:
            shutil.copytree(demo_office(office).name, data_dir)
        self.passwords, self.tokens = sign_ins(data_dir / "demo-sign-ins.txt")

    def antrean(self, *arguments: str, stdin: str = "") -> str:
        """What a command of the command line says; its refusal fails the test."""
        done = subprocess.run(
            [ANTREAN, *arguments], env=self.environment, input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"antrean {' '.join(arguments)}: {done.stderr}"
        return done.stdout

    # -- the process -------------------------------------------------------------------------------------------------

    def start(self, open_files: int | None = None) -> None:
        """`open_files`: how many an operating system gives a program that asks for no more."""
        limit = ["prlimit", f"--nofile={open_files}:"] if open_files else []
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([*limit, ANTREAN, "serve"], env=self.environment, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"antrean serve did not start:\n{self.log.read_text()}", pytrace=False)
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False

    def stop(self) -> None:
        """As `systemctl stop` does. Fails the test when the server has logged a trace."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(STOP_SECONDS)
        log = self.log.read_text()
        assert "Traceback" not in log, log

    def kill(self) -> None:
        """As a power cut does."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    # -- asking ------------------------------------------------------------------------------------------------------

    def ask(self, method: str, path: str, body: object = None, headers: Headers | None = None) -> tuple[int, Any]:
        """Status, and the JSON of the answer or its text. A 500 fails the test."""
        status, text, _ = self.raw(method, path, body, headers)
        assert status != 500, text
        return status, json.loads(text) if text.startswith(("{", "[")) else text

    def raw(self, method: str, path: str, body: object, headers: Headers | None) -> tuple[int, str, Headers]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ASK_SECONDS)
        try:
            content = None if body is None else json.dumps(body)
            known = {"Content-Type": "application/json"} if content else {}
            connection.request(method, path, content, known | (headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode(), dict(answer.getheaders())
        finally:
            connection.close()

    def bearer(self, device: str) -> Headers:
        """`kiosk`, `display/A`: the devices of the demo."""
        return {"Authorization": f"Bearer {self.tokens[device]}"}

    def take(self, service: str = "KTP-CETAK", **wishes: Any) -> dict[str, Any]:
        """A ticket, as the kiosk takes it."""
        body = {"ticket_id": secrets.token_hex(16), "service": service, **wishes}
        status, ticket = self.ask("POST", "/api/v1/tickets", body, self.bearer("kiosk"))
        assert status == 201, ticket
        found: dict[str, Any] = ticket
        return found

    def sign_in(self, name: str) -> Staff:
        return Staff(self, name)


class Staff:
    """Somebody who has signed in: `clerk.post("/counters/1/open")`."""

    def __init__(self, office: OfficeServer, name: str) -> None:
        self.office, self.name = office, name
        wish = {"name": name, "password": office.passwords[name]}
        status, text, headers = office.raw("POST", "/api/v1/session", wish, None)
        assert status == 200, text
        self.cookie = headers["Set-Cookie"].split(";")[0]
        self.headers = {"Cookie": self.cookie, "X-CSRF-Token": json.loads(text)["csrf_token"]}

    def get(self, path: str) -> Any:
        status, answer = self.office.ask("GET", f"/api/v1{path}", headers=self.headers)
        assert status == 200, answer
        return answer

    def ask(self, path: str, body: object = None) -> tuple[int, Any]:
        """Status and answer, whatever they are."""
        headers = self.headers | {"Idempotency-Key": secrets.token_hex(16)}
        return self.office.ask("POST", f"/api/v1{path}", {} if body is None else body, headers)

    def post(self, path: str, body: object = None) -> Any:
        """What must succeed."""
        status, answer = self.ask(path, body)
        assert status in (200, 201, 204), answer
        return answer


def sign_ins(file: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Passwords by name and device tokens by device, from what `init --demo` has written down."""
    lines = [line.split() for line in file.read_text().splitlines()]
    passwords = {line[2]: line[3] for line in lines if line[:1] == ["staff"]}
    tokens = {line[1]: line[2] for line in lines if line[:1] == ["pair"]}
    return passwords, tokens


@contextmanager
def running_office(data_dir: Path, database_url: str = "", office: str = "kota_serang") -> Iterator[OfficeServer]:
    """A demo office that is open, and closed again at the end."""
    server = OfficeServer(data_dir, database_url, office)
    server.start()
    try:
        yield server
    finally:
        server.stop()
