"""Copies of an SQLite database, made while it is in use, and put back.

PostgreSQL brings its own tools for this (`docs/running.md`).
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from itertools import chain, count
from pathlib import Path

from queue_server.domain.errors import Busy, Conflict, Invalid
from queue_server.storage.database import Database
from queue_server.storage.schema import sites

SUFFIXES = ("", "-wal", "-shm")


def backup(database: Database, target: Path) -> None:
    """A consistent copy of the whole database. Raises `Conflict` when the target exists, `Invalid` on
    PostgreSQL, `Busy` when the disk is full."""
    path = file_of(database)
    if target.exists():
        raise Conflict("file_exists", path=str(target))
    unfinished = target.with_name(target.name + ".unfinished")
    copy_for_owner(path, unfinished, "mode=ro")
    unfinished.rename(target)


def restore(database: Database, source: Path) -> Path | None:
    """Put a copy in the database's place; call it inside `lock.alone`. Returns where the replaced file went.

    Each site gets a new generation: what was entered after the copy was made may be known elsewhere under the old
    one and is never mistaken for what is entered from now on. Raises `Invalid` for a file that is no copy of ours.
    """
    path = file_of(database)
    require_copy(source)
    new = path.with_name(path.name + ".new")
    copy_for_owner(source, new, way_to(source))  # whole before anything moves: the copy may be one of the files that do
    database.close()
    replaced = free_name(path.with_name(path.name + ".replaced"))
    for suffix in SUFFIXES:
        Path(f"{replaced}{suffix}").unlink(missing_ok=True)
        if (old := Path(f"{path}{suffix}")).exists():
            old.rename(f"{replaced}{suffix}")
    new.rename(path)
    with database.writing() as connection:
        connection.execute(sites.update().values(generation=sites.c.generation + 1))
    return replaced if replaced.exists() else None


def free_name(path: Path) -> Path:
    """A second restore never costs what the first one replaced."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(name for name in chain([path], numbered) if not name.exists())


def file_of(database: Database) -> Path:
    if database.path is None:
        raise Invalid("sqlite_only")
    return database.path


def copy_for_owner(source: Path, target: Path, way: str) -> None:
    """Raises `Busy` when the disk is full; then there is no target."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))  # it holds the hashes of passwords
    try:
        with closing(read_only(source, way)) as from_, closing(sqlite3.connect(target)) as to:
            from_.backup(to)
    except sqlite3.Error as failure:
        target.unlink()
        raise Busy("backup") from failure


def way_to(copy: Path) -> str:
    """What a power cut left in the log beside it counts; without one it may lie on a stick that cannot be written."""
    return "mode=ro" if Path(f"{copy}-wal").exists() else "immutable=1"


def read_only(path: Path, way: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?{way}", uri=True)


def require_copy(source: Path) -> None:
    """Raises `Invalid` unless the file is whole and holds sites."""
    try:
        with closing(read_only(source, way_to(source))) as connection:
            whole = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            connection.execute("SELECT generation FROM sites").fetchone()
    except sqlite3.Error as failure:
        raise Invalid("not_a_backup", path=str(source)) from failure
    if not whole:
        raise Invalid("not_a_backup", path=str(source))
