import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, Page

from queue_server.storage.database import Database
from queue_server.storage.upgrade import upgrade
from tests import services
from tests.browser import screens
from tests.services import Screen

hypothesis.settings.register_profile("antrean", deadline=None, print_blob=True)
hypothesis.settings.load_profile("antrean")


def pytest_configure(config: pytest.Config) -> None:
    # Chosen once, before the workers start, so that they all inherit it.
    os.environ.setdefault("TEST_SEED", str(random.SystemRandom().randrange(2**32)))
    # The settings of whoever runs the tests must not reach the servers under test.
    for name in [name for name in os.environ if name.startswith("ANTREAN_")]:
        del os.environ[name]
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # a hundred servers are started: compiled once, not by each
    if "TMPDIR" not in os.environ:
        os.environ["TMPDIR"] = tempfile.tempdir = str(services.fast_place())


def pytest_report_header() -> str:
    return f"seed: {os.environ['TEST_SEED']} (again with TEST_SEED={os.environ['TEST_SEED']})"


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """The test's own source of chance: the same for the same TEST_SEED, whatever ran before it."""
    return random.Random(f"{os.environ['TEST_SEED']} {request.node.nodeid}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server's URL; started by the first test that asks, one per test worker."""
    with services.postgres_server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'antrean.db'}"
        return
    with services.postgres_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with Antrean's tables and nothing in them, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    server, made = (request.getfixturevalue(name) for name in ("postgres_server", "made_postgres"))
    with services.postgres_database(server, like=made) as url:
        yield url


@pytest.fixture
def sqlite_url(made_sqlite: Path, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(made_sqlite, tmp_path / 'antrean.db')}"


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once, for it takes longer than most tests; each gets a copy."""
    path = tmp_path_factory.mktemp("made") / "antrean.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def made_postgres(postgres_server: str) -> Iterator[str]:
    with services.postgres_database(postgres_server) as url:
        migrate(url)
        yield url


def migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium that reaches this machine only."""
    with services.chromium() as browser:
        yield browser


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[Callable[[Screen], Page]]:
    """`new_page("kiosk")` opens a browser of its own in that screen's real size; more tabs: `page.context.new_page()`.

    A script error, a refused inline script or any other console error on one of its pages fails the test.
    """
    with services.faultless_pages(chromium) as open_page:
        yield open_page


# -- the screens that a whole run has to show --------------------------------------------------------------------------

SEEN: set[tuple[str, str]] = set()  # by all workers


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    SEEN.update(map(tuple, getattr(node, "workeroutput", {}).get("shown", ())))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A screen, state or language of `docs/screens.md` that no test has shown fails the run, if it was a whole one."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["shown"] = sorted(screens.SHOWN)
        return
    SEEN.update(screens.SHOWN)
    if SEEN and is_whole(session.config) and screens.not_shown(SEEN):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missing = screens.not_shown(SEEN) if SEEN and is_whole(config) else []
    if missing:
        terminalreporter.section("screens of docs/screens.md that no test has shown")
        terminalreporter.line(", ".join(missing))


def is_whole(config: pytest.Config) -> bool:
    """Nothing was left out by name, path or mark, and nothing stopped it early."""
    asked = config.option
    return not (asked.keyword or asked.file_or_dir or asked.maxfail or asked.lf) and asked.markexpr == "not faults"


def pytest_itemcollected(item: pytest.Item) -> None:
    """A route's test has the route in its name, but pytest 9.2 leaves it out of its id: workers take all for one."""
    if item.parent and not item.nodeid.endswith(item.name):
        item._id = item.parent.id.child(item.name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the operations decide in memory and what a kill leaves are run on PostgreSQL too by `make faults`. Any
    sequence, what both answer, and whatever is about the database itself are always run on both.
    """
    for item in items:
        parameters = getattr(item, "callspec", None)
        if parameters and parameters.params.get("database_url") == "postgresql" and is_enough_on_one(item.path):
            item.add_marker(pytest.mark.faults)


def is_enough_on_one(test: Path) -> bool:
    is_rule = test.parent.name == "operations" and "any" not in test.stem and test.stem != "test_same_answers"
    return is_rule or test.parent.name == "faults"
