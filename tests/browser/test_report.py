"""The evening in a real browser: counted, reckoned, signed by two, and the numbers on paper entered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import shown
from tests.browser.staff import come_in
from tests.office_server import OfficeServer, Staff
from tests.services import Screen

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]


def answer(page: Page, words: str) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=words).click()
    expect(dialog).to_be_hidden()


def test_numbers_on_paper_become_tickets_that_wait(office: OfficeServer, supervisor: Staff, new_page: NewPage) -> None:
    page = come_in(new_page("counter"), supervisor, "/supervisor/report")
    page.get_by_role("button", name="Siapkan").click()
    answer(page, "Siapkan")
    sheet = page.locator("#papers").get_by_role("link", name="PDF").first
    expect(sheet).to_be_visible()
    path = sheet.get_attribute("href")
    assert path
    assert page.request.get(office.url + path).headers["content-type"] == "application/pdf"

    page.get_by_role("button", name="Catat yang dibagikan").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Layanan").select_option("KK-BARU")
    dialog.get_by_label("Dari nomor").fill("902")
    dialog.get_by_label("Sampai nomor").fill("903")
    dialog.get_by_text("masih menunggu").click()
    dialog.get_by_role("button", name="Catat nomor").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Nomor kertas berikutnya adalah B-901")
    dialog.get_by_label("Dari nomor").fill("901")
    answer(page, "Catat nomor")
    expect(page.locator("#result")).to_have_text("Nomor kertas tercatat.")
    expect(page.locator("#papers")).to_contain_text("B-904")
    assert supervisor.get("/tickets?number=B-903")["state"] == "waiting"


def test_the_day_is_counted_reckoned_and_signed_by_two_people(
    office: OfficeServer, supervisor: Staff, clerks: dict[str, Staff], new_page: NewPage
) -> None:
    office.take("KTP-CETAK")
    clerks["Rina"].post("/counters/4/open")
    ticket = clerks["Rina"].post("/counters/4/call-next")
    clerks["Rina"].post(f"/tickets/{ticket['id']}/start")
    used = [{"item": "KTP", "quantity": 2}, {"item": "RIBBON", "quantity": 1}, {"item": "FILM", "quantity": 1}]
    clerks["Rina"].post(f"/tickets/{ticket['id']}/finish", {"outcome": "done", "used": used})
    clerks["Rina"].post("/counters/4/close")
    stores = office.sign_in("Budi")
    page = come_in(new_page("counter"), stores, "/supervisor/report")
    wrong = f"Nomor {ticket['number']}: seharusnya terpakai 1, tercatat 2."
    expect(page.locator("#reckoning")).to_contain_text(wrong)
    page.get_by_role("button", name="Opname akhir").click()
    page.get_by_role("dialog").locator("[name=count-KTP]").fill("490")
    answer(page, "Catat opname")
    expect(page.locator("#reckoning")).to_contain_text("Opname akhir: dihitung 490, menurut buku 498.")

    supervisor.post("/day/close", {"reason": "Pelayanan selesai"})
    expect(page.locator("#report-state")).to_contain_text("tutup")
    expect(page.get_by_role("button", name="Tanda tangani Kepala bidang")).to_have_count(0)
    page.get_by_role("button", name="Tanda tangani Pengurus barang").click()
    answer(page, "Tanda tangani")
    expect(page.locator("#signatures")).to_contain_text("Budi,")

    page = come_in(new_page("counter"), supervisor, "/supervisor/report")
    page.get_by_role("button", name="Tanda tangani Kepala bidang").click()
    answer(page, "Tanda tangani")
    expect(page.locator("#signatures")).to_contain_text("Sari,")
    expect(page.locator("#report-days option").first).to_contain_text("2 tanda tangan")
    assert shown(page, "supervisor-report-signed") == []
    page.get_by_role("button", name="Buka kembali laporan ini").click()
    page.get_by_role("dialog").get_by_label("Salah hitung").check()
    answer(page, "Buka kembali")
    expect(page.locator("#signatures")).to_contain_text("Dibuka kembali oleh Sari: Salah hitung")
