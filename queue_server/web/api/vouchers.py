"""Another day instead of a number: given, looked at, printed, given back."""

from __future__ import annotations

from typing import Any

from flask import Response

from printables import pdf
from queue_server.domain.views import VoucherView, as_json
from queue_server.operations import vouchers
from queue_server.web.api.models import NewVoucher, OfVoucher, Printed, Voucher, VoucherCancelled
from queue_server.web.api.niks import mark_of
from queue_server.web.api.routes import PREFIX, Api, answer, answers, do
from queue_server.web.api.slips import escpos_of, once_for_each_key, put_on_paper
from queue_server.web.guards import KIOSK_OR_DESK, device_or_staff, ticket_holder_or_staff
from queue_server.web.house import house, new_code, new_token
from queue_server.web.language import language
from queue_server.web.media import BYTES_TYPE, PDF_TYPE
from queue_server.web.session import current

api = Api("api_vouchers")


@api.post("/vouchers", responses=answers(Voucher, 201))
@device_or_staff("kiosk", roles=KIOSK_OR_DESK)
def give(body: NewVoucher) -> Response:
    """For whoever cannot have a number today: a dated voucher, or a place on the waiting list."""
    caller = current()
    given = do(
        vouchers.give_voucher,
        said=body,
        code=new_code(),
        token=new_token(),
        service=body.service,
        cards=body.cards,
        priority=body.priority,
        channel=body.channel or ("kiosk" if caller.kind == "device" else "desk"),
        language=body.language,
        nik=mark_of(body),
        unattended=caller.kind == "device",
    )
    return answer(with_addresses(read(given["code"])), 201)


@api.get("/vouchers/<code>", responses=answers(Voucher))
@device_or_staff("kiosk")
def show(path: OfVoucher) -> Response:
    """Its day and place in order, or its position on the waiting list."""
    return answer(with_addresses(read(path.code)))


def read(code: str) -> VoucherView:
    return house().queries.voucher(code.lower(), language(), house().clock())


def with_addresses(view: VoucherView) -> dict[str, Any]:
    address, slip = house().settings.public_url, f"{PREFIX}/vouchers/{view.code}/slip"
    page = f"{address}/t/{view.token}" if address and view.token else None
    return {**as_json(view), "track_url": page, "slip": {"pdf": f"{slip}.pdf", "escpos": f"{slip}.escpos"}}


@api.post("/vouchers/<code>/cancel", responses=answers(VoucherCancelled))
@ticket_holder_or_staff(*KIOSK_OR_DESK)
def cancel(path: OfVoucher) -> Response:
    """Give it back: what was set aside for it is the next one's."""
    caller, code = current(), path.code.lower()
    token = caller.token if caller.kind == "holder" else None
    cancelled = do(vouchers.cancel_voucher, vouchers=(code,), code=code, token=token)
    return answer({"code": code, "state": cancelled["state"]})


# -- on paper ----------------------------------------------------------------------------------------------------------


@api.get("/vouchers/<code>/slip.pdf", responses=answers(PDF_TYPE))
@device_or_staff("kiosk")
def slip_pdf(path: OfVoucher) -> Response:
    """The slip as a PDF of one page."""
    view = house().queries.voucher_slip(path.code.lower(), house().clock())
    return Response(house().aside(pdf.slip, view), content_type=PDF_TYPE)


@api.get("/vouchers/<code>/slip.escpos", responses=answers(BYTES_TYPE))
@device_or_staff("kiosk")
def slip_escpos(path: OfVoucher) -> Response:
    """The slip as a receipt printer takes it, as wide as the device's paper."""
    view = house().queries.voucher_slip(path.code.lower(), house().clock())
    return Response(escpos_of(view, current().device), content_type=BYTES_TYPE)


@api.post("/vouchers/<code>/print", responses=answers(Printed))
@device_or_staff("kiosk", roles=KIOSK_OR_DESK)
def print_slip(path: OfVoucher) -> Response:
    """Print the slip, after the printer's answer or 5 s; paper out costs nobody the place."""
    code = path.code.lower()

    def put() -> dict[str, object]:
        view = house().queries.voucher_slip(code, house().clock())
        return put_on_paper(view, vouchers.print_failed, vouchers=(code,), code=code)

    return answer(once_for_each_key(put))
