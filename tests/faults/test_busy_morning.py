"""Thirteen clerks sign in and a report is made while citizens take numbers: nobody at a kiosk notices."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.office_server import OfficeServer, Staff, running_office

CLERKS = 13
LONG_SECONDS = 0.1
PASSWORD = "sandi-yang-panjang"


def taking(office: OfficeServer, until: float) -> list[float]:
    """How long each of one kiosk's requests took, in seconds."""
    waits = []
    while time.monotonic() < until:
        begin = time.perf_counter()
        office.take("KK-UBAH")
        waits.append(time.perf_counter() - begin)
    return waits


@pytest.mark.faults
def test_fewer_than_one_percent_wait_longer_than_100_ms(tmp_path: Path, database_url: str) -> None:
    """Its limit is a time: it belongs on a quiet machine, and so to `make faults`."""
    url = database_url if database_url.startswith("postgresql") else ""
    with running_office(tmp_path / "office", url) as office:
        names = [f"Petugas {n}" for n in range(CLERKS)]
        for name in names:
            office.antrean("staff", "add", name, "--role", "clerk", "--password-stdin", stdin=f"{PASSWORD}\n")
            office.passwords[name] = PASSWORD
        supervisor = office.sign_in("Sari")
        taking(office, time.monotonic() + 1)  # warm
        with ThreadPoolExecutor(CLERKS + 3) as pool:
            kiosks = [pool.submit(taking, office, time.monotonic() + 5) for _ in range(2)]
            clerks = list(pool.map(lambda name: Staff(office, name), names))
            reports = [pool.submit(supervisor.get, "/today") for _ in range(5)]
            waits = [wait for kiosk in kiosks for wait in kiosk.result()]
            assert all(report.result()["services"] for report in reports)
        assert len(clerks) == CLERKS
        late = sum(wait > LONG_SECONDS for wait in waits)
        assert late / len(waits) < 0.01, f"{late} of {len(waits)}"
