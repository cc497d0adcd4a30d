"""The kiosk as a citizen meets it: a real browser in the real size, in front of a real office."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import time

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page, expect

from queue_server.operations import office as day
from queue_server.operations import stock
from tests.browser import measures
from tests.browser.on_the_clock import OpenDoor, open_door
from tests.browser.screens import shown
from tests.office_server import OfficeServer
from tests.services import Screen
from tests.the_office import TheOffice

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
MONDAY, TUESDAY = "2026-11-23", "2026-11-24"
TICKETS = "/api/v1/tickets"
ANY_WHILE = 60  # seconds, more than the way from one instruction to the browser and the next

# What sticks out, is too small, too close or too high to be touched. `floor` is the smallest type, `reach` the highest
# touch.
FAULTS = """({floor, reach}) => {
  const shown = (node) => node.checkVisibility({visibilityProperty: true});
  const name = (node) => node.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40);
  const faults = [];
  const main = document.querySelector('main').getBoundingClientRect();
  for (const node of document.querySelectorAll('main > :not(.k-low)')) {
    const box = node.getBoundingClientRect();
    if (shown(node) && box.bottom > main.bottom + 1) faults.push(`sticks out: ${name(node)}`);
  }
  for (const node of document.querySelectorAll('a, button')) {
    if (!shown(node)) continue;
    const {width, height, top, right} = node.getBoundingClientRect();
    if (width < 96 || height < 96) faults.push(`small: ${name(node)} ${width} x ${height}`);
    if (top < reach) faults.push(`high: ${name(node)} at ${top}`);
    if (right > 1080 || node.scrollWidth > node.clientWidth + 1) faults.push(`wide: ${name(node)}`);
  }
  const keys = [...document.querySelectorAll('a, button')].filter(shown);
  const boxes = keys.map((node) => [node, node.getBoundingClientRect()]);
  boxes.forEach(([node, a], at) => boxes.slice(at + 1).forEach(([other, b]) => {
    const gap = Math.max(b.left - a.right, a.left - b.right, b.top - a.bottom, a.top - b.bottom);
    const panel = (one) => one.closest('.k-low');
    if (gap < 15.5 && panel(node) === panel(other)) faults.push(`close: ${name(node)}, ${name(other)}: ${gap}`);
  }));
  const walk = document.createTreeWalker(document.getElementById('screen'), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !shown(node) || node.closest('.sr, svg, .steps .num')) continue;
    const size = parseFloat(getComputedStyle(node).fontSize);
    if (size < (node.closest('.k-top') ? Math.max(28, floor - 2 * (floor < 36)) : floor) - .01)
      faults.push(`type of ${size}: ${name(node)}`);
  }
  return faults;
}"""


# -- two offices: one that runs, one on the test's clock -----------------------------------------------------------


@pytest.fixture
def kiosk(office: OfficeServer, new_page: NewPage) -> Page:
    """A kiosk of the running office, paired as in the office's manual, at its start."""
    page = new_page("kiosk")
    page.goto(f"{office.url}/pair#{office.tokens['kiosk']}")
    expect(page.locator("h1")).to_contain_text("Mau urus apa hari ini?")
    return page


@pytest.fixture
def door(sqlite_url: str, rng: random.Random) -> Iterator[OpenDoor]:
    """Kota Serang on Monday 23 November 2026 at 09.42 with 86 blanks; counters 3, 4 and 5 are open."""
    house = TheOffice(sqlite_url, rng)
    house.found(f"{MONDAY} 07.00", KTP=91)
    house.at(f"{MONDAY} 09.42")
    for counter in (1, 3, 4, 5, 10, 11, 12, 13):
        house.open(counter)
    with open_door(house) as opened:
        yield opened
    house.verify()
    house.close()


@pytest.fixture
def paired(door: OpenDoor, new_page: NewPage) -> Page:
    page = new_page("kiosk")
    door.pair(page, printer="tcp://127.0.0.1:9")
    return page


def at_start(page: Page, door: OpenDoor, language: str = "id") -> Page:
    page.goto(f"{door.url}/kiosk?lang={language}")
    return page


def title(page: Page, words: str) -> None:
    expect(page.locator("h1")).to_have_text(re.compile(words))


def touch(page: Page, words: str) -> None:
    """The tile, row or key that says this."""
    page.locator("a:visible, button:visible").filter(has_text=words).first.tap()


def hold_time(page: Page) -> None:
    """From now on time passes for the page only when the test lets it pass."""
    page.clock.install()
    page.clock.pause_at(time() + ANY_WHILE)


def let_pass(page: Page, seconds: int) -> None:
    """Time for the page, second by second, so that what it asks the server meanwhile is answered in time."""
    for _ in range(seconds):
        page.clock.run_for(1_000)
        page.evaluate("fetch('/static/motif/mark.svg', {cache: 'no-store'}).then((answer) => answer.text())")


def faults_of(page: Page) -> list[str]:
    page.evaluate("document.fonts.ready")
    large = bool(page.locator(".is-large").count())
    found: list[str] = page.evaluate(FAULTS, {"floor": 36 if large else 30, "reach": 500 if large else 570})
    return found


