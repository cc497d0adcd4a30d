"""Screens are paired by the code that they show; a supervisor sees them, moves them, and gives one of them the word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import shown
from tests.browser.staff import come_in
from tests.browser.test_staff_pages import check
from tests.office_server import OfficeServer, Staff
from tests.services import Screen

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
SOON = 30_000  # ms: a screen looks every three seconds, a stream is looked through every ten


@pytest.fixture(scope="module", autouse=True)
def a_day_without_machines(supervisor: Staff) -> Iterator[None]:
    yield
    for device in supervisor.get("/equipment")["equipment"]:
        supervisor.post(f"/equipment/{device['equipment_id']}/retire")


def code_on(page: Page) -> str:
    expect(page.locator("[data-code]")).to_have_text(re.compile(r"^\w{3} \w{3}$"))
    return page.locator("[data-code]").inner_text()


def pair(desk: Page, code: str, kind: str, name: str, **more: str) -> None:
    """As a supervisor does it, on the page Perangkat."""
    desk.get_by_role("button", name="Pasangkan layar").click()
    dialog = desk.locator("dialog#pair")
    dialog.get_by_label("Kode di layar").fill(code)
    dialog.locator(f".chips input[value={kind}]").check()
    dialog.get_by_label("Nama", exact=True).fill(name)
    for field, choice in more.items():
        dialog.locator(f"[name={field}]").select_option(label=choice)
    dialog.get_by_role("button", name="Pasangkan").click()
    expect(desk.locator("#result")).to_contain_text("Terpasang.")


def row(desk: Page, name: str) -> str:
    """What the list says of a device."""
    return desk.locator("#devices tbody tr", has_text=name).inner_text()


def test_a_tv_is_paired_moved_and_revoked_without_anybody_at_the_tv(
    office: OfficeServer, supervisor: Staff, new_page: NewPage
) -> None:
    tv, desk = new_page("tv"), come_in(new_page("counter"), supervisor, "/supervisor/devices")
    tv.goto(f"{office.url}/display/A")
    code = code_on(tv)
    assert shown(tv, "pair-by-code") == []
    expect(tv).to_have_title(re.compile(r" · \d+$"))  # or its watchdog would take it for one that hangs
    pair(desk, code.lower(), "display", "TV lorong", hall="Ruang Tunggu A", sound="bersuara")
    expect(desk.locator("#result")).to_contain_text("Sekarang tanpa suara: Layar Ruang Tunggu A.")
    expect(tv.locator("#board[data-sound=on]")).to_be_visible(timeout=SOON)
    expect(tv).to_have_url(f"{office.url}/display/A")
    expect(tv.locator("#hall")).to_have_text("Ruang Tunggu A")

    desk.reload()
    expect(desk.locator("#devices tbody tr", has_text="TV lorong")).to_contain_text("tersambung", timeout=SOON)
    assert "bersuara" in row(desk, "TV lorong")
    assert "tanpa suara" in row(desk, "Layar Ruang Tunggu A")
    desk.get_by_role("button", name="Ubah TV lorong").click()
    dialog = desk.locator("dialog#change")
    expect(dialog.get_by_label("Nama", exact=True)).to_have_value("TV lorong")
    expect(dialog.get_by_label("Pencetak")).to_be_hidden()
    dialog.locator("[name=hall]").select_option(label="Ruang Tunggu B")
    dialog.get_by_role("button", name="Simpan").click()
    expect(desk.locator("#result")).to_contain_text("Sekarang tanpa suara: Layar Ruang Tunggu B.")
    expect(tv).to_have_url(f"{office.url}/display/B", timeout=SOON)

    desk.locator("[id^=revoke-]", has_text="TV lorong").click()
    desk.locator("dialog#revoke").get_by_role("button", name="Cabut").click()
    expect(desk.locator("#result")).to_contain_text("Perangkat dicabut.")
    expect(tv.locator("#pair h1")).to_have_text("Layar ini belum dipasangkan", timeout=SOON)
    assert code_on(tv) != code
    assert tv.evaluate(
        "document.documentElement.scrollWidth <= innerWidth && document.documentElement.scrollHeight <= innerHeight"
    )


def test_a_kiosk_is_paired_and_gives_a_number_and_a_wrong_code_is_said(
    office: OfficeServer, supervisor: Staff, new_page: NewPage
) -> None:
    kiosk, desk = new_page("kiosk"), come_in(new_page("counter"), supervisor, "/supervisor/devices")
    kiosk.goto(f"{office.url}/kiosk")
    code = code_on(kiosk)
    assert kiosk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.get_by_role("button", name="Pasangkan layar").click()
    dialog = desk.locator("dialog#pair")
    dialog.get_by_label("Kode di layar").fill("AAA AAA")
    dialog.get_by_label("Nama", exact=True).fill("Kios 2")
    dialog.get_by_role("button", name="Pasangkan").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Baca lagi kode di layar perangkat.")
    dialog.get_by_label("Kode di layar").fill(code)
    dialog.get_by_label("Pencetak").fill("tcp://127.0.0.1:9?qr=raster")
    dialog.get_by_label("Lebar kertas").select_option(label="58 mm")
    dialog.get_by_role("button", name="Pasangkan").click()
    expect(desk.locator("#result")).to_contain_text("Terpasang.")
    expect(kiosk.locator("#screen[data-screen=home]")).to_be_visible(timeout=SOON)
    (device,) = [d for d in supervisor.get("/devices")["devices"] if d["name"] == "Kios 2"]
    assert (device["printer"], device["paper"], device["hall"]) == ("tcp://127.0.0.1:9?qr=raster", 58, None)
    supervisor.post(f"/devices/{device['id']}/revoke")


def test_two_taps_close_what_a_broken_printer_stops_and_open_it_again(
    office: OfficeServer, supervisor: Staff, new_page: NewPage
) -> None:
    desk = come_in(new_page("counter"), supervisor, "/supervisor/devices")
    desk.get_by_role("button", name="Daftarkan alat").click()
    dialog = desk.locator("dialog#register")
    dialog.locator("input[value=card_printer]").check()
    dialog.get_by_label("Nama", exact=True).fill("Datacard SD260")
    dialog.get_by_label("Tempat").fill("Ruang cetak")
    dialog.get_by_role("button", name="Daftarkan").click()
    expect(desk.locator("#equipment tbody")).to_contain_text("bekerja")
    supervisor.post("/services/KTP-HILANG/suspend", {"reason": "Petugas sakit"})

    desk.get_by_role("button", name="Rusak Datacard SD260").click()
    desk.locator("dialog#broken").get_by_text("Macet").click()
    desk.locator("dialog#broken").get_by_role("button", name="Catat rusak").click()
    expect(desk.locator("#result")).to_contain_text(re.compile(r"Layanan yang berhenti: \d+\."))
    expect(desk.locator("#equipment tbody")).to_contain_text("rusak: Macet")
    assert shown(desk, "devices-in-use") == []
    board = come_in(new_page("counter"), supervisor, "/supervisor")
    expect(board.locator("#suspended")).to_contain_text("Pencetak kartu rusak")
    wish = {"ticket_id": "0" * 32, "service": "KTP-CETAK"}
    assert office.ask("POST", "/api/v1/tickets", wish, office.bearer("kiosk"))[0] == 409

    desk.get_by_role("button", name="Sudah diperbaiki Datacard SD260").click()
    expect(desk.locator("#result")).to_contain_text("Datacard SD260 bekerja lagi.")
    expect(board.locator("#suspended")).to_contain_text("Layanan dihentikan: 1")
    expect(board.locator("#suspended")).to_contain_text("Petugas sakit")
    office.take("KTP-CETAK")
    supervisor.post("/services/KTP-HILANG/resume")


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_screen_that_waits_can_be_read_everywhere(office: OfficeServer, new_page: NewPage, language: str) -> None:
    sizes: tuple[Screen, ...] = ("kiosk", "tv", "phone")
    for size in sizes:
        page = new_page(size)
        page.goto(f"{office.url}/pair?lang={language}")
        code_on(page)
        check(page, f"pair-by-code-{size}")
        wide = page.locator("[data-code]").evaluate(
            "(node) => parseFloat(getComputedStyle(node).fontSize) / innerWidth"
        )
        assert wide > 0.14, "the code is what is read across the room"


def test_a_screen_keeps_its_code_while_the_server_is_away(office: OfficeServer, new_page: NewPage) -> None:
    page = new_page("tv")
    page.goto(f"{office.url}/pair")
    code = code_on(page)
    page.route("**/api/v1/pairings/**", lambda route: route.abort())
    expect(page.get_by_role("alert")).to_contain_text("mencoba lagi sendiri", timeout=SOON)
    page.unroute("**/api/v1/pairings/**")
    expect(page.locator("[data-code]")).to_be_visible(timeout=SOON)
    assert code_on(page) == code
