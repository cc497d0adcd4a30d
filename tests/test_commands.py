"""The command line: one sentence for whoever typed it, never a trace, and nothing is entered that no screen could."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from queue_server.commands import antrean
from queue_server.web import passwords

PASSWORD = "kata sandi yang panjang"


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANTREAN_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of an office as it was made."""
    directory = tmp_path_factory.mktemp("installed") / "data"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ANTREAN_DATA_DIR", str(directory))
        assert typed("init", "--office", "kota_serang", "--demo").exit_code == 0
    return directory


@pytest.fixture
def office(installed: Path, data_dir: Path) -> Path:
    """The same again, for one test alone."""
    return Path(shutil.copytree(installed, data_dir))


def typed(*arguments: str, stdin: str | bytes = "") -> Result:
    return CliRunner().invoke(antrean, arguments, input=stdin)


def refused(*arguments: str, stdin: str | bytes = "") -> str:
    """The one sentence."""
    done = typed(*arguments, stdin=stdin)
    assert isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in (1, 2)
    return done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "command", ["verify", "report", "rebuild", "doctor", "voice check", "upgrade", "backup copy.db"]
)
def test_where_there_is_no_office_a_command_says_so_and_leaves_nothing_behind(data_dir: Path, command: str) -> None:
    assert str(data_dir) in refused(*command.split())
    data_dir.mkdir()
    assert str(data_dir) in refused(*command.split())
    assert list(data_dir.iterdir()) == []


def test_a_directory_that_cannot_be_made_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREAN_DATA_DIR", "/proc/office")
    assert "/proc/office" in refused("init", "--office", "kota_serang")


def test_a_copy_that_cannot_be_made_is_named(office: Path, tmp_path: Path) -> None:
    assert "nowhere" in refused("backup", str(tmp_path / "nowhere" / "copy.db"))


