"""The lobby TV while nobody is called: the office's pictures and lines, its break; upright; and after years."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from display import noticeboard
from queue_server.domain.views import as_json
from queue_server.operations import calling
from tests.browser.lobby import Lobby, a_lobby
from tests.browser.screens import shown
from tests.browser.test_display import (
    BEAT,
    LATER,
    WORDS,
    NewPage,
    all_is_legible,
    cut_at_the_edge,
    fill,
    overlapping,
    size_of,
    the_whole_ticker,
)

pytestmark = pytest.mark.browser
PICTURE_AFTER, PICTURE, REST = 30_000, 20_000, 60_000  # ms
UPRIGHT = {"width": 1080, "height": 1920}
# The same sizes in px on a panel of the same make as in landscape, but for the number, which has 1080 px to stand in.
UPRIGHT_HEROES = {"#number": 340, "#counter": 190, "#recent .no": 116, "#recent .ctr": 116, "#stock-left": 136}


@pytest.fixture
def lobby(sqlite_url: str, rng: random.Random, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lobby]:
    monkeypatch.setattr(noticeboard, "SEEN_SECONDS", 0)
    with a_lobby(sqlite_url, rng) as made:
        made.web.house.settings = made.web.house.settings.model_copy(update={"data_dir": tmp_path})
        yield made


def hang(folder: Path, name: str, size: tuple[int, int], colour: str) -> None:
    (folder / "pictures").mkdir(exist_ok=True)
    Image.new("RGB", size, colour).save(folder / "pictures" / name)


def pass_time(page: Page, milliseconds: int) -> None:
    page.evaluate(f"window.later += {milliseconds}")


def test_pictures_and_the_number_take_turns_once_the_hall_is_quiet_and_a_call_ends_that(
    lobby: Lobby, new_page: NewPage, tmp_path: Path
) -> None:
    hang(tmp_path, "1.png", (900, 1600), "olive")
    hang(tmp_path, "2.jpg", (1600, 500), "teal")
    (tmp_path / "announcements").mkdir()
    (tmp_path / "announcements" / "hours.txt").write_text("Rabu, 25 November, kantor tutup pukul 12.00.\n")
    fill(lobby)
    lobby.office.wait(minutes=2)
    page = lobby.hang(new_page("tv"))
    assert "Rabu, 25 November, kantor tutup pukul 12.00." in the_whole_ticker(page)
    page.reload()
    page.locator("#on").wait_for(state="visible")
    page.evaluate(LATER)
    image, number = page.locator("#picture"), page.locator("#number")

    pass_time(page, PICTURE_AFTER - 5_000)
    expect(number).to_be_visible()
    expect(image).to_be_hidden()
    newest = number.inner_text()
    pass_time(page, 6_000)
    for shape in (900 / 1600, 1600 / 500):
        expect(image).to_be_visible()
        expect(number).to_be_hidden()
        expect(page.locator("#recent .no").first).to_have_text(newest)
        natural, fit = image.evaluate("i => [i.naturalWidth / i.naturalHeight, getComputedStyle(i).objectFit]")
        assert (natural, fit) == (pytest.approx(shape, rel=0.01), "contain")
        all_is_legible(page)
        pass_time(page, PICTURE)
        expect(number).to_be_visible()
        expect(page.locator("#recent .no").first).not_to_have_text(newest)
        pass_time(page, PICTURE)
    expect(image).to_be_visible()
    ticket = lobby.call(counter=5)
    expect(page.locator("#call")).to_have_class(re.compile("is-new"))
    expect(number).to_have_text(ticket["number"])
    expect(image).to_be_hidden()


def test_a_picture_that_comes_or_goes_needs_no_restart_and_a_broken_one_costs_nothing(
    lobby: Lobby, new_page: NewPage, tmp_path: Path
) -> None:
    page = lobby.hang(new_page("tv"))
    page.evaluate(LATER)
    ask_again = "window.dispatchEvent(new Event('online'))"  # as when the network comes back; else within 30 s
    image = page.locator("#picture")
    hang(tmp_path, "1.png", (900, 1600), "olive")
    (tmp_path / "pictures" / "0.png").write_bytes(b"\x89PNG is all that is right here")
    page.evaluate(ask_again)
    pass_time(page, PICTURE_AFTER + 1_000)
    expect(image).to_be_visible()
    (tmp_path / "pictures" / "1.png").unlink()
    page.evaluate(ask_again)
    expect(image).to_be_hidden()
    expect(page.locator("#still-head")).to_be_visible()


def test_a_break_says_when_it_ends_and_how_long_that_is(lobby: Lobby, new_page: NewPage) -> None:
    called = lobby.call()
    page = lobby.hang(new_page("tv"))
    expect(page.locator("#number")).to_have_text(called["number"])
    lobby.office.at("2026-11-23 12.10")
    expect(page.locator("#still-head")).to_have_text("Istirahat", timeout=BEAT)
    expect(page.locator("#still-more")).to_have_text("Lanjut pukul 13.00 WIB, 50 menit lagi.")
    expect(page.locator("#recent .no").first).to_have_text(called["number"])
    all_is_legible(page)
    assert shown(page, "display-break") == []
    lobby.office.act(calling.recall, called, 3)
    expect(page.locator("#number")).to_have_text(called["number"], timeout=BEAT)
    lobby.office.at("2026-11-23 12.59")
    expect(page.locator("#still-more")).to_have_text("Lanjut pukul 13.00 WIB, 1 menit lagi.", timeout=BEAT)
    lobby.office.at("2026-11-23 13.00")
    expect(page.locator("#number")).to_be_visible(timeout=BEAT)


def test_a_panel_that_hangs_upright_has_everything_under_the_call(
    lobby: Lobby, new_page: NewPage, tmp_path: Path
) -> None:
    hang(tmp_path, "1.png", (1600, 900), "olive")
    fill(lobby)
    page = new_page("tv")
    page.set_viewport_size(UPRIGHT)  # type: ignore[arg-type]
    lobby.hang(page)
    page.evaluate(LATER)
    lobby.call(counter=4)
    expect(page.locator("#call")).to_have_class(re.compile("is-new"))
    page.locator("#call").evaluate("node => node.classList.remove('is-breathing')")
    for selector, size in UPRIGHT_HEROES.items():
        assert size_of(page, selector) >= size, selector
    upright(page)
    assert shown(page, "display-upright") == []
    pass_time(page, PICTURE_AFTER)
    lobby.office.wait(minutes=1)
    expect(page.locator("#call")).to_have_class(re.compile("is-resting"), timeout=BEAT)
    pass_time(page, PICTURE_AFTER + 1_000)
    expect(page.locator("#picture")).to_be_visible()
    upright(page)
    assert shown(page, "display-upright-picture") == []
    lobby.office.at("2026-11-23 12.10")
    pass_time(page, PICTURE)
    expect(page.locator("#still-head")).to_have_text("Istirahat", timeout=BEAT)
    upright(page)


def test_an_upright_panel_without_a_server_and_one_of_every_hall_fit_too(lobby: Lobby, new_page: NewPage) -> None:
    for prefix, services in lobby.office.catalogue.services_of_group.items():
        for _ in range(11 if prefix in "ABC" else 2):
            lobby.office.take(services[0].code)
    page = new_page("tv")
    page.set_viewport_size(UPRIGHT)  # type: ignore[arg-type]
    _, token = lobby.web.add_device("display", sound=True)
    page.context.add_cookies([{"name": "antrean_display", "value": token, "url": lobby.url}])
    page.goto(f"{lobby.url}/display/semua")
    expect(page.locator("#wait li:visible")).to_have_count(9)
    upright(page)
    page.route("**/socket.io/**", lambda route: route.abort())
    page.add_init_script("window.WebSocket = function () { throw new Error('away'); }")
    page.goto(f"{lobby.url}/display/semua?cut=1")
    expect(page.locator("#cut")).to_be_visible()
    upright(page)
    assert shown(page, "display-upright-no-server") == []


@pytest.mark.parametrize("size", [{"width": 1920, "height": 1080}, UPRIGHT], ids=["lying", "upright"])
def test_the_quota_of_the_day_stands_under_the_blanks_and_not_over_the_ticker(
    lobby: Lobby, new_page: NewPage, size: Any
) -> None:
    page = new_page("tv")
    page.set_viewport_size(size)
    page.add_init_script(KEEP_LINE)
    lobby.hang(page)
    shown = as_json(lobby.office.queries.lobby("A", lobby.office.clock)) | {"quota": [300, 112]}
    page.evaluate("(board) => window.line.listeners('state')[0]({topic: 'lobby:A', seq: 100000, board})", shown)
    expect(page.locator("#stock-more")).to_have_text("Kuota hari ini 300, sisa 112")
    assert page.evaluate(OUTSIDE) == overlapping(page) == cut_at_the_edge(page) == []


def upright(page: Page) -> None:
    assert cut_at_the_edge(page) == overlapping(page) == []
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight") is True
    assert page.evaluate(OUTSIDE) == []
    small = [line for line in page.evaluate(SIZES) if line[1] < WORDS]
    assert small == []


# What sticks out of its zone of the screen: under the next zone it would be half a word.
OUTSIDE = """() => [...document.querySelectorAll('.top, .flat:not([hidden]) > *, .tick')].flatMap((zone) => {
  const edge = zone.getBoundingClientRect();
  const filled = (one) => one.checkVisibility() && !one.closest('.sr') && (one.src || one.textContent.trim());
  return [...zone.querySelectorAll('*')].filter(filled).filter((one) => {
    const box = one.getBoundingClientRect();
    return box.top < edge.top - 1 || box.bottom > edge.bottom + 1 || box.right > edge.right + 1;
  }).map((one) => `${zone.className}: ${one.id || one.className} ${one.textContent.trim()}`);
})"""
SIZES = """() => [...document.querySelectorAll('.board *')]
  .filter((one) => one.checkVisibility() && !one.closest('.sr, svg'))
  .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()))
  .map((one) => [one.textContent.trim(), parseFloat(getComputedStyle(one).fontSize)])"""


# -- years on a wall ---------------------------------------------------------------------------------------------------

# Keeps the page's own line to the server, so that a test can say what comes over it.
KEEP_LINE = """
  var made;
  Object.defineProperty(window, 'io', {configurable: true, get: function () { return made && function (options) {
    return window.line = made(options);
  }; }, set: function (io) { made = io; }});
