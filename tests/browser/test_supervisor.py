"""The supervisor in a real browser: what needs somebody now, the store's book, and the day in one's own hands."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.staff import come_in, sit_down
from tests.office_server import OfficeServer, Staff
from tests.services import Screen

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
Clerks = dict[str, Staff]
CUT_MS = 30_000  # more than a page waits before it says that it is cut off


@pytest.fixture
def sari(office: OfficeServer, supervisor: Staff, new_page: NewPage) -> Callable[[str], Page]:
    """`sari("/stock")` opens one of the supervisor's pages."""

    def open_page(path: str = "") -> Page:
        return come_in(new_page("counter"), supervisor, f"/supervisor{path}")

    return open_page


Open = Callable[..., Page]


def confirm(page: Page, words: str, reason: str = "") -> None:
    """The open dialog, with a reason where it asks for one."""
    dialog = page.get_by_role("dialog")
    if reason:
        dialog.get_by_label(reason).check()
    dialog.get_by_role("button", name=words).click()
    expect(dialog).to_be_hidden()


def item(staff: Staff, code: str) -> dict[str, Any]:
    found: dict[str, Any] = next(line for line in staff.get("/today")["items"] if line["item"] == code)
    return found


def write(page: Page, type: str, **fields: str) -> None:
    """A movement in the form of the store, looked at once more but not yet recorded."""
    form = page.locator("#entry")
    form.get_by_label(type).check()
    for name, value in fields.items():
        form.locator(f"[name={name}]").fill(value)
    form.get_by_role("button", name="Periksa dulu").click()


def line_of(page: Page, counter: int) -> Locator:
    return page.locator("#counters tbody tr").nth(counter - 1)


# -- what needs me now ---------------------------------------------------------------------------------------------


def test_the_board_follows_who_serves_whom_without_a_reload(office: OfficeServer, clerks: Clerks, sari: Open) -> None:
    page = sari()
    expect(line_of(page, 3)).to_contain_text("tutup")
    ticket = office.take("KTP-HILANG")
    clerks["Agus"].post("/counters/3/open")
    clerks["Agus"].post("/counters/3/call-next")
    expect(line_of(page, 3)).to_contain_text("memanggil")
    clerks["Agus"].post(f"/tickets/{ticket['id']}/start")
    row = line_of(page, 3)
    expect(row).to_contain_text("melayani")
    expect(row).to_contain_text("Agus")
    expect(row).to_contain_text(f"{ticket['number']}")
    expect(row).to_contain_text("KTP-el hilang")
    expect(row.locator("[data-since]")).to_have_text(re.compile(r"00\.\d\d"))


def test_whoever_asks_for_help_stands_on_top_until_somebody_comes(
    office: OfficeServer, supervisor: Staff, clerks: Clerks, sari: Open
) -> None:
    page = sari()
    clerks["Rina"].post("/counters/9/open")
    clerks["Rina"].post("/help", {"counter": 9})
    alert = page.locator("#alerts .alert", has_text="Loket 9 minta bantuan")
    expect(alert).to_contain_text("Rina")
    expect(line_of(page, 9)).to_contain_text("minta bantuan")
    alert.get_by_role("button", name="Saya datang").click()
    expect(alert).to_have_count(0)
    assert [a for a in supervisor.get("/today")["alerts"] if a["subject"] == "counter-9"] == []


def test_a_break_and_an_idle_counter_say_since_when(office: OfficeServer, clerks: Clerks, sari: Open) -> None:
    page = sari()
    clerks["Rina"].post("/counters/5/open")
    expect(line_of(page, 5)).to_contain_text(re.compile(r"tidak melayani sejak \d\d\.\d\d"))
    expect(line_of(page, 5)).to_contain_text("siap")
    clerks["Rina"].post("/counters/5/pause", {"reason": "Ke belakang"})
    expect(line_of(page, 5)).to_contain_text(re.compile(r"Ke belakang, sejak \d\d\.\d\d"))
    expect(line_of(page, 5)).to_contain_text("istirahat")
    page.goto(f"{office.url}/supervisor?lang=en")
    expect(line_of(page, 5)).to_contain_text("Restroom, since")