def in_every_size(page: Page) -> list[str]:
    """The faults of this screen as it is and in large text, after which it is as it was."""
    found = faults_of(page)
    page.evaluate("document.body.classList.add('is-large')")
    found += [f"large: {fault}" for fault in faults_of(page)]
    page.evaluate("document.body.classList.remove('is-large')")
    return found


# -- taking a number ---------------------------------------------------------------------------------------------------


def test_a_citizen_touches_group_and_service_and_takes_the_number(kiosk: Page, office: OfficeServer) -> None:
    touch(kiosk, "rekam, cetak, ganti")
    title(kiosk, "mau urus yang mana")
    touch(kiosk, "KTP-el hilang")
    title(kiosk, "KTP-el hilang:.*sudah bawa ini")
    expect(kiosk.locator(".need")).to_contain_text("Surat kehilangan")
    expect(kiosk.locator(".kept")).to_contain_text("disisihkan untuk Anda")
    touch(kiosk, "Ambil nomor")
    expect(kiosk.locator(".slip-card")).to_contain_text("Satu blangko sudah disisihkan untuk Anda")
    number = kiosk.locator(".slip-card .big").inner_text()
    ticket_id = kiosk.locator("#given").get_attribute("data-ticket")
    token = kiosk.locator("#given").get_attribute("data-token") or ""
    status, ticket = office.ask("GET", f"/api/v1/tickets/{ticket_id}", headers={"X-Ticket-Token": token})
    assert (status, ticket["number"], ticket["service"]) == (200, number, "KTP-HILANG")
    touch(kiosk, "Selesai")
    title(kiosk, "Mau urus apa hari ini")


def test_the_code_on_the_screen_leads_to_the_page_of_that_ticket(
    kiosk: Page, office: OfficeServer, tmp_path: Path
) -> None:
    take(kiosk, "Ambil dokumen jadi")
    token = kiosk.locator("#given").get_attribute("data-token")
    kiosk.locator(".qr-card").screenshot(path=tmp_path / "code.png")
    with Image.open(tmp_path / "code.png") as photograph:
        codes = zxingcpp.read_barcodes(photograph)
    assert [code.text for code in codes] == [f"{office.url}/t/{token}"]


def take(page: Page, tile: str) -> None:
    """A number of a group with one service, which skips the second touch."""
    touch(page, tile)
    touch(page, "Ambil nomor")
    expect(page.locator("#given")).to_be_visible()


def test_a_group_with_one_service_leads_straight_to_its_checklist(kiosk: Page) -> None:
    touch(kiosk, "Ambil dokumen jadi")
    title(kiosk, "Ambil dokumen jadi:.*sudah bawa ini")
    touch(kiosk, "Kembali")
    title(kiosk, "Mau urus apa hari ini")


def test_a_family_asks_for_three_cards_under_one_number(kiosk: Page) -> None:
    touch(kiosk, "rekam, cetak, ganti")
    touch(kiosk, "Cetak KTP-el")
    expect(kiosk.locator("[data-do='fewer']")).to_be_disabled()
    for _ in range(2):
        kiosk.locator("[data-do='more']").tap()
    expect(kiosk.locator(".kept")).to_contain_text("3")
    touch(kiosk, "Ambil nomor")
    expect(kiosk.locator(".slip-card")).to_contain_text("3 blangko sudah disisihkan untuk Anda")


def test_priority_is_one_box_without_a_reason(kiosk: Page, office: OfficeServer) -> None:
    touch(kiosk, "Ambil dokumen jadi")
    box = kiosk.get_by_role("checkbox", name="Saya perlu didahulukan")
    box.tap()
    expect(box).to_be_checked()
    touch(kiosk, "Ambil nomor")
    ticket_id = kiosk.locator("#given").get_attribute("data-ticket")
    token = kiosk.locator("#given").get_attribute("data-token") or ""
    _, ticket = office.ask("GET", f"/api/v1/tickets/{ticket_id}", headers={"X-Ticket-Token": token})
    assert ticket["priority"] is True
    assert "didahulukan" not in kiosk.locator("main").inner_text()


def test_the_order_of_calling_stands_on_the_kiosk(paired: Page, door: OpenDoor) -> None:
    touch(at_start(paired, door), "rekam, cetak, ganti")
    expect(paired.locator(".k-order")).to_have_text(
        "Satu nomor prioritas dipanggil setelah 2 nomor biasa. Yang sudah menunggu 60 menit lebih lama didahulukan."
    )


def test_a_wrong_choice_is_given_back_within_the_minute(kiosk: Page, office: OfficeServer) -> None:
    take(kiosk, "Ambil dokumen jadi")
    ticket_id = kiosk.locator("#given").get_attribute("data-ticket")
    token = kiosk.locator("#given").get_attribute("data-token") or ""
    touch(kiosk, "Salah pilih?")
    touch(kiosk, "Ya, batalkan")
    title(kiosk, "Mau urus apa hari ini")
    _, ticket = office.ask("GET", f"/api/v1/tickets/{ticket_id}", headers={"X-Ticket-Token": token})
    assert ticket["state"] == "cancelled"


