"""The composition root: opens the house, puts the rooms of the web in it, and serves it until it is stopped."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import gevent
from flask import Flask
from gevent.event import Event
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer
from gevent.threadpool import ThreadPool

from display.views import blueprint as display
from kiosk.views import blueprint as kiosk
from queue_server.config import Settings, SettingsError
from queue_server.connections import Connection, room_for_connections
from queue_server.counter.views import blueprint as counter
from queue_server.domain.errors import Busy, Refusal
from queue_server.operations.office import follow_calendar
from queue_server.storage import lock, wakeup
from queue_server.storage.database import Database
from queue_server.storage.journal import Journal
from queue_server.storage.ledger import Ledger
from queue_server.storage.queries import Queries
from queue_server.storage.reports import Reports
from queue_server.storage.writer import GATHER_SECONDS, Writer
from queue_server.stream.sockets import Sockets
from queue_server.supervisor.backlog import blueprint as backlog_pages
from queue_server.supervisor.closing import blueprint as closing_page
from queue_server.supervisor.devices import blueprint as devices_page
from queue_server.supervisor.store import blueprint as store
from queue_server.supervisor.views import blueprint as supervisor
from queue_server.web import errors, language, light
from queue_server.web.api import (
    access,
    backlog,
    closing,
    counters,
    devices,
    kiosk_staff,
    ledger,
    office,
    reports,
    slips,
    stock,
    system,
    tickets,
    vouchers,
)
from queue_server.web.api.routes import new_app
from queue_server.web.attendance import VERSION, Attendance
from queue_server.web.devices import ask_printers, mind_devices
from queue_server.web.guards import csrf_token, screen_kind
from queue_server.web.headers import with_headers
from queue_server.web.house import House, house, move_in, new_code
from queue_server.web.pages import UNREADY
from queue_server.web.pages import blueprint as pages
from queue_server.web.places import blueprint as places
from queue_server.web.public import blueprint as public
from queue_server.web.session import Door
from queue_server.web.speech import Hearing, audio_url
from queue_server.web.speech import blueprint as speech
from queue_server.web.voice.packs import Packs
from queue_server.web.voice.speaker import Speaker

log = logging.getLogger("antrean")
T = TypeVar("T")

READING_THREADS = 4  # each reads on a connection of its own
BACKLOG = 4096  # connections that may knock at once
LAST_WORDS_SECONDS = 2.0  # for answers that are already on their way when the server is stopped
A_PART_DIED = 70  # exit code: whoever started us starts us again
MIND_SECONDS = 10.0  # how often screens are looked after
ASK_SECONDS = 60.0  # how often a printer is asked how it is
NETWORK_PAUSE_SECONDS = 5.0  # before listening to a database again that went away


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def at_once(function: Callable[..., T], *arguments: Any, **named: Any) -> T:
    return function(*arguments, **named)


# -- the house ---------------------------------------------------------------------------------------------------------


def open_house(
    settings: Settings,
    database: Database,
    writer: Writer,
    *,
    clock: Callable[[], int] = now_ms,
    aside: Any = at_once,
    hashing: Any = at_once,
) -> House:
    """`aside` and `hashing` run reads and passwords where they hold up nobody; in a test that is right here."""
    if not settings.secret_key:
        raise SettingsError(f"secret_key in {settings.file} is missing: antrean init writes one")
    reads: Any = Aside(Queries(database, settings.site, settings.public_url, settings.wifi_name), aside)
    book: Any = Aside(Ledger(database, settings.site), aside)
    door = Door(database, settings.site, settings.secret_key, clock, aside)
    reports: Any = Aside(Reports(database, settings.site), aside)
    voice = Speaker(Packs(settings.data_dir), aside)
    attendance = Attendance(clock(), alone=database.dialect == "sqlite")
    return House(settings, reads, book, reports, writer, door, aside, hashing, clock, voice, attendance)


class Aside:
    """Answers as `target` does, each call on a thread: a read never holds up the hub."""

    def __init__(self, target: object, aside: Callable[..., Any]) -> None:
        self._target, self._aside = target, aside

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._target, name)
        return lambda *arguments, **named: self._aside(method, *arguments, **named)


def build_app() -> Flask:
    """The Flask app, the API and every screen; a house has to `move_in` before it answers."""
    app: Flask = new_app("queue_server.web")
    for room in (
        system,
        access,
        devices,
        kiosk_staff,
        tickets,
        vouchers,
        slips,
        counters,
        stock,
        ledger,
        office,
        closing,
        reports,
        backlog,
    ):
        app.register_api(room.api)  # type: ignore[attr-defined]
    screens = (kiosk, display, counter, supervisor, store, closing_page, backlog_pages, devices_page)
    for blueprint in (pages, public, places, speech, *screens):
        app.register_blueprint(blueprint)
    errors.install(app)
    language.install(app, lambda: house().catalogue())
    light.install(app, public.name)
    app.context_processor(lambda: {"csrf_token": csrf_token(), "screen": screen_kind(), "version": VERSION})
    app.jinja_env.globals["unready"] = UNREADY
    app.wsgi_app = with_headers(app.wsgi_app)  # type: ignore[assignment, method-assign]
    return app


# -- serving -----------------------------------------------------------------------------------------------------------


def serve(settings: Settings, database: Database, announce: Callable[[], None]) -> None:
    """Run the office until SIGTERM or SIGINT; what was accepted by then is finished.

    `announce` tells whoever started it where the screens are, and in a demo how to sign in: only a server that has the
    directory and its address says so.

    Raises `Conflict` when another server holds the data directory, `SettingsError` for an address that is taken.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with lock.serving(database, settings.data_dir):
        Server(settings, database).run(announce)


