"""The only way in: commands are decided in memory, written once per batch, and answered after the commit."""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from queue_server.domain.errors import Busy, NotFound, Refusal
from queue_server.domain.fold import current_day, fold
from queue_server.domain.nik import DayMark
from queue_server.domain.office import TABLES, Office
from queue_server.storage import chain, statements
from queue_server.storage.answers import Answers, Once, forget_answers
from queue_server.storage.chain import Head
from queue_server.storage.database import Database, as_domain_error, describe, out_of_order
from queue_server.storage.people import forget_marks, forget_sessions, write_plain
from queue_server.storage.projections import Names, all_in_memory, let_go, load_office, recall, write_changes
from queue_server.storage.schema import journal, sites

T = TypeVar("T")
FOLLOW_AT_MOST = 500  # entries of others; beyond that the tables are read again
NOTIFY_CHANNEL = "antrean_journal"
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Command(Generic[T]):
    """`operation(office, **arguments)`, who asks for it, and the keys of rows that it may need back in memory."""

    operation: Callable[..., T]
    arguments: Mapping[str, Any]
    actor: str
    tickets: Collection[str] = ()  # ids
    vouchers: Collection[str] = ()  # codes
    movements: Collection[int] = ()  # their numbers in the journal
    records: Collection[str] = ()  # ids
    nik: DayMark | None = None  # whoever asks, as known on a day
    once: Once | None = None
    result: T | None = None
    failure: Exception | None = None

    def answer(self) -> T:
        """What the operation returned. Raises what it raised."""
        if self.failure is not None:
            raise self.failure
        return self.result  # type: ignore[return-value]  # None only where the operation returned it


class Outcome(enum.Enum):
    DONE = enum.auto()
    OUT_OF_REACH = enum.auto()  # locked, full or gone: nothing can be written for now
    NOT_WRITTEN = enum.auto()  # decided, then undone
    UNKNOWN = enum.auto()  # the commit was sent, and only the database knows


