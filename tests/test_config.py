"""Settings: from the environment or the file, and never silently ignored."""

from pathlib import Path

import pytest

from queue_server import config
from queue_server.config import Settings, SettingsError

KEY = "0123456789abcdef" * 4


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANTREAN_DATA_DIR", str(tmp_path))
    return tmp_path


def write(data_dir: Path, text: str) -> None:
    (data_dir / "antrean.toml").write_text(text)


def test_an_office_that_sets_nothing_has_its_database_in_the_data_directory(data_dir: Path) -> None:
    settings = config.load()
    assert settings.database_url == f"sqlite:///{data_dir}/antrean.db"
    assert (settings.host, settings.port, settings.wifi_name) == ("0.0.0.0", 8080, "")


def test_there_is_no_default_secret_key() -> None:
    assert config.load().secret_key == ""


def test_init_leaves_a_key_that_its_owner_alone_can_read(data_dir: Path) -> None:
    config.write(data_dir / "antrean.toml")
    assert (data_dir / "antrean.toml").stat().st_mode & 0o777 == 0o600
    first = config.load().secret_key
    assert len(first) == 64
    with pytest.raises(FileExistsError):
        config.write(data_dir / "antrean.toml")
    assert config.load().secret_key == first


def test_two_offices_never_have_the_same_key(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        config.write(tmp_path / name)
    assert (tmp_path / "a.toml").read_text() != (tmp_path / "b.toml").read_text()


def test_the_file_is_read_and_the_environment_goes_before_it(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(data_dir, f'port = 9000\nwifi_name = "Antrean"\nsecret_key = "{KEY}"\n')
    monkeypatch.setenv("ANTREAN_PORT", "9100")
    settings = config.load()
    assert (settings.port, settings.wifi_name, settings.secret_key) == (9100, "Antrean", KEY)


def test_an_unknown_variable_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREAN_PRT", "9000")
    with pytest.raises(SettingsError, match=r"^ANTREAN_PRT is not a setting; known are ANTREAN_DATABASE_URL, "):
        config.load()


def test_a_variable_in_the_wrong_case_is_unknown_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("antrean_port", "9000")
    with pytest.raises(SettingsError, match="^antrean_port is not a setting"):
        config.load()


def test_an_unknown_key_in_the_file_stops_the_start(data_dir: Path) -> None:
    write(data_dir, "prot = 9000\n")
    with pytest.raises(SettingsError, match=rf"^prot in {data_dir}/antrean.toml is not a setting"):
        config.load()


def test_a_file_that_is_no_toml_stops_the_start(data_dir: Path) -> None:
    write(data_dir, "port 9000\n")
    with pytest.raises(SettingsError, match="antrean.toml cannot be read: "):
        config.load()


def test_the_file_cannot_say_where_it_stands(data_dir: Path) -> None:
    write(data_dir, 'data_dir = "elsewhere"\n')
    with pytest.raises(SettingsError, match="set ANTREAN_DATA_DIR"):
        config.load()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "70000"),
        ("HOST", ""),
        ("DATABASE_URL", "mysql://localhost/antrean"),
        ("SECRET_KEY", "secret"),
        ("SITE", "kota serang"),
        ("PUBLIC_URL", "antrean.example"),
        ("PUBLIC_URL", "http://antrean.example/queue"),
        ("WIFI_NAME", "x" * 33),
    ],
)
def test_a_malformed_value_stops_the_start_and_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"ANTREAN_{name}", value)
    with pytest.raises(SettingsError, match=rf"^ANTREAN_{name} is malformed: .+"):
        config.load()


def test_a_malformed_secret_key_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREAN_SECRET_KEY", "hunter2")
    with pytest.raises(SettingsError) as refused:
        config.load()
    assert "hunter2" not in str(refused.value)


def test_a_qr_never_points_to_localhost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREAN_HOST", "127.0.0.1")
    assert config.load().public_url == ""


def test_a_qr_points_to_the_address_that_the_server_listens_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREAN_HOST", "192.168.1.20")
    monkeypatch.setenv("ANTREAN_PORT", "9000")
    assert config.load().public_url == "http://192.168.1.20:9000"


def test_an_office_may_leave_the_qr_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTREAN_HOST", "192.168.1.20")
    monkeypatch.setenv("ANTREAN_PUBLIC_URL", "")
    assert config.load().public_url == ""


def test_a_relative_data_directory_belongs_to_where_the_server_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANTREAN_DATA_DIR", "office")
    settings: Settings = config.load()
    assert settings.data_dir == tmp_path / "office"
    assert settings.file == tmp_path / "office" / "antrean.toml"