def test_a_book_that_was_wrong_is_shown_until_it_was_counted(
    office: OfficeServer, supervisor: Staff, sari: Open
) -> None:
    on_hand = item(supervisor, "KTP-WNA")["on_hand"]
    supervisor.post("/stock/KTP-WNA/movements", {"type": "spoil", "quantity": on_hand + 2, "reason": "lembap"})
    page = sari()
    alert = page.locator(".alert", has_text="Blangko KTP-el orang asing: catatan kurang 2 dari kenyataan")
    alert.get_by_role("link", name="Opname").click()
    expect(page.locator("#ledger-head")).to_have_text("Buku Blangko KTP-el orang asing")


def test_checklist_items_without_a_source_are_flagged(sari: Open) -> None:
    page = sari()
    expect(page.locator("#alert-unchecked")).to_contain_text(re.compile(r"\d+ butir syarat belum dikonfirmasi"))
    page.get_by_role("link", name="Lihat layanan").click()
    expect(page.locator("#services")).to_contain_text("syarat belum dikonfirmasi")


def test_a_counter_is_released_after_asking_and_its_number_goes_to_the_head(
    office: OfficeServer, supervisor: Staff, clerks: Clerks, sari: Open
) -> None:
    first, _ = office.take("KTP-CETAK"), office.take("KTP-CETAK")
    clerks["Rina"].post("/counters/2/open")
    clerks["Rina"].post("/counters/2/call-next")
    page = sari()
    page.get_by_role("button", name="Lepas loket 2").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"Loket 2, Rina, {first['number']}")
    confirm(page, "Lepas loket")
    expect(page.locator("#result")).to_have_text("Loket dilepas.")
    expect(line_of(page, 2)).to_contain_text("tutup")
    assert supervisor.get("/queue?counter=1")["board"]["next"][0]["number"] == first["number"]


def test_a_board_that_is_cut_off_keeps_its_list_and_no_key_that_writes(
    office: OfficeServer, clerks: Clerks, supervisor: Staff, new_page: NewPage
) -> None:
    clerks["Rina"].post("/counters/6/open")
    page, is_up = new_page("counter"), False
    page.clock.install()
    page.route_web_socket(re.compile("/socket.io/"), lambda socket: is_up and socket.connect_to_server())
    come_in(page, supervisor, "/supervisor")
    expect(page.locator("#release-6")).to_be_enabled()
    page.clock.fast_forward(CUT_MS)
    expect(page.get_by_text("Terputus sejak")).to_be_visible()
    expect(line_of(page, 6)).to_contain_text("Rina")
    expect(page.locator(":is([data-opens], [data-send]):not([aria-disabled=true])")).to_have_count(0)
    expect(page.locator("#do-suspend")).to_have_css("border-top-style", "dashed")
    is_up = True
    page.clock.fast_forward(CUT_MS)
    expect(page.get_by_text("Terputus sejak")).to_be_hidden()
    expect(page.locator("#release-6")).to_be_enabled()


# -- services ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/services", "/stock", "/numbers"])
def test_no_key_looks_ready_before_the_pages_script_listens(office: OfficeServer, sari: Open, path: str) -> None:
    page, held = sari(path), list[Route]()
    keys = page.locator("[data-opens], [data-send], #sign-out")
    expect(page.locator("[data-unready]")).to_have_count(0)
    page.route("**/supervisor.js", lambda route: held.append(route))  # noqa: PLW0108  # its kind is looked at
    page.reload(wait_until="commit")
    expect(page.locator("#sign-out")).to_have_count(1)
    unready = page.locator(
        "[data-opens][aria-disabled=true], [data-send][aria-disabled=true], #sign-out[aria-disabled]"
    )
    assert unready.count() == keys.count() > 2
    expect(page.locator("#do-suspend")).to_have_css("border-top-style", "dashed")
    page.locator("#do-suspend").dispatch_event("click")
    expect(page.locator("dialog[open]")).to_have_count(0)
    held[0].continue_()
    page.locator("#do-suspend").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("[data-unready]")).to_have_count(0)


