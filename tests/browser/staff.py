"""Clerks and supervisors in their browsers, and what their screens say."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.office_server import OfficeServer, Staff


def sign_in(page: Page, office: OfficeServer, name: str) -> Page:
    """As a person does it; ends on the page of the role."""
    page.goto(f"{office.url}/login")
    page.get_by_label("Nama").fill(name)
    page.get_by_label("Kata sandi").fill(office.passwords[name])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def come_in(page: Page, person: Staff, path: str) -> Page:
    """The page of somebody who has signed in before."""
    name, value = person.cookie.split("=", 1)
    page.context.add_cookies([{"name": name, "value": value, "url": person.office.url}])
    page.goto(person.office.url + path)
    return page


def sit_down(page: Page, clerk: Staff, counter: int) -> Page:
    """A clerk at a counter."""
    come_in(page, clerk, "/counter")
    page.locator(f"[data-counter='{counter}']").click()
    expect(page.locator("#go")).to_have_attribute("aria-busy", "false")  # painted: its script listens
    return page


def press(page: Page, key: str) -> None:
    """A key, once the bar listens again: what is pressed meanwhile is not kept."""
    expect(page.locator("#go")).to_have_attribute("aria-busy", "false")
    page.keyboard.press(key)


def bar(page: Page, words: str) -> None:
    """The green bar says this, and is ready."""
    expect(page.locator("#go-words")).to_have_text(words)
    expect(page.locator("#go")).to_have_attribute("aria-busy", "false")


def send_home(office: OfficeServer, supervisor: Staff) -> None:
    """Nobody at a counter, nobody in line: where a test begins."""
    for line in supervisor.get("/counters")["counters"]:
        if line["state"] != "closed":
            supervisor.post(f"/counters/{line['counter']}/close")
    while waiting := in_line(supervisor):
        for ticket in waiting:
            supervisor.post(f"/tickets/{ticket['id']}/cancel")


def in_line(staff: Staff) -> list[dict[str, Any]]:
    board = staff.get("/queue?counter=1")["board"]
    return [*board["next"], *board["parked"]]
