"""`docs/events.md` lists every event with exactly its fields."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

from queue_server.domain.events import EVENTS

DOCUMENT = Path(__file__).parents[1] / "docs" / "events.md"


def test_every_event_is_documented_with_its_fields() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", DOCUMENT.read_text(), re.MULTILINE)
    documented = {name: said.split(", ") for name, said in rows}
    assert documented == {name: names_of(event) for name, event in EVENTS.items()}


def names_of(event: Any) -> list[str]:
    return [field.name for field in fields(event)]
