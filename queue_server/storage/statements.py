"""Many rows in one statement, for both databases.

SQLite takes them as one `executemany`, which stays inside this process. Over a connection a message a row would be most
of a commit's time, so PostgreSQL takes all rows as one JSON array that it unfolds by the table's own column types.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from queue_server.storage.codec import dumps

Rows = Sequence[dict[str, Any]]  # column values by name, whole primary keys, the same columns in each


class OutOfStep(RuntimeError):
    """A row that was to be changed is not in its table: memory is wrong and has to be loaded again."""


def insert(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    run(connection, sql("insert", connection.dialect.name, table), rows)


def upsert(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Insert whole rows or replace those with the same key; of several with one key the last holds. A column that
    `stays` keeps what it has once it has something.
    """
    key = [column.name for column in table.primary_key]
    latest = {tuple(row[name] for name in key): row for row in rows}
    run(connection, sql("upsert", connection.dialect.name, table), list(latest.values()))


def update(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Replace rows that exist. Raises `OutOfStep`."""
    expect(rows, run(connection, sql("update", connection.dialect.name, table), rows))


def add(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """Add to the numbers of rows that exist, so that a CHECK judges the database's own sum. Raises `OutOfStep`."""
    expect(rows, run(connection, sql("add", connection.dialect.name, table), rows))


def delete(connection: sa.Connection, table: sa.Table, rows: Rows) -> None:
    """`rows` need only their keys. Raises `OutOfStep`."""
    expect(rows, run(connection, sql("delete", connection.dialect.name, table), rows))


def run(connection: sa.Connection, statement: str, rows: Rows) -> int:
    """How many rows it touched."""
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        return connection.exec_driver_sql(statement, list(rows)).rowcount
    return connection.exec_driver_sql(statement, {"rows": dumps(rows)}).rowcount


def expect(rows: Rows, touched: int) -> None:
    if touched != len(rows):
        raise OutOfStep(f"{len(rows)} rows were to be changed, {touched} are there")


@cache
def sql(verb: str, dialect: str, table: sa.Table) -> str:
    """A statement with `:column` of each row (SQLite) or `%(rows)s`, the array of all (PostgreSQL)."""
    many = dialect == "postgresql"
    name, columns = table.name, [column.name for column in table.c]
    key = [column.name for column in table.primary_key]
    rest = [column for column in columns if column not in key]
    source = f"json_populate_recordset(CAST(NULL AS {name}), CAST(%(rows)s AS json)) AS given"
    given = {column: f"given.{column}" if many else f":{column}" for column in columns}
    where = " AND ".join(f"{name}.{column} = {given[column]}" for column in key)
    values = f"SELECT {', '.join(given.values())} FROM {source}" if many else f"VALUES ({', '.join(given.values())})"
    into = f"INSERT INTO {name} ({', '.join(columns)}) {values}"
    match verb:
        case "insert":
            return into
        case "upsert":
            new = {column: f"excluded.{column}" for column in rest}
            new |= {c.name: f"COALESCE({name}.{c.name}, excluded.{c.name})" for c in table.c if c.info.get("stays")}
            news = ", ".join(f"{column} = {value}" for column, value in new.items())
            return f"{into} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {news}"
        case "update" | "add":
            old = {column: f"{name}.{column} + " if verb == "add" else "" for column in rest}
            news = ", ".join(f"{column} = {old[column]}{given[column]}" for column in rest)
            return f"UPDATE {name} SET {news} {f'FROM {source} ' if many else ''}WHERE {where}"
        case _:
            return f"DELETE FROM {name} {f'USING {source} ' if many else ''}WHERE {where}"
