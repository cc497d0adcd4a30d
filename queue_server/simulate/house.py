"""A throw-away office: the real operations on a real database, on a clock that the simulation sets."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from queue_server.domain import calendar
from queue_server.domain.catalogue import Catalogue
from queue_server.domain.views import ItemStock
from queue_server.operations import office, stock
from queue_server.simulate.citizens import CARD
from queue_server.simulate.scenarios import CannotSimulateError
from queue_server.storage.database import Database
from queue_server.storage.journal import Command, Journal, found_site
from queue_server.storage.queries import Queries
from queue_server.storage.upgrade import upgrade

SITE = "HQ"
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
FOUNDED_BEFORE = 180  # minutes before the midnight that begins the first day
AMPLE = 100_000  # of everything but the scarce blank
ITEM_LINE = re.compile(rf'^code\s*=\s*"{CARD}"\s*(#.*)?$', re.MULTILINE)
ANNOUNCED = re.compile(r"^(next_delivery|delivery_quantity)\s*=.*$", re.MULTILINE)


class House:
    """`at(day, minute)` sets the wall clock; `commit` runs the commands of one minute in one transaction."""

    def __init__(self, database_url: str, catalogue: Catalogue, text: str, filename: str, rng: random.Random) -> None:
        self.catalogue, self.text, self.filename, self.rng = catalogue, text, filename, rng
        if not ITEM_LINE.search(text):
            raise CannotSimulateError(f"{filename} keeps no blanks of the item {CARD}")
        self.now = 0
        self.database = Database(database_url)
        upgrade(self.database)
        found_site(self.database, SITE)
        self.journal = Journal(self.database, SITE, lambda: self.now)
        self.queries = Queries(self.database, SITE)

    def close(self) -> None:
        self.journal.close()
        self.database.close()

    def found(self, first_day: date, lacking: frozenset[str] = frozenset()) -> None:
        """The office file and ample stock of all but the scarce blank and what is lacking, on the evening before."""
        self.now = self.instant(first_day, -FOUNDED_BEFORE)
        self.do(office.apply_office, text=self.text, filename=self.filename)
        for item in self.catalogue.items:
            if item != CARD and item not in lacking:
                self.receive(item, AMPLE)

    def stock(self) -> ItemStock:
        """The scarce blanks as the stock board says."""
        return self.queries.snapshot(self.now).item_stock(CARD, "id")

    # -- time ----------------------------------------------------------------------------------------------------------

    def instant(self, day: date, minute: int) -> int:
        return calendar.instant(self.catalogue, day, minute)

    @property
    def local(self) -> datetime:
        return calendar.local_time(self.catalogue, self.now)

    # -- commands ------------------------------------------------------------------------------------------------------

    def commit(self, commands: Sequence[Command[Any]]) -> None:
        if commands:
            self.journal.commit(commands)

    def do(self, operation: Callable[..., Any], **arguments: Any) -> Any:
        return self.journal.do(Command(operation, arguments, "simulation"))

    def follow_calendar(self) -> str | None:
        """Do what is due; the last thing that was done."""
        did = None
        while True:
            step = self.do(office.follow_calendar, new_code=self.new_code)
            did = step["did"] or did
            if not step["more"]:
                return did

    def receive(self, item: str, quantity: int) -> None:
        self.do(
            stock.move_stock, item=item, type="receive", quantity=quantity, reference="delivery", new_code=self.new_code
        )

    def count(self, quantity: int) -> int:
        """A stock-take: so many scarce blanks lie there, whatever the book says; by how much the book was too high."""
        book = self.stock().on_hand
        self.do(
            stock.move_stock, item=CARD, type="count", quantity=quantity, reason="stok opname", new_code=self.new_code
        )
        return book - quantity

    def announce(self, next_delivery: date, quantity: int) -> None:
        """The supervisor enters the office file with the next delivery, which the kiosk then tells and promises."""
        said = f"next_delivery = {next_delivery.isoformat()}\ndelivery_quantity = {quantity}"
        text = ITEM_LINE.sub(lambda line: f"{line[0]}\n{said}", ANNOUNCED.sub("", self.text))
        self.do(office.apply_office, text=text, filename=self.filename, now=True)

    def new_id(self) -> str:
        return f"{self.rng.getrandbits(128):032x}"

    def new_code(self) -> str:
        return "".join(self.rng.choices(CODE_LETTERS, k=8))
