"""Statements that the two databases spell alike but SQLAlchemy keeps apart."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: sa.Connection, table: sa.Table) -> sa.Executable:
    """Insert whole rows, or replace those with the same primary key."""
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    insert = make(table)
    rest = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=rest)
