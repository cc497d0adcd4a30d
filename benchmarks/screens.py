"""Screens in a real Chromium: drawing the lobby's board on a slow processor, and the kiosk's first page.

Each beside something bare in the same browser and round: the same texts put into paragraphs, and a text file.
"""

from __future__ import annotations

import os
import shutil
import statistics
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.office import Office

ROUNDS = 5
SLOWER = 6  # times than this machine: a signage stick of 2018
BOARDS = 40  # drawn in a round
WAITING = 60  # people on the board
BARE_PAGE = "/static/LICENSE-lucide-ISC.txt"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
MISSING = "screens: not measured, Chromium is missing (apt install chromium, or CHROMIUM_PATH)"

# The page's own line to the server, so that boards can be said to come over it.
KEEP_LINE = """
  var made;
  Object.defineProperty(window, 'io', {configurable: true, set: function (io) { made = io; }, get: function () {
    return made && function (options) { return window.line = made(options); }; }});
"""
FIRST = """() => new Promise((done) => {
  window.line.emit('watch', {topic: 'lobby:A'}, (state) => { window.first = state; done(); });
})"""
# Milliseconds for each board, laid out: every count, the blanks, the earlier calls and the clock are others each time.
DRAW = """([boards, waiting]) => {
  const hear = window.line.listeners('state')[0], {topic, seq, board} = window.first, began = performance.now();
  for (let n = 1; n <= boards; n += 1) {
    const day = {...board.day, now: board.day.now + n * 60000, state: 'open'};
    const share = Math.floor(waiting / board.waiting.length);
    const call = (back) => ({number: 'A-' + (100 + n - back), counter: (n + back) % 9 + 1, seq: seq + n - back,
      called_at: day.now - 30000, times: 1});
    const groups = board.waiting.map((group, place) => ({...group, waiting: share + (n + place) % 7, reason: null}));
    const stock = {...board.stock, available: 100 + n, as_of: day.now};
    const shown = {...board, day, call: call(0), earlier: [1, 2, 3, 4, 5].map(call), waiting: groups, stock};
    hear({topic, seq: seq + n, board: shown});
    document.body.offsetHeight;
  }
  return (performance.now() - began) / boards;
}"""
TEXTS = """() => [...document.querySelectorAll('#live *, .top *')]
  .filter((one) => !one.children.length && one.checkVisibility() && one.textContent.trim())
  .map((one) => one.textContent)"""
BARE_DRAW = """([boards, texts]) => {
  document.body.replaceChildren(...texts.map(() => document.createElement('p')));
  const places = [...document.body.children], began = performance.now();
  for (let n = 1; n <= boards; n += 1) {
    places.forEach((place, at) => { place.textContent = texts[at] + (n % 10); });
    document.body.offsetHeight;
  }
  return (performance.now() - began) / boards;
}"""
# Milliseconds from asking for the page until its scripts listen and something has been painted.
USABLE = """() => new Promise((done) => {
  const look = () => {
    const paint = performance.getEntriesByName('first-contentful-paint')[0];
    const {domContentLoadedEventEnd: listens} = performance.getEntriesByType('navigation')[0];
    if (paint && listens) done(Math.max(paint.startTime, listens)); else setTimeout(look, 5);
  };
  look();
})"""


def measured(office: Office, note: Callable[[str], None]) -> dict[str, Any] | None:
    """None where there is no Chromium."""
    path = next(
        (found for name in (os.environ.get("CHROMIUM_PATH", ""), *NAMES) if (found := shutil.which(name))), None
    )
    if path is None:
        note(MISSING)
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        note("the kiosk's first page")
        first = kiosk(browser, office)
        note(f"a board of {WAITING} waiting, on a processor {SLOWER} times slower")
        drawn = board(browser, office)
        browser.close()
    return {"kiosk": first, "board": drawn}


def screen(browser: Browser, office: Office, device: str, width: int, height: int) -> BrowserContext:
    """With an empty cache, paired, without a service worker, which has its own time to come."""
    kind = device.split("/")[0]
    size: Any = {"width": width, "height": height}
    context = browser.new_context(viewport=size, service_workers="block")
    url = f"http://127.0.0.1:{office.port}"
    context.add_cookies([{"name": f"antrean_{kind}", "value": office.tokens[device], "url": url}])
    return context


def kiosk(browser: Browser, office: Office) -> dict[str, Any]:
    """Bytes over the wire, and the time until the first tile can be touched; that beside a text file."""
    bytes_seen: list[int] = []
    ours: list[float] = []
    bare: list[float] = []
    for _ in range(ROUNDS):
        for path, times in ((BARE_PAGE, bare), ("/kiosk", ours)):
            context = screen(browser, office, "kiosk", 1080, 1920)
            page = context.new_page()
            line = context.new_cdp_session(page)
            seen: list[int] = []
            line.on("Network.loadingFinished", lambda one, seen=seen: seen.append(one["encodedDataLength"]))
            line.send("Network.enable")
            page.goto(f"http://127.0.0.1:{office.port}{path}", wait_until="load")
            times.append(page.evaluate(USABLE))
            if path == "/kiosk":
                page.locator(".tile").first.click(trial=True)  # nothing lies over it
                bytes_seen.append(sum(seen))
            context.close()
    return {
        "bytes": round(statistics.median(bytes_seen)),
        "usable_ms": round(statistics.median(ours), 1),
        "of_bare": round(statistics.median(one / other for one, other in zip(ours, bare, strict=True)), 2),
    }


def board(browser: Browser, office: Office) -> dict[str, Any]:
    """Milliseconds to draw one, and how many times as long as the same texts in bare paragraphs."""
    context = screen(browser, office, "display/A", 1920, 1080)
    page, plain = context.new_page(), context.new_page()
    page.add_init_script(KEEP_LINE)
    page.goto(f"http://127.0.0.1:{office.port}/display/A")
    page.locator("#on").wait_for()
    page.evaluate(FIRST)
    drawn, bare = [], []
    for tab in (page, plain):
        context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    draw(page, plain)  # once for nothing: scripts are compiled, fonts are there
    for _ in range(ROUNDS):
        ours, theirs = draw(page, plain)
        drawn.append(ours)
        bare.append(theirs)
    context.close()
    return {
        "ms": round(statistics.median(drawn), 2),
        "of_bare": round(statistics.median(one / other for one, other in zip(drawn, bare, strict=True)), 2),
    }


def draw(page: Page, plain: Page) -> tuple[float, float]:
    ours = page.evaluate(DRAW, [BOARDS, WAITING])
    return ours, plain.evaluate(BARE_DRAW, [BOARDS, page.evaluate(TEXTS)])


def table(found: dict[str, Any] | None) -> list[str]:
    if found is None:
        return [MISSING]
    first, drawn = found["kiosk"], found["board"]
    return [
        f"kiosk's first page: {first['bytes']} bytes, its first tile can be touched after {first['usable_ms']} ms, "
        f"{first['of_bare']} times a text file's",
        f"board of {WAITING} waiting, processor {SLOWER} times slower: {drawn['ms']} ms, "
        f"{drawn['of_bare']} times the same texts in bare paragraphs",
    ]
