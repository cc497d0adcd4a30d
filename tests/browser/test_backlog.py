"""The print backlog in a real browser: a list comes in, somebody is entered and told the place, blanks are released."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import shown
from tests.browser.staff import come_in
from tests.browser.test_staff_pages import check
from tests.office_server import OfficeServer, Staff, running_office
from tests.services import Screen
from tests.the_backlog import csv_of, made_up, made_up_nik

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
PEOPLE = 1230


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OfficeServer]:
    """An office of its own: a backlog cannot be sent home."""
    with running_office(tmp_path_factory.mktemp("backlog") / "data") as server:
        yield server


@pytest.fixture(scope="module")
def sari(office: OfficeServer) -> Staff:
    return office.sign_in("Sari")


@pytest.fixture(scope="module")
def listed(office: OfficeServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A list of the office, with two bad lines."""
    rng = random.Random(1)
    kinds = ("first", "first", "suket-prr", "replacement")
    lines = [
        str(made_up(rng, n, kind=kinds[n % 4], kecamatan=("Kasemen", "Curug", "Serang")[n % 3], state="PRR"))
        for n in range(PEOPLE)
    ]
    lines[40] = lines[40].replace("2026-03-02", "=HARI()")
    lines[700] = lines[700].replace(",first,", ",kesatu,").replace(",suket-prr,", ",kesatu,")
    lines[701] = lines[701].replace("PRR", "SFE")
    path = tmp_path_factory.mktemp("list") / "daftar.csv"
    path.write_bytes(csv_of(lines))
    return path


def open_page(new_page: NewPage, staff: Staff, path: str = "") -> Page:
    return come_in(new_page("counter"), staff, f"/supervisor/backlog{path}")


def ask(page: Page, words: str, reason: str = "", **fields: str) -> None:
    """The open dialog, filled in and sent."""
    dialog = page.get_by_role("dialog")
    for name, value in fields.items():
        dialog.locator(f"[name={name}]").fill(value)
    if reason:
        dialog.get_by_label(reason).check()
    dialog.get_by_role("button", name=words, exact=True).click()
    expect(dialog).to_be_hidden()


def test_a_list_comes_in_with_its_progress_and_its_bad_lines(
    office: OfficeServer, sari: Staff, new_page: NewPage, listed: Path
) -> None:
    page = open_page(new_page, sari, "/imports")
    page.get_by_label("Berkas").set_input_files(listed)
    page.get_by_role("button", name="Impor", exact=True).click()
    expect(page.locator("#result")).to_contain_text("Selesai: 1.228 masuk, 0 berubah, 0 sudah ada, 2 salah.")
    expect(page.locator("#runs")).to_contain_text("Ada rumus lembar kerja di dalamnya.")
    expect(page.locator("#runs")).to_contain_text("Jenis tidak dikenal.")
    with page.expect_download() as download:
        page.locator("#runs td a").first.click()
    assert download.value.path().read_text().startswith("line,reason,words\n42,formula,")
    assert shown(page, "prr-import") == []
    page.get_by_label("Berkas").set_input_files(listed)
    page.get_by_role("button", name="Impor", exact=True).click()
    expect(page.locator("#result")).to_contain_text("Selesai: 0 masuk, 0 berubah, 1.228 sudah ada, 2 salah.")
    expect(page.locator("#runs tbody").first.locator("tr")).to_have_count(1)


def test_a_file_that_is_no_list_is_said_beside_it(
    office: OfficeServer, sari: Staff, new_page: NewPage, tmp_path: Path
) -> None:
    (tmp_path / "foto.csv").write_bytes(b"\x89PNG\0\0")
    page = open_page(new_page, sari, "/imports")
    page.get_by_label("Berkas").set_input_files(tmp_path / "foto.csv")
    page.get_by_role("button", name="Impor", exact=True).click()
    problem = page.get_by_role("alert").first
    expect(problem).to_contain_text("Simpan daftarnya sebagai CSV UTF-8")
    expect(problem).to_be_focused()


