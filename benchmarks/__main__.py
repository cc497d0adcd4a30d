"""`make bench`: what Antrean does on this machine, as ratios inside one run. Absolute figures are this machine's alone.

Several rounds, medians: machines are noisy. The server is one process, the generator another; nothing is pinned.
"""

from __future__ import annotations

import itertools
import json
import os
import platform
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import backlog, floors, screens, voice, year
from benchmarks.displays import Hall
from benchmarks.load import Measured, measure, request
from benchmarks.office import Office, ask, free_port, running

ROUNDS = 3
SECONDS = 3.0  # of each measurement
TAKERS = (1, 8, 64)
ASKED = ("tickets", "noop", "ping")
DISPLAYS = (1, 50, 500)
PAUSE = 0.3  # between calls, so that each is measured alone
CALLS = 15  # for each number of displays


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        office = Office(here / "office")
        with office.serving():
            result: dict[str, Any] = {"machine": machine(), "call": calls(office), "ping": ping(office)}
            result["issue"] = issue(office, here)
            result["screens"] = screens.measured(office, note)
        result["backlog"] = backlog.measured(here, note)
        result["year"] = year.measured(here, note)
        result["voice"] = voice.measured(note)
        note("verifying")
        result["verify"] = office.antrean("verify").splitlines()[-1]
    print(table(result))
    print(json.dumps(result, indent=2))


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def machine() -> dict[str, Any]:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "cores": os.cpu_count(),
        "processor": platform.processor() or platform.machine(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "commit": commit.stdout.strip(),
    }


def median_of(rounds: list[Measured], figure: Callable[[Measured], float]) -> float:
    return round(statistics.median(figure(one) for one in rounds), 2)


def said(rounds: list[Measured]) -> dict[str, Any]:
    return {
        "rate": median_of(rounds, lambda m: m.rate),
        "p50_ms": median_of(rounds, lambda m: m.p50_ms),
        "p99_ms": median_of(rounds, lambda m: m.p99_ms),
        "generator": median_of(rounds, lambda m: m.generator),
        "void": any(one.void for one in rounds),
    }


def ratio(rounds: list[Measured], others: list[Measured]) -> float:
    """Median of the ratios within a round: what else the machine does meanwhile touches both."""
    return round(statistics.median(one.rate / other.rate for one, other in zip(rounds, others, strict=True)), 2)


# -- issuing -----------------------------------------------------------------------------------------------------------


def tickets(office: Office, path: str = "/api/v1/tickets") -> Iterator[bytes]:
    headers = f"Authorization: Bearer {office.tokens['kiosk']}\r\n"
    for _ in itertools.count():
        body = json.dumps({"ticket_id": secrets.token_hex(16), "service": "KTP-CETAK"}).encode()
        yield request("POST", path, body, headers)


def pings() -> Iterator[bytes]:
    return itertools.repeat(request("GET", "/api/v1/ping"))


def issue(office: Office, folder: Path) -> dict[str, Any]:
    """Tickets a second, each round beside the same server's `/ping`, the same request done for nothing
    (`benchmarks/serve.py`) and the same machine's bare commits.
    """
    found: dict[str, Any] = {}
    for takers in TAKERS:
        issued, noops, ping_rounds = [], [], []
        for n in range(ROUNDS):
            note(f"issue, {takers} takers, round {n + 1} of {ROUNDS}")
            ping_rounds.append(measure(office.port, pings(), takers, SECONDS))
            noops.append(measure(office.port, tickets(office, "/api/v1/noop"), takers, SECONDS))
            issued.append(measure(office.port, tickets(office), takers, SECONDS))
        found[str(takers)] = {
            "tickets": said(issued),
            "noop": said(noops),
            "ping": said(ping_rounds),
            "of_noop": ratio(issued, noops),
            "of_ping": ratio(issued, ping_rounds),
        }
    for rows in (1, 64):
        note(f"bare sqlite3, {rows} a commit")
        rates = []
        for n in range(ROUNDS):
            (folder / f"{rows}-{n}").mkdir()
            rates.append(floors.sqlite_rate(folder / f"{rows}-{n}", rows, 1.0))
        found[f"sqlite_{rows}_a_commit"] = round(statistics.median(rates))
    return found


