"""A copy is made while the office works, and put back as a new generation."""

import shutil
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from queue_server.domain.errors import Conflict, Invalid
from queue_server.storage import schema
from queue_server.storage.backup import backup, restore
from tests.the_office import TheOffice

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_a_copy_is_whole_and_nobody_elses(office: TheOffice, tmp_path: Path) -> None:
    office.take("KTP-CETAK")
    backup(office.database, tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    office.take("KTP-CETAK")
    with pytest.raises(Conflict):
        backup(office.database, tmp_path / "copy.db")


def test_what_came_after_the_copy_is_gone_and_its_numbers_of_the_journal_are_told_apart(
    office: TheOffice, tmp_path: Path
) -> None:
    office.take("KTP-CETAK")
    backup(office.database, tmp_path / "copy.db")
    lost = office.take("KTP-CETAK")
    office.journal.close()
    replaced = restore(office.database, tmp_path / "copy.db")
    assert replaced is not None
    assert replaced.exists()
    assert office.take("KTP-CETAK")["number"] == lost["number"] == "A-002"
    office.verify()
    with office.database.reading() as connection:
        generations = sa.select(schema.journal.c.generation).distinct().order_by(schema.journal.c.generation)
        assert connection.scalars(generations).all() == [1, 2]


def test_a_file_that_is_no_copy_of_ours_is_refused_and_nothing_is_touched(office: TheOffice, tmp_path: Path) -> None:
    office.take("KTP-CETAK")
    (tmp_path / "letter.txt").write_text("Yth. Kepala Dinas")
    for strange in (tmp_path / "letter.txt", tmp_path / "nothing.db"):
        with pytest.raises(Invalid):
            restore(office.database, strange)
    assert office.take("KTP-CETAK")["number"] == "A-002"
    office.verify()


@pytest.mark.parametrize("name", ["antrean.db.replaced", "antrean.db"])
def test_what_was_put_aside_can_be_put_back_and_no_file_is_lost_over_it(office: TheOffice, name: str) -> None:
    assert office.database.path is not None
    there = office.database.path.parent
    office.take("KTP-CETAK")
    backup(office.database, there / "copy.db")
    office.take("KTP-CETAK")
    office.journal.close()
    restore(office.database, there / "copy.db")
    office.journal.close()
    second = restore(office.database, there / name)
    assert second is not None
    assert (second.name, (there / "antrean.db.replaced").exists()) == ("antrean.db.replaced-2", True)
    assert office.take("KTP-CETAK")["number"] == ("A-003" if name.endswith("replaced") else "A-002")
    office.verify()


def test_a_copy_of_a_database_that_lost_its_power_has_its_last_tickets(office: TheOffice, tmp_path: Path) -> None:
    """What was committed last stands in the file beside it until somebody reads it."""
    assert office.database.path is not None
    backup(office.database, tmp_path / "morning.db")
    office.take("KTP-CETAK")
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{office.database.path}{suffix}", f"{tmp_path / 'cut.db'}{suffix}")
    office.journal.close()
    restore(office.database, tmp_path / "morning.db")
    restore(office.database, tmp_path / "cut.db")
    assert office.take("KTP-CETAK")["number"] == "A-002"
    office.verify()
