"""What the machine could do at best: bare sqlite3, one durable commit a ticket, and 64 tickets a commit."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path


def sqlite_rate(folder: Path, rows_a_commit: int, seconds: float) -> float:
    """Durable rows a second (WAL, synchronous=FULL), the shape of a ticket."""
    connection = sqlite3.connect(folder / f"floor-{rows_a_commit}.db", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE ticket (id TEXT PRIMARY KEY, number INTEGER, service TEXT, at INTEGER)")
    rows, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < seconds:
        connection.execute("BEGIN IMMEDIATE")
        for _ in range(rows_a_commit):
            rows += 1
            connection.execute("INSERT INTO ticket VALUES (?, ?, ?, ?)", (f"{rows:032x}", rows, "KTP-CETAK", rows))
        connection.execute("COMMIT")
    spent = time.perf_counter() - begin
    connection.close()
    return rows / spent
