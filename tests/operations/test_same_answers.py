"""The rules of calling, stock and the day are tested on SQLite alone, because both databases answer alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.domain.errors import Refusal
from queue_server.storage import schema
from queue_server.storage.reports import Reports
from tests import services
from tests.operations.test_any_sequence import VERBS, after
from tests.the_office import SITE, TheOffice


@pytest.fixture
def twins(
    sqlite_url: str, postgres_server: str, made_postgres: str, rng: random.Random
) -> Iterator[tuple[TheOffice, TheOffice]]:
    """Two offices in which the same has happened, one on each database."""
    sequence = [(rng.choice(VERBS), rng.randrange(1000)) for _ in range(250)]
    with services.postgres_database(postgres_server, like=made_postgres) as url:
        both = after(sqlite_url, sequence), after(url, sequence)
        yield both
        for office in both:
            office.close()


def reads(office: TheOffice) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Everything that may be asked about the office, by name."""
    queries, ledger, reports, now = office.queries, office.ledger, Reports(office.database, SITE), office.clock
    with office.database.reading() as connection:
        days = list(connection.scalars(sa.select(schema.days.c.day).order_by(schema.days.c.day)))
        taken = connection.execute(sa.select(schema.tickets.c.ticket_id, schema.tickets.c.token))
        given = connection.execute(sa.select(schema.vouchers.c.code, schema.vouchers.c.token))
        tickets, vouchers = sorted(map(tuple, taken)), sorted(map(tuple, given))
    for hall in ("A", "*", "?"):
        yield f"lobby {hall}", partial(queries.lobby, hall, now)
        yield f"calls {hall}", partial(queries.calls_since, hall, 0, now)
    for counter in (1, 3, 4, 99):
        yield f"counter {counter}", partial(queries.counter, counter, now)
    for ticket_id, token in tickets:
        number = queries.ticket(ticket_id, "id", now).number
        yield f"ticket {ticket_id}", partial(queries.ticket, ticket_id, "id", now)
        yield f"ticket {ticket_id} by token", partial(queries.ticket_by_token, token, "en", now)
        yield f"ticket {number} by its number", partial(queries.ticket_by_number, number, "id", now)
        yield f"version of {ticket_id}", partial(queries.ticket_version, token, now)
        yield f"slip of {ticket_id}", partial(queries.slip, ticket_id, now)
    for code, token in vouchers:
        yield f"voucher {code}", partial(queries.voucher, code, "id", now)
        yield f"slip of {code}", partial(queries.voucher_slip, code, now)
        if token:
            yield f"voucher {code} by token", partial(queries.voucher_by_token, token, "id", now)
    for day in days:
        yield f"today {day}", partial(queries.today, now, day)
        yield f"report of {day}", partial(reports.daily, day, now)
        yield f"next on paper {day}", partial(reports.next_on_paper, day, now)
    for item in office.catalogue.items:
        yield f"movements of {item}", partial(queries.movements, item)
    yield "services", partial(queries.services, "id", now)
    yield "office board", partial(queries.office_board, now)
    yield "stock board", partial(queries.stock_board, "id", now)
    yield "counters", partial(queries.counters, now)
    yield "days told", queries.days_told
    yield "audit", partial(queries.audit, days[0], days[-1])
    yield "balances", queries.balances
    yield "days", partial(reports.days, now)
    yield "consignments", ledger.consignments
    yield "count differences", ledger.count_differences
    yield "approved differences", ledger.approved_differences
    yield "withdrawn", partial(ledger.withdrawn, 100)
    yield "requests", ledger.requests
    yield "forecasts", partial(ledger.forecasts, now, "id")


def answers(office: TheOffice) -> dict[str, object]:
    return {name: answer_of(read) for name, read in reads(office)}


def answer_of(read: Callable[[], Any]) -> object:
    try:
        return read()
    except Refusal as refusal:
        return refusal.code


def test_whatever_happened_both_databases_answer_every_question_alike(twins: tuple[TheOffice, TheOffice]) -> None:
    on_sqlite, on_postgresql = (answers(office) for office in twins)
    assert on_sqlite.keys() == on_postgresql.keys()
    for name, answer in on_sqlite.items():
        assert answer == on_postgresql[name], name
