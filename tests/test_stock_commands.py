"""`antrean stock`: every movement, and what lies where."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from queue_server.commands import antrean


class Shell:
    def __init__(self) -> None:
        self.runner = CliRunner()

    def run(self, *words: str) -> Result:
        return self.runner.invoke(antrean, ["stock", *words])

    def on_hand(self, *words: str) -> int:
        """What a movement answers, once it is entered."""
        done = self.run(*words)
        assert done.exit_code == 0, done.output
        figure: int = json.loads(done.stdout)["on_hand"]
        return figure

    def lines(self, *words: str) -> list[list[str]]:
        return [line.split("\t") for line in self.run(*words).stdout.splitlines()]


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """An office with 500 KTP blanks."""
    data: Path = tmp_path_factory.mktemp("office") / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTREAN_DATA_DIR", str(data))
        opened = CliRunner().invoke(antrean, ["init", "--office", "kota_serang", "--demo"])
        assert opened.exit_code == 0, opened.output
        yield Shell()


def test_every_movement_of_the_contract_has_its_command(shell: Shell) -> None:
    commands = shell.run("--help").stdout
    for kind in "receive return lend borrow dispatch accept spoil defect lose find count destroy reverse".split():
        assert f"\n  {kind} " in commands
        assert shell.run(kind, "--help").exit_code == 0


def test_a_journey_to_a_subdistrict_is_entered_at_both_ends(shell: Shell) -> None:
    away = ["KTP", "40", "--party", "points", "--name", "Kecamatan Kasemen", "--reason", "mingguan"]
    before = int(
        next(posted for item, account, posted, _ in shell.lines("accounts") if (item, account) == ("KTP", "store"))
    )
    assert shell.on_hand("dispatch", *away) == before - 40
    ((number, *rest),) = shell.lines("transit")
    assert rest == ["KTP", "Kecamatan Kasemen", "40", "0", "40"]
    shell.on_hand("accept", "KTP", "30", "--consignment", number)
    shell.on_hand("accept", "KTP", "8", "--consignment", number, "--short", "2", "--reason", "dus terbuka")
    assert shell.lines("transit") == []
    assert ["KTP", "points", "38", "0"] in shell.lines("accounts")


def test_a_movement_is_taken_back_by_its_number(shell: Shell) -> None:
    done = shell.run("lend", "KIA", "100", "--name", "Kab. Serang", "--reason", "pinjam")
    entered = json.loads(done.stdout)
    assert shell.on_hand("reverse", "KIA", str(entered["seq"]), "--reason", "salah") == entered["on_hand"] + 100


def test_what_is_refused_is_one_sentence(shell: Shell) -> None:
    refused = shell.run("destroy", "KTP", "1", "--reason", "dibakar")
    assert refused.exit_code == 1
    assert "Please give the number of the minutes." in refused.stderr