def test_somebody_is_looked_up_entered_and_told_the_place(
    office: OfficeServer, new_page: NewPage, listed: Path
) -> None:
    clerk = office.sign_in("Rina")
    page = come_in(new_page("counter"), clerk, "/supervisor/backlog")
    expect(page).to_have_url(re.compile("/records$"))
    page.locator("#search [name=nik]").fill(made_up_nik(2000))
    page.get_by_role("button", name="Cari", exact=True).click()
    expect(page.locator("#answer")).to_contain_text("tidak ada di antrean cetak")
    form = page.locator("#new")
    expect(form.locator("[name=nik]")).to_have_value(made_up_nik(2000))
    form.get_by_label("Nama").fill("=1+1")
    form.get_by_label("Kecamatan").select_option("36.73.02")
    form.get_by_label("Tanggal asal").fill("2026-03-01")
    form.get_by_role("button", name="Catat").click()
    expect(page.get_by_role("alert").last).to_contain_text("Ada rumus lembar kerja di dalamnya.")
    form.get_by_label("Nama").fill("Siti Rahmawati")
    form.get_by_role("button", name="Catat").click()
    expect(page.locator("#found-head")).to_contain_text(re.compile(r"Urutan ke-1 dari "))
    expect(page.locator("#found")).to_contain_text("Siti R••••")
    assert made_up_nik(2000) not in page.content()
    assert made_up_nik(2000) not in page.url
    assert shown(page, "prr-record-new") == []
    page.go_back()
    page.locator("#search [name=nik]").fill(made_up_nik(2000))
    page.get_by_role("button", name="Cari", exact=True).click()
    expect(page.locator("#found-head")).to_contain_text("Urutan ke-1")
    slip = page.get_by_role("link", name="Kertas urutan").get_attribute("href")
    assert page.request.get(f"{office.url}{slip}").body().startswith(b"%PDF")


def test_blanks_are_released_printed_and_handed_over(
    office: OfficeServer, sari: Staff, new_page: NewPage, listed: Path
) -> None:
    page = open_page(new_page, sari)
    before = figures(sari)
    page.get_by_role("button", name="Lepas untuk dicetak").click()
    ask(page, "Lepas", cards="250")
    expect(page.locator("#result")).to_contain_text("Dilepas.")
    expect(page.locator("#days tbody tr")).to_have_count(3)
    assert figures(sari)["waiting"] == before["waiting"] - 250
    assert shown(page, "prr-released") == []
    page.locator("#days").get_by_role("button", name="Sudah dicetak").first.click()
    ask(page, "Sudah dicetak")
    expect(page.locator("#days tbody tr").first.locator("td").nth(2)).to_have_text("0")
    assert {line["state"]: line["records"] for line in figures(sari)["states"]}["CARD_PRINTED"] > 0
    for kind in ("PDF", "XLSX"):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == f"antrean-invited-semua.{kind.lower()}"
    page.get_by_label("Tidak diambil").check()
    page.locator("#lists [name=kecamatan]").select_option("36.73.02")
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert download.value.suggested_filename == "antrean-uncollected-36.73.02.pdf"


def figures(staff: Staff) -> dict[str, Any]:
    found: dict[str, Any] = staff.get("/backlog")
    return found


def test_a_record_is_taken_off_and_its_person_forgotten(
    office: OfficeServer, sari: Staff, new_page: NewPage, listed: Path
) -> None:
    (record,) = sari.post("/backlog/search", {"nik": made_up_nik(1225)})["records"]
    page = open_page(new_page, sari, f"/records/{record['id']}")
    page.get_by_role("button", name="Tarik dari antrean").click()
    ask(page, "Tarik", reason="Pindah")
    expect(page.locator("#found")).to_contain_text("Ditarik dari antrean cetak")
    page.get_by_role("button", name="Hapus data pribadi").click()
    ask(page, "Hapus")
    expect(page.locator("#found")).to_contain_text("sudah dihapus")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pages_of_the_backlog_can_be_read_and_hit(
    office: OfficeServer, sari: Staff, new_page: NewPage, listed: Path, language: str
) -> None:
    (record,) = sari.post("/backlog/search", {"nik": made_up_nik(1224)})["records"]
    page = new_page("counter")
    paths = {"prr": "", "prr-records": "/records", "prr-record": f"/records/{record['id']}", "prr-imports": "/imports"}
    for name, path in paths.items():
        come_in(page, sari, f"/supervisor/backlog{path}?lang={language}")
        check(page, name)
        opened = "all => [...new Set(all.map((one) => one.dataset.opens))]"
        for dialog in page.locator("main [data-opens]:visible").evaluate_all(opened):
            page.locator(f"main [data-opens={dialog}]:visible").first.click()
            check(page, f"{name}-dialog-{dialog}")
            page.keyboard.press("Escape")


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_place_on_a_phone_can_be_read(
    office: OfficeServer, sari: Staff, new_page: NewPage, listed: Path, language: str
) -> None:
    page = new_page("phone")
    for number in (1224, 701):
        (record,) = sari.post("/backlog/search", {"nik": made_up_nik(number)})["records"]
        page.goto(f"{office.url}/p/{record['token']}?lang={language}")
        expect(page.locator("main")).to_be_visible()
        assert shown(page, f"prr-phone-{'waits' if number == 1224 else 'sent'}", language) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