def test_paper_that_does_not_come_out_is_said_and_the_number_stays(paired: Page, door: OpenDoor) -> None:
    take(at_start(paired, door), "Ambil dokumen jadi")
    expect(paired.locator("[data-paper='failed']")).to_have_text(
        "Kertas tidak keluar. Foto layar ini atau minta petugas."
    )
    expect(paired.locator(".outlet:visible")).to_have_count(1)
    expect(paired.get_by_text("Cetak lagi")).to_be_visible()
    expect(paired.locator(".slip-card .big")).to_have_text("Z-001")
    assert shown(paired, "kiosk-number-no-paper") == []


def test_another_slip_is_marked_as_such(new_page: NewPage, door: OpenDoor, tmp_path: Path) -> None:
    page, paper = new_page("kiosk"), tmp_path / "paper"
    door.pair(page, printer=f"file:{paper}")
    take(at_start(page, door), "Ambil dokumen jadi")
    expect(page.locator(".outlet:visible")).to_have_text("Ambil kertas di bawah sini")
    with page.expect_response("**/reprint") as answered:
        touch(page, "Cetak lagi")
    assert answered.value.json()["printed"] is True
    assert paper.read_bytes().count(b"CETAK ULANG") == 1


def test_a_kiosk_without_a_printer_speaks_of_no_paper(door: OpenDoor, new_page: NewPage) -> None:
    page = new_page("kiosk")
    door.pair(page, printer="none")
    take(at_start(page, door), "Ambil dokumen jadi")
    expect(page.locator("[data-paper='none']")).to_contain_text("Ingat nomor Anda")
    expect(page.locator(".outlet:visible")).to_have_count(0)
    expect(page.get_by_text("Cetak lagi")).to_be_hidden()


def test_a_lost_answer_is_asked_for_again_and_nobody_gets_two_numbers(paired: Page, door: OpenDoor) -> None:
    at_start(paired, door)
    door.lose_answers(TICKETS, most=1)
    take(paired, "Ambil dokumen jadi")
    assert door.lost == [TICKETS]
    expect(paired.locator(".slip-card .big")).to_have_text("Z-001")
    assert door.office.take("AMBIL")["number"] == "Z-002"


def test_a_number_whose_answer_never_came_is_shown_when_the_line_is_back(paired: Page, door: OpenDoor) -> None:
    at_start(paired, door)
    door.lose_answers(TICKETS)
    touch(paired, "Ambil dokumen jadi")
    touch(paired, "Ambil nomor")
    expect(paired.locator("#away")).to_be_visible(timeout=20_000)
    door.lose_no_more_answers()
    expect(paired.locator(".slip-card .big")).to_have_text("Z-001")


def test_a_number_for_somebody_who_has_gone_is_given_back(paired: Page, door: OpenDoor) -> None:
    paired.clock.install()
    at_start(paired, door)
    touch(paired, "Ambil dokumen jadi")
    door.lose_answers(f"{TICKETS}|/kiosk")
    touch(paired, "Ambil nomor")
    let_pass(paired, 20)
    expect(paired.locator("#away")).to_be_visible()
    let_pass(paired, 95)
    door.lose_no_more_answers()
    let_pass(paired, 4)
    title(paired, "Mau urus apa hari ini")
    waiting = {group.prefix: group.waiting for group in door.office.queries.services("id", door.office.clock).groups}
    assert waiting["Z"] == 0
    assert door.office.take("AMBIL")["number"] == "Z-002"


# -- what cannot be had ------------------------------------------------------------------------------------------------


def test_sold_out_offers_a_place_on_the_waiting_list_and_what_can_be_had_now(paired: Page, door: OpenDoor) -> None:
    for _ in range(door.office.stock().available):
        door.office.take("KTP-CETAK")
    at_start(paired, door)
    expect(paired.locator(".stock-hero")).to_contain_text("Blangko KTP-el habis")
    touch(paired, "rekam, cetak, ganti")
    row = paired.locator(".opt", has_text="KTP-el hilang")
    expect(row).to_have_class(re.compile("is-out"))
    expect(row).to_contain_text("Blangko KTP-el habis hari ini")
    row.tap()
    title(paired, "Blangko KTP-el hari ini sudah habis.")
    expect(paired.locator(".zero")).to_contain_text("per 09.42 WIB")
    expect(paired.locator(".options")).to_contain_text("KTP di ponsel (IKD), sekarang")
    expect(paired.locator(".opt-first")).to_contain_text("Masuk daftar tunggu")
    expect(paired.locator(".options")).to_contain_text("meja informasi")
    assert in_every_size(paired) == []
    assert shown(paired, "kiosk-soldout") == []
    touch(paired, "Masuk daftar tunggu")
    title(paired, "Daftar tunggu: kode Anda")
    expect(paired.locator(".slip-card")).to_contain_text("Posisi1dari 1")
    assert in_every_size(paired) == []


