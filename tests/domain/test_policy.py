"""Shares and buckets: rules that need no office."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from queue_server.domain.catalogue import Level, Policy, Words
from queue_server.domain.policy import BUCKETS, ItemUse, bucket_of, shared_out


def policy(*shares: dict[str, int]) -> Policy:
    levels = {str(n): Level(Words("x"), Words("x"), Words("x"), suket=False, shares=s) for n, s in enumerate(shares)}
    return Policy(limited_below_days=4, critical_below_days=1, levels=levels)


@st.composite
def some_shares(draw: st.DrawFn) -> dict[str, int]:
    names = draw(st.lists(st.sampled_from(BUCKETS), min_size=1, unique=True))
    cuts = sorted(draw(st.lists(st.integers(1, 99), min_size=len(names) - 1, max_size=len(names) - 1, unique=True)))
    return {name: high - low for name, low, high in zip(names, [0, *cuts], [*cuts, 100], strict=True)}


@given(total=st.integers(0, 50_000), shares=some_shares())
def test_whole_blanks_are_shared_out_completely_and_within_one_of_the_exact_share(
    total: int, shares: dict[str, int]
) -> None:
    given_out = shared_out(total, shares)
    assert sum(given_out.values()) == total
    assert all(abs(given_out[bucket] - total * share / 100) < 1 for bucket, share in shares.items())


def test_the_last_blank_goes_to_the_larger_share() -> None:
    assert shared_out(1, {"print_ready": 70, "replacement": 30}) == {"print_ready": 1, "replacement": 0}


ALL = {"urgent": 10, "vulnerable": 10, "online": 10, "print_ready": 30, "replacement": 30, "on_site": 10}


@pytest.mark.parametrize(
    ("purpose", "priority", "channel", "bucket"),
    [
        ("urgent", True, "phone", "urgent"),
        ("replacement", True, "phone", "vulnerable"),
        ("replacement", False, "phone", "online"),
        ("print_ready", False, "kiosk", "print_ready"),
        ("replacement", False, "desk", "replacement"),
        (None, False, "kiosk", "on_site"),
    ],
)
def test_a_number_belongs_to_the_first_bucket_that_it_fits(
    purpose: str | None, priority: bool, channel: str, bucket: str
) -> None:
    assert bucket_of(policy(ALL), purpose, priority, channel) == bucket


def test_a_bucket_without_a_share_at_any_level_is_passed_over() -> None:
    two = policy({"print_ready": 70, "replacement": 30}, {"print_ready": 100})
    assert bucket_of(two, "replacement", True, "phone") == "replacement"
    assert bucket_of(two, "urgent", True, "phone") is None


def test_where_nothing_is_shared_out_all_are_on_site() -> None:
    assert bucket_of(policy({}), "urgent", True, "phone") == "on_site"


def test_the_use_is_the_mean_of_the_last_seven_days_on_which_there_was_any() -> None:
    use = ItemUse("KTP")
    for used in (10, 0, 20, 30, 0, 0, 40, 50, 60, 70, 80):
        use = use.after(used)
    assert use.days == (20, 30, 40, 50, 60, 70, 80)
    assert use.per_day == 50
    assert ItemUse("KTP").per_day == 0
