"""Recording devices and card printers: what is broken, and the services that stop and go on with it."""

from __future__ import annotations

from typing import Any

from queue_server.domain import equipment, events
from queue_server.domain.equipment import BROKEN, LACKING, RETIRED, WORKS, Equipment
from queue_server.domain.errors import Invalid, NotFound, WrongState
from queue_server.domain.fold import record
from queue_server.domain.office import Office
from queue_server.operations.auth import require_name


def register(office: Office, *, equipment_id: str, kind: str, name: str, place: str = "") -> dict[str, Any]:
    """Raises `Invalid`."""
    if kind not in equipment.KINDS:
        raise Invalid("unknown_kind", kind=kind)
    require_name(name)
    record(office, events.EquipmentRegistered(equipment_id, kind, name, place))
    return after(office, equipment_id)


def break_down(office: Office, *, equipment_id: str, reason: str) -> dict[str, Any]:
    """It is broken; what needs its kind stops when no other works. Raises `Invalid`, `NotFound`, `WrongState`."""
    if not reason.strip():
        raise Invalid("reason_needed")
    require_state(office, equipment_id, WORKS)
    record(office, events.EquipmentBroken(equipment_id, reason))
    return after(office, equipment_id)


def repair(office: Office, *, equipment_id: str) -> dict[str, Any]:
    """It works again, and so do the services that it alone had stopped. Raises `NotFound`, `WrongState`."""
    require_state(office, equipment_id, BROKEN)
    record(office, events.EquipmentRepaired(equipment_id))
    return after(office, equipment_id)


def retire(office: Office, *, equipment_id: str) -> dict[str, Any]:
    """It leaves the register. Raises `NotFound`, `WrongState`."""
    require_state(office, equipment_id, WORKS, BROKEN)
    record(office, events.EquipmentRetired(equipment_id))
    return after(office, equipment_id)


def require_state(office: Office, equipment_id: str, *states: str) -> None:
    device: Equipment | None = office.rows["equipment"].get(equipment_id)
    if device is None or device.state == RETIRED:
        raise NotFound("equipment")
    if device.state not in states:
        raise WrongState("equipment_state", name=device.name)


def after(office: Office, equipment_id: str) -> dict[str, Any]:
    """What has become of it, and which services stopped or go on because of it."""
    device: Equipment = office.rows["equipment"][equipment_id]
    stopped, resumed = settle(office)
    return {"equipment_id": equipment_id, "state": device.state, "stopped": stopped, "resumed": resumed}


def settle(office: Office) -> tuple[list[str], list[str]]:
    """Suspend what cannot be done, resume what can be again; what a supervisor has suspended stays as it is.

    After this, for every service: a suspension of its own making stands if and only if the service needs a kind of
    which none works, and no supervisor has suspended it. Returns the codes stopped and resumed.
    """
    stopped, resumed = [], []
    for code in dict.fromkeys([*office.catalogue.services, *office.rows["suspensions"]]):
        suspension = office.rows["suspensions"].get(code)
        lacks = lacking_now(office, code)
        if suspension and suspension.equipment and suspension.equipment != lacks:
            record(office, events.ServiceResumed(code))
            suspension = None
            if not lacks:
                resumed.append(code)
        if lacks and suspension is None:
            record(office, events.ServiceSuspended(code, LACKING[lacks].id, lacks))
            stopped.append(code)
    return stopped, resumed


def lacking_now(office: Office, code: str) -> str:
    """The kind that a service needs and of which none works; empty for a service that the office no longer has."""
    service = office.catalogue.services.get(code)
    return equipment.lacking(service, office.rows["equipment"].values()) if service else ""