def test_a_ribbon_that_is_used_up_is_named_although_blanks_are_left(paired: Page, door: OpenDoor) -> None:
    door.office.enter("RIBBON", "count", 0)
    at_start(paired, door)
    expect(paired.locator(".stock-hero")).to_contain_text("Pita cetak habis")
    touch(paired, "rekam, cetak, ganti")
    row = paired.locator(".opt", has_text="KTP-el hilang")
    expect(row).to_contain_text("Pita cetak habis hari ini")
    row.tap()
    title(paired, "Pita cetak hari ini sudah habis.")
    expect(paired.locator(".zero")).to_have_count(0)
    assert in_every_size(paired) == []


def test_the_last_blanks_are_not_enough_for_a_family_and_it_is_told(paired: Page, door: OpenDoor) -> None:
    at_start(paired, door)
    touch(paired, "rekam, cetak, ganti")
    touch(paired, "Cetak KTP-el")
    for _ in range(2):
        paired.locator("[data-do='more']").tap()
    for _ in range(door.office.stock().available - 2):
        door.office.take("KTP-CETAK")
    touch(paired, "Ambil nomor")
    expect(paired.get_by_role("alert")).to_be_visible()
    expect(paired.locator("output[data-cards]")).to_have_attribute("data-most", "2")
    touch(paired, "Baik")
    touch(paired, "Ambil nomor")
    expect(paired.locator(".slip-card .big")).to_be_visible()


def test_a_wait_beyond_the_day_is_no_clock_of_today(paired: Page, door: OpenDoor) -> None:
    foreign = paired.locator(".opt").filter(has_text="KTP-el orang asing")
    for service in ["KTP-CETAK"] * 25 + ["KTP-REKAM"] * 20:  # the two counters for foreigners serve both as well
        door.office.take(service)
    paired.goto(f"{door.url}/kiosk/group/A")
    expect(foreign).to_contain_text("45 orang")
    expect(foreign).to_contain_text(re.compile(r"\d–\d+ jam"))
    assert in_every_size(paired) == []
    for _ in range(150):
        door.office.take("KTP-REKAM")
    paired.goto(f"{door.url}/kiosk/group/A")
    expect(foreign).to_contain_text("lewat jam tutup")
    assert in_every_size(paired) == []
    foreign.tap()
    expect(paired.locator(".promise")).to_contain_text("mungkin lewat jam tutup, 16.00")
    assert in_every_size(paired) == []
    touch(paired, "Ambil nomor")
    expect(paired.locator(".when")).to_contain_text("mungkin lewat jam tutup, 16.00")
    assert in_every_size(paired) == []


def test_a_suspended_service_says_why_in_the_supervisors_words(paired: Page, door: OpenDoor) -> None:
    door.office.do(stock.suspend, service="KTP-HILANG", reason="jaringan ke pusat putus")
    at_start(paired, door)
    touch(paired, "rekam, cetak, ganti")
    expect(paired.locator(".opt.is-out")).to_contain_text("jaringan ke pusat putus")
    touch(paired, "KTP-el hilang")
    title(paired, "KTP-el hilang berhenti sementara.")
    expect(paired.locator(".sorry")).to_contain_text("Alasan: jaringan ke pusat putus.")
    assert in_every_size(paired) == []


def test_before_opening_hours_blanks_and_checklists_can_be_read(paired: Page, door: OpenDoor) -> None:
    door.office.at(f"{TUESDAY} 06.50")
    at_start(paired, door)
    title(paired, "Kantor belum buka.")
    expect(paired.locator(".k-hours")).to_contain_text("07.30")
    expect(paired.locator(".k-hours")).to_contain_text("Blangko KTP-el")
    assert in_every_size(paired) == []
    assert measures.violations(paired) == []
    touch(paired, "KTP-el")
    touch(paired, "KTP-el hilang")
    expect(paired.locator(".need")).to_contain_text("Surat kehilangan")
    expect(paired.get_by_text("Nomor bisa diambil")).to_contain_text("07.30")
    expect(paired.get_by_text("Ambil nomor")).to_have_count(0)
    assert in_every_size(paired) == []


@pytest.mark.parametrize(("when", "words"), [("15.05", "Nomor hari ini sudah ditutup."), ("16.30", "Kantor tutup.")])
def test_after_intake_and_after_closing_the_next_opening_is_named(
    paired: Page, door: OpenDoor, when: str, words: str
) -> None:
    door.office.at(f"{MONDAY} {when}")
    at_start(paired, door)
    title(paired, words)
    expect(paired.locator(".k-hours")).to_contain_text("07.30")
    expect(paired.locator(".k-hours")).to_contain_text("Selasa, 24 November")
    assert in_every_size(paired) == []


