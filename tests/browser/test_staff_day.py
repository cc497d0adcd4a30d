"""What staff see through a day, on the office's own clock: before opening, a full morning, a break, the close."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from queue_server.operations import auth, calling, office, stock
from tests.browser import measures
from tests.browser.on_the_clock import OpenDoor, open_door
from tests.browser.screens import shown
from tests.services import Screen
from tests.the_office import TheOffice
from tests.the_web import PASSWORD, PASSWORD_HASH

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
Enter = Callable[[str, str], Page]
MONDAY, FRIDAY = "2026-11-23", "2026-11-27"
CLERKS = ("Dewi", "Hasan", "Yuni", "Rina", "Agus", "Wati", "Bayu", "Nana", "Lina", "Tono", "Maya", "Eko")
ARRIVALS = (  # services by how often they are asked for
    *(["KTP-CETAK"] * 7 + ["KTP-HILANG"] * 6 + ["KTP-RUSAK"] * 5 + ["KTP-UBAH"] * 4 + ["KTP-REKAM"] * 5),
    *(["KK-UBAH"] * 6 + ["KK-BARU"] * 4 + ["AKTA-LAHIR"] * 5 + ["AKTA-MATI", "PINDAH", "PINDAH", "DATANG"]),
    *["IKD", "IKD", "AMBIL", "AMBIL", "AMBIL"],
)
SCREEN_HEIGHT, MINUTE_MS = 768, 60_000


@pytest.fixture
def door(sqlite_url: str, rng: random.Random) -> Iterator[OpenDoor]:
    """Kota Serang on Monday 23 November 2026 at 07.00, before it opens; no blank for a child card is left."""
    house = TheOffice(sqlite_url, rng)
    house.found(f"{MONDAY} 07.00", KTP=190, KTP_WNA=44, KIA=0, RIBBON=520)
    for number, name in enumerate(CLERKS, start=1):
        fields = {"staff_id": f"clerk-{number}", "name": name, "role": "clerk", "password_hash": PASSWORD_HASH}
        house.do(auth.add_staff, **fields)
    house.do(auth.add_staff, staff_id="sari", name="Sari", role="supervisor", password_hash=PASSWORD_HASH)
    with open_door(house) as opened:
        yield opened
    house.verify()
    house.close()


@pytest.fixture
def enter(door: OpenDoor, new_page: NewPage) -> Enter:
    """`enter("Rina", "/counter")`: her page, whose clock is the office's."""

    def open_page(name: str, path: str) -> Page:
        browser = door.web.stranger()
        assert browser.post("/session", {"name": name, "password": PASSWORD}).status_code == 200
        cookie = browser.client.get_cookie("antrean_staff")
        assert cookie is not None
        page = new_page("counter")
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": door.url}])
        page.clock.set_fixed_time(datetime.fromtimestamp(door.office.clock / 1000, UTC))
        page.goto(door.url + path)
        return page

    return open_page


def a_morning(house: TheOffice, rng: random.Random) -> None:
    """From opening until 09.43: twelve counters, people who come faster than they can be served."""
    house.at(f"{MONDAY} 07.30")
    for number in range(1, len(CLERKS) + 1):
        house.open(number)
    opening, busy, held = house.clock, dict[int, int](), dict[int, dict[str, object]]()
    for minute in range(133):
        house.clock = opening + minute * MINUTE_MS
        for _ in range(2 if minute < 90 else 1):
            if rng.random() < 0.85:
                house.take(rng.choice(ARRIVALS), priority=rng.random() < 0.08)
        for number in range(1, len(CLERKS) + 1):
            if busy.get(number, 0) <= minute:
                if ticket := held.pop(number, None):
                    house.finish(ticket, number)
                if ticket := house.call(number):
                    house.act(calling.start, ticket, number)
                    held[number], busy[number] = ticket, minute + rng.randint(9, 15)
    house.clock = opening + 133 * MINUTE_MS


def fits(page: Page) -> bool:
    page.evaluate("document.fonts.ready")
    height: int = page.evaluate("document.documentElement.scrollHeight")
    return height <= SCREEN_HEIGHT


def test_a_full_morning_fits_on_the_clerks_screen(door: OpenDoor, rng: random.Random, enter: Enter) -> None:
    a_morning(door.office, rng)
    page = enter("Rina", "/counter")
    board = door.office.queries.counter(4, door.office.clock)
    assert board.ticket is not None
    expect(page.locator("#number")).to_have_text(board.ticket.number)
    expect(page.locator("#waiting")).to_have_text(f"Menunggu: {board.waiting_total}")
    expect(page.locator("#next li")).to_have_count(10)
    expect(page.locator("#go-words")).to_have_text(f"Selesai, panggil {board.next[0].number}")
    expect(page.locator("#today")).to_contain_text(f"{board.finished_today} selesai, rata-rata")
    expect(page.locator("#groups li", has_text="Kartu anak")).to_contain_text("Blangko kartu anak (KIA) habis")
    assert shown(page, "counter-busy") == []
    assert fits(page)


