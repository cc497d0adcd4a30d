"""What starts the server and its screens with their machines: units of systemd and a script, for this office."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

PAGES = {"kiosk": "/kiosk", "tv": "/display/{hall}"}
HIDDEN = ("/home", "/root", "/tmp", "/var/tmp")  # from the server's unit: ProtectHome, PrivateTmp


class CannotDeployError(Exception):
    """One sentence for whoever typed the command."""


def screen_files(kind: str, origin: str, hall: str | None) -> dict[str, str]:
    """By name: the script, its unit and what starts it at sign-in, for a `kiosk` or a `tv`."""
    if kind == "tv" and not re.fullmatch("[A-Za-z0-9-]+", hall or ""):
        raise CannotDeployError("a TV shows one hall: --hall A, or --hall semua for all of them")
    values = {"KIND": kind, "ORIGIN": origin, "PAGE": origin + PAGES[kind].format(hall=hall)}
    return {f"antrean-{kind}.{ending}": filled(f"screen.{ending}", values) for ending in ("sh", "service", "desktop")}


def server_files(origin: str, user: str, data_dir: Path, program: Path) -> dict[str, str]:
    if not re.fullmatch("[a-z_][a-z0-9_-]*", user):
        raise CannotDeployError(f"{user} is no name of a user of this machine")
    for path in (data_dir, program):
        if any(path.is_relative_to(place) for place in HIDDEN):
            raise CannotDeployError(f"the unit would not see {path}: put it under /opt or /var/lib")
        if re.search(r"[\s%\"'\\]", str(path)):
            raise CannotDeployError(f"systemd would not understand {path}: choose a path without spaces or signs")
    values = {"USER": user, "ORIGIN": origin, "DATA_DIR": str(data_dir), "PROGRAM": str(program)}
    return {"antrean-server.service": filled("server.service", values)}


def filled(template: str, values: dict[str, str]) -> str:
    text = (resources.files("queue_server.deploy") / template).read_text(encoding="utf-8")
    return re.sub(r"@([A-Z_]+)@", lambda place: values[place[1]], text)


def write(files: dict[str, str], folder: Path) -> None:
    """Over what an earlier run wrote. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
        (folder / name).chmod(0o755 if name.endswith(".sh") else 0o644)
