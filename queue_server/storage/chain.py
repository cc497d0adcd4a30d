"""Entries of the journal: what a row holds, how rows hang together, and how they become events again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa

from queue_server.domain.events import Event
from queue_server.domain.office import Entry
from queue_server.storage.codec import decode, encode
from queue_server.storage.schema import journal, sites

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HASHED = itemgetter(*(column.name for column in journal.c if column.name != "hash"))
PAGE = 500  # rows that are read at a time
HEAD = sa.select(sites.c.generation, sites.c.seq, sites.c.hash).where(sites.c.site == sa.bindparam("site"))
LOCKED_HEAD = HEAD.with_for_update()


class Head(NamedTuple):
    """The last entry of a site's chain; `seq` is 0 and `hash` empty before the first."""

    generation: int
    seq: int
    hash: str


def chain_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 over every column but the hash itself, in the table's order, so also over the hash before it."""
    return hashlib.sha256("\n".join(map(str, HASHED(row))).encode()).hexdigest()


def link(site: str, head: Head, events: Iterable[tuple[Entry, Event]]) -> tuple[list[dict[str, Any]], Head]:
    """The rows of new events, each linked to the one before, and the chain's new head."""
    rows = []
    last = head.hash
    for entry, event in events:
        kind, version, payload = encode(event)
        row = {
            "site": site,
            "generation": head.generation,
            "seq": entry.seq,
            "at": instant_to_text(entry.at),
            "day": entry.day,
            "actor": entry.actor,
            "type": kind,
            "version": version,
            "payload": payload,
            "prev_hash": last,
        }
        last = row["hash"] = chain_hash(row)
        rows.append(row)
    return rows, Head(head.generation, head.seq + len(rows), last)


def revive(row: Any) -> tuple[Entry, Event]:
    """Raises `UnknownEvent`."""
    entry = Entry(row.seq, instant_from_text(row.at), row.actor, row.day)
    return entry, decode(row.type, row.version, row.payload)


def history(connection: sa.Connection, site: str) -> Iterator[Any]:
    """Every row of a site's chain, oldest first, without holding them all in memory."""
    query = sa.select(journal).where(journal.c.site == site).order_by(journal.c.generation, journal.c.seq)
    last = (0, 0)
    while True:
        after = sa.tuple_(journal.c.generation, journal.c.seq) > sa.tuple_(*map(sa.literal, last))
        page = connection.execute(query.where(after).limit(PAGE)).all()
        yield from page
        if len(page) < PAGE:
            return
        last = (page[-1].generation, page[-1].seq)


def read_head(connection: sa.Connection, site: str, lock: bool = False) -> Head | None:
    """A site's head, None for a site that is not here; with `lock` nobody else appends until the transaction ends."""
    row = connection.execute(LOCKED_HEAD if lock else HEAD, {"site": site}).one_or_none()
    return Head(*row) if row else None


def entries_after(connection: sa.Connection, site: str, head: Head, limit: int) -> Sequence[Any]:
    """The rows that follow a head in its own generation, oldest first."""
    mine = (journal.c.site == site, journal.c.generation == head.generation, journal.c.seq > head.seq)
    return connection.execute(sa.select(journal).where(*mine).order_by(journal.c.seq).limit(limit)).all()


def last_instant(connection: sa.Connection, site: str) -> int:
    """The instant (ms) of the last entry, 0 before the first."""
    newest = sa.select(journal.c.at).where(journal.c.site == site)
    at = connection.scalar(newest.order_by(journal.c.generation.desc(), journal.c.seq.desc()).limit(1))
    return instant_from_text(at) if at else 0


@lru_cache(maxsize=64)  # a batch has one instant
def instant_to_text(at: int) -> str:
    """ISO-8601 in UTC with milliseconds."""
    return (EPOCH + timedelta(milliseconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@lru_cache(maxsize=64)
def instant_from_text(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)