class Journal:
    """Owns the one write connection, the head of the chain and the office in memory.

    Not to be used by two threads at once. `clock` gives epoch milliseconds.
    """

    def __init__(self, database: Database, site: str, clock: Callable[[], int]) -> None:
        self.database, self.site, self.clock = database, site, clock
        self.office: Office | None = None  # believed only while every commit is certain
        self.head = Head(0, 0, "")
        self._connection: sa.Connection | None = None
        self._advance = sites.update().where(sites.c.site == site)
        self._notify = sa.select(sa.func.pg_notify(NOTIFY_CHANNEL, sa.bindparam("payload")))

    @property
    def seq(self) -> int:
        """The number of the last entry that this journal has committed or followed."""
        return self.head.seq

    def do(self, command: Command[T]) -> T:
        """One command by itself, for the command line. Raises what its operation raises."""
        self.commit([command])
        return command.answer()

    def commit(self, batch: Sequence[Command[Any]]) -> None:
        """Run the commands in one transaction and give each its result or failure; only then is it settled.

        One that is refused or crashes leaves no trace, and the others are served. If the database refuses the write
        they are tried one by one, on memory that is read anew. If the commit itself fails nothing is tried again: the
        caller asks again with the same id.
        """
        if self._together(batch) is not Outcome.NOT_WRITTEN:
            return
        for position, command in enumerate(batch):
            if self._together([command]) is Outcome.OUT_OF_REACH:
                refuse(batch[position:], Busy("database"))
                return

    def differences(self) -> list[str]:
        """Compare memory with the tables, for an idle moment; memory that is found wrong is dropped. Raises `Busy`."""
        try:
            head = self._begin()
            office, stored = self._catch_up(head), load_office(self._link, self.site)
        except Exception as failure:
            self._abandon()
            raise as_domain_error(failure) from failure
        self._disconnect()
        found = [
            f"{table} {key!r} in memory is not as in the table"
            for table in TABLES
            for key in sorted(office.rows[table].keys() | stored.rows[table].keys(), key=str)
            if office.rows[table].get(key) != stored.rows[table].get(key)
        ]
        if found:
            self.office = None
        return found

    def close(self) -> None:
        self._disconnect()

    # -- one transaction ---------------------------------------------------------------------------------------------

    def _together(self, batch: Sequence[Command[Any]]) -> Outcome:
        outcome = Outcome.OUT_OF_REACH
        try:
            head = self._begin()
            outcome = Outcome.NOT_WRITTEN
            office = self._catch_up(head)
            office.now = self.clock()
            came = recall(self._link, self.site, office, named_by(office, batch))
            answers = self._decide(office, batch)
            new_head = self._write(office, answers)
            outcome = Outcome.UNKNOWN
            self._link.commit()
        except Exception as failure:  # noqa: BLE001  # whatever it is, its command is told
            self._abandon()
            if outcome is Outcome.NOT_WRITTEN and out_of_order(failure):
                outcome = Outcome.OUT_OF_REACH  # no command's fault, and the next one would meet it too
            log.warning("batch of %d %s: %s", len(batch), outcome.name.lower(), describe(failure))
            refuse(batch, Busy("outcome_unknown") if outcome is Outcome.UNKNOWN else as_domain_error(failure))
            return outcome
        self.head = new_head
        office.settle()
        let_go(office, came)
        return Outcome.DONE

    @property
    def _link(self) -> sa.Connection:
        if self._connection is None:
            self._connection = self.database.writer.connect()
        return self._connection

    def _begin(self) -> Head:
        """Lock the site until the transaction ends."""
        self._link.begin()
        head = chain.read_head(self._link, self.site, lock=True)
        if head is None:
            raise NotFound("site", site=self.site)
        return head

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _abandon(self) -> None:
        """Undo all of it: the transaction, and what memory believes."""
        self.office = None
        self._disconnect()

    # -- memory ------------------------------------------------------------------------------------------------------

    def _catch_up(self, head: Head) -> Office:
        """The office as of the head: learn what others appended, mostly nothing, or read the tables."""
        if self.office is None or (head != self.head and not self._follow(self.office, head)):
            self.office = load_office(self._link, self.site)
            self.office.seq, self.office.last_at = head.seq, chain.last_instant(self._link, self.site)
        self.head = head
        return self.office

    def _follow(self, office: Office, head: Head) -> bool:
        """Fold what another process appended; False when memory cannot know what it meant.

        That is another history, too long a one, or one about rows that memory has let go: their tables already say
        what they are after it, and not what they were.
        """
        news = chain.entries_after(self._link, self.site, self.head, FOLLOW_AT_MOST + 1)
        if not news or len(news) > FOLLOW_AT_MOST or news[0].prev_hash != self.head.hash or news[-1].hash != head.hash:
            return False
        entries = [chain.revive(row) for row in news]
        if not all_in_memory(office, entries):
            return False
        for entry, event in entries:
            office.now = entry.at
            fold(event, office, entry)
        office.settle()
        return True

    # -- deciding and writing ----------------------------------------------------------------------------------------

    def _decide(self, office: Office, batch: Sequence[Command[Any]]) -> Answers:
        """Run the commands in memory; a request that was answered before is only answered again."""
        asked = [command.once for command in batch if command.once]
        answers = Answers(self._link, self.site, current_day(office), asked)
        for command in batch:
            if command.once and answers.has(command.once):
                repeat(command, command.once, answers)
            else:
                attempt(office, command, answers)
        return answers

    def _write(self, office: Office, answers: Answers) -> Head:
        """One insert for the journal, then each touched table; returns the chain's new head."""
        answers.write(self._link)
        if office.plain:
            write_plain(self._link, self.site, office.plain)
        if not office.events:
            return self.head
        rows, head = chain.link(self.site, self.head, office.events)
        statements.insert(self._link, journal, rows)
        write_changes(self._link, self.site, office)
        self._link.execute(self._advance, {"seq": head.seq, "hash": head.hash})
        if office.changed("days"):
            forget_answers(self._link, self.site, before=office.newest_day)
            forget_marks(self._link, self.site, before=office.newest_day)
            forget_sessions(self._link, self.site, office.now)
        if self.database.dialect == "postgresql":  # wakes the other processes' hubs, and only if the commit succeeds
            self._link.execute(self._notify, {"payload": f"{self.site}:{head.seq}"})
        return head


def named_by(office: Office, batch: Sequence[Command[Any]]) -> Names:
    today = current_day(office)
    return Names(
        tickets={ticket for command in batch for ticket in command.tickets},
        vouchers={code for command in batch for code in command.vouchers},
        movements={seq for command in batch for seq in command.movements},
        days={today},
        marks={command.nik(today) for command in batch if command.nik},
        records={record for command in batch for record in command.records},
    )


def attempt(office: Office, command: Command[Any], answers: Answers) -> None:
    """Run one command in a savepoint of memory."""
    office.actor, savepoint = command.actor, office.savepoint()
    command.result = command.failure = None
    try:
        command.result = command.operation(office, **command.arguments)
        if command.once:
            answers.keep_result(command.once, command.result)
    except Exception as failure:  # noqa: BLE001  # one that crashes fails alone, and its caller is told
        office.rollback_to(savepoint)
        command.result, command.failure = None, failure
        if command.once and isinstance(failure, Refusal):
            answers.keep_refusal(command.once, failure)


def repeat(command: Command[Any], once: Once, answers: Answers) -> None:
    command.result = command.failure = None
    try:
        command.result = answers.give(once)
    except Refusal as refusal:
        command.failure = refusal


def refuse(batch: Sequence[Command[Any]], failure: Exception) -> None:
    for command in batch:
        command.result, command.failure = None, failure


def found_site(database: Database, site: str) -> None:
    """Begin a site's chain; does nothing where there is one."""
    with database.writing() as connection:
        if chain.read_head(connection, site) is None:
            connection.execute(sites.insert(), {"site": site, "generation": 1, "seq": 0, "hash": ""})
