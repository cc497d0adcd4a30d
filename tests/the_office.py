"""An office to test with: real operations on a real database, on a clock that the test sets."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from queue_server.domain.catalogue import Catalogue
from queue_server.domain.errors import Refusal
from queue_server.operations import calling, office, stock, ticketing
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal, found_site
from queue_server.storage.ledger import Ledger
from queue_server.storage.queries import Queries
from queue_server.storage.upgrade import upgrade
from queue_server.storage.verify import verify

SITE = "HQ"
CODE_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"  # as the server makes them: small letters, typed in either


# The files that `found` has made on SQLite, by what was asked of it: it takes longer than most tests.
FOUNDED: dict[tuple[Any, ...], bytes] = {}
COMPILED: dict[tuple[str, bool], tuple[Any, Any]] = {}


def share_statements(database: Database) -> None:
    """An engine compiles a statement once and keeps it. Tests have an engine each, and would spend most of their time
    compiling the same hundred statements anew: they keep them together.
    """
    for engine in (database.writer, database.reader):
        kept = COMPILED.setdefault(
            (database.dialect, engine is database.writer), (engine.dialect, engine._compiled_cache)
        )
        engine.dialect, engine._compiled_cache = kept


class TheOffice:
    """`at("2026-11-23 08.30")` sets the clock; `do(operation, ...)` is one command in its own commit."""

    def __init__(
        self, database_url: str, rng: random.Random, name: str = "kota_serang", text: str | None = None
    ) -> None:
        self.rng, self.clock = rng, 0
        self.database = Database(database_url)
        share_statements(self.database)
        upgrade(self.database)
        found_site(self.database, SITE)
        self.journal = Journal(self.database, SITE, lambda: self.clock)
        self.queries = Queries(self.database, SITE, public_url="http://10.0.0.5:8080")
        self.ledger = Ledger(self.database, SITE)
        self.text = text or self.text_of(name)

    @staticmethod
    def text_of(name: str) -> str:
        """An office file that comes with the program."""
        return (resources.files("queue_server") / "offices" / f"{name}.toml").read_text()

    def found(self, when: str, **blanks: int) -> Catalogue:
        """Apply the office file and receive blanks: `found("2026-11-23 07.00", KTP=500, HVS=5000)`."""
        file, asked = self.database.path, (self.text, when, *sorted(blanks.items()))
        if file and asked in FOUNDED:
            self.close()
            file.write_bytes(FOUNDED[asked])
            self.clock = self.instant(when)
            return self.catalogue
        self.clock = 1_700_000_000_000  # any instant: the zone is only known with the file
        self.do(office.apply_office, text=self.text, filename="office.toml")
        self.at(when)
        for item in self.catalogue.items:
            if quantity := blanks.get(item.replace("-", "_"), 5_000 if item not in ("KTP",) else 0):
                self.receive(item, quantity)
        if file:
            self.close()  # after which the file holds everything
            FOUNDED[asked] = file.read_bytes()
        return self.catalogue

    @property
    def catalogue(self) -> Catalogue:
        return self.queries.catalogue(self.clock)

    # -- time --------------------------------------------------------------------------------------------------------

    def at(self, when: str) -> None:
        """Set the wall clock of the office, and let the calendar do what is due."""
        self.clock = self.instant(when)
        self.follow_calendar()

    def instant(self, when: str) -> int:
        local = datetime.strptime(when, "%Y-%m-%d %H.%M").replace(tzinfo=self.catalogue.tz)
        return round(local.timestamp() * 1000)

    def wait(self, **duration: int) -> None:
        self.clock += round(timedelta(**duration).total_seconds() * 1000)

    def follow_calendar(self) -> list[str]:
        did = []
        while True:
            step = self.do(office.follow_calendar, new_code=self.new_code)
            if step["did"]:
                did.append(step["did"])
            if not step["more"]:
                return did

    def power_cut(self) -> None:
        """The server is gone with all it had in memory; another one starts on the same database."""
        self.journal.close()
        self.journal = Journal(self.database, SITE, lambda: self.clock)

    # -- commands ----------------------------------------------------------------------------------------------------

    def command(
        self,
        operation: Callable[..., Any],
        *,
        vouchers: Collection[str] = (),
        movements: Collection[int] = (),
        records: Collection[str] = (),
        days: Collection[str] = (),
        actor: str = "test",
        **arguments: Any,
    ) -> Command[Any]:
        ids = [arguments["ticket_id"]] if "ticket_id" in arguments else []
        vouchers = [*vouchers, arguments["voucher"]] if arguments.get("voucher") else vouchers
        nik = arguments.get("nik")
        return Command(
            operation,
            arguments,
            actor,
            tickets=ids,
            vouchers=vouchers,
            movements=movements,
            days=days,
            records=records,
            nik=nik,
        )

    def do(self, operation: Callable[..., Any], **arguments: Any) -> Any:
        return self.journal.do(self.command(operation, **arguments))

    def refusal(self, operation: Callable[..., Any], **arguments: Any) -> Refusal | None:
        """Why it is refused, or None."""
        try:
            self.do(operation, **arguments)
        except Refusal as refusal:
            return refusal
        return None

    def new_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"

    def new_code(self) -> str:
        return "".join(self.rng.choices(CODE_LETTERS, k=8))

    def wish(self, service: str, **details: Any) -> Command[Any]:
        ids = {"ticket_id": self.new_id(), "token": self.new_id(), **details}
        return self.command(ticketing.issue_ticket, service=service, **ids)

    def take(self, service: str, **details: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.journal.do(self.wish(service, **details))
        return answer

    def receive(self, item: str, quantity: int) -> None:
        self.do(stock.move_stock, item=item, type="receive", quantity=quantity, new_code=self.new_code)

    def count(self, item: str, quantity: int) -> None:
        """Counted by one and approved by another: so many lie in the store."""
        self.enter(item, "count", quantity)
        for row in self.ledger.count_differences():
            self.do(stock.approve_count, count=row.seq, actor="second")

    def enter(self, item: str, type: str, quantity: int = 0, reason: str = "test", **details: Any) -> dict[str, Any]:
        movements = [details[name] for name in ("reverses", "consignment") if details.get(name)]
        answer: dict[str, Any] = self.do(
            stock.move_stock,
            item=item,
            type=type,
            quantity=quantity,
            reason=reason,
            new_code=self.new_code,
            movements=movements,
            **details,
        )
        return answer

    # -- a counter ---------------------------------------------------------------------------------------------------

    def open(self, counter: int, clerk: str | None = None) -> str:
        clerk = clerk or f"clerk-{counter}"
        self.do(calling.open_counter, counter=counter, clerk=clerk)
        return clerk

    def call(self, counter: int, clerk: str | None = None) -> dict[str, Any] | None:
        answer: dict[str, Any] | None = self.do(calling.call_next, counter=counter, clerk=clerk or f"clerk-{counter}")
        return answer

    def act(self, verb: Callable[..., Any], ticket: dict[str, Any], counter: int, **details: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.do(verb, ticket_id=ticket["id"], clerk=f"clerk-{counter}", **details)
        return answer

    def finish(self, ticket: dict[str, Any], counter: int, **details: Any) -> dict[str, Any]:
        details = {"outcome": "done", "new_code": self.new_code, **details}
        return self.act(calling.finish, ticket, counter, **details)

    def serve_one(self, counter: int, **details: Any) -> dict[str, Any] | None:
        """Call, start, three minutes, finish."""
        ticket = self.call(counter)
        if ticket:
            self.act(calling.start, ticket, counter)
            self.wait(minutes=3)
            return self.finish(ticket, counter, **details)
        return None

    # -- what is true --------------------------------------------------------------------------------------------------

    def stock(self, item: str = "KTP") -> Any:
        return next(line for line in self.queries.today(self.clock).items if line.item == item)

    def state(self, ticket: dict[str, Any]) -> str:
        return self.queries.ticket(ticket["id"], "id", self.clock).state

    def verify(self) -> None:
        faults = verify(self.database, SITE).faults
        assert not faults, "\n".join(faults)

    def close(self) -> None:
        self.journal.close()
        self.database.close()