def test_whoever_waits_for_a_service_that_stops_gets_another_day_by_the_same_touch(
    office: OfficeServer, supervisor: Staff, sari: Open, new_page: NewPage
) -> None:
    tickets = [office.take("AKTA-MATI") for _ in range(27)]  # more than one command defers
    page = sari("/services")
    page.get_by_role("button", name="Hentikan Akta kematian").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Sistem SIAK").check()
    expect(dialog).to_contain_text("Sistem SIAK tidak bisa dipakai / The national register (SIAK) cannot be used")
    dialog.get_by_label("Beri antrean tunda kepada 27 orang yang menunggu").check()
    confirm(page, "Hentikan layanan")
    expect(page.locator("#result")).to_have_text("Layanan dihentikan. 27 orang mendapat antrean tunda.")
    assert {supervisor.get(f"/tickets/{ticket['id']}")["state"] for ticket in tickets} == {"deferred"}
    phone = new_page("phone")
    phone.goto(f"{tickets[0]['track_url']}?lang=en")
    expect(phone.locator("#rest")).to_contain_text("Reason: The national register (SIAK) cannot be used.")
    expect(phone.locator("#hero")).to_contain_text(tickets[0]["number"])
    page.goto(f"{office.url}/supervisor/numbers?number={tickets[0]['number']}")
    expect(page.get_by_role("button", name="Cetak ulang")).to_be_visible()  # the slip of a voucher
    supervisor.post("/services/AKTA-MATI/resume")


def test_those_who_still_wait_can_be_given_another_day_later(
    office: OfficeServer, supervisor: Staff, sari: Open
) -> None:
    ticket = office.take("IKD")
    supervisor.post("/services/IKD/suspend", {"reason": "Listrik padam"})
    page = sari()
    page.get_by_role("button", name="Tunda 1 orang KTP di ponsel").click()
    expect(page.get_by_role("dialog")).to_contain_text("KTP di ponsel (IKD): 1 orang menunggu")
    confirm(page, "Beri antrean tunda")
    expect(page.locator("#result")).to_have_text("1 orang mendapat antrean tunda.")
    expect(page.get_by_role("button", name="Tunda 1 orang")).to_have_count(0)
    assert supervisor.get(f"/tickets/{ticket['id']}")["state"] == "deferred"
    page.get_by_role("button", name="Jalankan lagi KTP di ponsel (IKD)").click()
    confirm(page, "Jalankan lagi")
    expect(page.locator("#suspended section")).to_have_count(0)
    assert office.take("IKD")["state"] == "waiting"


def test_a_service_is_suspended_by_one_touch_and_resumed(office: OfficeServer, supervisor: Staff, sari: Open) -> None:
    page = sari("/services")
    page.get_by_role("button", name="Hentikan KTP di ponsel (IKD)").click()
    confirm(page, "Hentikan layanan", "Jaringan ke pusat terputus")
    expect(page.locator("#services tr", has_text="KTP di ponsel")).to_contain_text("Jaringan ke pusat terputus")

    def ikd() -> dict[str, Any]:
        found: dict[str, Any] = next(s for s in supervisor.get("/services")["services"] if s["code"] == "IKD")
        return found

    assert (ikd()["reason"], ikd()["reason_words"]) == ("suspended", "Jaringan ke pusat terputus")
    page.get_by_role("button", name="Jalankan lagi KTP di ponsel (IKD)").click()
    confirm(page, "Jalankan lagi")
    expect(page.get_by_role("button", name="Hentikan KTP di ponsel (IKD)")).to_be_visible()
    assert ikd()["open"]


def test_todays_table_is_the_one_of_the_api_and_can_be_downloaded(
    office: OfficeServer, supervisor: Staff, sari: Open
) -> None:
    office.take("AKTA-LAHIR")
    page = sari("/services")
    taken = next(s for s in supervisor.get("/today")["services"] if s["service"] == "AKTA-LAHIR")["taken"]
    row = page.locator("#services tbody tr", has_text="Akta lahir")
    assert row.locator("td").nth(1).inner_text() == str(taken)
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh CSV").click()
    lines = list(csv.reader(download.value.path().read_text().splitlines()))
    assert any("AKTA-LAHIR" in line and str(taken) in line for line in lines)


# -- the store -----------------------------------------------------------------------------------------------------


