"""A lobby TV on a real office whose clock the test sets and which then runs on: hours, breaks and calls at will."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import Any

import gevent
from gevent.event import Event
from gevent.pywsgi import WSGIServer
from playwright.sync_api import Page

from queue_server import app as composed
from queue_server.operations import calling
from queue_server.stream.sockets import Sockets
from queue_server.web.speech import Hearing, audio_url
from tests import services
from tests.the_office import TheOffice
from tests.the_web import TheWeb

COUNTERS = (3, 4, 5, 7, 10, 11)
STOP_SECONDS = 30


class LivingOffice(TheOffice):
    """`at(…)` and `wait(…)` set its clock; it runs on by itself, as the one on the TV does."""

    @property
    def clock(self) -> int:
        return self._set_to + round((monotonic() - self._set_at) * 1000)

    @clock.setter
    def clock(self, instant: int) -> None:
        self._set_to, self._set_at = instant, monotonic()


class Lobby:
    """An office and its stream on a thread: gevent's server, which a test's own process must not patch itself for."""

    def __init__(self, office: LivingOffice) -> None:
        self.office, port = office, services.free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.web = TheWeb(office, composed.build_app(), public_url=self.url)
        self.deaths: list[str] = []
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(port,))
        self._thread.start()
        self._up.wait()

    def _serve(self, port: int) -> None:
        house = self.web.house
        told = partial(audio_url, house.voice), Hearing(house).heard, house.attendance.note
        sockets = Sockets(self.office.queries, house.door.viewers, lambda: self.office.clock, *told)
        sockets.mount(self.web.app)
        sockets.start(lambda part: self.deaths.append(repr(part.exception)))
        server = WSGIServer(("127.0.0.1", port), self.web.app, log=None)
        server.start()
        self._stop = gevent.get_hub().loop.async_()
        stopping = Event()
        self._stop.start(stopping.set)
        self._up.set()
        stopping.wait()
        server.stop(timeout=0)

    def close(self) -> None:
        self._stop.send()
        self._thread.join(STOP_SECONDS)
        self.web.close()
        assert self.deaths == []

    # -- what happens in the office ----------------------------------------------------------------------------------

    def call(self, service: str = "KTP-CETAK", counter: int = 3) -> dict[str, Any]:
        """Somebody takes a number and is called; who was at the counter is served first."""
        self.office.take(service)
        self.serve(counter)
        ticket = self.office.call(counter)
        assert ticket
        return ticket

    def serve(self, counter: int = 3) -> None:
        """Whoever stands at the counter is done."""
        held = self.office.queries.counter(counter, self.office.clock).ticket
        if held:
            self.office.act(calling.start, {"id": held.id}, counter)
            self.office.finish({"id": held.id}, counter)

    # -- what hangs on the wall --------------------------------------------------------------------------------------

    def hang(self, page: Page, hall: str = "A", query: str = "", sound: bool = True) -> Page:
        """Pairs the page's browser as the hall's TV and opens it."""
        _, token = self.web.add_device("display", hall=hall, sound=sound)
        page.context.add_cookies([{"name": "antrean_display", "value": token, "url": self.url}])
        page.goto(f"{self.url}/display/{hall}{query}")
        page.locator("#on").wait_for(state="visible")
        return page


@contextmanager
def a_lobby(
    database_url: str, rng: random.Random, when: str = "2026-11-23 09.43", blanks: int = 150
) -> Iterator[Lobby]:
    """Kota Serang, Monday 23 November 2026, KTP blanks, clerks at six counters."""
    office = LivingOffice(database_url, rng)
    office.found("2026-11-23 07.00", KTP=blanks)
    office.at(when)
    for counter in COUNTERS:
        office.open(counter)
    lobby = Lobby(office)
    try:
        yield lobby
    finally:
        lobby.close()
        office.close()
