"""The kiosk for who sees it badly, reaches it badly, goes by keys, or wants to do with it what it is not for."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from queue_server.operations import stock, vouchers
from queue_server.web import pin
from queue_server.web.voice import espeak
from tests import services
from tests.browser import measures
from tests.browser.on_the_clock import OpenDoor, open_door
from tests.browser.screens import shown
from tests.browser.test_kiosk import (
    CITIZEN,
    MONDAY,
    at_start,
    by_touch,
    faults_of,
    go_to,
    hold_time,
    let_pass,
    title,
    touch,
)
from tests.services import Screen
from tests.the_office import TheOffice

pytestmark = pytest.mark.browser
NewPage = Callable[[Screen], Page]
PIN = "271828"

# A voice that says in a twentieth of the time what it has to say, and in the browser all the same.
HASTE = """(() => {
  const make = AudioContext.prototype.createBufferSource;
  AudioContext.prototype.createBufferSource = function () {
    const source = make.call(this);
    source.playbackRate.value = 20;
    return source;
  };
  const start = OscillatorNode.prototype.start;
  window.ticks = 0;
  OscillatorNode.prototype.start = function () { window.ticks += 1; start.call(this); };
})();"""


@pytest.fixture
def asking(tmp_path: Path, rng: random.Random) -> Iterator[OpenDoor]:
    """Kota Serang on a Monday at 09.42, one number for a NIK; KTP-el ubah data is suspended, no child's card left."""
    house = TheOffice(f"sqlite:///{tmp_path / 'everyone.db'}", rng)
    house.text = house.text.replace("numbers_per_nik = 0", "numbers_per_nik = 1")
    house.found(f"{MONDAY} 07.00", KTP=91)
    house.at(f"{MONDAY} 09.42")
    for counter in (1, 3, 4, 5, 10, 11, 12, 13):
        house.open(counter)
    house.count("KIA", 0)
    house.do(stock.suspend, service="KTP-UBAH", reason="jaringan ke pusat putus")
    with open_door(house, data_dir=tmp_path) as opened:
        yield opened
    house.verify()
    house.close()


@pytest.fixture
def kiosk(asking: OpenDoor, new_page: NewPage) -> Page:
    page = new_page("kiosk")
    page.add_init_script(HASTE)
    asking.pair(page, printer="none", name="Kios 1")
    return at_start(page, asking)


def given_voucher(door: OpenDoor) -> Any:
    office = door.office
    return office.do(vouchers.give_voucher, code=office.new_code(), token=office.new_id(), service="KIA-BARU")


# -- seen, reached, understood -----------------------------------------------------------------------------------------

PANELS = ("still", "helped", "refusal", "away")
SHOW = """(id) => {
  const panel = document.getElementById(id);
  panel.querySelectorAll('[data-said]').forEach((said, at) => { said.hidden = at > 0; });
  const sentence = 'Nomor untuk layanan ini sudah ditutup.';
  panel.querySelectorAll('[data-sentence]').forEach((said) => { said.textContent = sentence; });
  panel.hidden = false;
}"""


