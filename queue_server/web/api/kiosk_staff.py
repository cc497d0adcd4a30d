"""What staff do at a kiosk itself, each with the office's PIN: nothing is left open behind them."""

from __future__ import annotations

from dataclasses import asdict

from flask import Response, request

from printables import escpos, printers
from printables.slip import Trial
from queue_server.domain import calendar
from queue_server.operations import auth
from queue_server.storage.people import Device
from queue_server.web import pin
from queue_server.web.api.models import Nothing, Pin, Printed
from queue_server.web.api.routes import Api, answer, answers
from queue_server.web.guards import device
from queue_server.web.house import house
from queue_server.web.language import office_name
from queue_server.web.session import current, device_cookie, take_cookie

api = Api("api_kiosk_staff")


@api.post("/device/pin", responses=answers(Nothing))
@device("kiosk")
def check_pin(body: Pin) -> Response:
    """Whether this is the office's PIN."""
    pin.require(body.pin)
    return answer({})


@api.post("/device/test-print", responses=answers(Printed))
@device("kiosk")
def test_print(body: Pin) -> Response:
    """A slip without a number, out of this kiosk's printer, after the printer's answer or 5 s."""
    pin.require(body.pin)
    catalogue, now = house().catalogue(), house().clock()
    clock, address = calendar.clock(catalogue, now), house().settings.public_url or None
    view = Trial(office_name(catalogue), current().name, clock, catalogue.zone, address)
    setting, paper = kiosk().printer, kiosk().paper
    data = house().aside(escpos.trial, view, paper, printers.draws_qr(setting))
    result = house().printers.print(setting, data)
    return answer({"printed": result.printed, "why": result.why})


@api.post("/device/unpair", responses=answers(Nothing))
@device("kiosk")
def unpair(body: Pin) -> Response:
    """This kiosk is refused from now on, and its browser forgets its token."""
    pin.require(body.pin)
    with house().devices:
        house().do(auth.revoke_device, actor=current().id, row=asdict(kiosk()))
    house().door.forget(request.cookies.get(device_cookie("kiosk"), ""))
    response = answer({})
    take_cookie(response, device_cookie("kiosk"))
    return response


def kiosk() -> Device:
    found = current().device
    if found is None:
        raise ValueError("the guard lets kiosks alone pass")
    return found