def test_a_database_that_is_none_or_broken_is_said_to_be(office: Path) -> None:
    database = office / "antrean.db"
    whole = database.read_bytes()
    database.write_bytes(whole[: len(whole) // 3])
    assert "malformed" in refused("verify")
    database.write_bytes(b"Yth. Kepala Dinas " * 1000)
    assert "not a database" in refused("verify")


def test_a_demo_prints_its_sign_ins_and_pairing_tokens_once_and_keeps_them_for_its_owner(data_dir: Path) -> None:
    done = typed("init", "--office", "kota_serang", "--demo")
    kept = data_dir / "demo-sign-ins.txt"
    assert done.stdout == kept.read_text()
    assert [line.split()[1] for line in done.stdout.splitlines()] == [
        *("admin", "clerk", "clerk", "supervisor", "stock"),
        *("kiosk", "display/A", "display/B"),
    ]
    assert str(data_dir) in done.stderr
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert typed("init", "--office", "kota_serang", "--demo").stdout == ""


def test_the_database_is_its_owners_alone(office: Path) -> None:
    assert stat.S_IMODE((office / "antrean.db").stat().st_mode) == 0o600


def test_no_quantity_is_beyond_what_a_screen_takes(office: Path) -> None:
    assert "1000000" in refused("stock", "receive", "KTP", "1000001")
    assert typed("stock", "receive", "KTP", "1000000").exit_code == 0


@pytest.mark.parametrize("name", ["", " Rina", "Rina\t2", "R" * 101, "R\udcff"])
def test_nobody_gets_a_name_with_which_no_one_signs_in(office: Path, name: str) -> None:
    assert refused("staff", "add", name, "--role", "clerk", "--password-stdin", stdin=PASSWORD)


def test_a_name_is_one_persons(office: Path) -> None:
    assert "Rina" in refused("staff", "add", "Rina", "--role", "clerk", "--password-stdin", stdin=PASSWORD)


@pytest.mark.parametrize("password", [b"\xff" * 20, b"\0" * 20, b"short"])
def test_nobody_gets_a_password_with_which_no_one_signs_in(office: Path, password: bytes) -> None:
    assert "password" in refused("staff", "add", "Dewi", "--role", "clerk", "--password-stdin", stdin=password)


def test_an_account_gets_another_password_is_closed_and_opened_again(office: Path) -> None:
    def rina() -> str:
        return next(line for line in typed("staff", "list").stdout.splitlines() if "Rina" in line)

    assert typed("staff", "password", "Rina", "--password-stdin", stdin=PASSWORD).exit_code == 0
    assert typed("staff", "close", "Rina").exit_code == 0
    assert rina() == "clerk\tRina\tinactive"
    assert typed("staff", "open", "Rina").exit_code == 0
    assert rina() == "clerk\tRina\tactive"
    assert "Dewi" in refused("staff", "close", "Dewi")
    assert "password" in refused("staff", "password", "Rina", "--password-stdin", stdin="short")


def test_the_sound_of_a_hall_moves_to_the_display_that_is_given_it(office: Path) -> None:
    wish = ("device", "add", "--kind", "display", "--hall", "A", "--sound", "on", "--name")
    assert "Layar Ruang Tunggu A is silent now" in typed(*wish, "TV baru").stderr
    assert "TV baru is silent now" in typed(*wish, "TV lain").stderr
    elsewhere = typed(*wish[:5], "B", *wish[6:], "TV di B")
    assert "Layar Ruang Tunggu B is silent" in elsewhere.stderr
    assert "TV lain" not in elsewhere.stderr
    quiet = typed(*wish[:7], "off", "--name", "Sunyi")
    assert (quiet.exit_code, quiet.stderr) == (0, "")


def test_the_voice_says_what_it_lacks(office: Path) -> None:
    listed = typed("voice", "check").stdout
    assert "id\tBahasa Indonesia\tbundled clips\n" in listed
    assert "jv\tBasa Jawa (krama)\tbundled clips\tbelum ditinjau penutur\n" in listed
    folder = office / "voices" / "id"
    folder.mkdir(parents=True)
    (folder / "nol.wav").write_bytes(b"no sound")
    for command in (["voice", "check"], ["doctor"]):
        said = typed(*command)
        assert said.exit_code == 1
        assert f"{folder}/nol.wav is no WAV file" in said.stdout
        assert "the program's own voice says them: nomor-antrean," in said.stdout


def test_a_language_that_nobody_speaks_here_is_named(office: Path) -> None:
    file = office / "bugis.toml"
    usual = Path("queue_server/offices/kota_serang.toml").read_text()
    file.write_text(usual + '\n[calls]\nlanguages = ["id", "bug"]\n')
    assert typed("office", "apply", str(file), "--now").exit_code == 0
    assert "the office file wants calls in bug, a voice that is not here" in typed("voice", "check").stdout


def test_a_device_has_a_name_that_stands_in_one_line(office: Path) -> None:
    for name in ("", "Kios\n2"):
        assert refused("device", "add", "--kind", "kiosk", "--name", name)


def test_the_kiosks_pin_is_set_and_changed_and_has_six_to_eight_digits(office: Path) -> None:
    for digits in ("271828", "31415926"):
        assert typed("device", "pin", "--pin-stdin", stdin=f"{digits}\n").exit_code == 0
        assert passwords.matches(digits, (office / "kiosk-pin").read_text())
    for wrong in ("12345", "123456789", "27182٨", "", b"\xff" * 6):
        assert "6 to 8 digits" in refused("device", "pin", "--pin-stdin", stdin=wrong)
    assert passwords.matches("31415926", (office / "kiosk-pin").read_text())


@pytest.mark.parametrize("printer", ["usb:/dev/usb/lp0", "cups:Kios_1?qr=raster", "tcp://10.0.0.7?qr=raster"])
def test_a_kiosk_is_made_with_any_printer_that_there_is(office: Path, printer: str) -> None:
    assert typed("device", "add", "--kind", "kiosk", "--name", "Kios 9", "--printer", printer).exit_code == 0
    assert printer in typed("device", "list").stdout


def test_a_printer_that_there_is_not_is_refused_with_a_sentence(office: Path) -> None:
    said = refused("device", "add", "--kind", "kiosk", "--name", "Kios 9", "--printer", "lpt1")
    assert "The printer lpt1 is not understood" in said


def test_no_reason_controls_a_terminal_or_a_printer(office: Path) -> None:
    assert refused("stock", "spoil", "KTP", "1", "--reason", "rusak\x1b[2J")