def test_a_kiosk_whose_office_has_a_wrong_clock_sends_to_the_desk_before_anybody_touches(
    paired: Page, door: OpenDoor
) -> None:
    door.office.take("KTP-CETAK")
    door.office.wait(hours=-1)
    at_start(paired, door)
    title(paired, "Kios belum bisa memberi nomor.")
    expect(paired.locator(".k-after")).to_contain_text("meja informasi")
    assert in_every_size(paired) == []
    touch(paired, "KTP-el")
    touch(paired, "KTP-el hilang")
    expect(paired.locator(".k-note")).to_contain_text("meja informasi")
    expect(paired.get_by_text("Ambil nomor")).to_have_count(0)
    assert in_every_size(paired) == []


def test_in_a_break_numbers_can_still_be_taken(paired: Page, door: OpenDoor) -> None:
    door.office.at(f"{MONDAY} 12.10")
    at_start(paired, door)
    expect(paired.locator(".k-break")).to_have_text("Istirahat sampai 13.00. Nomor tetap bisa diambil.")
    assert in_every_size(paired) == []
    take(paired, "Ambil dokumen jadi")


def test_yesterdays_voucher_becomes_todays_first_number(paired: Page, door: OpenDoor) -> None:
    ticket = door.office.take("KTP-HILANG")
    door.office.at(f"{MONDAY} 16.30")
    voucher = door.office.queries.ticket(ticket["id"], "id", door.office.clock).voucher
    assert voucher is not None
    door.office.at(f"{TUESDAY} 08.00")
    at_start(paired, door)
    touch(paired, "Punya nomor antrean tunda?")
    title(paired, "Ketik kode")
    assert in_every_size(paired) == []
    for sign in "ZZZZZZZZ":
        paired.locator(f"[data-key='{sign}']").tap()
    touch(paired, "Lanjut")
    expect(paired.get_by_text("Kode ZZZZZZZZ tidak ditemukan.")).to_be_visible()
    paired.keyboard.type(voucher.code + "0")
    paired.keyboard.press("Backspace")
    for sign in voucher.code[-1:].upper():
        paired.locator(f"[data-key='{sign}']").tap()
    touch(paired, "Lanjut")
    title(paired, "Antrean tunda:.*KTP-el hilang")
    expect(paired.get_by_text("Satu blangko sudah disisihkan untuk Anda")).to_be_visible()
    assert in_every_size(paired) == []
    assert measures.violations(paired) == []
    touch(paired, "Ambil nomor")
    expect(paired.locator(".slip-card .big")).to_have_text("A-001")
    expect(paired.locator(".slip-card")).to_contain_text("Satu blangko sudah disisihkan untuk Anda")


def test_a_day_closed_by_hand_is_closed_at_the_kiosk(paired: Page, door: OpenDoor) -> None:
    door.office.do(day.close_day, reason="banjir")
    door.office.follow_calendar()
    at_start(paired, door)
    expect(paired.locator("h1")).to_be_visible()
    expect(paired.get_by_text("Ambil nomor")).to_have_count(0)
    expect(paired.locator(".k-hours")).to_contain_text("Selasa, 24 November")


# -- nobody there, nobody answers --------------------------------------------------------------------------------------


def test_stillness_is_asked_about_and_then_ends_at_the_start(paired: Page, door: OpenDoor) -> None:
    hold_time(paired)
    at_start(paired, door)
    touch(paired, "rekam, cetak, ganti")
    title(paired, "mau urus yang mana")
    let_pass(paired, 29)
    expect(paired.locator("#still")).to_be_hidden()
    let_pass(paired, 2)
    expect(paired.get_by_role("alertdialog", name="Masih di sini?")).to_be_visible()
    let_pass(paired, 10)
    touch(paired, "Saya masih di sini")
    expect(paired.locator("#still")).to_be_hidden()
    let_pass(paired, 31)
    expect(paired.locator("#still")).to_be_visible()
    let_pass(paired, 21)
    title(paired, "Mau urus apa hari ini")
    expect(paired.locator("#still")).to_be_hidden()


def test_large_text_gives_twice_the_time(paired: Page, door: OpenDoor) -> None:
    hold_time(paired)
    at_start(paired, door)
    touch(paired, "Tulisan")
    let_pass(paired, 50)
    expect(paired.locator("#still")).to_be_hidden()
    let_pass(paired, 10)
    expect(paired.locator("#still")).to_be_visible()
    let_pass(paired, 25)
    expect(paired.locator("#still")).to_be_visible()
    let_pass(paired, 16)
    expect(paired.locator(".is-large")).to_have_count(0)


def test_a_number_leaves_the_screen_after_twenty_seconds_and_a_touch_starts_them_again(
    paired: Page, door: OpenDoor
) -> None:
    hold_time(paired)
    take(at_start(paired, door), "Ambil dokumen jadi")
    expect(paired.locator("[data-paper='failed']")).to_be_visible()
    let_pass(paired, 15)
    paired.locator(".slip-card").tap()
    let_pass(paired, 15)
    expect(paired.locator(".slip-card")).to_be_visible()
    let_pass(paired, 6)
    title(paired, "Mau urus apa hari ini")


