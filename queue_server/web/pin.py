"""The office's PIN, which opens the settings of its kiosks: its hash in a file of the data directory.

A file of its own, because `antrean device pin` changes it while the server runs, and nothing else depends on it.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from queue_server.domain.errors import NotAllowed, NotFound
from queue_server.web import passwords
from queue_server.web.guards import hold_back
from queue_server.web.house import house
from queue_server.web.session import current

FILE_NAME = "kiosk-pin"
DIGITS = re.compile(r"[0-9]{6,8}")


def keep(data_dir: Path, pin: str) -> None:
    """From now on this is the PIN; `pin` matches `DIGITS`. Readable by the server's account alone."""
    fresh = data_dir / f"{FILE_NAME}.new"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as output:
        output.write(passwords.hashed(pin))
    fresh.replace(data_dir / FILE_NAME)


def kept(data_dir: Path) -> str | None:
    """The hash, or None where no PIN was ever set."""
    try:
        return (data_dir / FILE_NAME).read_text()
    except FileNotFoundError:
        return None


def require(pin: str) -> None:
    """The kiosk that asks was told the PIN. Raises `NotFound` (none is set), `NotAllowed`, `TooManyRequests`."""
    limit, kiosk = house().limits.wrong_pin, current().id
    hold_back(limit, kiosk)
    limit.count(kiosk)  # before it is looked at, or a crowd of guesses would all pass meanwhile
    pin_hash = house().aside(kept, house().settings.data_dir)
    if pin_hash is None:
        raise NotFound("no_pin")
    if not house().hashing(passwords.matches, pin, pin_hash):
        raise NotAllowed("wrong_pin")
    limit.take_back(kiosk)
