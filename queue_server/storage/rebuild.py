"""Throws the projections away and replays the journal; the result is identical, or a bug."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa

from queue_server.domain.fold import fold
from queue_server.domain.office import Office
from queue_server.storage import chain
from queue_server.storage.database import Database
from queue_server.storage.projections import Names, let_go, recall, write_changes
from queue_server.storage.schema import PROJECTIONS

SETTLE_EVERY = 500  # events
SETTLE_TEXT = 1_000_000  # characters of them: an event of the print backlog names up to 500 records


Progress = Callable[[int, int], None]


def rebuild(database: Database, site: str, progress: Progress = lambda done, all_: None) -> int:
    """Replay a site's journal into empty tables, in one transaction; call it inside `lock.alone`.

    `progress(done, all)` hears of events. Returns how many were replayed. Staff, devices, sessions and answers are no
    projections and stay. Raises `UnknownEvent` for an entry that this version cannot read.
    """
    with database.writing() as connection:
        return rebuild_within(connection, site, progress)


def rebuild_within(connection: sa.Connection, site: str, progress: Progress = lambda done, all_: None) -> int:
    """The same, as a part of the caller's transaction."""
    office, done = Office(), 0
    head = chain.read_head(connection, site, lock=True)
    for table in reversed(PROJECTIONS.values()):
        connection.execute(table.delete().where(table.c.site == site))
    for rows in commits(chain.history(connection, site)):
        replay(connection, site, office, rows)
        done += len(rows)
        progress(done, head.seq if head else 0)
    return done


def commits(rows: Iterator[Any]) -> Iterator[list[Any]]:
    """Portions of about `SETTLE_EVERY` entries or `SETTLE_TEXT` that end where a commit ended: only there is the
    office at rest.

    One commit has one instant, so a portion never ends between two entries of the same.
    """
    portion: list[Any] = []
    text = 0
    for row in rows:
        if (len(portion) >= SETTLE_EVERY or text >= SETTLE_TEXT) and row.at != portion[-1].at:
            yield portion
            portion, text = [], 0
        portion.append(row)
        text += len(row.payload)
    if portion:
        yield portion


def replay(connection: sa.Connection, site: str, office: Office, rows: list[Any]) -> None:
    entries = [chain.revive(row) for row in rows]
    names = Names()
    for entry, event in entries:
        names.add_event(event, entry.day)
    came = recall(connection, site, office, names)
    for entry, event in entries:
        office.now = entry.at
        fold(event, office, entry)
    write_changes(connection, site, office)
    office.settle()
    let_go(office, came)