def test_blanks_received_are_looked_at_once_more_and_then_recorded(
    office: OfficeServer, supervisor: Staff, sari: Open
) -> None:
    before = item(supervisor, "KTP")["on_hand"]
    page = sari("/stock")
    write(page, "Stok masuk", quantity="120", reference="SJ-2026/118")
    expect(page.locator("#sum")).to_have_text("Stok masuk 120 keping Blangko KTP-el")
    assert item(supervisor, "KTP")["on_hand"] == before
    page.keyboard.press("Enter")
    expect(page.locator("#result")).to_contain_text("Tercatat: Stok masuk 120 keping Blangko KTP-el.")
    expect(page.locator("#ledger tbody tr").first).to_contain_text("SJ-2026/118")
    expect(page.locator("#entry [name=quantity]")).to_have_value("")
    assert item(supervisor, "KTP")["on_hand"] == before + 120


def test_a_lost_answer_records_a_movement_once(office: OfficeServer, supervisor: Staff, sari: Open) -> None:
    before = item(supervisor, "KIA")["on_hand"]
    page = sari("/stock?item=KIA")
    lost: list[str] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(str(route.fetch().status))
            route.abort()

    page.route("**/stock/KIA/movements", lose_the_first_answer)
    write(page, "Cacat pabrik", quantity="3", reason="chip tidak terbaca")
    confirm(page, "Catat")
    expect(page.locator("#result")).to_contain_text("Cacat pabrik 3 keping")
    assert lost == ["200"]
    assert item(supervisor, "KIA")["on_hand"] == before - 3


def test_a_wrong_line_is_taken_back_by_a_further_line(office: OfficeServer, supervisor: Staff, sari: Open) -> None:
    supervisor.post("/stock/FILM/movements", {"type": "receive", "quantity": 7, "reference": "salah"})
    before = item(supervisor, "FILM")["on_hand"]
    page = sari("/stock?item=FILM")
    page.locator("#ledger tbody tr").first.get_by_role("button", name="Koreksi").click()
    confirm(page, "Catat koreksi", "Salah jumlah")
    lines = page.locator("#ledger tbody tr")
    expect(lines.nth(0)).to_contain_text("Koreksi")
    expect(lines.nth(0)).to_contain_text("-7")
    expect(lines.nth(1)).to_contain_text("dikoreksi")
    assert item(supervisor, "FILM")["on_hand"] == before - 7


def test_what_touches_a_promise_is_said_before_it_is_recorded(
    office: OfficeServer, supervisor: Staff, sari: Open
) -> None:
    office.take("KIA-BARU")
    page = sari("/stock?item=KIA")
    warning = page.get_by_text("Ini menyentuh yang sudah dijanjikan")
    for counted, visible in (("1", False), ("0", True)):
        write(page, "Opname", quantity=counted, reason="hitung sore")
        expect(warning).to_be_visible(visible=visible)
        page.get_by_role("dialog").get_by_role("button", name="Batal").click()
    assert item(supervisor, "KIA")["on_hand"] > 1


def test_what_is_promised_to_citizens_is_not_lent(office: OfficeServer, supervisor: Staff, sari: Open) -> None:
    office.take("KTP-CETAK")
    on_hand = item(supervisor, "KTP")["on_hand"]
    page = sari("/stock")
    write(page, "Pinjam keluar", quantity=str(on_hand), reason="kantor tetangga")
    page.get_by_role("dialog").get_by_role("button", name="Catat").click()
    refusal = page.get_by_role("dialog").get_by_role("alert")
    expect(refusal).to_contain_text("Yang tidak dijanjikan kepada warga tinggal")
    expect(refusal).to_contain_text("Tidak ada yang berubah.")
    expect(refusal).to_be_focused()
    assert item(supervisor, "KTP")["on_hand"] == on_hand


def test_whoever_keeps_the_store_sees_the_store_and_its_report_alone(office: OfficeServer, new_page: NewPage) -> None:
    page = come_in(new_page("counter"), office.sign_in("Budi"), "/supervisor")
    expect(page).to_have_url(f"{office.url}/supervisor/stock")
    expect(page.get_by_role("button", name="Periksa dulu")).to_be_visible()
    expect(page.locator(".pages a")).to_have_text(["Stok", "Laporan"])
    expect(page.get_by_role("button", name="Tutup hari")).to_have_count(0)