def test_what_is_suspended_stands_on_the_clerks_full_screen_with_its_reason(
    door: OpenDoor, rng: random.Random, enter: Enter
) -> None:
    a_morning(door.office, rng)
    page = enter("Rina", "/counter")
    expect(page.locator("#number")).not_to_have_text("")
    expect(page.locator("#stopped")).to_be_hidden()
    for service in ("KTP-CETAK", "KTP-HILANG", "KTP-UBAH", "KK-BARU", "KK-UBAH"):
        door.office.do(stock.suspend, service=service, reason="Jaringan ke pusat terputus sampai siang")
    door.office.do(stock.suspend, service="KTP-RUSAK", reason="Pencetak kartu rusak")
    door.office.do(stock.suspend, service="AMBIL", reason="Ruang arsip terkunci")
    door.office.do(stock.suspend, service="AKTA-LAHIR", reason="Listrik padam")  # not of this counter
    page.reload()
    expect(page.locator("#stopped li")).to_have_count(3)
    expect(page.locator("#stopped")).to_contain_text("Dihentikan: KTP-el rusak. Pencetak kartu rusak")
    expect(page.locator("#stopped")).to_contain_text("Cetak KTP-el, KTP-el hilang, KTP-el ubah data, ")
    expect(page.locator("#stopped")).to_contain_text(". Jaringan ke pusat terputus sampai siang")
    assert fits(page)
    assert measures.too_faint(page, 4.5) + measures.violations(page) == []
    page.keyboard.press("r")
    expect(page.locator("#trouble")).to_be_visible()
    assert fits(page)
    door.office.do(stock.resume, service="KTP-RUSAK")
    page.reload()
    expect(page.locator("#stopped li")).to_have_count(2)


def test_a_full_morning_fits_on_the_supervisors_screen(door: OpenDoor, rng: random.Random, enter: Enter) -> None:
    a_morning(door.office, rng)
    door.office.do(office.ask_for_help, device="counter-9")
    page = enter("Sari", "/supervisor")
    today = door.office.queries.today(door.office.clock)
    for figure, words in ((today.taken, "nomor diambil"), (today.served, "selesai"), (today.waiting, "menunggu")):
        expect(page.locator("#figs div", has_text=words).first).to_contain_text(str(figure))
    expect(page.locator("#counters tbody tr")).to_have_count(13)
    expect(page.locator(".alert", has_text="Loket 9 minta bantuan")).to_contain_text("Lina")
    blanks = next(item for item in today.items if item.item == "KTP")
    expect(page.locator("#blanks .blank .num")).to_have_text(str(blanks.available))
    expect(page.locator("#blanks")).to_contain_text(f"Stok fisik {blanks.on_hand}")
    expect(page.locator("#blanks tr", has_text="kartu anak")).to_contain_text("kosong")
    assert sum(int(words) for words in page.locator("#arrivals text").all_text_contents()[::3]) == today.taken
    hours = [[f"{hour.hour:02d}", str(hour.taken), str(hour.served)] for hour in today.hours]
    rows = page.get_by_role("table", name="Per jam").locator("tbody tr")
    assert [row.locator("th, td").all_text_contents() for row in rows.all()] == hours
    assert sum(hour.served for hour in today.hours) == today.served
    longest = page.get_by_role("list", name="Terlama menunggu").locator("li")
    assert [row.locator("b").text_content() for row in longest.all()] == [wait.number for wait in today.longest]
    said = {"fine": "wajar", "slow": "hampir lewat", "over": "lewat batas"}
    for row, wait in zip(longest.all(), today.longest, strict=True):
        expect(row).to_contain_text(said[wait.light])
    assert shown(page, "supervisor-busy") == []
    assert fits(page)


def test_before_opening_the_counter_says_when_calls_begin(door: OpenDoor, enter: Enter) -> None:
    door.office.open(4)
    page = enter("Rina", "/counter")
    expect(page.locator("#calm")).to_contain_text("Kantor belum buka.")
    expect(page.locator("#calm")).to_contain_text("Panggilan dimulai pukul 07.30.")
    expect(page.locator("#go")).to_have_attribute("aria-disabled", "true")


def test_after_the_close_the_figures_stay_and_the_supervisor_may_open_by_hand(door: OpenDoor, enter: Enter) -> None:
    house = door.office
    house.at(f"{MONDAY} 08.00")
    house.open(4)
    house.take("KTP-CETAK")
    house.serve_one(4)
    house.at(f"{MONDAY} 16.01")
    page = enter("Sari", "/supervisor")
    expect(page.locator("#when")).to_contain_text("tutup, buka lagi Selasa")
    expect(page.locator("#figs div", has_text="nomor diambil")).to_contain_text("1")
    expect(page.get_by_role("button", name="Buka hari")).to_be_visible()
    expect(page.get_by_role("button", name="Tutup hari")).to_have_count(0)


def test_a_break_is_said_and_calls_go_on(door: OpenDoor, enter: Enter) -> None:
    house = door.office
    house.at(f"{FRIDAY} 11.20")
    house.open(4)
    ticket = house.take("KTP-CETAK")
    house.at(f"{FRIDAY} 11.40")
    expect(enter("Sari", "/supervisor").locator("#when")).to_contain_text("istirahat sampai 13.00")
    page = enter("Rina", "/counter")
    page.keyboard.press("Enter")
    expect(page.locator("#go-words")).to_have_text("Mulai melayani")
    expect(page.locator("#number")).to_have_text(ticket["number"])


def test_a_clock_that_runs_behind_is_confirmed_by_a_supervisor(door: OpenDoor, enter: Enter) -> None:
    house = door.office
    house.at(f"{MONDAY} 10.00")
    house.take("KTP-CETAK")
    house.clock -= 3_600_000
    page = enter("Sari", "/supervisor")
    alert = page.locator(".alert", has_text="Jam server lebih awal dari catatan terakhir")
    alert.get_by_role("button", name="Periksa jam").click()
    page.get_by_role("dialog").get_by_label("Jam sudah dibetulkan").check()
    page.get_by_role("dialog").get_by_role("button", name="Jam sudah benar").click()
    expect(page.locator("#result")).to_have_text("Jam dinyatakan benar.")
    expect(alert).to_have_count(0)
    assert house.take("KTP-CETAK")["number"].endswith("002")