class Server:
    """One process on gevent: the hub reads requests, real threads commit, read and hash."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings, self.database = settings, database
        self.stopping = Event()
        journal = Journal(database, settings.site, now_ms)
        hub = gevent.get_hub()
        hub.NOT_ERROR += (Refusal,)  # what a thread refuses is told to whoever asked; gevent would log a trace as well
        offload = hub.threadpool.apply
        self.writer = Writer(journal, gather=gather, offload=offload, after_commit=self.wake)
        self.house = open_house(
            settings, database, self.writer, aside=on_threads(READING_THREADS), hashing=on_threads(1)
        )
        queries = Queries(database, settings.site)
        hearing = Hearing(self.house)
        self.sockets = Sockets(
            queries,
            self.house.door.viewers,
            now_ms,
            partial(audio_url, self.house.voice),
            hearing.heard,
            self.house.attendance.note,
        )
        self.house.figures = self.sockets.figures
        for fault in self.house.voice.packs.faults:
            log.warning("%s", fault)
        self.app = build_app()
        move_in(self.app, self.house)
        self.sockets.mount(self.app)

    def wake(self, seq: int) -> None:
        self.sockets.hub.wake(seq)

    def run(self, announce: Callable[[], None]) -> None:
        listener = listen(self.settings.host, self.settings.port)
        announce()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            gevent.signal_handler(signal_number, self.stopping.set)
        self.writer.start()
        self.follow_calendar()  # a day that a power cut left open is closed before anybody gets a number
        self.sockets.start(died)
        gevent.spawn(self.follow_calendar_for_ever).link_exception(died)
        for often, work in ((MIND_SECONDS, mind_devices), (ASK_SECONDS, ask_printers)):
            gevent.spawn(self.again_and_again, often, work).link_exception(died)
        if self.database.dialect == "postgresql":
            gevent.spawn(self.listen_for_ever).link_exception(died)
        room = Pool(room_for_connections())
        server = WSGIServer(listener, self.app, log=None, error_log=log, spawn=room, handler_class=Connection)
        server.start()
        settle_garbage()
        self.stopping.wait()
        server.stop_accepting()
        self.writer.stop()
        server.stop(timeout=LAST_WORDS_SECONDS)
        self.house.printers.close()

    # -- the office's clock ----------------------------------------------------------------------------------------

    def follow_calendar_for_ever(self) -> None:
        """On every whole second, which is when hours begin."""
        while not self.stopping.wait(1 - time.time() % 1):
            try:
                self.follow_calendar()
            except Busy:
                log.warning("the calendar waits: the database is out of reach")

    def follow_calendar(self) -> None:
        while self.house.do(follow_calendar, actor="calendar", new_code=new_code)["more"]:
            pass

    # -- screens ---------------------------------------------------------------------------------------------------

    def again_and_again(self, seconds: float, work: Callable[[House], None]) -> None:
        while not self.stopping.wait(seconds):
            try:
                work(self.house)
            except Refusal as refusal:
                log.warning("the devices are not looked after: %s", refusal.reason)

    # -- other processes -------------------------------------------------------------------------------------------

    def listen_for_ever(self) -> None:
        """PostgreSQL says when somebody else has committed; without it the hub looks once a second."""
        heard = gevent.get_hub().loop.async_()
        heard.start(self.sockets.hub.wake)
        on_a_thread = on_threads(1)
        while not self.stopping.is_set():
            try:
                on_a_thread(
                    wakeup.listen,
                    self.database,
                    self.settings.site,
                    lambda _seq: heard.send(),
                    self.stopping.is_set,
                )
            except Busy:
                self.stopping.wait(NETWORK_PAUSE_SECONDS)


def gather() -> None:
    """Let the hub read every request that has already arrived: they stand in the next batch."""
    with gevent.Timeout(GATHER_SECONDS, False):
        gevent.idle()


def on_threads(most: int) -> Callable[..., Any]:
    pool = ThreadPool(most)

    def run(function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        result, failure = pool.apply(attempt, (function, arguments, named))
        if failure is not None:
            raise failure
        return cast(T, result)

    return run


def attempt(function: Callable[..., T], arguments: Any, named: Any) -> tuple[T | None, Exception | None]:
    """What came of it, as a value: gevent would print a trace of every refusal that leaves a thread as an exception."""
    try:
        return function(*arguments, **named), None
    except Exception as failure:  # noqa: BLE001  # raised again where it was asked for
        return None, failure


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise SettingsError(f"{host} port {port} (ANTREAN_HOST, ANTREAN_PORT): {error.strerror}") from None
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # without it every answer waits 40 ms
    return listener


def settle_garbage() -> None:
    """What is here now stays; full collections over thousands of connections would stop everybody for 0.3 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def died(part: gevent.Greenlet) -> None:
    """Without its hub or calendar a server would look alive and do nothing."""
    log.critical("a part of the server died, and the process with it", exc_info=part.exc_info)
    logging.shutdown()
    os._exit(A_PART_DIED)