def test_an_auditor_reads_and_changes_nothing(office: OfficeServer, new_page: NewPage) -> None:
    office.antrean("staff", "add", "Tuti", "--role", "auditor", "--password-stdin", stdin="rahasia-sekali-9\n")
    office.passwords["Tuti"] = "rahasia-sekali-9"
    page = come_in(new_page("counter"), office.sign_in("Tuti"), "/supervisor")
    for path in ("", "/services", "/stock"):
        page.goto(f"{office.url}/supervisor{path}")
        expect(page.get_by_role("button", name=re.compile("Hentikan|Lepas|Tutup hari|Koreksi|Periksa"))).to_have_count(
            0
        )


# -- one number ----------------------------------------------------------------------------------------------------


def test_an_urgent_number_goes_first_with_a_reason(office: OfficeServer, supervisor: Staff, sari: Open) -> None:
    _, second = office.take("KTP-CETAK"), office.take("KTP-CETAK")
    page = sari("/numbers")
    page.get_by_label("Nomor", exact=True).fill(second["number"].lower())
    with page.expect_navigation():  # until its scripts listen
        page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text("1 orang di depannya.")
    page.get_by_role("button", name="Tandai mendesak").click()
    confirm(page, "Ubah urutan", "Keperluan mendesak terbukti")
    expect(page.locator("#found")).to_contain_text("0 orang di depannya.")
    assert supervisor.get("/queue?counter=1")["board"]["next"][0]["number"] == second["number"]


def test_a_number_that_is_not_there_today_is_said_so(sari: Open) -> None:
    page = sari("/numbers?number=A-998")
    expect(page.locator("#found")).to_have_text("A-998 tidak ada hari ini. Periksa huruf dan angkanya.")


def test_a_slip_that_did_not_come_out_again_says_why(office: OfficeServer, sari: Open) -> None:
    ticket = office.take("KTP-CETAK")
    page = sari(f"/numbers?number={ticket['number']}")
    with page.expect_request("**/reprint") as asked:
        page.get_by_role("button", name="Cetak ulang").click()
        page.get_by_role("dialog").get_by_label("Tidak terbaca").check()
        page.get_by_role("dialog").get_by_role("button", name="Cetak ulang").click()
    assert asked.value.post_data_json == {"reason": "Tidak terbaca"}
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Belum tercetak. Tidak ada pencetak.")


# -- the day -------------------------------------------------------------------------------------------------------


def test_closing_the_day_says_what_becomes_of_those_who_wait_and_the_day_can_be_opened_by_hand(
    office: OfficeServer, supervisor: Staff, clerks: Clerks, new_page: NewPage, sari: Open
) -> None:
    ticket = office.take("KTP-CETAK")
    desk = sit_down(new_page("counter"), clerks["Rina"], 4)
    page = sari()
    page.get_by_role("button", name="Tutup hari").click()
    expect(page.get_by_role("dialog")).to_contain_text("1 orang masih menunggu. Masing-masing mendapat antrean tunda")
    confirm(page, "Tutup hari", "Listrik padam")
    expect(page.locator("#when")).to_contain_text("tutup, buka lagi")
    assert supervisor.get(f"/tickets/{ticket['id']}")["state"] == "deferred"
    expect(desk.locator("#go-words")).to_have_text("Hari ditutup")
    expect(desk.locator("#calm")).to_contain_text("Yang masih menunggu mendapat antrean tunda.")

    page.get_by_role("button", name="Buka hari").click()
    page.get_by_role("dialog").get_by_label("Tutup pukul").fill("23:59")
    confirm(page, "Buka hari", "Layanan tambahan")
    expect(page.locator("#when")).to_contain_text("buka sampai 23.59")
    assert office.take("KTP-CETAK")["state"] == "waiting"


def test_a_day_is_extended_with_a_reason(office: OfficeServer, sari: Open) -> None:
    page = sari()
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Perpanjang hari").click()
    page.get_by_role("dialog").get_by_label("Tutup pukul").fill("23:58")
    confirm(page, "Perpanjang hari", "Masih banyak yang menunggu")
    expect(page.locator("#result")).to_have_text("Hari diperpanjang.")
