"""A database is made by its migrations and by nothing else."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from queue_server.domain.errors import Invalid
from queue_server.storage import people
from queue_server.storage import upgrade as upgrade_module
from queue_server.storage.database import Database
from queue_server.storage.people import Device
from queue_server.storage.schema import meta
from queue_server.storage.upgrade import schema_state, upgrade
from tests import services
from tests.the_office import TheOffice

NEWEST = upgrade_module.revisions()[-1]
NEXT = f"{int(NEWEST) + 1:04}"
DESCRIPTION = {
    "sqlite": ["SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'"],
    "postgresql": [
        "SELECT table_name, column_name, ordinal_position, data_type, is_nullable, column_default"
        " FROM information_schema.columns WHERE table_schema = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT proname, proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    ],
}


def description(database: Database) -> list[Any]:
    """Everything that the database itself says of its tables, indexes, constraints and triggers."""
    with database.reading() as connection:
        rows = [
            tuple(row) for query in DESCRIPTION[database.dialect] for row in connection.execute(sa.text(query)).all()
        ]
    return sorted((row for row in rows if "alembic_version" not in row), key=str)


@pytest.fixture
def database(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url)
    yield database
    database.close()


@pytest.fixture
def other_database(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    if database.dialect == "sqlite":
        other = Database(f"sqlite:///{tmp_path / 'other.db'}")
        yield other
        other.close()
        return
    with services.postgres_database(request.getfixturevalue("postgres_server")) as url:
        other = Database(url)
        yield other
        other.close()


def test_the_migrations_make_exactly_the_tables_of_the_schema(database: Database, other_database: Database) -> None:
    upgrade(database)
    with other_database.writing() as connection:
        meta.create_all(connection)
    made = description(database)
    assert len(made) > 40
    assert made == description(other_database)


def test_an_empty_database_becomes_current_once(database: Database) -> None:
    assert schema_state(database) == "empty"
    assert upgrade(database) == []
    assert schema_state(database) == "current"
    before = description(database)
    assert upgrade(database) == []
    assert description(database) == before


def test_every_migration_is_named_after_its_revision() -> None:
    scripts = ScriptDirectory(str(upgrade_module.MIGRATIONS))
    assert [script.revision for script in scripts.walk_revisions()][::-1] == upgrade_module.revisions()


def test_devices_and_suspensions_of_the_first_version_are_kept(database: Database, tmp_path: Path) -> None:
    with database.writing() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(upgrade_module.MIGRATIONS))
        command.upgrade(config, "0001")
        device = "'HQ', 'd1', 'kiosk', 'Kios 1', NULL, 'none', 80, FALSE, 'h1', 5, NULL, NULL"
        connection.execute(sa.text(f"INSERT INTO devices VALUES ({device})"))
        connection.execute(sa.text("INSERT INTO suspensions VALUES ('HQ', 'IKD', 'Jaringan terputus', 7, 's1')"))
    assert schema_state(database) == "old"
    assert upgrade(database, tmp_path / "before.db") == []
    assert people.all_devices(database, "HQ") == [Device("d1", "kiosk", "Kios 1", None, "none", 80, False, "h1", 5)]
    with database.reading() as connection:
        kept = [tuple(row) for row in connection.execute(sa.text("SELECT * FROM suspensions"))]
    assert kept == [("HQ", "IKD", "Jaringan terputus", 7, "s1", "")]


def test_tables_that_are_not_ours_are_left_alone(database: Database) -> None:
    with database.writing() as connection:
        connection.execute(sa.text("CREATE TABLE pegawai (nip TEXT)"))
    assert schema_state(database) == "unknown"
    with pytest.raises(Invalid):
        upgrade(database)


def test_a_schema_from_a_newer_antrean_is_left_alone(database: Database) -> None:
    upgrade(database)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert schema_state(database) == "unknown"
    with pytest.raises(Invalid):
        upgrade(database)


@pytest.fixture
def next_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Antrean as it may be next year: one more revision, which adds a table, and fails when `broken` exists."""
    migrations = tmp_path / "migrations"
    shutil.copytree(upgrade_module.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "versions" / f"r{NEXT}_next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision, down_revision, branch_labels, depends_on = '{NEXT}', '{NEWEST}', None, None\n"
        "def upgrade():\n"
        "    op.create_table('visits', sa.Column('site', sa.Text, primary_key=True))\n"
        "    op.create_table('broken', sa.Column('site', sa.Text, primary_key=True))\n"
    )
    monkeypatch.setattr(upgrade_module, "MIGRATIONS", migrations)


def test_an_old_schema_is_copied_first_and_verified_afterwards(
    office: TheOffice, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    office.take("KTP-CETAK")
    request.getfixturevalue("next_revision")
    assert schema_state(office.database) == "old"
    copy = tmp_path / "before.db"
    assert upgrade(office.database, copy) == []
    assert schema_state(office.database) == "current"
    if office.database.dialect == "sqlite":
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEWEST,)]
            assert connection.execute("SELECT count(*) FROM tickets").fetchall() == [(1,)]
    office.take("KTP-CETAK")
    office.verify()


def test_what_a_new_version_makes_of_the_past_is_what_the_tables_say(
    office: TheOffice, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """A pace was counted from when a visit began, and is now counted from its call."""
    office.open(4)
    office.take("KTP-CETAK")
    office.serve_one(4)
    with office.database.writing() as connection:
        now = connection.scalars(sa.text("SELECT seconds FROM paces")).one()
        connection.execute(sa.text("UPDATE paces SET seconds = '[1]'"))
    request.getfixturevalue("next_revision")
    assert upgrade(office.database, tmp_path / "before.db") == []
    with office.database.reading() as connection:
        assert connection.scalars(sa.text("SELECT seconds FROM paces")).all() == [now]


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    office: TheOffice, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with office.database.writing() as connection:
        connection.execute(sa.text("CREATE TABLE broken (site TEXT)"))
    before = description(office.database)
    request.getfixturevalue("next_revision")
    with pytest.raises(RuntimeError, match="broken"):
        upgrade(office.database, tmp_path / "before.db")
    assert schema_state(office.database) == "old"
    assert description(office.database) == before
