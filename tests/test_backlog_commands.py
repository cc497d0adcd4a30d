"""The print backlog from the command line."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.test_commands import data_dir, installed, office, refused, typed  # noqa: F401  # fixtures
from tests.the_backlog import csv_of, made_up


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Seven hundred people, one of whom has a formula for a name."""
    lines = [str(made_up(random.Random(1), number)) for number in range(700)]
    lines[3] = lines[3].replace("3673", "=3673", 1)
    (tmp_path / "daftar.csv").write_bytes(csv_of(lines))
    return tmp_path / "daftar.csv"


@pytest.mark.usefixtures("office")
def test_a_list_comes_in_and_its_bad_line_is_said(listed: Path) -> None:
    done = typed("import", str(listed))
    assert done.exit_code == 1
    told = done.stdout.splitlines()
    assert told[:4] == ["entered\t699", "moved\t0", "repeated\t0", "bad\t1"]
    assert told[4] == "line 5\tformula\tThere is a spreadsheet formula in it."
    again = typed("import", str(listed)).stdout.splitlines()
    assert again == ["entered\t0", "moved\t0", "repeated\t699", *told[3:]]
    assert "PRINT_READY_RECORD\t699" in typed("backlog", "show").stdout
    assert typed("verify").exit_code == 0


@pytest.mark.usefixtures("office")
def test_blanks_are_released_and_nobody_is_forgotten_too_early(listed: Path) -> None:
    typed("import", str(listed))
    done = json.loads(typed("backlog", "release", "150").stdout)
    assert (done["released"], done["short_of"], sum(done["days"].values())) == (150, None, 150)
    assert "RELEASED\t150" in typed("backlog", "show").stdout
    rest = json.loads(typed("backlog", "release", "549").stdout)
    assert (rest["released"], rest["short_of"]) == (325, "KTP")
    none = "No KTP can be released to the print backlog now: gone, set aside already, or kept for others."
    assert refused("backlog", "release", "1") == f"Error: {none}"
    assert typed("backlog", "erase").stdout == "0 erased\n"


@pytest.mark.usefixtures("office")
def test_a_file_that_is_no_list_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "kosong.csv").write_bytes(b"")
    assert refused("import", str(tmp_path / "kosong.csv")) == "Error: The file is empty."
    assert refused("import", str(tmp_path)).endswith("is a directory.")
