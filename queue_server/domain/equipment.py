"""The register of what makes a card: recording devices and card printers, and which services stop without them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from queue_server.domain.catalogue import Service, Words

RECORDER, CARD_PRINTER = KINDS = ("recorder", "card_printer")
WORKS, BROKEN, RETIRED = "works", "broken", "retired"
LACKING = {
    RECORDER: Words("Alat rekam rusak", "The recording device is broken"),
    CARD_PRINTER: Words("Pencetak kartu rusak", "The card printer is broken"),
}


@dataclass(frozen=True, slots=True)
class Equipment:
    """One device, by its place; `reason` says why it is broken, `since` (epoch ms) when its state last changed."""

    KEY: ClassVar[tuple[str, ...]] = ("equipment_id",)

    equipment_id: str
    kind: str  # one of `KINDS`
    name: str
    place: str
    state: str = WORKS
    reason: str = ""
    since: int = 0


def lacking(service: Service, register: Iterable[Equipment]) -> str:
    """The kind of device that the service needs and of which none works; empty while it can be done.

    A kind of which nothing is registered stops nobody: the office does not keep that register.
    Source: `docs/field.md#equipment`.
    """
    states: dict[str, set[str]] = {}
    for device in register:
        states.setdefault(device.kind, set()).add(device.state)
    stopped = (kind for kind in service.needs if (found := states.get(kind, set()) - {RETIRED}) and WORKS not in found)
    return next(stopped, "")
