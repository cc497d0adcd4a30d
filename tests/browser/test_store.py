"""The store's pages in a real browser: what travels, the second person, requests, and the old cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.staff import come_in
from tests.browser.test_staff_pages import check
from tests.office_server import OfficeServer, Staff
from tests.services import Screen

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
Open = Callable[..., Page]


@pytest.fixture
def sari(office: OfficeServer, supervisor: Staff, new_page: NewPage) -> Open:
    return lambda path="/stock": come_in(new_page("counter"), supervisor, f"/supervisor{path}")


@pytest.fixture(scope="module")
def budi(running: OfficeServer) -> Staff:
    """The stores officer."""
    return running.sign_in("Budi")


def write(page: Page, type: str, quantity: str, **fields: str) -> Locator:
    """A movement in the form of the store, up to the second look; `place`, `party` and `request` by their words."""
    form = page.locator("#entry")
    form.get_by_label(type, exact=True).check()
    for name, value in fields.items():
        field = form.locator(f"[name={name}]:enabled")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=value)
        else:
            field.fill(value)
    form.locator("[name=quantity]").fill(quantity)
    form.get_by_role("button", name="Periksa dulu").click()
    return page.get_by_role("dialog")


def record(page: Page) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Catat", exact=True).click()
    expect(page.locator("#result")).to_contain_text("Tercatat")


def accounts(staff: Staff, item: str = "KTP") -> dict[str, int]:
    return {b["account"]: b["posted"] for b in staff.get("/stock")["balances"] if b["item"] == item}


def newest(staff: Staff, item: str = "KTP") -> dict[str, Any]:
    found: dict[str, Any] = staff.get(f"/stock/{item}/movements")["movements"][0]
    return found


def test_a_box_goes_to_a_subdistrict_and_arrives_in_parts(supervisor: Staff, sari: Open) -> None:
    page = sari()
    write(page, "Kirim", "40", party="Kecamatan dan titik layanan", name="Kecamatan Kasemen", reason="jatah mingguan")
    expect(page.locator("#after")).to_contain_text("Stok fisik menjadi")
    record(page)
    row = page.locator("#under-way tbody tr")
    expect(row).to_contain_text("Kecamatan Kasemen")
    row.get_by_role("button", name="Terima").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Tiba", exact=True)).to_have_value("40")
    dialog.get_by_label("Tiba", exact=True).fill("25")
    dialog.get_by_role("button", name="Catat penerimaan").click()
    expect(row.locator("td.num")).to_have_text(["40", "25", "15"])
    row.get_by_role("button", name="Terima").click()
    dialog.get_by_label("Tiba", exact=True).fill("13")
    dialog.locator("[name=short]").fill("2")
    dialog.get_by_role("button", name="Catat penerimaan").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Tuliskan alasannya.")
    dialog.locator("[name=reason]").fill("dus terbuka")
    dialog.get_by_role("button", name="Catat penerimaan").click()
    expect(page.locator("#under-way tbody tr")).to_have_count(0)
    assert (accounts(supervisor)["points"], accounts(supervisor)["transit"]) == (38, 0)


def test_what_goes_to_a_counter_stays_on_hand(supervisor: Staff, sari: Open) -> None:
    on_hand = next(i["on_hand"] for i in supervisor.get("/today")["items"] if i["item"] == "KIA")
    page = sari("/stock?item=KIA")
    write(page, "Kirim", "20", place="Gudang", party="Loket 3", reason="pagi")
    words = page.locator("#after").inner_text()
    assert words.count(f"{on_hand:,}".replace(",", ".")) == 2, words
    record(page)
    page.locator("#under-way").get_by_role("button", name="Terima").click()
    page.get_by_role("dialog").get_by_role("button", name="Catat penerimaan").click()
    expect(page.locator("#accounts")).to_contain_text("Loket 3")
    write(page, "Opname", "19", place="Loket 3", reason="sore")
    expect(page.locator("#after")).to_have_text("Menurut catatan ada 20. Selisihnya -1.")
    record(page)
    assert accounts(supervisor, "KIA")["counter-3"] == 19
    budi_sees = supervisor.get("/stock/counts")["counts"]
    assert [count["place"] for count in budi_sees if count["item"] == "KIA"] == ["counter-3"]


def test_a_difference_waits_for_a_second_person_and_says_so(
    office: OfficeServer, supervisor: Staff, budi: Staff, new_page: NewPage, sari: Open
) -> None:
    before = accounts(supervisor, "FILM")["store"]
    keeper = come_in(new_page("counter"), budi, "/supervisor/stock?item=FILM")
    write(keeper, "Opname", str(before + 4), reason="hitung sore")
    expect(keeper.locator("#second")).to_be_visible()
    record(keeper)
    own = keeper.locator("#waiting-count tbody tr", has_text="Film cetak")
    expect(own).to_contain_text("menunggu orang kedua")
    expect(own.get_by_role("button")).to_have_count(0)
    assert accounts(supervisor, "FILM")["store"] == before

    board = sari("")
    alert = board.locator(".alert", has_text="Film cetak: selisih opname +4 menunggu orang kedua")
    alert.get_by_role("link", name="Periksa").click()
    board.wait_for_url("**/supervisor/stock**")
    row = board.locator("#waiting-count tbody tr", has_text="Film cetak")
    expect(row).to_contain_text("Budi")
    row.get_by_role("button", name="Setujui").click()
    board.get_by_role("dialog").get_by_role("button", name="Setujui").click()
    expect(board.locator("#result")).to_have_text("Selisih disetujui.")
    expect(row).to_have_count(0)
    assert accounts(supervisor, "FILM")["store"] == before + 4


def test_a_request_goes_out_is_answered_and_fetched(supervisor: Staff, sari: Open) -> None:
    page = sari("/requests")
    page.get_by_role("button", name="Ajukan Blangko KTP-el", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Jumlah").fill("10000")
    dialog.get_by_label("Data siap cetak").fill("2379")
    dialog.get_by_label("Nomor surat").fill("470/118/2026")
    dialog.get_by_role("button", name="Ajukan").click()
    row = page.locator("#requests tbody tr").first
    expect(row).to_contain_text("menunggu")
    row.get_by_role("button", name="Jawaban").click()
    dialog.get_by_label("Disetujui").fill("2000")
    dialog.get_by_role("button", name="Catat jawaban").click()
    expect(row.locator("td.num")).to_have_text(["10.000", "2.000", "0", "0 %"])
    row.get_by_role("link", name="Ambil").click()
    expect(page.locator("[name=request]")).not_to_have_value("")
    write(page, "Stok masuk", "2000", party="Pusat", reference="BAST 17/2026")
    record(page)
    page.goto(page.url.split("/supervisor")[0] + "/supervisor/requests")
    expect(page.locator("#requests tbody tr").first.locator("td.num")).to_have_text(
        ["10.000", "2.000", "2.000", "20 %"]
    )
    answer = page.request.get(
        page.url.split("/supervisor")[0] + str(page.get_by_role("link", name="Surat").first.get_attribute("href"))
    )
    assert answer.headers["content-type"] == "application/pdf"


def test_old_cards_are_logged_and_destroyed_with_minutes(office: OfficeServer, supervisor: Staff, sari: Open) -> None:
    number = office.take("KTP-RUSAK")["number"]
    page = sari("/withdrawn")
    page.get_by_role("button", name="Catat kartu lama").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Nomor antrean").fill(number)
    dialog.get_by_label("KTP-el rusak").check()
    dialog.get_by_role("button", name="Catat", exact=True).click()
    expect(page.locator("#cards tbody tr").first).to_contain_text(number)
    page.get_by_role("button", name="Musnahkan Blangko KTP-el, Kartu lama yang ditarik").click()
    dialog.get_by_label("Nomor berita acara").fill("BA-470/12")
    dialog.get_by_label("dibakar", exact=True).check()
    dialog.get_by_role("button", name="Musnahkan").click()
    expect(page.locator("#destructions tbody tr").first).to_contain_text("BA-470/12")
    expect(page.locator("#kept")).not_to_contain_text("Kartu lama yang ditarik")
    paper = page.get_by_role("link", name="Berita acara BA-470/12").get_attribute("href")
    assert page.request.get(office.url + str(paper)).body().startswith(b"%PDF")
    assert newest(supervisor)["type"] == "destroy"


def test_an_open_roll_is_counted_in_cards(supervisor: Staff, sari: Open) -> None:
    supervisor.post("/stock/RIBBON/movements", {"type": "lose", "quantity": 288, "reason": "uji"})
    page = sari()
    left = accounts(supervisor, "RIBBON")["store"]
    whole = f"{left // 500} rol utuh, {left % 500} pada yang terbuka"
    expect(page.locator("#balances tr", has_text="Pita cetak")).to_contain_text(whole)


@pytest.fixture(scope="module")
def full(running: OfficeServer, supervisor: Staff, budi: Staff) -> None:
    """Something on every list."""
    away = {"type": "dispatch", "quantity": 5, "party": "points", "name": "Kecamatan Kasemen", "reason": "x"}
    supervisor.post("/stock/KTP/movements", away)
    budi.post("/stock/KTP/movements", {"type": "count", "quantity": accounts(budi)["store"] - 1, "reason": "opname"})
    budi.post("/withdrawn", {"item": "KTP", "reason": "KTP-el rusak"})
    supervisor.post("/requests", {"item": "KTP", "quantity": 5000, "reference": "470/119/2026"})


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("path", ["stock", "requests", "withdrawn"])
def test_the_stores_pages_can_be_read_and_hit(supervisor: Staff, new_page: NewPage, path: str, language: str) -> None:
    page = come_in(new_page("counter"), supervisor, f"/supervisor/{path}?lang={language}")
    check(page, f"store-{path}")
    for dialog in page.locator("main [data-opens]").evaluate_all(
        "all => [...new Set(all.map((one) => one.dataset.opens))]"
    ):
        page.locator(f"main [data-opens={dialog}]").first.click()
        check(page, f"store-dialog-{dialog}")
        page.keyboard.press("Escape")
    if path == "stock":
        page.locator("#entry [value=dispatch]").check()
        check(page, "store-dispatch")
