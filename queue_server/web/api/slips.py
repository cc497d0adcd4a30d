"""The slip of a ticket: as a file, and out of a printer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from printables import escpos, pdf, printers
from printables.printers import NO_PRINTER
from queue_server.domain.errors import Conflict
from queue_server.domain.views import SlipView
from queue_server.operations import ticketing
from queue_server.storage import people
from queue_server.storage.people import Device
from queue_server.web.api.models import Because, OfTicket, Printed
from queue_server.web.api.routes import Api, answer, answers, do, once
from queue_server.web.guards import KIOSK_OR_DESK, device_or_staff
from queue_server.web.house import Printing, house
from queue_server.web.media import BYTES_TYPE, PDF_TYPE
from queue_server.web.session import current

WIDE = 80  # mm: the paper of a slip that nobody has said a width for
ANSWERS_KEPT = 1000

api = Api("api_slips")


@api.get("/tickets/<id>/slip.pdf", responses=answers(PDF_TYPE))
@device_or_staff("kiosk")
def slip_pdf(path: OfTicket) -> Response:
    """The slip as a PDF of one page."""
    view = house().queries.slip(path.id, house().clock())
    return Response(house().aside(pdf.slip, view), content_type=PDF_TYPE)


@api.get("/tickets/<id>/slip.escpos", responses=answers(BYTES_TYPE))
@device_or_staff("kiosk")
def slip_escpos(path: OfTicket) -> Response:
    """The slip as a receipt printer takes it, as wide as the device's paper."""
    view = house().queries.slip(path.id, house().clock())
    return Response(escpos_of(view, current().device), content_type=BYTES_TYPE)


def escpos_of(view: SlipView, device: Device | None) -> bytes:
    """As the device's printer takes it; for whoever has none on wide paper."""
    paper, draws_qr = (device.paper, printers.draws_qr(device.printer)) if device else (WIDE, True)
    return house().aside(escpos.slip, view, paper, draws_qr)


@api.post("/tickets/<id>/print", responses=answers(Printed))
@device_or_staff("kiosk", roles=KIOSK_OR_DESK)
def print_slip(path: OfTicket) -> Response:
    """Print the slip, after the printer's answer or 5 s; paper out costs nobody the place."""
    return answer(printed_once(path.id, reprint=False))


@api.post("/tickets/<id>/reprint", responses=answers(Printed))
@device_or_staff("kiosk", roles=KIOSK_OR_DESK)
def reprint_slip(path: OfTicket, body: Because) -> Response:
    """Print another slip of the same number, marked as such; the audit keeps the reason."""
    do(ticketing.reprint, said=body, tickets=(path.id,), ticket_id=path.id, reason=body.reason)
    return answer(printed_once(path.id, reprint=True))


def printed_once(ticket_id: str, reprint: bool) -> dict[str, object]:
    def put() -> dict[str, object]:
        view = house().queries.slip(ticket_id, house().clock(), reprint)
        return put_on_paper(view, ticketing.print_failed, tickets=(ticket_id,), ticket_id=ticket_id)

    return once_for_each_key(put)


def once_for_each_key(put: Callable[[], dict[str, object]]) -> dict[str, object]:
    """The same key again is answered as the first time: a slip is on paper, and no commit could take it back.

    Who asks while it is still printing waits for the same answer. Raises `Conflict`: the key stands for another slip.
    """
    asked = once(None)
    if asked is None:
        return put()
    kept, mine = house().printed, Printing(asked.fingerprint)
    known = kept.setdefault((asked.caller, asked.key), mine)
    if known.fingerprint != asked.fingerprint:
        raise Conflict("key_reused")
    if known is mine:
        try:
            mine.answer.set_result(put())
        except Exception as failure:
            del kept[asked.caller, asked.key]  # nothing was answered: the next try is a first one
            mine.answer.set_exception(failure)
            raise
        if len(kept) > ANSWERS_KEPT:
            del kept[next(iter(kept))]
    return known.answer.result()


def put_on_paper(view: SlipView, failed: Callable[..., None], **whose: Any) -> dict[str, object]:
    """Print a slip; `failed` is the operation that tells a supervisor when it does not come out."""
    device = printer_of()
    if device is None:
        return {"printed": False, "why": NO_PRINTER}
    result = house().printers.print(device.printer, escpos_of(view, device))
    if device.printer != "none":
        house().attendance.note_printing(device.device_id, result.why, house().clock())
    if not result.printed and result.why != NO_PRINTER:
        house().do(failed, actor=current().id, device=device.device_id, why=result.why or "", **whose)
    return {"printed": result.printed, "why": result.why}


def printer_of() -> Device | None:
    """The device whose printer it is: a kiosk's own; for staff the first kiosk that has one."""
    if own := current().device:
        return own
    door = house().door
    kiosks: list[Device] = house().aside(people.all_devices, door.database, door.site)
    return next((d for d in kiosks if d.kind == "kiosk" and d.printer != "none" and not d.revoked_at), None)
