"""Engines, and the one place where a database's refusal becomes an error of the domain."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from queue_server.domain.errors import Busy, Conflict, Invalid, OutOfStock

LOCK_WAIT_SECONDS = 15  # for another process that writes to the same site
CONNECT_SECONDS = 5
READERS = 8  # connections for reading
POOLED: dict[str, Any] = {"pool_size": READERS, "max_overflow": 0, "pool_timeout": CONNECT_SECONDS}
DISCREET: dict[str, Any] = {"hide_parameters": True}  # the values of a row may name somebody, and errors are logged

NOT_STORABLE = (UnicodeEncodeError, OverflowError)  # text or a number that no database can hold, nor be asked for
# Out of order for a while and through no fault of ours; every other operational error of SQLite is a bug.
SQLITE_TROUBLE = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR),
        *(sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_PROTOCOL, sqlite3.SQLITE_READONLY),
    }
)
# Classes of SQLSTATE: connection, resources, operator intervention, system, lock not available or deadlock.
POSTGRESQL_TROUBLE = ("08", "53", "57", "58", "55P03", "40")


class DatabaseFault(RuntimeError):
    """What the database refused and nobody may meet: a bug of ours, or a file that is broken or no database."""


class Database:
    """One engine that writes and one that only reads; `dialect` is `sqlite` or `postgresql`."""

    def __init__(self, url: str) -> None:
        parsed = sa.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.url = parsed.render_as_string(hide_password=False)
        self.dialect = parsed.get_backend_name()
        self.path = Path(parsed.database) if self.dialect == "sqlite" and parsed.database else None
        make = {"sqlite": sqlite_engines, "postgresql": postgresql_engines}.get(self.dialect)
        if make is None:
            raise Invalid("database_kind", kind=self.dialect)
        self.writer, self.reader = make(parsed)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent snapshot, read-only. Raises `Busy` while the database is out of reach."""
        with domain_errors(), self.reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction of its own, for what is not a command: migrations, a new site, a rebuild."""
        with domain_errors(), self.writer.begin() as connection:
            yield connection

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def sqlite_engines(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    # The writer's connection is handed from thread to thread, one at a time. `isolation_level` None leaves BEGIN to us.
    options = {"isolation_level": None, "check_same_thread": False, "timeout": LOCK_WAIT_SECONDS}
    writer = sa.create_engine(url, poolclass=sa.NullPool, connect_args=options, **DISCREET)
    reader = sa.create_engine(url, connect_args=options, **POOLED, **DISCREET)
    # FULL keeps the last ticket through a power cut; one commit for many tickets makes it cheap.
    prepare(writer, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON")
    prepare(reader, "PRAGMA query_only=ON")
    # A deferred transaction that reads first and writes later calls the same person twice.
    sa.event.listen(writer, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    sa.event.listen(reader, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return writer, reader


def postgresql_engines(url: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    # The writer does point look-ups only: a plan that was made while the tables were empty must not stay a scan.
    point_look_ups = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
    # A number that was given out is on the disk, also where the server's own settings would let it wait.
    writing = f"{point_look_ups} -c synchronous_commit=on -c lock_timeout={LOCK_WAIT_SECONDS}s"
    common: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": "antrean"}
    writer = sa.create_engine(url, poolclass=sa.NullPool, connect_args={**common, "options": writing}, **DISCREET)
    reader = sa.create_engine(
        url,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        connect_args={**common, "options": "-c default_transaction_read_only=on"},
        **POOLED,
        **DISCREET,
    )
    return writer, reader


def prepare(engine: sa.Engine, *statements: str) -> None:
    @sa.event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def domain_errors() -> Iterator[None]:
    try:
        yield
    except (exc.SQLAlchemyError, *NOT_STORABLE) as failure:
        raise as_domain_error(failure) from failure


def as_domain_error(failure: Exception) -> Exception:
    """What a failure means to whoever asked: a refusal of the domain, `Busy`, or `DatabaseFault`."""
    if isinstance(failure, NOT_STORABLE):
        return Invalid("not_storable")
    if not isinstance(failure, exc.SQLAlchemyError):
        return failure
    if out_of_order(failure):
        return Busy("database")
    if isinstance(failure, exc.IntegrityError):
        beyond_stock = any(check in str(failure.orig) for check in ("promised_beyond_on_hand", "balances_below_zero"))
        return OutOfStock("database") if beyond_stock else Conflict("database")
    if isinstance(failure, exc.DataError):
        return Invalid("not_storable")
    bug = DatabaseFault(f"the database refused a statement: {describe(failure)}")
    bug.__cause__ = failure
    return bug


def describe(failure: Exception) -> str:
    """A failure for the log: what the database said, without the values of a row, which may name somebody."""
    cause = getattr(failure, "orig", None) or failure
    words = getattr(getattr(cause, "diag", None), "message_primary", None) or str(cause)
    return f"{type(cause).__name__}: {words}"


def out_of_order(failure: Exception) -> bool:
    """The database is out of reach, locked or full: nothing that another request would not meet too."""
    if isinstance(failure, exc.TimeoutError):
        return True
    if not isinstance(failure, exc.DBAPIError):
        return False
    if isinstance(failure.orig, sqlite3.Error):
        code: int = getattr(failure.orig, "sqlite_errorcode", 0)
        return code & 0xFF in SQLITE_TROUBLE
    state: str | None = getattr(failure.orig, "sqlstate", None)
    if state is None:  # never reached the server
        return failure.connection_invalidated or isinstance(failure, exc.OperationalError)
    return state.startswith(POSTGRESQL_TROUBLE)
