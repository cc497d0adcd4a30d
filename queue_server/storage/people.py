"""Staff, devices and sessions: plain rows that can be erased, never events.

Reading stands here; writing is a command that hands whole rows over (`Office.hand_over`), so that they are committed
with what they belong to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import sqlalchemy as sa

from queue_server.storage import statements
from queue_server.storage.database import Database
from queue_server.storage.schema import PLAIN, device_signs, devices, nik_marks, pairings, sessions, staff

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Staff:
    """`role` is clerk, supervisor, stock, auditor or admin; `created_at` epoch milliseconds."""

    staff_id: str
    name: str
    role: str
    password_hash: str
    active: bool
    created_at: int


@dataclass(frozen=True, slots=True)
class Device:
    """A kiosk or a display; without a hall it sees every hall. Instants are epoch milliseconds."""

    device_id: str
    kind: str
    name: str
    hall: str | None
    printer: str
    paper: int
    sound: bool
    token_hash: str
    created_at: int
    revoked_at: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceSign:
    """What a device has last shown of itself: when, with which version of its page, and how its printer was when."""

    device_id: str
    last_seen: int
    version: str = ""
    printer: str = ""
    printer_at: int | None = None


@dataclass(frozen=True, slots=True)
class Pairing:
    """A screen that waits, until `expires_at`, for somebody to type its code."""

    code: str
    token_hash: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class Session:
    """Whoever is signed in; the browser holds the secret whose hash this is."""

    session_hash: str
    staff_id: str
    created_at: int
    expires_at: int


def staff_by_name(database: Database, site: str, name: str) -> Staff | None:
    return first(rows(database, Staff, staff, site, staff.c.name == name))


def all_staff(database: Database, site: str) -> list[Staff]:
    return rows(database, Staff, staff, site)


def sessions_of(database: Database, site: str, staff_id: str) -> list[str]:
    """The hashes of a member's sessions."""
    query = sa.select(sessions.c.session_hash).where(sessions.c.site == site, sessions.c.staff_id == staff_id)
    with database.reading() as connection:
        return list(connection.scalars(query))


def device_by_token(database: Database, site: str, token_hash: str) -> Device | None:
    """Revoked ones too: whether it may still come in is the caller's question."""
    return first(rows(database, Device, devices, site, devices.c.token_hash == token_hash))


def device_by_id(database: Database, site: str, device_id: str) -> Device | None:
    return first(rows(database, Device, devices, site, devices.c.device_id == device_id))


def all_devices(database: Database, site: str) -> list[Device]:
    return rows(database, Device, devices, site)


def device_signs_of(database: Database, site: str) -> dict[str, DeviceSign]:
    """By the device's id."""
    query = sa.select(*columns(device_signs, DeviceSign)).where(device_signs.c.site == site)
    with database.reading() as connection:
        return {row.device_id: DeviceSign(*row) for row in connection.execute(query)}


def pairing_by_code(database: Database, site: str, code: str) -> Pairing | None:
    """Expired or not."""
    return one_pairing(database, site, pairings.c.code == code)


def pairing_of(database: Database, site: str, token_hash: str) -> Pairing | None:
    """Of the screen that holds this secret."""
    return one_pairing(database, site, pairings.c.token_hash == token_hash)


def one_pairing(database: Database, site: str, which: sa.ColumnElement[bool]) -> Pairing | None:
    query = sa.select(*columns(pairings, Pairing)).where(pairings.c.site == site, which)
    with database.reading() as connection:
        row = connection.execute(query).one_or_none()
    return Pairing(*row) if row else None


def session(database: Database, site: str, session_hash: str) -> tuple[Session, Staff] | None:
    """A session and its holder; whether it has expired and the holder is still active is the caller's question."""
    query = (
        sa.select(*columns(sessions, Session), *columns(staff, Staff))
        .join(staff, (staff.c.site == sessions.c.site) & (staff.c.staff_id == sessions.c.staff_id))
        .where(sessions.c.site == site, sessions.c.session_hash == session_hash)
    )
    with database.reading() as connection:
        row = connection.execute(query).one_or_none()
    width = len(fields(Session))
    return (Session(*row[:width]), Staff(*row[width:])) if row else None


def rows(database: Database, kind: type[T], table: sa.Table, site: str, *conditions: sa.ColumnElement[bool]) -> list[T]:
    """In the order of their names."""
    query = sa.select(*columns(table, kind)).where(table.c.site == site, *conditions).order_by(table.c.name)
    with database.reading() as connection:
        return [kind(*row) for row in connection.execute(query)]


def columns(table: sa.Table, kind: type[Any]) -> list[sa.Column[Any]]:
    return [table.c[field.name] for field in fields(kind)]


def first(found: list[T]) -> T | None:
    return found[0] if found else None


# -- for the journal -------------------------------------------------------------------------------------------------


def write_plain(connection: sa.Connection, site: str, handed_over: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Insert or replace the rows that commands handed over, in the order of their tables' foreign keys."""
    of_table: dict[str, list[dict[str, Any]]] = {name: [] for name in PLAIN}
    for name, row in handed_over:
        of_table[name].append({"site": site, **row})
    for name, its_rows in of_table.items():
        statements.upsert(connection, PLAIN[name], its_rows)


def forget_sessions(connection: sa.Connection, site: str, now: int) -> None:
    """Those that have expired, and the codes of screens for which nobody came."""
    for table in (sessions, pairings):
        connection.execute(table.delete().where(table.c.site == site, table.c.expires_at <= now))


def forget_marks(connection: sa.Connection, site: str, before: str) -> None:
    """A NIK is known for its business day: `docs/field.md#touts`."""
    connection.execute(nik_marks.delete().where(nik_marks.c.site == site, nik_marks.c.day < before))