def test_a_server_that_is_away_is_said_and_who_still_waits_gets_the_number(kiosk: Page, office: OfficeServer) -> None:
    touch(kiosk, "rekam, cetak, ganti")
    touch(kiosk, "KTP-el hilang")
    title(kiosk, "sudah bawa ini")
    _, before = office.ask("GET", "/api/v1/services", headers=office.bearer("kiosk"))
    office.stop()
    try:
        touch(kiosk, "Ambil nomor")
        expect(kiosk.locator("#away")).to_be_visible(timeout=20_000)
        expect(kiosk.locator("#away")).to_contain_text("Kios belum tersambung. Silakan ke meja informasi")
        assert shown(kiosk, "kiosk-away") == []
    finally:
        office.start()
    expect(kiosk.locator("#away")).to_be_hidden(timeout=30_000)
    expect(kiosk.locator("#given .big")).to_have_text(re.compile(r"A-\d{3}"))
    _, after = office.ask("GET", "/api/v1/services", headers=office.bearer("kiosk"))
    waiting = [sum(group["waiting"] for group in all_["groups"]) for all_ in (before, after)]
    assert waiting[1] == waiting[0] + 1


def test_staff_who_are_called_from_the_kiosk_are_told_and_it_is_said(kiosk: Page, office: OfficeServer) -> None:
    touch(kiosk, "Panggil")
    expect(kiosk.locator("#helped")).to_contain_text("Petugas sudah dipanggil. Tunggu di sini.")
    alerts = office.sign_in("Sari").get("/today")["alerts"]
    assert [alert["kind"] for alert in alerts if alert["kind"] != "kiosk_away"] == ["help_asked"]


def test_the_start_screen_hears_that_somebody_took_a_number_elsewhere(kiosk: Page, office: OfficeServer) -> None:
    tile = kiosk.locator(".tile", has_text="Kartu Keluarga")
    expect(tile).to_contain_text("0 orang")
    office.take("KK-BARU")
    expect(tile).to_contain_text("1 orang")


# -- for everybody -----------------------------------------------------------------------------------------------------


def test_every_screen_can_be_seen_touched_and_read_in_both_languages_and_sizes(paired: Page, door: OpenDoor) -> None:
    faults: dict[str, list[str]] = {}
    catalogue = door.office.catalogue
    addresses = ["/kiosk/voucher", *(f"/kiosk/group/{prefix}" for prefix in catalogue.groups)]
    addresses += [f"/kiosk/service/{code}" for code in catalogue.services]
    at_start(paired, door)
    for spoken in ("id", "en"):
        for address in ["/kiosk", *addresses]:
            go_to(paired, address)
            expect(paired.locator("html")).to_have_attribute("lang", spoken)
            faults[f"{address} {spoken}"] = in_every_size(paired)
        touch(paired, "Bahasa")
        expect(paired.locator("html")).not_to_have_attribute("lang", spoken)
    assert {address: found for address, found in faults.items() if found} == {}


def go_to(page: Page, address: str) -> None:
    """A screen that may be many touches away, as a touch would bring it."""
    page.evaluate(
        """(address) => {
          const way = Object.assign(document.createElement('a'), {href: address, id: 'way'});
          document.getElementById('screen').append(way);
          way.click();
        }""",
        address,
    )
    expect(page.locator("#way")).to_have_count(0)


def test_the_number_is_the_largest_thing_on_its_screen(paired: Page, door: OpenDoor) -> None:
    ticket = door.office.take("KTP-HILANG")
    paired.goto(f"{door.url}/kiosk/ticket/{ticket['id']}")
    sizes = {text["text"]: text["size"] for text in paired.evaluate(measures.TEXTS)}
    assert max(sizes, key=lambda text: sizes[text]) == ticket["number"]
    assert sizes[ticket["number"]] == 306


def test_everything_goes_by_keys_alone_and_focus_stands_on_the_question(paired: Page, door: OpenDoor) -> None:
    at_start(paired, door)
    paired.keyboard.press("Tab")
    expect(paired.locator(".tile-hero")).to_be_focused()
    ring = paired.locator(".tile-hero").evaluate("node => getComputedStyle(node).outlineWidth")
    assert ring == "4px"
    paired.keyboard.press("Enter")
    title(paired, "mau urus yang mana")
    expect(paired.locator("h1")).to_be_focused()
    paired.keyboard.press("Tab")
    paired.keyboard.press("Enter")
    title(paired, "Rekam pemula:.*sudah bawa ini")
    paired.locator("[data-do='priority']").focus()
    paired.keyboard.press("Space")
    expect(paired.get_by_role("checkbox")).to_be_checked()
    paired.get_by_role("button", name="Ambil nomor").focus()
    paired.keyboard.press("Enter")
    expect(paired.locator("#given h1")).to_be_focused()


