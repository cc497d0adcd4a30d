"""One server per data directory, and none while its database is rebuilt, restored or upgraded."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from queue_server.domain.errors import Conflict
from queue_server.storage.database import Database
from queue_server.storage.lock import alone, serving

HOLD = """
import sys
from pathlib import Path
from queue_server.storage.database import Database
from queue_server.storage.lock import serving
with serving(Database(sys.argv[1]), Path(sys.argv[2])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()


@contextmanager
def server(database: Database, data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that serves, until the block ends or it is killed."""
    command = [sys.executable, "-c", HOLD, database.url, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_server_is_told_who_holds_the_data_directory(database: Database, tmp_path: Path) -> None:
    with (
        server(database, tmp_path) as first,
        pytest.raises(Conflict) as refused,
        serving(database, tmp_path),
    ):
        pytest.fail("two servers on one data directory")
    assert refused.value.details["holder"] == f"antrean serve, process {first.pid}"


def test_nothing_is_rebuilt_under_a_server(database: Database, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with (
        server(database, tmp_path),
        pytest.raises(Conflict) as refused,
        alone(database, elsewhere, "antrean rebuild"),
    ):
        pytest.fail("rebuilt under a server")
    assert refused.value.details["holder"]


def test_no_server_starts_while_the_database_is_rebuilt(database: Database, tmp_path: Path) -> None:
    with (
        alone(database, tmp_path, "antrean rebuild"),
        pytest.raises(Conflict, match="already_running"),
        serving(Database(database.url), tmp_path),
    ):
        pytest.fail("served while it was rebuilt")


def test_a_server_that_was_killed_leaves_the_directory_free(database: Database, tmp_path: Path) -> None:
    with server(database, tmp_path) as killed:
        killed.kill()
        killed.wait(30)
    with alone(database, tmp_path, "antrean rebuild"), pytest.raises(Conflict), serving(database, tmp_path):
        pass
    with serving(database, tmp_path):
        pass


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_on_postgresql_servers_with_directories_of_their_own_share_a_database(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    with server(database, tmp_path / "one"), serving(database, tmp_path / "two"):
        with pytest.raises(Conflict) as refused, alone(database, tmp_path, "antrean rebuild"):
            pytest.fail("rebuilt under two servers")
        assert str(refused.value.details["holder"]).count("antrean from") == 2
