"""Events and rows as text, and back.

An event is stored with its type and version. A field that was added with a default is simply absent in older
entries; a change of meaning is a new `VERSION` of the event's class and one step in `UPCASTS`.
`tests/storage/golden` holds every event as it was ever written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any

from queue_server.domain.counters import Action
from queue_server.domain.events import EVENTS, Event
from queue_server.domain.office import TABLES

Payload = dict[str, Any]

# (type, version) -> what makes a payload of that version one of the next.
UPCASTS: dict[tuple[str, int], Callable[[Payload], Payload]] = {}

dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class UnknownEvent(Exception):
    """The journal holds an entry that this version of Antrean cannot read; nothing is guessed."""


def names_of(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def values_getter(names: Sequence[str]) -> Callable[[Any], tuple[Any, ...]]:
    """`dataclasses.asdict` copies everything and costs ten times as much."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda row: (getattr(row, names[0]),)


# -- events ----------------------------------------------------------------------------------------------------------

FIELDS = {kind: (names_of(kind), values_getter(names_of(kind))) for kind in EVENTS.values()}


def encode(event: Event) -> tuple[str, int, str]:
    """Type, version and payload (JSON) of an event."""
    kind = type(event)
    names, values = FIELDS[kind]
    return kind.__name__, kind.VERSION, dumps(dict(zip(names, values(event), strict=True)))


def decode(
    type_name: str,
    version: int,
    payload: str,
    upcasts: Mapping[tuple[str, int], Callable[[Payload], Payload]] = UPCASTS,
) -> Event:
    """The event of a journal entry of any age. Raises `UnknownEvent`."""
    kind = EVENTS.get(type_name)
    if kind is None or not 1 <= version <= kind.VERSION:
        raise UnknownEvent(f"unknown event {type_name} version {version}")
    content = json.loads(payload)
    try:
        for older in range(version, kind.VERSION):
            content = upcasts[type_name, older](content)
        return kind(**content)
    except (KeyError, TypeError) as failure:
        raise UnknownEvent(f"cannot read {type_name} version {version}: {failure}") from failure


# -- rows of the projections -----------------------------------------------------------------------------------------


def actions_to_json(actions: Iterable[Action]) -> str:
    return dumps([[a.name, a.ticket_id, a.at, a.seq, a.before, a.streak, a.stock] for a in actions])


def actions_from_json(text: str) -> tuple[Action, ...]:
    return tuple(
        Action(name, ticket_id, at, seq, before, streak, tuple(tuple(move) for move in stock))
        for name, ticket_id, at, seq, before, streak, stock in json.loads(text)
    )


def numbers_from_json(text: str) -> tuple[int, ...]:
    return tuple(json.loads(text))


# (table, column) -> how its value becomes text and comes back.
JSON_COLUMNS: dict[tuple[str, str], tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    ("counters", "actions"): (actions_to_json, actions_from_json),
    ("paces", "seconds"): (dumps, numbers_from_json),
    ("item_uses", "days"): (dumps, numbers_from_json),
}


class RowCodec:
    """Turns the rows of one projection into column values and back; `names` are its columns without the site."""

    def __init__(self, table: str, kind: type[Any]) -> None:
        self.kind = kind
        self.names = names_of(kind)
        self.key = tuple(kind.KEY)
        self._values = values_getter(self.names)
        columns = ((name, JSON_COLUMNS.get((table, name))) for name in self.names)
        self._json = [(self.names.index(name), *ways) for name, ways in columns if ways]

    def values(self, row: Any) -> dict[str, Any]:
        values = dict(zip(self.names, self._values(row), strict=True))
        for position, to_text, _ in self._json:
            values[self.names[position]] = to_text(values[self.names[position]])
        return values

    def row(self, values: Sequence[Any]) -> Any:
        """A row of the values in the order of `names`."""
        if self._json:
            values = list(values)
            for position, _, from_text in self._json:
                values[position] = from_text(values[position])
        return self.kind(*values)

    def key_values(self, key: Any) -> dict[str, Any]:
        """The key as `Office.rows` has it, as column values."""
        return dict(zip(self.key, key if len(self.key) > 1 else (key,), strict=True))


ROWS = {table: RowCodec(table, kind) for table, kind in TABLES.items()}
