"""Whatever happens in whatever order, every blank of every day is accounted for; one that is not shows."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from queue_server.storage.reports import Reports
from tests.operations.test_any_sequence import VERBS, after, steps
from tests.the_office import SITE, TheOffice

# What one figure that is wrong in a table looks like in the report of the day before or the day itself.
BROKEN = {
    "UPDATE item_days SET opening = opening - 1 WHERE item = 'KTP' AND day = '2026-11-24'": ("book", 1),
    "UPDATE item_days SET received = received + 1 WHERE item = 'KTP' AND day < '2026-11-23'": ("night", -1),
}


def differences(office: TheOffice) -> dict[str, list[Any]]:
    """By day; at the same time the stock card's closing is what lies in the store when the next day begins."""
    reports, found = Reports(office.database, SITE), {}
    for line in reports.days(office.clock):
        report = reports.daily(line.day, office.clock).report
        found[line.day] = report["reconciliation"]["differences"]
        for card, item in zip(report["stock"], report["items"], strict=True):
            assert (card["opening"], card["closing"]) == (item["opening"], item["on_hand"]), (line.day, item["item"])
            assert card["used"] == item["used"]
    return found


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sequence=steps)
def test_any_sequence_leaves_every_day_without_a_difference(
    tmp_path_factory: pytest.TempPathFactory, sequence: Any
) -> None:
    office = after(f"sqlite:///{tmp_path_factory.mktemp('any') / 'antrean.db'}", sequence)
    try:
        assert not any(differences(office).values())
    finally:
        office.close()


def test_a_long_random_week_is_accounted_for_on_both_databases(database_url: str, rng: random.Random) -> None:
    sequence = [(rng.choice(VERBS), rng.randrange(1000)) for _ in range(300)]
    office = after(database_url, sequence)
    found = differences(office)
    assert found
    assert not any(found.values())
    office.close()


@pytest.mark.parametrize("statement", BROKEN)
def test_one_figure_that_is_broken_is_the_one_that_is_listed(
    database_url: str, rng: random.Random, statement: str
) -> None:
    office = TheOffice(database_url, rng)
    office.found("2026-11-20 18.00", KTP=100)
    office.at("2026-11-23 08.00")
    office.open(3)
    office.take("KTP-CETAK")
    office.serve_one(3)
    office.at("2026-11-23 18.00")
    office.at("2026-11-24 08.00")
    assert not any(differences(office).values())
    with office.database.writing() as connection:
        assert connection.execute(sa.text(statement)).rowcount == 1
    kind, by = BROKEN[statement]
    (wrong,) = Reports(office.database, SITE).daily("2026-11-23", office.clock).report["reconciliation"]["differences"]
    assert (wrong["kind"], wrong["item"], wrong["found"] - wrong["expected"]) == (kind, "KTP", by)
    office.close()
