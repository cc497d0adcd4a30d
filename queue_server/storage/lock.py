"""One server per data directory, and none at all while its database is rebuilt, restored or upgraded."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa

from queue_server.domain.errors import Conflict
from queue_server.storage.database import Database, domain_errors

LOCK_FILE = "antrean.lock"
ADVISORY_KEY = int.from_bytes(b"antrean", "big")  # PostgreSQL knows its advisory locks by a number


@contextmanager
def serving(database: Database, data_dir: Path) -> Iterator[None]:
    """Hold the data directory for a server. On PostgreSQL several servers, each with its own, may share a database.

    Raises `Conflict` with the `holder`.
    """
    with held(database, data_dir, purpose="antrean serve", shared=True):
        yield


@contextmanager
def alone(database: Database, data_dir: Path, purpose: str) -> Iterator[None]:
    """Hold the whole database while `purpose` (such as `antrean rebuild`) runs. Raises `Conflict` with the `holder`."""
    with held(database, data_dir, purpose, shared=False):
        yield


@contextmanager
def held(database: Database, data_dir: Path, purpose: str, shared: bool) -> Iterator[None]:
    directories = {data_dir.resolve()} | ({database.path.resolve().parent} if database.path else set())
    with ExitStack() as stack:
        for directory in sorted(directories):
            stack.enter_context(file_held(directory / LOCK_FILE, purpose))
        if database.dialect == "postgresql":
            stack.enter_context(advisory_held(database, shared))
        yield


@contextmanager
def file_held(path: Path, purpose: str) -> Iterator[None]:
    """The kernel lets go of it when the process ends, however it ends."""
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Conflict("already_running", holder=file.read().strip() or "another process") from None
        file.truncate(0)
        file.write(f"{purpose}, process {os.getpid()}\n")
        file.flush()
        yield
        file.truncate(0)


@contextmanager
def advisory_held(database: Database, shared: bool) -> Iterator[None]:
    take = sa.func.pg_try_advisory_lock_shared if shared else sa.func.pg_try_advisory_lock
    engine = database.writer.execution_options(isolation_level="AUTOCOMMIT")
    with domain_errors(), engine.connect() as connection:
        if not connection.scalar(sa.select(take(ADVISORY_KEY))):
            raise Conflict("already_running", holder=advisory_holders(connection))
        yield


def advisory_holders(connection: sa.Connection) -> str:
    query = sa.text(
        "SELECT application_name, pid, client_addr FROM pg_locks JOIN pg_stat_activity USING (pid)"
        " WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = :key"
        " AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    rows = connection.execute(query, {"key": ADVISORY_KEY})
    return ", ".join(f"{name} from {address or 'this machine'} (backend {pid})" for name, pid, address in rows)
