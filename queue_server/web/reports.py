"""Figures as a file that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from queue_server.domain.views import AuditLine, Today, as_json
from queue_server.web.audit import local_second

CSV_TYPE = "text/csv"
FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # the wide ones count as well


def daily_csv(today: Today) -> str:
    """Two tables, one below the other: services, then items."""
    return f"{table(today.services)}\n{table(today.items)}"


def audit_csv(lines: Sequence[AuditLine]) -> str:
    names = ("at", "day", "kind", "number", "service", "counter", "who", "actor", "reason", "seq")
    rows = [as_json(line) | {"at": local_second(line.at)} for line in lines]
    return written(names, rows)


def table(rows: Sequence[Any]) -> str:
    lines = [as_json(row) for row in rows]
    return written(list(lines[0]), lines)


def written(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([plain(row[name]) for name in names] for row in rows)
    return output.getvalue()


def plain(value: Any) -> Any:
    """A text that a spreadsheet shows and never reckons: some words in it were typed in by people."""
    return f"'{value}" if isinstance(value, str) and value.lstrip().startswith(FORMULA) else value
