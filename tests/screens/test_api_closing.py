"""Counts, signatures and numbers on paper over HTTP, and their page."""

from __future__ import annotations

import hashlib
import io
from typing import Any

from pypdf import PdfReader

from queue_server.storage.reports import Reports
from tests.the_office import SITE, TheOffice
from tests.the_web import Browser, TheWeb

MONDAY, TUESDAY = "2026-11-23", "2026-11-24"


def sha256(office: TheOffice, day: str = MONDAY) -> str:
    return hashlib.sha256(Reports(office.database, SITE).daily(day, office.clock).text.encode()).hexdigest()


def sign(browser: Browser, office: TheOffice, role: str, **said: Any) -> Any:
    return browser.post("/day/sign", {"day": MONDAY, "role": role, "sha256": sha256(office), **said})


def paper(**said: Any) -> dict[str, Any]:
    usual = {"day": MONDAY, "service": "KTP-CETAK", "first": 901, "last": 902, "became": "waiting"}
    return {**usual, **said}


def test_what_was_counted_is_entered_beside_the_book(web: TheWeb, office: TheOffice) -> None:
    counted = {"moment": "opening", "counts": [{"item": "KTP", "quantity": 98}, {"item": "KIA", "quantity": 5000}]}
    answer = web.staff("stock").do("/day/count", counted)
    assert answer == {"day": MONDAY, "differences": {"KTP": -2}}
    assert office.stock().on_hand == 98
    assert web.staff("clerk").post("/day/count", counted).status_code == 403
    assert web.staff("stock").post("/day/count", {"moment": "opening", "counts": []}).status_code == 400


def test_the_stores_officer_and_somebody_else_sign_what_they_have_seen(web: TheWeb, office: TheOffice) -> None:
    stores, head = web.staff("stock"), web.staff("supervisor")
    assert sign(stores, office, "keeper").json["code"] == "wrong_state"  # the day is open
    office.at("2026-11-23 17.00")
    assert sign(stores, office, "keeper", sha256="0" * 64).json["code"] == "conflict"
    assert sign(stores, office, "head").status_code == 403
    assert sign(stores, office, "keeper").json == {
        "day": MONDAY,
        "keeper": stores.id,
        "head": None,
        "complete": False,
    }
    assert sign(head, office, "head").json["complete"] is True
    assert sign(head, office, "head").json["detail"] == "Tanda tangan itu sudah ada."
    again = head.post("/day/reopen", {"day": MONDAY, "reason": "salah hitung"})
    assert again.json["complete"] is False


def test_one_supervisor_alone_cannot_close_the_books(web: TheWeb, office: TheOffice) -> None:
    office.at("2026-11-23 17.00")
    alone = web.staff("supervisor")
    assert sign(alone, office, "keeper").status_code == 200
    refused = sign(alone, office, "head")
    assert (refused.status_code, refused.json["code"]) == (403, "not_allowed")
    assert refused.json["detail"] == "Penanda tangan kedua harus orang lain."


def test_a_signature_is_given_once_however_often_it_is_sent(web: TheWeb, office: TheOffice) -> None:
    office.at("2026-11-23 17.00")
    stores, key = web.staff("stock"), {"Idempotency-Key": office.new_id()}
    body = {"day": MONDAY, "role": "keeper", "sha256": sha256(office)}
    first, second = (stores.post("/day/sign", body, **key) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json == second.json


def test_numbers_on_paper_are_printed_and_entered(web: TheWeb, office: TheOffice) -> None:
    supervisor = web.staff("supervisor")
    assert supervisor.get(f"/paper/sheets/{TUESDAY}.pdf").json["code"] == "not_found"
    made = supervisor.do("/paper/sheets", {"day": TUESDAY, "numbers": 24})
    assert made == {"day": TUESDAY, "first": 901, "numbers": 24, "pdf": f"/api/v1/paper/sheets/{TUESDAY}.pdf"}
    sheet = supervisor.ask("GET", made["pdf"])
    assert sheet.mimetype == "application/pdf"
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(sheet.data)).pages]
    groups = office.catalogue.groups
    assert len(pages) == 2 * len(groups)
    assert all(f"A-{number}" in pages[0] for number in range(901, 925))
    assert "Selasa, 24 November 2026" in pages[0]
    entered = web.staff("clerk").do("/paper/numbers", paper())
    assert entered == {"day": MONDAY, "numbers": ["A-901", "A-902"], "next": "A-903", "without_blank": []}
    assert supervisor.get("/tickets?number=A-902").json["state"] == "waiting"
    refused = supervisor.post("/paper/numbers", paper(first=904, last=904))
    assert refused.json["detail"].startswith("Nomor kertas berikutnya adalah A-903")


def test_a_sheet_asks_for_a_day_as_people_write_it(web: TheWeb) -> None:
    assert web.staff("clerk").get("/paper/sheets/besok.pdf").status_code == 400


def test_the_page_says_what_was_counted_what_differs_and_who_signed(web: TheWeb, office: TheOffice) -> None:
    stores = web.staff("stock", "Budi")
    stores.do("/day/count", {"moment": "opening", "counts": [{"item": "KTP", "quantity": 98}]})
    web.staff("supervisor").do("/paper/numbers", paper())
    page = stores.page("/supervisor/report").text
    assert "Opname awal: dihitung 98, menurut buku 100." in page
    assert "Setelah pengawas menutup hari, pengurus barang menandatangani di sini" in page
    assert "A-903" not in page  # that is for those who may enter them
    assert '<span class="whole">A-903</span>' in web.staff("supervisor").page("/supervisor/report").text
    office.at("2026-11-23 17.00")
    sign(stores, office, "keeper")
    page = web.staff("supervisor").page("/supervisor/report").text
    assert "Budi, 17.00" in page
    assert 'id="sign-head"' in page
    assert 'id="sign-keeper"' not in page
    assert stores.page("/supervisor/report?date=2020-01-01").status_code == 404
