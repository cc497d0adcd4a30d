"""The real web of an office for a real browser, on a clock that the test sets: hours, breaks and closing at will.

There is no stream here, so a page hears of changes when it asks. Pages that have to hear at once: `running_office`.
"""

from __future__ import annotations

import math
import re
import socket
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import services
from tests.the_office import TheOffice
from tests.the_web import TheWeb

POLL_SECONDS = 0.05  # until the server sees that it is to stop


class Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: object) -> None:
        """Nothing: what goes wrong fails the test in its own words."""


class OpenDoor:
    """`door.url`; `door.pair(page)` makes its browser a kiosk with a printer that is never there."""

    def __init__(self, web: TheWeb, url: str) -> None:
        self.web, self.office, self.url = web, web.office, url
        self.lost: list[str] = []
        self.lose_no_more_answers()

    def pair(self, page: Page, **fields: object) -> None:
        _, token = self.web.add_device("kiosk", **fields)
        page.context.add_cookies([{"name": "antrean_kiosk", "value": token, "url": self.url}])

    def lose_answers(self, paths: str, most: float = math.inf) -> None:
        """From now on the office does what is asked for at these paths, and its answer gets lost on the way back."""
        self._losing, self._most = re.compile(paths), most

    def lose_no_more_answers(self) -> None:
        self.lose_answers("", 0)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        answer, path = self.web.app(environ, start_response), environ["PATH_INFO"]
        if self._losing.fullmatch(path) and len(self.lost) < self._most:
            self.lost.append(path)
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer


@contextmanager
def open_door(office: TheOffice, **settings: Any) -> Iterator[OpenDoor]:
    port = services.free_port()
    url = f"http://127.0.0.1:{port}"
    web = TheWeb(office, public_url=url, **settings)
    door = OpenDoor(web, url)
    server = make_server("127.0.0.1", port, door, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,))
    thread.start()
    try:
        yield door
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        web.close()
