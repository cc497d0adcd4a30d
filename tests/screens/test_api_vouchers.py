"""Another day instead of a number, as kiosk, staff and phone ask for it over HTTP."""

from typing import Any

import pytest

from queue_server.operations import office as verbs
from tests.the_office import TheOffice
from tests.the_web import PUBLIC_URL, Browser, TheWeb


@pytest.fixture
def sold_out(office: TheOffice) -> TheOffice:
    """Three blanks, which are the safety stock."""
    office.enter("KTP", "count", 3)
    return office


def announce(office: TheOffice) -> None:
    said = 'code = "KTP"\nnext_delivery = 2026-11-26\ndelivery_quantity = 20\n'
    office.do(verbs.apply_office, text=office.text.replace('code = "KTP"\n', said, 1), filename="o.toml", now=True)


def ask(browser: Browser, **wishes: Any) -> Any:
    return browser.do("/vouchers", {"service": "KTP-CETAK", **wishes})


def test_sold_out_names_the_day_that_can_be_had_and_the_kiosk_takes_it(web: TheWeb, sold_out: TheOffice) -> None:
    announce(sold_out)
    kiosk = web.kiosk()
    refused = kiosk.post("/tickets", {"ticket_id": sold_out.new_id(), "service": "KTP-CETAK"})
    assert (refused.status_code, refused.json["code"]) == (409, "out_of_stock")
    first = refused.json["instead"][0]
    assert (first["kind"], first["date"]) == ("voucher", "2026-11-26")
    assert first["words"] == "Kamis, 26 November, urutan ke-1"
    voucher = ask(kiosk)
    assert (voucher["date"], voucher["rank"], voucher["awaited"], voucher["blanks"]) == ("2026-11-26", 1, 1, 0)
    assert voucher["track_url"] == f"{PUBLIC_URL}/t/{voucher['token']}"
    assert kiosk.get(f"/vouchers/{voucher['code'].upper()}").json["date"] == "2026-11-26"


def test_without_a_delivery_the_waiting_list_is_named_with_its_position(web: TheWeb, sold_out: TheOffice) -> None:
    kiosk = web.kiosk()
    ask(kiosk)
    refused = kiosk.post("/tickets", {"ticket_id": sold_out.new_id(), "service": "KTP-CETAK"})
    assert refused.json["instead"][0]["words"] == "Daftar tunggu, posisi 2 dari 2"
    place = ask(kiosk)
    assert (place["date"], place["position"], place["of"]) == (None, 2, 2)
    early = kiosk.post("/tickets", {"ticket_id": sold_out.new_id(), "service": "KTP-CETAK", "voucher": place["code"]})
    assert (early.status_code, early.json["code"]) == (409, "wrong_state")
    assert "daftar tunggu" in early.json["detail"]


def test_staff_give_another_day_as_the_kiosk_does(web: TheWeb, sold_out: TheOffice) -> None:
    assert ask(web.staff("clerk"), cards=2)["position"] == 1
    refused = web.staff("auditor").post("/vouchers", {"service": "KTP-CETAK"})
    assert refused.status_code == 403


def test_the_same_key_again_gives_the_same_code(web: TheWeb, sold_out: TheOffice) -> None:
    kiosk, key = web.kiosk(), sold_out.new_id()
    first, again = (kiosk.post("/vouchers", {"service": "KTP-CETAK"}, **{"Idempotency-Key": key}) for _ in range(2))
    assert first.json == again.json
    assert first.json["of"] == 1


def test_while_numbers_are_left_another_day_is_refused(web: TheWeb) -> None:
    refused = web.kiosk().post("/vouchers", {"service": "KTP-CETAK"})
    assert (refused.status_code, refused.json["code"]) == (409, "conflict")
    assert refused.json["detail"] == "Nomor untuk Cetak KTP-el masih ada hari ini."


def test_its_holder_gives_it_back_and_nobody_elses_token_does(web: TheWeb, sold_out: TheOffice) -> None:
    announce(sold_out)
    kiosk = web.kiosk()
    mine, other = ask(kiosk), ask(kiosk)
    phone = web.stranger()
    path = f"/vouchers/{mine['code']}/cancel"
    assert phone.post(path, **{"X-Ticket-Token": other["token"]}).status_code == 403
    assert phone.post(path, **{"X-Ticket-Token": sold_out.new_id()}).status_code == 403
    assert phone.post(path, **{"X-Ticket-Token": "é"}).status_code == 403
    given_back = phone.post(path, **{"X-Ticket-Token": mine["token"]})
    assert given_back.json == {"code": mine["code"], "state": "cancelled"}
    clerk = web.staff("clerk")
    assert clerk.post(path).json["code"] == "wrong_state"
    assert clerk.post("/vouchers/zzzzzzzz/cancel").status_code == 404


def test_its_slip_is_a_pdf_and_what_a_receipt_printer_takes(web: TheWeb, sold_out: TheOffice) -> None:
    kiosk = web.kiosk()
    voucher = ask(kiosk)
    pdf = kiosk.ask("GET", voucher["slip"]["pdf"], headers=kiosk.headers)
    assert (pdf.status_code, pdf.data[:5]) == (200, b"%PDF-")
    raw = kiosk.ask("GET", voucher["slip"]["escpos"], headers=kiosk.headers)
    assert b"Posisi" in raw.data
    printed = kiosk.do(f"/vouchers/{voucher['code']}/print")
    assert printed == {"printed": False, "why": "no_printer"}


def test_a_slip_that_does_not_come_out_is_reported_by_its_code(web: TheWeb, sold_out: TheOffice) -> None:
    kiosk = web.kiosk(printer="tcp://127.0.0.1:9")
    voucher = ask(kiosk)
    assert kiosk.do(f"/vouchers/{voucher['code']}/print")["printed"] is False
    alerts = [(a.kind, a.subject) for a in sold_out.queries.today(sold_out.clock).alerts]
    assert ("print_failed", voucher["code"].upper()) in alerts


def test_a_code_that_is_good_today_becomes_a_number_on_the_phone(web: TheWeb, sold_out: TheOffice) -> None:
    announce(sold_out)
    voucher = ask(web.kiosk())
    phone = web.stranger()
    path = f"/t/{voucher['token']}"
    assert "Lihat halaman ini sebelum berangkat." in phone.page(path).text
    sold_out.receive("KTP", 20)
    assert "Kode ini berlaku hari ini." in phone.page(path).text
    answer = phone.client.post(path, data={"redeem": "1"})
    assert answer.status_code == 303
    assert "A-001" in phone.page(answer.headers["Location"]).text
    assert "Sudah ditukar dengan nomor baru." in phone.page(path).text


def test_the_services_say_what_is_offered_instead(web: TheWeb, sold_out: TheOffice) -> None:
    answer = web.kiosk().get("/services").json
    printed = next(service for service in answer["services"] if service["code"] == "KTP-CETAK")
    assert (printed["open"], printed["reason"], printed["blanks"]) == (False, "sold_out", 0)
    assert (printed["offer"]["date"], printed["offer"]["position"], printed["offer"]["of"]) == (None, 1, 1)
    assert (answer["level"], answer["called_back"]) == (None, False)