def look(page: Page, state: str, language: str) -> list[str]:
    """What is wrong with this state in both sizes; the colours are the same in both."""
    found = faults_of(page) + shown(page, f"kiosk-{state}", language) + measures.too_faint(page, 4.5)
    page.evaluate("document.body.classList.add('is-large')")
    found += [f"large: {fault}" for fault in faults_of(page) + measures.violations(page, but=["color-contrast"])]
    page.evaluate("document.body.classList.remove('is-large')")
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_state_of_the_kiosk_has_a_fault_in_either_size(kiosk: Page, asking: OpenDoor, language: str) -> None:
    ticket, voucher = asking.office.take("KTP-HILANG"), given_voucher(asking)
    states = {
        "home": "/kiosk",
        "group": "/kiosk/group/A",
        "checklist": "/kiosk/service/KTP-CETAK",
        "refused": "/kiosk/service/KIA-BARU",
        "suspended": "/kiosk/service/KTP-UBAH",
        "nik": "/kiosk/service/KTP-CETAK/nik",
        "voucher": "/kiosk/voucher",
        "voucher-unknown": "/kiosk/voucher/ZZZZZZZZ",
        "voucher-found": f"/kiosk/voucher/{voucher['code']}",
        "number": f"/kiosk/ticket/{ticket['id']}",
        "another-day": f"/kiosk/another-day/{voucher['code']}",
        "pin": "/kiosk/pin",
        "settings": "/kiosk/settings",
    }
    if language == "en":
        touch(kiosk, "Bahasa")
        title(kiosk, "What do you need today")
    found = {}
    for state, address in states.items():
        go_to(kiosk, address)
        found[state] = look(kiosk, state, language)
        for panel in kiosk.locator("#wrong").all():
            panel.evaluate("(panel) => { panel.hidden = false; }")
            found[f"{state}, asked again"] = look(kiosk, f"{state}-wrong", language)
    go_to(kiosk, "/kiosk/service/KTP-CETAK")
    for panel_id in PANELS:
        kiosk.evaluate(SHOW, panel_id)
        found[panel_id] = look(kiosk, f"panel-{panel_id}", language)
        kiosk.evaluate("(id) => { document.getElementById(id).hidden = true; }", panel_id)
    asking.office.at(f"{MONDAY} 16.30")
    go_to(kiosk, "/kiosk")
    found["closed"] = look(kiosk, "closed", language)
    assert {state: faults for state, faults in found.items() if faults} == {}


def test_every_state_that_has_a_colour_has_a_sign_and_a_word(kiosk: Page) -> None:
    for tile in kiosk.locator(".is-out").all():
        expect(tile.locator(".state svg")).to_have_count(1)
        expect(tile.locator(".state")).to_have_text(re.compile(r"\w+"))
    go_to(kiosk, "/kiosk/service/KTP-CETAK")
    box = kiosk.get_by_role("checkbox")
    tick = box.locator(".box svg")
    seen = "(node) => getComputedStyle(node).color"
    unticked = tick.evaluate(seen)
    box.tap()
    assert tick.evaluate(seen) != unticked


# -- by keys alone -----------------------------------------------------------------------------------------------------


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def walk_to(page: Page, words: str, key: str = "ArrowRight") -> None:
    """Presses the key until the control that says this has the focus, which has to be seen."""
    for _ in range(60):
        page.keyboard.press(key)
        held = page.evaluate(
            """() => { const at = document.activeElement, style = getComputedStyle(at);
              return [at.getAttribute('aria-label') || at.innerText, style.outlineStyle + style.outlineWidth]; }"""
        )
        if held[0] == words or (len(words) > 1 and words in held[0]):
            assert held[1] == "solid4px"
            return
    pytest.fail(f"no way by {key} to {words}")