"""
# So many boards, five seconds apart on the office's clock: another call, other counts, other blanks each time.
BOARDS = """([from, to]) => {
  const hear = window.line.listeners('state')[0], {board} = window.first, began = board.day.now;
  for (let n = from; n < to; n += 1) {
    const now = began + n * 5000, seq = window.first.seq + n;
    const call = {number: 'A-' + (n % 1000), counter: n % 12 + 1, called_at: now, seq, times: n % 3 + 1};
    const day = {...board.day, now, state: n % 50 ? 'open' : 'closed'};
    const waiting = board.waiting.map((group) => ({...group, waiting: n % 90, reason: n % 7 ? null : 'sold_out'}));
    const stock = {...board.stock, available: n % 1200, as_of: now};
    const earlier = [1, 2, 3, 4, 5].map((back) => ({...call, number: 'B-' + (n - back), seq: seq - back}));
    window.later += 5000;
    hear({topic: 'lobby:A', seq, call, board: {...board, day, call, earlier, waiting, stock, notices: ['Baris ' + n]}});
  }
}"""
CHUNK = 250
SHARE_OF_A_BOARD = 100  # bytes; a board that was kept would be a thousand


@pytest.mark.parametrize("boards", [1_000, pytest.param(10_000, marks=[pytest.mark.faults, pytest.mark.timeout(1800)])])
def test_a_screen_needs_no_more_memory_after_thousands_of_boards(
    lobby: Lobby, new_page: NewPage, tmp_path: Path, boards: int
) -> None:
    hang(tmp_path, "1.png", (900, 1600), "olive")
    fill(lobby)
    page = new_page("tv")
    page.add_init_script(KEEP_LINE)
    lobby.hang(page)
    page.evaluate(LATER)
    first = as_json(lobby.office.queries.lobby("A", lobby.office.clock))
    page.evaluate("(board) => { window.first = {seq: 100000, board}; }", first)
    line = page.context.new_cdp_session(page)
    line.send("Performance.enable")
    feed(page, 0, CHUNK)
    before = memory(line)
    feed(page, CHUNK, CHUNK + boards)
    after = memory(line)
    expect(page.locator("#number")).to_have_text(re.compile(r"[AB]-\d+"))
    assert after["JSHeapUsedSize"] - before["JSHeapUsedSize"] < 200_000 + boards * SHARE_OF_A_BOARD, (before, after)
    assert after["Nodes"] - before["Nodes"] < 50, (before, after)
    assert after["JSEventListeners"] <= before["JSEventListeners"], (before, after)


def feed(page: Page, begin: int, end: int) -> None:
    for chunk in range(begin, end, CHUNK):
        page.evaluate(BOARDS, [chunk, min(chunk + CHUNK, end)])


def memory(line: Any) -> dict[str, float]:
    """What is left after the browser has thrown away all that it can."""
    for _ in range(3):
        line.send("HeapProfiler.collectGarbage")
    found = line.send("Performance.getMetrics")["metrics"]
    return {
        one["name"]: one["value"] for one in found if one["name"] in ("JSHeapUsedSize", "Nodes", "JSEventListeners")
    }
