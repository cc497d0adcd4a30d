"""The real web of an office for a real browser, on a clock that the test sets: hours, breaks and closing at will.

There is no stream here, so a page hears of changes when it asks. Pages that have to hear at once: `running_office`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from tests import services
from tests.the_office import TheOffice
from tests.the_web import TheWeb


class Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *arguments: object) -> None:
        """Nothing: what goes wrong fails the test in its own words."""


class OpenDoor:
    """`door.url`; `door.pair(page)` makes its browser a kiosk with a printer that is never there."""

    def __init__(self, web: TheWeb, url: str) -> None:
        self.web, self.office, self.url = web, web.office, url

    def pair(self, page: Page, **fields: object) -> None:
        _, token = self.web.add_device("kiosk", **fields)
        page.context.add_cookies([{"name": "antrean_kiosk", "value": token, "url": self.url}])


@contextmanager
def open_door(office: TheOffice) -> Iterator[OpenDoor]:
    port = services.free_port()
    url = f"http://127.0.0.1:{port}"
    web = TheWeb(office, public_url=url)
    server = make_server("127.0.0.1", port, web.app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield OpenDoor(web, url)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        web.close()
