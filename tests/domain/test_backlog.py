"""Who is next for a card, on which day they come, and what counts as a NIK: rules without a database."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain import backlog, person
from queue_server.domain.backlog import KINDS, in_front, invitation_days, next_in_line
from queue_server.domain.backlog_words import KIND_NAMES, MEANINGS
from queue_server.domain.errors import Invalid
from queue_server.domain.person import Person, person_of

dates = st.dates().map(lambda day: day.isoformat())
lines = st.dictionaries(st.tuples(st.sampled_from(KINDS), dates), st.integers(1, 50), max_size=12)
orders = st.permutations(KINDS)


@given(lines, orders, st.integers(0, 700))
def test_blanks_go_from_the_front_and_nobody_is_passed_over(
    waiting: dict[tuple[str, str], int], order: list[str], cards: int
) -> None:
    chosen = next_in_line(waiting, order, cards)
    assert sum(chosen.values()) == min(cards, sum(waiting.values()))
    assert all(number <= waiting[key] for key, number in chosen.items())
    places = [(order.index(kind), since) for kind, since in chosen]
    assert places == sorted(places)
    left = [(order.index(kind), since) for kind, since in waiting if chosen.get((kind, since)) != waiting[kind, since]]
    assert not left or not places or min(left) >= max(places)


@given(lines, orders)
def test_a_place_is_how_many_blanks_go_to_others_first(waiting: dict[tuple[str, str], int], order: list[str]) -> None:
    for kind, since in waiting:
        before = in_front(waiting, order, kind, since)
        assert (kind, since) not in next_in_line(waiting, order, before)
        assert next_in_line(waiting, order, before + 1)[kind, since] == 1


@given(st.dictionaries(dates, st.integers(0, 30)), st.integers(1, 20), st.integers(0, 200))
def test_no_day_asks_more_people_than_the_office_can_serve(invited: dict[str, int], a_day: int, cards: int) -> None:
    days = [f"{number:04d}" for number in range(1000)]
    asked = list(invitation_days(lambda day: a_day - invited.get(day, 0), [*sorted(invited), *days], cards))
    assert sum(number for _, number in asked) == cards
    assert all(number > 0 for _, number in asked)
    assert all(number + invited.get(day, 0) <= a_day for day, number in asked)


def test_every_state_and_kind_has_its_words() -> None:
    assert list(MEANINGS) == list(backlog.STATES)
    assert list(KIND_NAMES) == list(KINDS)


# -- persons -----------------------------------------------------------------------------------------------------------


def test_a_woman_is_born_forty_days_later_in_her_nik() -> None:
    assert person.written_nik("3673026807889901") == "3673026807889901"
    assert person.written_nik(" 3673.0268.0788-9901 ") == "3673026807889901"
    assert person.written_nik("3673022902009901") == "3673022902009901"  # 29 February 2000, not 1900


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("367302680788990", "nik_length"),
        ("36730268078899011", "nik_length"),
        ("3673O26807889901", "nik_length"),
        ("３６７３０２６８０７８８９９０１", "nik_length"),
        ("3,67302E+15", "nik_rounded"),
        ("3673023202889901", "nik_date"),
        ("3673027202889901", "nik_date"),
        ("3673023102889901", "nik_date"),
        ("3673022902999901", "nik_date"),
        ("3673026807880000", "nik_serial"),
        ("", "nik_length"),
    ],
)
def test_what_is_no_nik_is_refused_by_what_is_wrong_with_it(written: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        person.written_nik(written)
    assert refused.value.reason == reason
    assert refused.value.details == {}


@pytest.mark.parametrize("name", ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", " =1+1"])
def test_a_formula_is_nobodys_name(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        person.checked_name(name)
    assert refused.value.reason == "formula"


@pytest.mark.parametrize("name", ["", "  ", "123", "Siti\x1b[2J", "x" * 101])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(Invalid):
        person.checked_name(name)


def test_telephones_are_written_as_they_are_dialled() -> None:
    assert person.checked_phone("+62 812-3456-7890") == "081234567890"
    assert person.checked_phone("(0254) 200.123") == "0254200123"
    assert person.checked_phone("") == ""
    for wrong in ("12345", "0812 nol", "=0812345678"):
        with pytest.raises(Invalid):
            person.checked_phone(wrong)


def test_a_screen_shows_enough_to_recognise_and_no_more() -> None:
    somebody = person_of("3673026807889901", "Siti Nur Rahmawati", "081234567890")
    assert person.masked_nik(somebody.nik) == "3673••••••••9901"
    assert person.masked_name(somebody.name) == "Siti N•••• R••••"
    assert person.masked_phone(somebody.phone) == "•••••••••890"


def test_whoever_prints_a_person_by_accident_prints_nothing() -> None:
    assert repr(Person("3673026807889901", "Siti", "0812")) == "Person(…)"
    assert "Siti" not in f"{Person('3673026807889901', 'Siti')}"
