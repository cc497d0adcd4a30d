"""A demo office on a throw-away database, and a bare route beside it, each as a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from queue_server.domain.stock import MOST_UNITS

ANTREAN = Path(sys.executable).with_name("antrean")
START_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if ask(port, "GET", path)[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"nothing answers on port {port}")


def ask(port: int, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    content = None if body is None else json.dumps(body)
    known = {"Content-Type": "application/json"} if content else {}
    connection.request(method, path, content, known | headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, json.loads(text) if text.startswith(("{", "[")) else text, dict(answer.getheaders())


@contextmanager
def running(command: list[str], port: int, path: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANTREAN_")}
    process = subprocess.Popen(command, env=inherited | environment, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, path, process)
        yield process
    finally:
        process.terminate()
        process.wait(30)


class Office:
    """Kota Serang with so many blanks that none of the measurements ends them."""

    def __init__(self, data_dir: Path) -> None:
        self.port, self.data_dir = free_port(), data_dir
        self.environment = {"ANTREAN_DATA_DIR": str(data_dir), "ANTREAN_PORT": str(self.port)}
        self.environment |= {"ANTREAN_HOST": "127.0.0.1", "ANTREAN_PUBLIC_URL": "http://10.0.0.5:8080"}
        self.antrean("init", "--office", "kota_serang", "--demo")
        for item in ("KTP", "RIBBON", "FILM", "THERMAL"):
            self.antrean("stock", "receive", item, str(MOST_UNITS))
        lines = [line.split() for line in (data_dir / "demo-sign-ins.txt").read_text().splitlines()]
        self.passwords = {line[2]: line[3] for line in lines if line[0] == "staff"}
        self.tokens = {line[1]: line[2] for line in lines if line[0] == "pair"}

    def antrean(self, *arguments: str) -> str:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANTREAN_")}
        environment = inherited | self.environment
        done = subprocess.run([ANTREAN, *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"antrean {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def serving(self) -> Any:
        return running([sys.executable, "-m", "benchmarks.serve"], self.port, "/health", **self.environment)

    def sign_in(self, name: str) -> dict[str, str]:
        wish = {"name": name, "password": self.passwords[name]}
        _, answer, headers = ask(self.port, "POST", "/api/v1/session", wish)
        return {"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": answer["csrf_token"]}