def test_arrows_and_enter_alone_lead_to_a_number_that_needs_a_nik(kiosk: Page) -> None:
    kiosk.keyboard.press("ArrowDown")
    expect(kiosk.locator(".tile-hero")).to_be_focused()
    press(kiosk, "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "Enter")
    title(kiosk, "mau urus yang mana")
    expect(kiosk.locator("h1")).to_be_focused()
    walk_to(kiosk, "KTP-el hilang", "ArrowDown")
    kiosk.keyboard.press("Enter")
    title(kiosk, "sudah bawa ini")
    walk_to(kiosk, "Saya perlu didahulukan")
    kiosk.keyboard.press("Enter")
    expect(kiosk.get_by_role("checkbox")).to_be_checked()
    walk_to(kiosk, "Ambil nomor")
    kiosk.keyboard.press("NumpadEnter")
    title(kiosk, "Ketik NIK Anda.")
    press(kiosk, *CITIZEN[:4], "Delete")
    expect(kiosk.locator("#typed-count")).to_have_text("0 dari 16 angka")
    press(kiosk, *CITIZEN, "Backspace", CITIZEN[-1], "NumpadEnter")
    expect(kiosk.locator(".slip-card .big")).to_have_text("A-001")
    expect(kiosk.locator("#given h1")).to_be_focused()
    walk_to(kiosk, "Salah pilih?")
    kiosk.keyboard.press("Enter")
    for key, words in (("ArrowRight", "Ya, batalkan"), ("ArrowDown", "Tidak"), ("ArrowLeft", "Ya, batalkan")):
        kiosk.keyboard.press(key)
        expect(kiosk.locator("#wrong button:focus")).to_have_text(words)
    walk_to(kiosk, "Tidak")
    kiosk.keyboard.press("Enter")
    walk_to(kiosk, "Selesai")
    kiosk.keyboard.press("Enter")
    title(kiosk, "Mau urus apa hari ini")


def test_arrows_and_enter_alone_lead_from_sold_out_to_another_day_and_back_with_its_code(
    kiosk: Page, asking: OpenDoor
) -> None:
    walk_to(kiosk, "Kartu anak")
    kiosk.keyboard.press("Enter")
    title(kiosk, "mau urus yang mana")
    kiosk.keyboard.press("Escape")
    title(kiosk, "Mau urus apa hari ini")
    walk_to(kiosk, "Kartu anak", "ArrowLeft")
    kiosk.keyboard.press("Enter")
    title(kiosk, "mau urus yang mana")
    press(kiosk, "ArrowDown", "Enter")
    title(kiosk, "hari ini sudah habis")
    walk_to(kiosk, "Masuk daftar tunggu", "ArrowDown")
    kiosk.keyboard.press("Enter")
    title(kiosk, "Ketik NIK Anda.")
    press(kiosk, *CITIZEN)
    walk_to(kiosk, "Masuk daftar tunggu", "ArrowLeft")
    kiosk.keyboard.press("Enter")
    title(kiosk, "Daftar tunggu: kode Anda")
    code = kiosk.locator(".is-code").inner_text()
    walk_to(kiosk, "Selesai")
    kiosk.keyboard.press("Enter")
    walk_to(kiosk, "Punya nomor antrean tunda?", "ArrowLeft")
    kiosk.keyboard.press("Enter")
    title(kiosk, "Ketik kode")
    for sign in code:  # a keypad has no letters
        walk_to(kiosk, sign)
        kiosk.keyboard.press("Enter")
    walk_to(kiosk, "Lanjut")
    kiosk.keyboard.press("Enter")
    title(kiosk, "Antrean tunda:")
    expect(kiosk.get_by_text("Belum ada tanggal.")).to_be_visible()


def test_the_same_ways_by_touch_alone(kiosk: Page) -> None:
    touch(kiosk, "rekam, cetak, ganti")
    touch(kiosk, "KTP-el hilang")
    touch(kiosk, "Ambil nomor")
    by_touch(kiosk, CITIZEN[:3])
    touch(kiosk, "Kosongkan")
    expect(kiosk.locator("#typed-count")).to_have_text("0 dari 16 angka")
    by_touch(kiosk, CITIZEN)
    touch(kiosk, "Ambil nomor")
    expect(kiosk.locator(".slip-card .big")).to_have_text("A-001")
    touch(kiosk, "Selesai")
    touch(kiosk, "Kartu anak")
    kiosk.locator(".opt.is-out").first.tap()
    touch(kiosk, "Masuk daftar tunggu")
    by_touch(kiosk, CITIZEN)
    touch(kiosk, "Masuk daftar tunggu")
    code = kiosk.locator(".is-code").inner_text()
    touch(kiosk, "Selesai")
    touch(kiosk, "Punya nomor antrean tunda?")
    by_touch(kiosk, f"0{code[:7]}")
    expect(kiosk.locator("#code")).to_have_text(re.compile(r"\s*".join(f"0{code[:7]}")))
    touch(kiosk, "Kosongkan")
    by_touch(kiosk, code)
    touch(kiosk, "Lanjut")
    expect(kiosk.get_by_text("Belum ada tanggal.")).to_be_visible()


# -- time --------------------------------------------------------------------------------------------------------------


def test_the_question_whether_one_is_here_can_be_answered_again_and_again_and_presses_nothing(kiosk: Page) -> None:
    hold_time(kiosk)
    go_to(kiosk, "/kiosk/service/KTP-CETAK")
    walk_to(kiosk, "Ambil nomor")
    for _ in range(11):
        kiosk.clock.run_for(22_000)
        let_pass(kiosk, 9)
        expect(kiosk.get_by_role("alertdialog", name="Masih di sini?")).to_be_visible()
        expect(kiosk.get_by_role("button", name="Saya masih di sini")).to_be_focused()
        kiosk.keyboard.press("Enter")
        expect(kiosk.locator("#still")).to_be_hidden()
    expect(kiosk.get_by_role("button", name="Ambil nomor")).to_be_focused()
    title(kiosk, "sudah bawa ini")


# -- heard -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def heard(kiosk: Page) -> list[str]:
    """What the kiosk has had spoken, as it came."""
    if not espeak.installed():
        services.missing("espeak-ng is missing: sudo apt install espeak-ng")
    texts: list[str] = []

    def note(response: Any) -> None:
        if response.url.endswith("/kiosk/speech") and response.status == 200:
            texts.append(response.request.post_data_json["text"])

    kiosk.on("response", note)
    return texts


def is_said(page: Page, heard: list[str], words: str) -> None:
    """Waits until this was made into sound, and all that goes with it was heard."""
    while not re.search(words, " ".join(heard)):
        page.wait_for_event("response", lambda response: response.url.endswith("/kiosk/speech"))
    page.wait_for_function("() => !antrean.speech.isSpeaking()")
    heard.clear()


def test_each_step_is_said_on_demand_and_the_number_twice(kiosk: Page, heard: list[str]) -> None:
    touch(kiosk, "rekam, cetak, ganti")
    title(kiosk, "mau urus yang mana")
    assert heard == []
    touch(kiosk, "Dengarkan")
    expect(kiosk.get_by_role("button", name="Dengarkan")).to_have_attribute("aria-pressed", "true")
    is_said(kiosk, heard, r"Suara menyala.*KTP-el: mau urus yang mana\?.*KTP-el hilang.*Kembali.*Panggil petugas")
    touch(kiosk, "KTP-el hilang")
    is_said(kiosk, heard, r"^KTP-el hilang: sudah bawa ini\? Surat kehilangan.*didahulukan.*belum dipilih.*Ambil nomor")
    kiosk.get_by_role("checkbox").tap()
    is_said(kiosk, heard, "^Saya perlu didahulukan.* dipilih")
    assert kiosk.evaluate("window.ticks") == 2  # the first touch switched speech on
    touch(kiosk, "Bahasa")
    is_said(kiosk, heard, "^Lost ID card: do you have these with you.*I need to go first.* selected")
    touch(kiosk, "Bahasa")
    is_said(kiosk, heard, "sudah bawa ini")
    touch(kiosk, "Ambil nomor")
    is_said(kiosk, heard, "Ketik NIK Anda")
    by_touch(kiosk, CITIZEN)
    is_said(kiosk, heard, "16 dari 16 angka")
    touch(kiosk, "Ambil nomor")
    is_said(kiosk, heard, r"^Nomor antrean Anda ?\. A-001\. A-001\. KTP-el hilang.*Di depan Anda.*Selesai")
    touch(kiosk, "Salah pilih?")
    is_said(kiosk, heard, r"Batalkan nomor A-001\?.*Tidak.*Ya, batalkan")
    touch(kiosk, "Tidak")
    touch(kiosk, "Dengarkan")
    touch(kiosk, "Selesai")
    title(kiosk, "Mau urus apa hari ini")
    touch(kiosk, "rekam, cetak, ganti")
    title(kiosk, "mau urus yang mana")
    assert heard == []


def test_whoever_goes_by_keys_hears_where_they_stand_and_nobody_hears_a_nik(kiosk: Page, heard: list[str]) -> None:
    walk_to(kiosk, "Dengarkan", "ArrowLeft")
    kiosk.keyboard.press("Enter")
    is_said(kiosk, heard, "Suara menyala")
    kiosk.keyboard.press("ArrowLeft")
    is_said(kiosk, heard, "^Tulisan besar.$")
    go_to(kiosk, "/kiosk/service/KTP-CETAK/nik")
    is_said(kiosk, heard, "^Ketik NIK Anda")
    press(kiosk, *CITIZEN[:6])
    walk_to(kiosk, "7")
    kiosk.keyboard.press("Enter")
    walk_to(kiosk, "Hapus")
    is_said(kiosk, heard, "Hapus")
    press(kiosk, *CITIZEN[6:15])
    walk_to(kiosk, "Lihat")
    kiosk.keyboard.press("Enter")
    press(kiosk, "ArrowRight", "ArrowRight", "Enter")
    while "Tanggal lahir" not in (said := " ".join(heard)):
        kiosk.wait_for_event("response", lambda response: response.url.endswith("/kiosk/speech"))
    assert set(re.findall(r"\d+", said)) <= {"0", "4", "8", "12", "16"}, said  # so many of 16


def test_speech_gives_twice_the_time_and_none_runs_while_it_speaks(kiosk: Page, heard: list[str]) -> None:
    hold_time(kiosk)
    go_to(kiosk, "/kiosk/voucher")
    touch(kiosk, "Dengarkan")
    kiosk.wait_for_function("() => !antrean.speech.isSpeaking()")
    heard.clear()
    let_pass(kiosk, 55)
    expect(kiosk.locator("#still")).to_be_hidden()
    let_pass(kiosk, 6)
    expect(kiosk.locator("#still")).to_be_visible()
    is_said(kiosk, heard, "Masih di sini.*dalam 40 detik")
    let_pass(kiosk, 35)
    expect(kiosk.locator("#still")).to_be_visible()
    let_pass(kiosk, 6)
    title(kiosk, "Mau urus apa hari ini")
    expect(kiosk.get_by_role("button", name="Dengarkan")).to_have_attribute("aria-pressed", "false")


def test_a_kiosk_that_cannot_speak_says_so_and_goes_on(kiosk: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(espeak, "PROGRAM", "no-such-program")
    go_to(kiosk, "/kiosk/pin")
    touch(kiosk, "Dengarkan")
    expect(kiosk.locator("#helped p:visible")).to_have_text("Suara belum ada di kios ini. Petugas bisa membacakan.")
    expect(kiosk.get_by_role("button", name="Dengarkan")).to_have_attribute("aria-pressed", "false")


# -- a person ----------------------------------------------------------------------------------------------------------


def test_who_touches_the_bell_again_and_again_calls_once(kiosk: Page, asking: OpenDoor) -> None:
    for _ in range(3):
        touch(kiosk, "Panggil")
        expect(kiosk.locator("#helped p:visible")).to_have_text("Petugas sudah dipanggil. Tunggu di sini.")
        kiosk.locator("h1").tap()
        expect(kiosk.locator("#helped")).to_be_hidden()
    supervisor = asking.web.staff("supervisor")
    assert [alert["kind"] for alert in supervisor.get("/today").json["alerts"]] == ["help_asked"]
    assert "Kios 1 minta bantuan" in supervisor.page("/supervisor").text


# -- locked ------------------------------------------------------------------------------------------------------------


def test_a_visitor_gets_nothing_of_the_browser(kiosk: Page, asking: OpenDoor) -> None:
    kiosk.evaluate(
        """() => {
          window.left = [];
          const note = (event) => { if (!event.defaultPrevented) window.left.push(event.key || event.type); };
          const kinds = ['keydown', 'contextmenu', 'drop', 'dragover', 'dragstart', 'auxclick'];
          kinds.forEach((kind) => window.addEventListener(kind, note));
        }"""
    )
    for key in ("F5", "F11", "F12", "Control+p", "Control+r", "Control+f", "Control+Shift+i", "Control+Equal"):
        kiosk.keyboard.press(key)
    press(kiosk, "Alt+ArrowLeft", "Alt+Home", "Meta+l")
    tile, heading = kiosk.locator(".tile-hero"), kiosk.locator("h1")
    tile.click(button="right")
    tile.click(button="middle")
    for kind in ("dragover", "drop", "dragstart"):
        heading.dispatch_event(kind, {"bubbles": True, "cancelable": True})
    assert set(kiosk.evaluate("window.left")) <= {"Control", "Shift", "Alt", "Meta"}
    title(kiosk, "Mau urus apa hari ini")
    assert len(kiosk.context.pages) == 1


def test_a_visitor_neither_zooms_nor_selects_nor_leaves(kiosk: Page, asking: OpenDoor) -> None:
    chromium = kiosk.context.new_cdp_session(kiosk)
    chromium.send("Input.synthesizePinchGesture", {"x": 500, "y": 900, "scaleFactor": 3, "gestureSourceType": "touch"})
    assert kiosk.evaluate("visualViewport.scale") == 1
    kiosk.mouse.move(60, 300)
    kiosk.mouse.down()
    kiosk.mouse.move(900, 420)
    kiosk.mouse.up()
    assert kiosk.evaluate("String(getSelection())") == ""
    touch(kiosk, "rekam, cetak, ganti")
    title(kiosk, "mau urus yang mana")
    for _ in range(2):
        kiosk.go_back()
        title(kiosk, "mau urus yang mana")
        kiosk.wait_for_function("() => history.state === 'here'")
    assert kiosk.url.startswith(f"{asking.url}/kiosk")


# -- for staff ---------------------------------------------------------------------------------------------------------


def hold_the_clock(page: Page, seconds: float) -> None:
    clock = page.locator(".k-clock")
    clock.dispatch_event("pointerdown")
    let_pass(page, round(seconds))
    clock.dispatch_event("pointerup")
    let_pass(page, 3)


def test_staff_hold_the_clock_and_type_the_pin(kiosk: Page, asking: OpenDoor, tmp_path: Path) -> None:
    hold_time(kiosk)
    hold_the_clock(kiosk, 2)
    title(kiosk, "Mau urus apa hari ini")
    hold_the_clock(kiosk, 4)
    title(kiosk, "Khusus petugas")
    by_touch(kiosk, PIN)
    touch(kiosk, "Buka pengaturan")
    expect(kiosk.get_by_role("alert").filter(visible=True)).to_contain_text("antrean device pin")
    pin.keep(tmp_path, PIN)
    by_touch(kiosk, "1")
    touch(kiosk, "Buka pengaturan")
    expect(kiosk.get_by_role("alert").filter(visible=True)).to_have_text("PIN salah.")
    touch(kiosk, "Hapus")
    touch(kiosk, "Buka pengaturan")
    title(kiosk, "Pengaturan kios")
    assert PIN not in kiosk.content()
    expect(kiosk.locator(".k-facts")).to_contain_text(re.compile("Kios 1.*semua ruang.*tersambung", re.DOTALL))
    expect(kiosk.get_by_role("button", name="Cetak percobaan")).to_have_attribute("aria-disabled", "true")
    kiosk.locator("[data-do='softer']").tap()
    expect(kiosk.locator("[data-volume]")).to_have_text("4")
    for heading in ("Kiosk settings", "Pengaturan kios"):  # another language asks for no PIN again
        touch(kiosk, "Bahasa")
        title(kiosk, heading)
        expect(kiosk.locator("[data-volume]")).to_have_text("4")
    touch(kiosk, "Lepas kios ini")
    kiosk.locator("[data-do='keep']").tap()
    touch(kiosk, "Lepas kios ini")
    touch(kiosk, "Ya, lepas")
    expect(kiosk.locator("main")).to_contain_text("belum dipasangkan")


def test_staff_try_the_printer(asking: OpenDoor, new_page: NewPage, tmp_path: Path) -> None:
    pin.keep(tmp_path, PIN)
    paper = tmp_path / "paper"
    for printer, words in ((f"file:{paper}", "Kertas keluar."), ("tcp://127.0.0.1:9", "Pencetak tidak terhubung.")):
        page = new_page("kiosk")
        asking.pair(page, printer=printer)
        at_start(page, asking)
        go_to(page, "/kiosk/pin")
        page.keyboard.type(PIN)
        page.keyboard.press("Enter")
        title(page, "Pengaturan kios")
        touch(page, "Cetak percobaan")
        expect(page.locator("[data-do='test-print']")).to_contain_text(words)
    assert b"Bukan nomor antrean." in paper.read_bytes()
    assert asking.web.staff("supervisor").get("/today").json["alerts"] == []
