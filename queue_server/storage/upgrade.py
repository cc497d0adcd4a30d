"""The schema's age, and bringing it up to date: copied first, in one transaction, verified afterwards.

What an event of the past means to the tables may change with a version, so an upgrade replays the journal as well.
"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from queue_server.domain.errors import Invalid
from queue_server.storage.backup import backup
from queue_server.storage.database import Database
from queue_server.storage.rebuild import rebuild_within
from queue_server.storage.verify import all_sites, verify_all

MIGRATIONS = Path(__file__).parent / "migrations"
EMPTY, OLD, CURRENT, UNKNOWN = "empty", "old", "current", "unknown"
VERSION_TABLE = "alembic_version"
MADE_BY = sa.text(f"SELECT version_num FROM {VERSION_TABLE}")


def schema_state(database: Database) -> str:
    """`empty`, `old` (to be upgraded), `current`, or `unknown`: made by a newer version of Antrean, or not ours."""
    with database.reading() as connection:
        tables = sa.inspect(connection).get_table_names()
        revision = connection.scalar(MADE_BY) if VERSION_TABLE in tables else None
    known = revisions()
    if revision is None:
        return UNKNOWN if tables else EMPTY
    if revision == known[-1]:
        return CURRENT
    return OLD if revision in known else UNKNOWN


def revisions() -> list[str]:
    """Those that this version knows, oldest first: each stands in the name of its file, `r0001_first_tables.py`."""
    return sorted(file.name[1:5] for file in (MIGRATIONS / "versions").glob("r*.py"))


def upgrade(database: Database, copy_to: Path | None = None) -> list[str]:
    """Make the tables, or change those of an older version, all or nothing; call it inside `lock.alone`.

    An SQLite file that is changed is first copied to `copy_to`. Returns the faults that `verify` found afterwards.
    Raises `Invalid` for a schema that this version does not know.
    """
    state = schema_state(database)
    if state == UNKNOWN:
        raise Invalid("unknown_schema")
    if state == CURRENT:
        return []
    if state == OLD and database.path and copy_to:
        backup(database, copy_to)
    with database.writing() as connection:
        migrate(connection)
        for site in all_sites(connection) if state == OLD else ():
            rebuild_within(connection, site)
    return [fault for report in verify_all(database).values() for fault in report.faults]


def migrate(connection: sa.Connection) -> None:
    from alembic import command  # a tenth of the start, and needed once in a version
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    command.upgrade(config, "head")
