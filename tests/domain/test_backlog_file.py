"""A list as offices really send it: every good line goes in, every bad one is told by its number and its fault."""

from __future__ import annotations

import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain import backlog_file
from queue_server.domain.backlog_file import Fault, Found
from queue_server.domain.errors import Invalid
from tests.the_backlog import HEADING, csv_of, made_up_nik

KECAMATAN = {"36.73.01": "Serang", "36.73.05": "Cipocok Jaya"}
TODAY = "2026-11-23"
GOOD = f"{made_up_nik(1)},Siti Rahmawati,0812-3456-7890,Serang,first,PRR,2026-03-02"


def read(content: bytes, after: int = 0) -> list[Found | Fault]:
    return list(backlog_file.read(io.BytesIO(content), KECAMATAN, TODAY, after))


def only(content: bytes) -> Found:
    (item,) = read(content)
    assert isinstance(item, Found), item
    return item


def fault(line: str | bytes) -> str:
    """Of a line between two good ones, which both are taken."""
    raw = line if isinstance(line, bytes) else line.encode()
    content = b"\n".join([HEADING.encode(), GOOD.encode(), raw, GOOD.encode(), b""])
    first, bad, last = read(content)
    assert isinstance(first, Found), first
    assert isinstance(last, Found), last
    assert isinstance(bad, Fault), "the line was taken"
    assert (first.line, bad.line, last.line) == (2, 3, 4)
    return bad.reason


def refusal(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read(content)
    return refused.value.reason


def test_a_line_is_read_as_it_is_meant() -> None:
    item = only(csv_of([GOOD]))
    assert (item.person.nik, item.person.name, item.person.phone) == (made_up_nik(1), "Siti Rahmawati", "081234567890")
    assert (item.kind, item.state, item.since, item.kecamatan) == (
        "first",
        "PRINT_READY_RECORD",
        "2026-03-02",
        "36.73.01",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_whatever_spreadsheet_wrote_it(delimiter: str, end: str, encoding: str) -> None:
    text = "\n".join([HEADING, GOOD.replace("Siti", "Zoé")]).replace(",", delimiter).replace("\n", end)
    assert only(text.encode(encoding)).person.name == "Zoé Rahmawati"


def test_columns_may_stand_in_any_order_and_others_beside_them() -> None:
    content = f"No;Tanggal;NIK;Nama;Alamat;Kecamatan\n1;02/03/2026;{made_up_nik(1)};Budi;Jl. Veteran 1;36.73.05\n"
    item = only(content.encode())
    assert (item.since, item.kecamatan, item.kind, item.state) == (
        "2026-03-02",
        "36.73.05",
        "first",
        "PRINT_READY_RECORD",
    )


def test_words_of_the_office_are_understood() -> None:
    line = GOOD.replace("first,PRR", "Korban bencana,sent for enrollment").replace("Serang", "cipocok  jaya")
    item = only(csv_of([line]))
    assert (item.kind, item.state, item.kecamatan) == ("disaster", "SENT_FOR_ENROLLMENT", "36.73.05")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (made_up_nik(1), "3.67302E+15", "nik_rounded"),
        (made_up_nik(1), "12345", "nik_length"),
        (made_up_nik(1), f'="{made_up_nik(1)}"', "formula"),
        ("Siti Rahmawati", "=HYPERLINK(A1)", "formula"),
        ("Siti Rahmawati", "@SUM(1)", "formula"),
        ("Siti Rahmawati", "", "person_name"),
        ("0812-3456-7890", "=1+1", "phone"),
        ("Serang", "Sukajadi", "kecamatan"),
        ("first", "kedua", "record_kind"),
        ("PRR", "COLLECTED", "record_state_unknown"),
        ("2026-03-02", "2026-13-02", "since"),
        ("2026-03-02", "1999-01-01", "since"),
        ("2026-03-02", "2026-11-24", "since_ahead"),
        (",Serang", "", "line_columns"),
        ("Siti", '"Siti', "line_quotes"),
        ("Siti", "Siti\0", "line_nul"),
        ("Siti", "S" * 5000, "line_long"),
    ],
)
def test_a_bad_line_is_told_by_its_fault_and_costs_no_other(old: str, new: str, reason: str) -> None:
    assert old in GOOD
    assert fault(GOOD.replace(old, new)) == reason


def test_letters_of_no_known_alphabet_cost_their_line() -> None:
    assert fault(GOOD.encode().replace(b"Siti", b"S\x81\x8d\xff")) == "line_encoding"


def test_a_quotation_mark_left_open_does_not_swallow_the_rest() -> None:
    lines = [GOOD.replace("Siti", '"Siti')] + [GOOD] * 100
    assert [type(item) for item in read(csv_of(lines))].count(Found) == 100


def test_empty_lines_are_passed_over_and_counted() -> None:
    assert [item.line for item in read(csv_of([GOOD, "", "   ", GOOD]))] == [2, 5]


def test_reading_goes_on_after_a_line() -> None:
    assert [item.line for item in read(csv_of([GOOD] * 5), after=4)] == [5, 6]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf", "file_columns"),
        (HEADING.encode("utf-16"), "file_utf16"),
        (b"\0\1\2", "file_utf16"),
        (b"PK\x03\x04rest of a workbook", "file_columns"),
        (b"nik,nama\n", "file_columns"),
        (b"x" * 10_000_000, "file_heading_long"),
    ],
)
def test_a_file_that_is_no_list_is_refused_whole(content: bytes, reason: str) -> None:
    assert refusal(content) == reason


def test_a_line_of_ten_megabytes_is_one_bad_line_and_is_never_held_in_memory() -> None:
    content = csv_of([GOOD, "x" * 10_000_000, GOOD])
    source = io.BytesIO(content)
    tracemalloc.start()
    items = list(backlog_file.read(source, KECAMATAN, TODAY))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(item.line, type(item)) for item in items] == [(2, Found), (3, Fault), (4, Found)]
    assert most < 1_000_000


def test_lines_are_counted_as_they_are_read() -> None:
    for content in (b"", b"a", b"a\n", b"a\nb", b"a\n" + b"x" * 4097, b"a\n" + b"x" * 4096 + b"\nb\n"):
        assert backlog_file.count(io.BytesIO(content)) == len(content.splitlines())


@given(st.lists(st.binary(max_size=60), max_size=8))
def test_whatever_bytes_a_list_has_every_line_is_answered(junk: list[bytes]) -> None:
    lines = [line.replace(b"\n", b"?") for line in junk]
    content = b"\n".join([HEADING.encode(), *lines, GOOD.encode()])
    items = read(content)
    assert isinstance(items[-1], Found)
    said = {item.line for item in items}
    assert said == {number for number, line in enumerate(lines, start=2) if line.strip()} | {len(lines) + 2}


def test_a_fault_says_nothing_of_whom_the_line_is_about() -> None:
    (item,) = read(csv_of([GOOD.replace("2026-03-02", "kemarin")]))
    assert isinstance(item, Fault)
    assert repr(item) == "Fault(line=2, reason='since')"
    assert "Siti" not in repr(only(csv_of([GOOD])))