def test_keys_never_press_what_lies_under_a_panel(paired: Page, door: OpenDoor) -> None:
    hold_time(paired)
    at_start(paired, door)
    touch(paired, "rekam, cetak, ganti")
    title(paired, "mau urus yang mana")
    let_pass(paired, 31)
    expect(paired.get_by_role("button", name="Saya masih di sini")).to_be_focused()
    paired.keyboard.press("Tab")  # any key is an answer
    expect(paired.locator("#still")).to_be_hidden()
    expect(paired.locator(".opt").first).to_be_focused()
    touch(paired, "Cetak KTP-el")
    touch(paired, "Ambil nomor")
    touch(paired, "Salah pilih?")
    keep, give_back = paired.locator("[data-do='keep']"), paired.locator("[data-do='cancel']")
    expect(keep).to_be_focused()
    for key, focused in (("Tab", give_back), ("Tab", keep), ("Shift+Tab", give_back), ("Shift+Tab", keep)):
        paired.keyboard.press(key)
        expect(focused).to_be_focused()
    paired.keyboard.press("Enter")
    expect(paired.locator("#wrong")).to_be_hidden()
    expect(paired.locator("#given h1")).to_be_focused()


def test_no_key_leads_out_of_a_kiosk_whose_server_is_away(paired: Page, door: OpenDoor) -> None:
    at_start(paired, door)
    door.lose_answers("/kiosk.*")
    paired.locator(".tile-hero").focus()
    paired.keyboard.press("Enter")
    expect(paired.locator("#away")).to_be_visible()
    paired.keyboard.press("Tab")
    paired.keyboard.press("Enter")
    expect(paired.locator("#away")).to_be_visible()
    door.lose_no_more_answers()
    title(paired, "Mau urus apa hari ini")
    assert paired.url == f"{door.url}/kiosk?lang=id"


def test_another_language_keeps_what_was_filled_in(paired: Page, door: OpenDoor) -> None:
    paired.goto(f"{door.url}/kiosk")
    touch(paired, "rekam, cetak, ganti")
    touch(paired, "Cetak KTP-el")
    paired.get_by_role("checkbox").tap()
    paired.locator("[data-do='more']").tap()
    touch(paired, "Bahasa")
    title(paired, "do you have these with you")
    expect(paired.get_by_role("checkbox", name="I need to go first")).to_be_checked()
    expect(paired.locator("output[data-cards]")).to_have_text("2")
    expect(paired.locator("html")).to_have_attribute("lang", "en")


def test_a_browser_that_is_no_kiosk_is_told_how_to_become_one(office: OfficeServer, new_page: NewPage) -> None:
    page = new_page("kiosk")
    page.goto(f"{office.url}/kiosk")
    expect(page.locator("main")).to_contain_text("belum dipasangkan")


# -- where the office asks for the NIK ------------------------------------------------------------------------------

TOUT, CITIZEN = "3673011708809901", "3673015708809902"


@pytest.fixture
def asking(tmp_path: Path, rng: random.Random) -> Iterator[OpenDoor]:
    """Kota Serang with one number for a NIK, service and day."""
    house = TheOffice(f"sqlite:///{tmp_path / 'asking.db'}", rng)
    house.text = house.text.replace("numbers_per_nik = 0", "numbers_per_nik = 1")
    house.found(f"{MONDAY} 07.00", KTP=91)
    house.at(f"{MONDAY} 09.42")
    with open_door(house) as opened:
        yield opened
    house.verify()
    house.close()


@pytest.fixture
def asked(asking: OpenDoor, new_page: NewPage) -> Page:
    """A kiosk at the question for the NIK, after priority and a second card were ticked on the checklist."""
    page = new_page("kiosk")
    asking.pair(page, printer="none")
    at_start(page, asking)
    touch(page, "rekam, cetak, ganti")
    touch(page, "Cetak KTP-el")
    page.get_by_role("checkbox").tap()
    page.locator("[data-do='more']").tap()
    touch(page, "Ambil nomor")
    title(page, "Ketik NIK Anda.")
    return page


