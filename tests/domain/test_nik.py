"""The form of a NIK, and what it is known by for one day."""

import pytest

from queue_server.domain.errors import Invalid
from queue_server.domain.nik import checked_nik, day_mark

A_MAN, A_WOMAN = "3673011708809901", "3673015708809902"


def refused(written: str) -> Invalid:
    with pytest.raises(Invalid) as refusal:
        checked_nik(written)
    return refusal.value


def test_a_womans_day_of_birth_has_forty_more() -> None:
    assert [checked_nik(nik) for nik in (A_MAN, A_WOMAN)] == [A_MAN, A_WOMAN]
    assert refused("3673017208809901").reason == "nik_date"  # the 32nd of August


def test_where_somebody_was_registered_first_is_held_against_nobody() -> None:
    for region in ("111111", "327301", "540101", "919999"):
        assert checked_nik(f"{region}1708809901")


def test_a_leap_day_exists_when_some_century_has_it() -> None:
    assert checked_nik("3673012902009901")  # 2000
    assert refused("3673012902019901").reason == "nik_date"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "nik_length"),
        ("367301170880990", "nik_length"),
        ("36730117088099011", "nik_length"),
        ("3673 0117 0880 9901", "nik_length"),
        ("٣٦٧٣٠١١٧٠٨٨٠٩٩٠١", "nik_length"),
        ("0073011708809901", "nik_region"),
        ("9973011708809901", "nik_region"),
        ("3600011708809901", "nik_region"),
        ("3673001708809901", "nik_region"),
        ("3673010008809901", "nik_date"),
        ("3673011713809901", "nik_date"),
        ("3673013102809901", "nik_date"),
        ("3673011708800000", "nik_serial"),
    ],
)
def test_what_no_nik_looks_like_is_refused_without_being_repeated(written: str, reason: str) -> None:
    refusal = refused(written)
    assert (refusal.reason, refusal.details) == (reason, {})


def test_two_days_services_offices_or_secrets_share_no_mark() -> None:
    known = day_mark(b"secret", "HQ", "KTP-CETAK", A_MAN)
    others = [
        day_mark(b"another", "HQ", "KTP-CETAK", A_MAN),
        day_mark(b"secret", "UPT", "KTP-CETAK", A_MAN),
        day_mark(b"secret", "HQ", "KK-BARU", A_MAN),
        day_mark(b"secret", "HQ", "KTP-CETAK", A_WOMAN),
    ]
    marks = [known("2026-11-23"), known("2026-11-24"), *(other("2026-11-23") for other in others)]
    assert len(set(marks)) == 6
    assert known("2026-11-23") == marks[0]
    assert A_MAN not in repr(known)
