"""A list of records as CSV, read line by line: each line is a record or says by its number what is wrong with it.

Comma, semicolon or tab; UTF-8 (with or without BOM) or Windows-1252, decided line by line; every line stands alone, so
that a quote left open, a line of ten megabytes or a NUL costs that one line. Source: `docs/field.md#print-backlog`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from queue_server.domain import backlog
from queue_server.domain.backlog_words import KIND_NAMES
from queue_server.domain.errors import Invalid
from queue_server.domain.person import FORMULA, Person, person_of

LONGEST_LINE = 4096  # bytes
DELIMITERS = ";,\t"
ENCODINGS = ("utf-8", "cp1252")
FIRST_YEAR = 2011  # electronic cards were first recorded in this year
COLUMNS = {  # as offices write them -> what we call them
    "nik": "nik",
    "nama": "name",
    "telepon": "phone",
    "kecamatan": "kecamatan",
    "jenis": "kind",
    "status": "state",
    "tanggal": "since",
}
NEEDED = ("nik", "nama", "kecamatan", "tanggal")
KIND_WRITTEN = {words.id.lower(): kind for kind, words in KIND_NAMES.items()} | {kind: kind for kind in KIND_NAMES}
SHORT_STATES = {"PRR": backlog.PRINT_READY, "SFE": backlog.SENT}
DATES = (  # 2026-11-23, 23/11/2026, 23-11-2026, 23.11.2026
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII),
    re.compile(r"(?P<day>\d{1,2})([/.-])(?P<month>\d{1,2})\2(?P<year>\d{4})", re.ASCII),
)


class Source(Protocol):
    """A binary file."""

    def readline(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True, repr=False)
class Found:
    """A good line."""

    line: int
    person: Person
    kind: str
    state: str
    since: str
    kecamatan: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be taken over; `reason` names the field or the fault and never the value."""

    line: int
    reason: str


Cells = Mapping[str, str]


def read(source: Source, kecamatan: Mapping[str, str], today: str, after: int = 0) -> Iterator[Found | Fault]:
    """Every line after line `after`; the heading is line 1, empty lines are passed over.

    `kecamatan` are the office's (code -> name), `today` an ISO date. Raises `Invalid` for a list whose heading
    cannot be read: then nothing of it is taken.
    """
    heading = Heading(next(lines(source), b""))
    names = {name.lower(): code for code, name in kecamatan.items()} | {code: code for code in kecamatan}
    for number, line in enumerate(lines(source), start=2):
        if number > after and (line is None or line.strip()):
            try:
                cells = heading.cells(line)
                yield found(number, cells, names, today)
            except Invalid as refusal:
                yield Fault(number, refusal.reason)


def lines(source: Source) -> Iterator[bytes | None]:
    """Without their ends; None is a line too long to be one, which is not held in memory."""
    while part := source.readline(LONGEST_LINE + 1):
        whole = len(part) <= LONGEST_LINE
        while not part.endswith(b"\n") and len(part) > LONGEST_LINE:
            part = source.readline(LONGEST_LINE + 1)
        yield part.rstrip(b"\r\n") if whole else None


def count(source: Source) -> int:
    """How many lines there are, the heading among them."""
    return sum(1 for _ in lines(source))


class Heading:
    """The first line: which column is what, and what parts them."""

    def __init__(self, line: bytes | None) -> None:
        if not line:
            raise Invalid("file_empty" if line is not None else "file_heading_long")
        if line.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in line:
            raise Invalid("file_utf16")
        text = decoded(line.removeprefix(b"\xef\xbb\xbf"))
        self.delimiter = max(DELIMITERS, key=text.count)
        names = [cell.strip().lower() for cell in split(text, self.delimiter)]
        if missing := [name for name in NEEDED if name not in names]:
            raise Invalid("file_columns", missing=", ".join(missing))
        self.names = [COLUMNS.get(name) for name in names]

    def cells(self, line: bytes | None) -> Cells:
        if line is None:
            raise Invalid("line_long")
        if b"\0" in line:
            raise Invalid("line_nul")
        values = split(decoded(line), self.delimiter)
        if len(values) != len(self.names):
            raise Invalid("line_columns")
        return {name: value for name, value in zip(self.names, values, strict=True) if name}


def decoded(line: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("line_encoding")


def split(text: str, delimiter: str) -> list[str]:
    try:
        (cells,) = csv.reader([text], delimiter=delimiter, strict=True)
    except (csv.Error, ValueError):
        raise Invalid("line_quotes") from None
    return cells


# -- one line ----------------------------------------------------------------------------------------------------------


def found(number: int, cells: Cells, kecamatan: Mapping[str, str], today: str) -> Found:
    """Raises `Invalid`."""
    if any(value.lstrip(" ").startswith(FORMULA) for name, value in cells.items() if name != "phone"):
        raise Invalid("formula")
    return Found(
        number,
        person_of(cells["nik"], cells["name"], cells.get("phone", "")),
        one_of(cells.get("kind", ""), kind_of, "record_kind") or backlog.FIRST,
        one_of(cells.get("state", ""), state_of, "record_state_unknown") or backlog.PRINT_READY,
        date_of(cells["since"], today),
        kecamatan_of(cells["kecamatan"], kecamatan),
    )


def one_of(written: str, read: Callable[[str], str | None], reason: str) -> str:
    """Empty where nothing is written."""
    if not written.strip():
        return ""
    known = read(written.strip())
    if known is None:
        raise Invalid(reason)
    return known


def kind_of(written: str) -> str | None:
    return KIND_WRITTEN.get(written.lower())


def state_of(written: str) -> str | None:
    state = written.upper().replace(" ", "_")
    state = SHORT_STATES.get(state, state)
    return state if state in backlog.ENTERED_AS else None


def date_of(written: str, today: str) -> str:
    for form in DATES:
        if parts := form.fullmatch(written.strip()):
            try:
                day = date(int(parts["year"]), int(parts["month"]), int(parts["day"]))
            except ValueError:
                break
            return require_past(day, today)
    raise Invalid("since")


def require_past(day: date, today: str) -> str:
    if day.isoformat() > today:
        raise Invalid("since_ahead")
    if day.year < FIRST_YEAR:
        raise Invalid("since")
    return day.isoformat()


def kecamatan_of(written: str, known: Mapping[str, str]) -> str:
    code = known.get(" ".join(written.split()).lower())
    if code is None:
        raise Invalid("kecamatan")
    return code
