"""Figures as a file that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

from queue_server.domain.views import Today, as_json

CSV_TYPE = "text/csv"


def daily_csv(today: Today) -> str:
    """Two tables, one below the other: services, then items."""
    return f"{table(today.services)}\n{table(today.items)}"


def table(rows: Sequence[Any]) -> str:
    lines = [{name: plain(value) for name, value in as_json(row).items()} for row in rows]
    output = io.StringIO()
    writer = csv.DictWriter(output, fieldnames=list(lines[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return output.getvalue()


def plain(value: Any) -> Any:
    """A text that a spreadsheet shows and never reckons: some words in it were typed in by people."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t")) else value
