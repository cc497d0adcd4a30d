"""The settings: from the environment, else from `antrean.toml` in the data directory, else the default.

Each stands in `docs/running.md`. One that is unknown or malformed stops the start with a sentence that names it, so
that a slip of the pen is never a setting that silently does nothing.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import socket
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "ANTREAN_"
FILE_NAME = "antrean.toml"
DEFAULT_DATA_DIR = "var"


class SettingsError(Exception):
    """A setting that nothing can start with: one sentence that names it."""


def absolute(value: Path) -> Path:
    return value.absolute()


def known_database(value: str) -> str:
    if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("it begins with sqlite:/// or postgresql+psycopg://")
    return value


def address_without_path(value: str) -> str:
    if value and not re.fullmatch(r"https?://[\w.:\[\]-]+", value):
        raise ValueError("it is http://host:port or https://host without a path, or empty")
    return value


def default_database(fields: dict[str, Any]) -> str:
    return f"sqlite:///{fields['data_dir'] / 'antrean.db'}"


def default_public_url(fields: dict[str, Any]) -> str:
    """This machine's address as phones in its network see it, never localhost: empty where there is none."""
    host = fields["host"] if fields["host"] not in ("0.0.0.0", "::") else lan_address()
    return f"http://{host}:{fields['port']}" if host and not is_loopback(host) else ""


class Settings(BaseSettings):
    """What may be set. The fields' names, upper case and with `ANTREAN_` before them, are the environment's."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data_dir: Annotated[Path, AfterValidator(absolute)]
    database_url: Annotated[str, AfterValidator(known_database)] = Field(default_factory=default_database)
    host: str = Field("0.0.0.0", min_length=1)
    port: int = Field(8080, ge=1, le=65535)
    secret_key: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    site: str = Field("HQ", pattern=r"^[A-Z0-9][A-Z0-9-]{0,15}$")
    public_url: Annotated[str, AfterValidator(address_without_path)] = Field(default_factory=default_public_url)
    wifi_name: str = Field("", max_length=32)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings  # what the file says is handed to `Settings(...)`

    @property
    def file(self) -> Path:
        return self.data_dir / FILE_NAME


def load() -> Settings:
    """The settings in force. Raises `SettingsError` for one that is unknown or malformed."""
    refuse_unknown_variables()
    file = Path(os.environ.get(f"{PREFIX}DATA_DIR") or DEFAULT_DATA_DIR).absolute() / FILE_NAME
    try:
        return Settings(**{"data_dir": file.parent, **read(file)})
    except ValidationError as error:
        raise SettingsError(sentence(error, file)) from None


def refuse_unknown_variables() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(os.environ):
        if name.upper().startswith(PREFIX) and name not in known:
            raise SettingsError(f"{name} is not a setting; known are {', '.join(sorted(known))}")


def read(file: Path) -> dict[str, Any]:
    """What `antrean.toml` says; nothing where there is none."""
    try:
        found = tomllib.loads(file.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
    if "data_dir" in found:
        raise SettingsError(f"data_dir in {file} cannot say where that file stands: set {PREFIX}DATA_DIR")
    return found


def sentence(error: ValidationError, file: Path) -> str:
    """The first fault in words: which setting, where it stands and what is wrong, never its value."""
    fault = error.errors(include_url=False, include_input=False)[0]
    name = str(fault["loc"][0])
    variable = f"{PREFIX}{name.upper()}"
    where = variable if variable in os.environ else f"{name} in {file}"
    if fault["type"] == "extra_forbidden":
        return f"{where} is not a setting; known are {', '.join(sorted(Settings.model_fields))}"
    return f"{where} is malformed: {fault['msg'].removeprefix('Value error, ')}"


def write(file: Path) -> None:
    """What `antrean init` leaves behind: a secret key that nobody else has, readable by its owner alone.

    Raises `FileExistsError` rather than replace a key that sessions depend on.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as output:
        output.write(f'secret_key = "{secrets.token_hex(32)}"\n')


def lan_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # chooses a route and sends nothing
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return address


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