def ping(office: Office) -> dict[str, Any]:
    """The no-op beside a bare Flask route on the same server."""
    port = free_port()
    bare, ours = [], []
    with running([sys.executable, "-m", "benchmarks.bare", str(port)], port, "/ping"):
        for n in range(ROUNDS):
            note(f"ping, round {n + 1} of {ROUNDS}")
            bare.append(measure(port, itertools.repeat(request("GET", "/ping")), 64, SECONDS))
            ours.append(measure(office.port, pings(), 64, SECONDS))
    return {"ping": said(ours), "bare": said(bare), "of_bare": ratio(ours, bare)}


# -- calling -----------------------------------------------------------------------------------------------------------


def calls(office: Office) -> dict[str, Any]:
    """From the clerk's touch to the last display, in milliseconds."""
    clerk = office.sign_in("Rina")
    ask(office.port, "POST", "/api/v1/counters/3/open", {}, **clerk)
    found = {}
    for displays in DISPLAYS:
        note(f"call to the last of {displays} displays")
        hall = Hall(office.port, office.tokens["display/A"], "lobby:A", displays)
        waits = sorted(one_call(office, clerk, hall) for _ in range(CALLS))
        hall.close()
        found[str(displays)] = {"p50_ms": round(waits[CALLS // 2] * 1000, 1), "max_ms": round(waits[-1] * 1000, 1)}
    return found


def one_call(office: Office, clerk: dict[str, str], hall: Hall) -> float:
    wish = {"ticket_id": secrets.token_hex(16), "service": "KTP-CETAK"}
    ask(office.port, "POST", "/api/v1/tickets", wish, Authorization=f"Bearer {office.tokens['kiosk']}")
    time.sleep(PAUSE)
    begin = time.perf_counter()
    ticket = ask(office.port, "POST", "/api/v1/counters/3/call-next", {}, **clerk)[1]
    spent = hall.hear_call(ticket["seq"]) - begin
    ask(office.port, "POST", f"/api/v1/tickets/{ticket['id']}/cancel", {}, **clerk)
    return spent


# -- saying it ---------------------------------------------------------------------------------------------------------


def table(result: dict[str, Any]) -> str:
    issued, noop = result["issue"], result["ping"]
    lines = [
        " ".join(f"{name}={value}" for name, value in result["machine"].items()),
        "",
        f"{'issue':<12}{'tickets/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'of no-op':>10}{'of /ping':>10}{'generator':>11}",
    ]
    for takers in TAKERS:
        cell = issued[str(takers)]
        void = "  void: the generator was busy" if any(cell[name]["void"] for name in ASKED) else ""
        lines.append(
            f"{takers:>3} takers  {cell['tickets']['rate']:>10.0f}{cell['tickets']['p50_ms']:>9.1f}"
            f"{cell['tickets']['p99_ms']:>9.1f}{cell['of_noop']:>10.2f}{cell['of_ping']:>10.2f}{cell['ping']['generator']:>11.2f}{void}"
        )
    best = issued["64"]["tickets"]["rate"]
    for rows in (1, 64):
        rate = issued[f"sqlite_{rows}_a_commit"]
        lines.append(f"bare sqlite3, {rows} a commit: {rate}/s; 64 takers reach {best / rate:.2f} of it")
    void = "  void: the generator was busy" if noop["ping"]["void"] or noop["bare"]["void"] else ""
    lines.append(f"/ping: {noop['of_bare']:.2f} of a bare Flask route on the same server{void}")
    lines.append("")
    lines.append(f"{'call to the last of':<24}{'p50 ms':>9}{'max ms':>9}")
    for displays in DISPLAYS:
        cell = result["call"][str(displays)]
        lines.append(f"{displays:>5} displays          {cell['p50_ms']:>9.1f}{cell['max_ms']:>9.1f}")
    lines += [
        "",
        *backlog.table(result["backlog"]),
        "",
        *year.table(result["year"]),
        "",
        *voice.table(result["voice"]),
        "",
        *screens.table(result["screens"]),
        "",
    ]
    return "\n".join(lines)


main()