def by_touch(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(f".keypad [data-key='{digit}']").tap()


def test_a_nik_is_typed_by_touch_seen_for_a_moment_and_then_masked(asked: Page, asking: OpenDoor) -> None:
    faults = {"empty": in_every_size(asked) + measures.too_faint(asked, 4.5)}
    hold_time(asked)
    by_touch(asked, TOUT[:6])
    asked.locator("[data-key='Backspace']").tap()
    expect(asked.locator("#typed-count")).to_have_text("5 dari 16 angka")
    expect(asked.locator("#nik")).to_have_text(re.compile(r"3\s*6\s*7\s*3\s*0"))
    asked.clock.run_for(2_000)
    expect(asked.locator("#nik")).to_have_text("")
    expect(asked.locator("#nik .is-typed")).to_have_count(5)
    touch(asked, "Lihat")
    expect(asked.locator("#nik")).to_have_text(re.compile(r"3\s*6\s*7\s*3\s*0"))
    asked.clock.resume()
    touch(asked, "Ambil nomor")
    expect(asked.get_by_role("alert").filter(visible=True)).to_have_text("NIK harus 16 angka.")
    expect(asked.locator("#typed-fault")).to_be_focused()
    faults["refused"] = in_every_size(asked) + measures.violations(asked) + measures.too_faint(asked, 4.5)
    by_touch(asked, TOUT[5:])
    expect(asked.locator("#typed-count")).to_have_text("16 dari 16 angka")
    touch(asked, "Ambil nomor")
    expect(asked.locator(".slip-card .big")).to_have_text("A-001")
    assert TOUT not in asked.content()
    assert faults == {"empty": [], "refused": []}
    ticket = asking.office.queries.ticket_by_number("A-001", "id", asking.office.clock)
    assert (ticket.priority, ticket.cards) == (True, 2)


def test_a_nik_is_typed_by_keys_and_the_second_number_is_refused_with_what_to_do(asked: Page, asking: OpenDoor) -> None:
    addresses: list[str] = []
    asked.on("request", lambda request: addresses.append(request.url))
    asked.keyboard.type(TOUT[:9])
    asked.keyboard.press("Backspace")
    touch(asked, "Bahasa")
    title(asked, "Type your NIK.")
    expect(asked.locator("#typed-count")).to_have_text("8 of 16 digits")
    assert in_every_size(asked) + measures.violations(asked) == []
    asked.keyboard.type(TOUT[8:])
    asked.get_by_role("button", name="Take a number").focus()
    asked.keyboard.press("Enter")
    expect(asked.locator(".slip-card .big")).to_have_text("A-001")
    touch(asked, "Done")
    touch(asked, "rekam, cetak, ganti")
    touch(asked, "Cetak KTP-el")
    touch(asked, "Ambil nomor")
    title(asked, "Ketik NIK Anda.")
    asked.keyboard.type(TOUT)
    touch(asked, "Kembali")
    title(asked, "sudah bawa ini")
    touch(asked, "Ambil nomor")
    expect(asked.locator("#typed-count")).to_have_text("0 dari 16 angka")
    asked.keyboard.type(TOUT)
    touch(asked, "Ambil nomor")
    expect(asked.locator("#refusal")).to_contain_text("NIK ini sudah mengambil 1 nomor Cetak KTP-el hari ini.")
    touch(asked, "Baik")
    touch(asked, "Ambil nomor")
    title(asked, "Ketik NIK Anda.")
    asked.keyboard.type(CITIZEN)
    touch(asked, "Ambil nomor")
    expect(asked.locator(".slip-card .big")).to_have_text("A-002")
    assert not any(nik[:6] in address for nik in (TOUT, CITIZEN) for address in addresses)


def test_another_day_asks_for_the_nik_as_well_and_counts_it(asked: Page, asking: OpenDoor) -> None:
    asking.office.count("KTP", 3)  # that is the reserve: nothing is left for numbers
    asked.goto(f"{asking.url}/kiosk/service/KTP-CETAK")
    for nik in (TOUT, CITIZEN):
        asked.locator(".opt-first").tap()
        title(asked, "Ketik NIK Anda.")
        assert in_every_size(asked) + measures.violations(asked) == []
        asked.keyboard.type(nik[:15])
        touch(asked, "Masuk daftar tunggu")
        expect(asked.get_by_role("alert").filter(visible=True)).to_have_text("NIK harus 16 angka.")
        asked.keyboard.type(nik[15:])
        touch(asked, "Masuk daftar tunggu")
        title(asked, "Daftar tunggu: kode Anda")
        asked.goto(f"{asking.url}/kiosk/service/KTP-CETAK")
    asked.locator(".opt-first").tap()
    title(asked, "Ketik NIK Anda.")
    touch(asked, "Kembali")
    expect(asked.locator(".opt-first")).to_be_visible()
    asked.locator(".opt-first").tap()
    title(asked, "Ketik NIK Anda.")
    asked.keyboard.type(TOUT)
    touch(asked, "Masuk daftar tunggu")
    expect(asked.locator("#refusal")).to_contain_text("NIK ini sudah mengambil 1 nomor Cetak KTP-el hari ini.")


def test_pictures_of_the_kiosk_for_the_readme(new_page: NewPage, door: OpenDoor, tmp_path: Path) -> None:
    paired = new_page("kiosk")
    door.pair(paired, printer=f"file:{tmp_path / 'paper'}")
    for service, people in (("KTP-CETAK", 33), ("KK-BARU", 11), ("AKTA-LAHIR", 7), ("DATANG", 4), ("IKD", 3)):
        for _ in range(people):
            door.office.take(service)
    at_start(paired, door)
    expect(paired.locator(".tile-hero")).to_contain_text("44")  # eleven of them for a family card, at the same counter
    assert shown(paired, "kiosk-home-busy") == []
    touch(paired, "rekam, cetak, ganti")
    touch(paired, "KTP-el hilang")
    title(paired, "sudah bawa ini")
    assert shown(paired, "kiosk-checklist-lost") == []
    touch(paired, "Ambil nomor")
    expect(paired.locator(".slip-card .big")).to_have_text("A-034")
    expect(paired.locator(".outlet:visible")).to_have_text("Ambil kertas di bawah sini")
    assert shown(paired, "kiosk-number-printed") == []
