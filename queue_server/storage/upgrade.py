"""The schema's age, and bringing it up to date: copied first, in one transaction, verified afterwards."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from queue_server.domain.errors import Invalid
from queue_server.storage.backup import backup
from queue_server.storage.database import Database
from queue_server.storage.verify import verify_all

MIGRATIONS = Path(__file__).parent / "migrations"
EMPTY, OLD, CURRENT, UNKNOWN = "empty", "old", "current", "unknown"


def schema_state(database: Database) -> str:
    """`empty`, `old` (to be upgraded), `current`, or `unknown`: made by a newer version of Antrean, or not ours."""
    with database.reading() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        tables = sa.inspect(connection).get_table_names()
    scripts = ScriptDirectory.from_config(configuration())
    if revision is None:
        return UNKNOWN if tables else EMPTY
    if revision == scripts.get_current_head():
        return CURRENT
    return OLD if revision in {script.revision for script in scripts.walk_revisions()} else UNKNOWN


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
        command.upgrade(configuration(connection), "head")
    return [fault for report in verify_all(database).values() for fault in report.faults]


def configuration(connection: sa.Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
