"""What was answered to a request with an Idempotency-Key, so that asking again does nothing more."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from queue_server.domain.errors import Conflict, Refusal
from queue_server.storage import statements
from queue_server.storage.codec import dumps
from queue_server.storage.schema import answers

KINDS: list[type[Refusal]] = [Refusal, *Refusal.__subclasses__()]
REFUSALS = {kind.code: kind for kind in reversed(KINDS)}  # `Conflict` shares its code with the base


@dataclass(frozen=True, slots=True)
class Once:
    """A key is the caller's own; `fingerprint` tells one request from another that bears the same key."""

    caller: str
    key: str
    fingerprint: str


class Answers:
    """The answers of one business day that a batch needs, and those that it gives."""

    def __init__(self, connection: sa.Connection, site: str, day: str, asked: Collection[Once]) -> None:
        self._site, self._day = site, day
        self._rows: dict[tuple[str, str], dict[str, Any]] = {}
        self._new: list[dict[str, Any]] = []
        if asked:
            keys = sorted({once.key for once in asked})
            found = sa.select(answers).where(answers.c.site == site, answers.c.key.in_(keys), answers.c.day == day)
            for row in connection.execute(found).mappings():
                self._rows[row["caller"], row["key"]] = dict(row)

    def has(self, once: Once) -> bool:
        return (once.caller, once.key) in self._rows

    def give(self, once: Once) -> Any:
        """The result as the first time. Raises the refusal of the first time, or `Conflict` for another request."""
        row = self._rows[once.caller, once.key]
        if row["fingerprint"] != once.fingerprint:
            raise Conflict("key_reused")
        content = json.loads(row["body"])
        if row["status"]:
            raise REFUSALS[row["status"]](content["reason"], **content["details"])
        return content

    def keep_result(self, once: Once, result: Any) -> None:
        """Raises `TypeError` for a result that is not plain JSON."""
        self._keep(once, "", dumps(result))

    def keep_refusal(self, once: Once, refusal: Refusal) -> None:
        body = json.dumps({"reason": refusal.reason, "details": refusal.details}, default=str)
        self._keep(once, refusal.code, body)

    def _keep(self, once: Once, status: str, body: str) -> None:
        row = {
            "site": self._site,
            "key": once.key,
            "caller": once.caller,
            "day": self._day,
            "fingerprint": once.fingerprint,
            "status": status,
            "body": body,
        }
        self._rows[once.caller, once.key] = row
        self._new.append(row)

    def write(self, connection: sa.Connection) -> None:
        statements.upsert(connection, answers, self._new)


def forget_answers(connection: sa.Connection, site: str, before: str) -> None:
    """Keys hold for their business day."""
    connection.execute(answers.delete().where(answers.c.site == site, answers.c.day < before))
