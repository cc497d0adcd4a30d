"""Every fact ever written can be read for ever: `golden` holds each event type and version as it was written."""

import json
from pathlib import Path
from typing import Any

import pytest

from queue_server.domain.counters import Action, CounterState
from queue_server.domain.days import Pace
from queue_server.domain.events import EVENTS, ServiceResumed
from queue_server.storage.codec import FIELDS, ROWS, UnknownEvent, decode, encode

GOLDEN = {path.stem: json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "golden").glob("*.json"))}


@pytest.mark.parametrize("name", GOLDEN)
def test_an_entry_of_any_age_is_read(name: str) -> None:
    entry = GOLDEN[name]
    assert name == f"{entry['type']}.{entry['version']}"
    for payload in entry["examples"]:
        event = decode(entry["type"], entry["version"], json.dumps(payload))
        assert type(event) is EVENTS[entry["type"]]
        if entry["version"] == event.VERSION:
            assert {key: getattr(event, key) for key in payload} == payload


@pytest.mark.parametrize("type_name", EVENTS)
def test_an_event_is_written_as_its_newest_golden_file_says(type_name: str) -> None:
    kind = EVENTS[type_name]
    golden = GOLDEN.get(f"{type_name}.{kind.VERSION}")
    assert golden, f"{type_name} version {kind.VERSION} has no golden file"
    newest = golden["examples"][-1]  # after a new field: add an example with it, keep the ones without
    assert list(newest) == list(FIELDS[kind][0])
    event = decode(type_name, kind.VERSION, json.dumps(newest))
    name, version, payload = encode(event)
    assert (name, version, json.loads(payload)) == (type_name, kind.VERSION, newest)


def test_an_entry_from_a_newer_antrean_is_refused_by_name() -> None:
    with pytest.raises(UnknownEvent, match="TicketSold version 1"):
        decode("TicketSold", 1, "{}")
    with pytest.raises(UnknownEvent, match="TicketIssued version 99"):
        decode("TicketIssued", 99, "{}")


@pytest.mark.parametrize("payload", ["{}", '{"service": "IKD", "reason": "", "colour": "red"}'])
def test_an_entry_with_missing_or_strange_fields_is_refused(payload: str) -> None:
    with pytest.raises(UnknownEvent, match="ServiceResumed"):
        decode("ServiceResumed", 1, payload)


def test_an_old_meaning_is_lifted_step_by_step_to_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def second(old: dict[str, Any]) -> dict[str, Any]:
        return {"service": old["name"], "why": old["why"]}

    def third(old: dict[str, Any]) -> dict[str, Any]:
        return {"service": old["service"], "reason": old["why"].lower()}

    monkeypatch.setattr(ServiceResumed, "VERSION", 3)
    upcasts = {("ServiceResumed", 1): second, ("ServiceResumed", 2): third}
    assert decode("ServiceResumed", 1, '{"name": "IKD", "why": "JARINGAN"}', upcasts) == ServiceResumed(
        "IKD", "jaringan"
    )
    assert decode("ServiceResumed", 2, '{"service": "IKD", "why": "ADA"}', upcasts) == ServiceResumed("IKD", "ada")
    with pytest.raises(UnknownEvent, match="version 1"):
        decode("ServiceResumed", 1, "{}", {})


def test_a_counter_keeps_what_it_may_take_back() -> None:
    done = Action(
        "finish",
        "t" * 32,
        1,
        2,
        {"state": "serving", "counter": 3},
        1,
        (("use", "KTP", 1, 1, "KTP-CETAK", 3, "on_site", "store"),),
    )
    state = CounterState(3, "open", "clerk", 5, "", None, 1, (done, done))
    codec = ROWS["counters"]
    assert codec.row(list(codec.values(state).values())) == state


def test_a_pace_keeps_its_seconds() -> None:
    codec = ROWS["paces"]
    pace = Pace("2026-11-23", "IKD", (180, 240))
    assert codec.row(list(codec.values(pace).values())) == pace
