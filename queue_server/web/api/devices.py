"""Kiosks and displays, from the code on a screen to being revoked; and the register of recorders and card printers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Response, request

from queue_server.domain.errors import NotFound
from queue_server.operations import auth, equipment
from queue_server.storage import people
from queue_server.web.api.models import (
    Because,
    ChangedDevice,
    DeviceAfter,
    DeviceRevoked,
    Devices,
    EquipmentAfter,
    EquipmentRegister,
    NewDevice,
    NewEquipment,
    NewPairing,
    OfDevice,
    OfEquipment,
    PairingState,
    WaitingScreen,
)
from queue_server.web.api.routes import Api, answer, answers, do
from queue_server.web.attendance import VERSION
from queue_server.web.devices import all_devices, device_of, new_pairing_code, require_printer, rows, views
from queue_server.web.guards import AUDITOR, MANAGERS, hold_back, hold_back_strangers, public, staff
from queue_server.web.house import house, new_token
from queue_server.web.session import current, home_of_device, pair_browser, token_hash

api = Api("api_devices")


# -- a screen that waits ------------------------------------------------------------------------------------------


@api.post("/pairings", responses=answers(NewPairing, 201))
@public
def begin_pairing() -> Response:
    """A code for a screen to show, good for 10 minutes and for one device."""
    limit, address = house().limits.pairings, request.remote_addr or ""
    hold_back(limit, address)
    limit.count(address)
    secret, code = new_token(), new_pairing_code()
    waiting = house().do(auth.begin_pairing, actor="pairing", code=code, token_hash=token_hash(secret))
    return answer({**waiting, "secret": secret}, 201)


@api.post("/pairings/session", responses=answers(PairingState))
@public
def look_after_pairing(body: WaitingScreen) -> Response:
    """Whether somebody has typed the code: then this browser is the device from now on."""
    hold_back_strangers()  # a screen asks twenty times a minute
    door = house().door
    if caller := door.device(body.secret):
        response = answer({"state": "paired", "home": home_of_device(caller, house().first_hall())})
        pair_browser(response, caller, body.secret)
        return response
    waiting = house().aside(people.pairing_of, door.database, door.site, token_hash(body.secret))
    waits = waiting is not None and waiting.expires_at > house().clock()
    return answer({"state": "waiting" if waits else "expired", "home": None})


# -- devices ------------------------------------------------------------------------------------------------------


@api.get("/devices", responses=answers(Devices))
@staff(*MANAGERS)
def devices() -> Response:
    """Every kiosk and display that is not revoked: when it was last here, its page's version, its printer."""
    return answer({"devices": views(), "version": VERSION})


@api.post("/devices", responses=answers(DeviceAfter, 201))
@staff(*MANAGERS)
def pair_device(body: NewDevice) -> Response:
    """The screen that shows this code becomes a device; the code is used up."""
    limit, who = house().limits.wrong_codes, current().id
    hold_back(limit, who)
    require_printer(body.printer)
    code = "".join(letter for letter in body.code.upper() if letter.isalnum())
    door = house().door
    waiting = house().aside(people.pairing_by_code, door.database, door.site, code)
    if waiting is None:
        limit.count(who)
        raise NotFound("pairing_code")
    with house().devices:
        made = do(
            auth.pair_device,
            said=body,
            pairing=asdict(waiting),
            others=rows(all_devices()),
            device_id=new_token()[:12],
            **body.model_dump(exclude={"code"}),
        )
    return answer({"device_id": made["device_id"], "silenced": made["silenced"]}, 201)


@api.post("/devices/<id>", responses=answers(DeviceAfter))
@staff(*MANAGERS)
def change_device(path: OfDevice, body: ChangedDevice) -> Response:
    """Rename it, or give it another hall, printer, paper or sound. Of the displays of a hall one is heard."""
    changes = changed(body)
    with house().devices:
        device = device_of(path.id)
        require_printer(changes.get("printer", device.printer), device.printer)
        return answer(do(auth.change_device, said=body, row=asdict(device), others=rows(all_devices()), **changes))


def changed(body: ChangedDevice) -> dict[str, Any]:
    """Null is a value for the hall alone."""
    said = body.model_dump(exclude_unset=True)
    return {name: value for name, value in said.items() if value is not None or name == "hall"}


@api.post("/devices/<id>/revoke", responses=answers(DeviceRevoked))
@staff(*MANAGERS)
def revoke_device(path: OfDevice) -> Response:
    """From the next second on it is a stranger."""
    with house().devices:
        return answer(do(auth.revoke_device, row=asdict(device_of(path.id))))


# -- what makes a card --------------------------------------------------------------------------------------------


@api.get("/equipment", responses=answers(EquipmentRegister))
@staff(*MANAGERS, AUDITOR)
def register() -> Response:
    """Recording devices and card printers: where they stand, and what is broken since when."""
    return answer({"equipment": house().queries.equipment()})


@api.post("/equipment", responses=answers(EquipmentAfter, 201))
@staff(*MANAGERS)
def add_equipment(body: NewEquipment) -> Response:
    """Enter a recording device or a card printer; it works."""
    return answer(do(equipment.register, said=body, equipment_id=new_token()[:12], **body.model_dump()), 201)


@api.post("/equipment/<id>/broken", responses=answers(EquipmentAfter))
@staff(*MANAGERS)
def break_equipment(path: OfEquipment, body: Because) -> Response:
    """It is broken. What cannot be done without it is suspended, when no other of its kind works."""
    return answer(do(equipment.break_down, said=body, equipment_id=path.id, reason=body.reason))


@api.post("/equipment/<id>/repaired", responses=answers(EquipmentAfter))
@staff(*MANAGERS)
def repair_equipment(path: OfEquipment) -> Response:
    """It works again, and so does what it alone had stopped; what a supervisor has suspended stays suspended."""
    return answer(do(equipment.repair, equipment_id=path.id))


@api.post("/equipment/<id>/retire", responses=answers(EquipmentAfter))
@staff(*MANAGERS)
def retire_equipment(path: OfEquipment) -> Response:
    """It is gone for good."""
    return answer(do(equipment.retire, equipment_id=path.id))
