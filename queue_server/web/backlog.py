"""The desk of the print backlog: turns what staff ask for into commands of at most 500 records, and rows into views.

Both the pages and the command line stand behind it. It alone holds the seal, so nothing else can open a person's row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, replace
from datetime import date, timedelta
from itertools import groupby, islice
from typing import Any, BinaryIO, Protocol, cast

from queue_server.domain import backlog_file, calendar, person
from queue_server.domain.backlog import MOST_AT_ONCE, BacklogRecord, Entry
from queue_server.domain.backlog_file import Fault, Found
from queue_server.domain.backlog_views import BacklogSlip, CallLine, CallList, PlaceView, RecordView
from queue_server.domain.backlog_words import KIND_NAMES, MEANINGS
from queue_server.domain.catalogue import Catalogue, Words
from queue_server.domain.errors import Conflict, Invalid, NotFound, OutOfStock
from queue_server.domain.figures import thousands
from queue_server.domain.person import Person, person_of
from queue_server.operations import backlog as verbs
from queue_server.storage.answers import Once
from queue_server.storage.backlog import Backlog, Figures, Place, Run, Sealed, row_of
from queue_server.storage.database import Database
from queue_server.storage.seal import Seal
from queue_server.web.house import House, house, new_code, new_token

TRIES = 5  # when somebody else was quicker
NOBODY = Person("", "")
INVITED, UNCOLLECTED = "invited", "uncollected"
LISTS = (INVITED, UNCOLLECTED)

Item = Found | Fault
Progress = Callable[[int, int], None]


class Do(Protocol):
    def __call__(
        self,
        operation: Callable[..., Any],
        *,
        actor: str,
        records: Collection[str] = (),
        once: Once | None = None,
        **arguments: Any,
    ) -> Any: ...


def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


class Desk:
    """`aside` runs what takes long where it holds up nobody; `do` runs a command and answers after its commit."""

    def __init__(
        self,
        database: Database,
        site: str,
        secret_key: str,
        do: Do,
        clock: Callable[[], int],
        catalogue: Callable[[], Catalogue],
        aside: Callable[..., Any] = at_once,
    ) -> None:
        self.store, self.seal = Backlog(database, site), Seal(secret_key)
        self.do, self.clock, self.catalogue, self.aside = do, clock, catalogue, aside

    @property
    def today(self) -> date:
        return calendar.local_date(self.catalogue(), self.clock())

    @property
    def order(self) -> Sequence[str]:
        return self.catalogue().rules.print_order

    # -- entering ------------------------------------------------------------------------------------------------------

    def enter(
        self,
        actor: str,
        *,
        record_id: str,
        nik: str,
        name: str,
        phone: str,
        kind: str,
        state: str,
        since: str,
        kecamatan: str,
        once: Once | None = None,
    ) -> str:
        """One record; its id, which is `record_id`: the same again is the same record.

        Raises `Invalid`, `Conflict` when the same person has another such record already.
        """
        somebody = person_of(nik, name, phone)
        backlog_file.require_past(date.fromisoformat(since), self.today.isoformat())
        self.aside(self.store.require_key, self.seal.key_id)
        known_by = self.seal.person_hash(somebody.nik, kind)
        known = self.aside(self.store.known, [known_by]).get(known_by)
        if known not in (None, record_id):
            raise Conflict("record_known")
        if known is None:
            entry = Entry(record_id, kind, state, since, kecamatan)
            people = [self._sealed(entry, somebody, known_by)]
            self.do(verbs.enter, actor=actor, records=[record_id], once=once, entries=[entry], people=people)
        return record_id

    def _sealed(self, entry: Entry, somebody: Person, known_by: str) -> dict[str, Any]:
        sealed = self.seal.close(entry.record_id, somebody)
        return row_of(Sealed(entry.record_id, known_by, new_token(), self.seal.key_id, sealed))

    def search(self, nik: str) -> list[str]:
        """The records of a person. Raises `Invalid` for what is no NIK."""
        checked = person.written_nik(nik)
        hashes = [self.seal.person_hash(checked, kind) for kind in KIND_NAMES]
        return sorted(self.aside(self.store.known, hashes).values())

    # -- importing -----------------------------------------------------------------------------------------------------

    def import_list(self, source: BinaryIO, actor: str, progress: Progress = lambda done, of: None) -> Run:
        """Take a list over, in commands of at most 500 lines; one that was broken off goes on where it was.

        The same list again adds nothing, and says so. Raises `Invalid` for one whose heading cannot be read.
        """
        run: Run = self.aside(self._begin, source, actor)
        if run.finished_at is not None:
            return replace(run, entered=0, moved=0, repeated=run.entered + run.moved + run.repeated)
        return self._go_on(run, source, progress)

    def _go_on(self, run: Run, source: BinaryIO, progress: Progress) -> Run:
        items = backlog_file.read(source, self.catalogue().kecamatan, self.today.isoformat(), after=run.position)
        while run.finished_at is None:
            portion = self.aside(lambda: list(islice(items, MOST_AT_ONCE)))
            run = self._take_over(run, portion) if portion else self._finish(run)
            progress(run.position, run.lines)
        return run

    def _begin(self, source: BinaryIO, actor: str) -> Run:
        """The list by its content: begun anew, or where it was left."""
        self.store.require_key(self.seal.key_id)
        run_id = self.seal.file_hash(iter(lambda: source.read(1 << 16), b""))
        source.seek(0)
        backlog_file.Heading(next(backlog_file.lines(source), b""))  # refused before anything is written
        run = self.store.run(run_id)
        if run is None:
            run = Run(run_id, actor, 1 + backlog_file.count(source), self.clock())
        source.seek(0)
        return replace(run, actor=actor)

    def _take_over(self, run: Run, items: Sequence[Item]) -> Run:
        """One command. Where somebody else was quicker it is read anew what is left of the portion."""
        for _ in range(TRIES):
            after: Run
            after, arguments, known = self.aside(self._portion, run, items)
            try:
                done = self.do(verbs.enter, actor=run.actor, records=known, run=row_of(after), **arguments)
            except Conflict as failure:
                if failure.reason != "database":
                    raise
                run = self.aside(self.store.run, run.run_id) or run
                items = [item for item in items if item.line > run.position]
                continue
            return replace(after, moved=after.moved + done["moved"], repeated=after.repeated - done["moved"])
        raise Conflict("database")

    def _portion(self, run: Run, items: Sequence[Item]) -> tuple[Run, dict[str, Any], list[str]]:
        good = [item for item in items if isinstance(item, Found)]
        faults = [item for item in items if isinstance(item, Fault)]
        hashes = [self.seal.person_hash(item.person.nik, item.kind) for item in good]
        known, new = self.store.known(hashes), dict[str, Found]()
        moves: dict[str, list[str]] = {}
        for item, found in zip(good, hashes, strict=True):
            if found not in known:
                new.setdefault(found, item)
            elif known[found] not in moves.setdefault(item.state, []):
                moves[item.state].append(known[found])
        entries = [Entry(new_token(), item.kind, item.state, item.since, item.kecamatan) for item in new.values()]
        people = [self._sealed(e, item.person, found) for e, (found, item) in zip(entries, new.items(), strict=True)]
        after = replace(
            run,
            position=items[-1].line if items else run.position,
            entered=run.entered + len(new),
            repeated=run.repeated + len(good) - len(new),
            bad=run.bad + len(faults),
        )
        bad = [{"run_id": run.run_id, "line": fault.line, "reason": fault.reason} for fault in faults]
        return after, {"entries": entries, "people": people, "moves": moves, "faults": bad}, list(known.values())

    def _finish(self, run: Run) -> Run:
        done = replace(run, position=run.lines, finished_at=self.clock())
        self.do(verbs.enter, actor=run.actor, entries=[], people=[], run=row_of(done))
        return done

    def runs(self) -> list[Run]:
        """The newest lists that were imported or are."""
        return cast(list[Run], self.aside(self.store.runs))

    def faults(self, run_id: str) -> list[tuple[int, str]]:
        """Lines of a list that could not be taken over, and why. Raises `NotFound`."""
        if self.aside(self.store.run, run_id) is None:
            raise NotFound("import")
        return cast(list[tuple[int, str]], self.aside(self.store.faults, run_id))

    # -- in portions ---------------------------------------------------------------------------------------------------

    def release(
        self, cards: int, actor: str, once: Once | None = None, progress: Progress = lambda done, of: None
    ) -> dict[str, Any]:
        """Blanks and days for the next `cards` in line. Fewer where fewer wait, or where the blanks end (`short_of`).

        Raises `OutOfStock` when not one can be released, `WrongState` when nobody waits.
        """
        holder, released, days, short = new_token(), 0, dict[str, int](), None
        while released < cards:
            wanted = min(MOST_AT_ONCE, cards - released)
            try:
                done = self._release_portion(holder, wanted, actor, once, released)
            except OutOfStock as refusal:
                if not released:
                    raise
                short = str(refusal.details["item"])
                break
            released += done["released"]
            days |= {day: days.get(day, 0) + number for day, number in done["days"].items()}
            progress(released, cards)
            short = done["short_of"]
            if done["released"] < wanted:
                break
        return {"released": released, "days": days, "short_of": short}

    def _release_portion(self, holder: str, cards: int, actor: str, once: Once | None, number: int) -> dict[str, Any]:
        for attempt in range(TRIES):
            ids = self.aside(self.store.next_in_line, self.order, cards)
            again = replace(once, key=f"{once.key} {number} {attempt}") if once else None
            asked = {"release": holder, "ids": ids, "cards": len(ids)}
            try:
                return cast(dict[str, Any], self.do(verbs.release, actor=actor, records=ids, once=again, **asked))
            except Conflict as failure:
                if failure.reason != "line_moved":
                    raise
        raise Conflict("line_moved")

    def print_day(self, day: str, actor: str, once: Once | None = None) -> int:
        """Everyone who is asked to come by that day has a card now; how many."""
        printed = 0
        while True:
            ids = self.aside(self.store.invited_for, day)[:MOST_AT_ONCE]
            again = replace(once, key=f"{once.key} {printed}") if once else None
            wish = {"ids": ids, "new_code": new_code}
            done: int = self.do(verbs.print_cards, actor=actor, records=ids, once=again, **wish)["printed"]
            printed += done
            if done < MOST_AT_ONCE:
                return printed

    def erase_old(self, days: int, actor: str) -> int:
        """Personal data of those who have collected their card, or were taken off, more than `days` ago; how many."""
        before, erased = (self.today - timedelta(days=days)).isoformat(), 0
        while ids := self.aside(self.store.to_erase, before, MOST_AT_ONCE):
            self.do(verbs.erase, actor=actor, records=ids, ids=ids)
            erased += len(ids)
        return erased

    # -- showing -------------------------------------------------------------------------------------------------------

    @property
    def left_behind_before(self) -> str:
        return (self.today - timedelta(days=self.catalogue().rules.uncollected_days)).isoformat()

    def figures(self) -> Figures:
        return cast(Figures, self.aside(self.store.figures, self.today.isoformat(), self.left_behind_before))

    def record(self, record_id: str, language: str) -> RecordView:
        """Raises `NotFound`."""
        return cast(RecordView, self.aside(self._record, record_id, language))

    def _record(self, record_id: str, language: str) -> RecordView:
        row = self.store.record(record_id)
        sealed = self.store.people([record_id]).get(record_id)
        somebody = self._opened(sealed)
        return RecordView(
            **asdict(self._place(row, language)),
            id=record_id,
            kind=row.kind,
            kecamatan=self.catalogue().kecamatan.get(row.kecamatan, row.kecamatan),
            moved_on=row.moved_on,
            nik=person.masked_nik(somebody.nik) if somebody.nik else "",
            name=person.masked_name(somebody.name) if somebody.name else "",
            phone=person.masked_phone(somebody.phone),
            erased=row.erased,
            token=sealed.token or "" if sealed else "",
        )

    def place_of(self, token: str, language: str) -> PlaceView:
        """For a phone. Raises `NotFound`."""
        return cast(PlaceView, self.aside(self._place_of, token, language))

    def _place_of(self, token: str, language: str) -> PlaceView:
        return self._place(self.store.record(self.store.record_id_of(token)), language)

    def _place(self, row: BacklogRecord, language: str) -> PlaceView:
        place: Place | None = self.store.place(row, self.order)
        return PlaceView(
            kind_name=KIND_NAMES[row.kind].get(language),
            state=row.state,
            state_name=MEANINGS[row.state].name.get(language),
            advice=MEANINGS[row.state].advice.get(language),
            since=row.since,
            place=place.number if place else None,
            of=place.of if place else None,
            invited_for=row.invited_for,
        )

    def slip(self, record_id: str, language: str, public_url: str, wifi_name: str) -> BacklogSlip:
        """Raises `NotFound`."""
        view, catalogue = self.record(record_id, language), self.catalogue()
        return BacklogSlip(
            office=f"Disdukcapil {catalogue.name}",
            number=thousands(view.place) if view.place else "",
            of=thousands(view.of) if view.of else "",
            kind_name=view.kind_name,
            state_name=view.state_name,
            advice=view.advice,
            since=view.since,
            invited_for=view.invited_for,
            made_at=self.clock(),
            time_zone=catalogue.time_zone,
            zone=catalogue.zone,
            track_url=f"{public_url}/p/{view.token}" if public_url and view.token else None,
            wifi_name=wifi_name or None,
            language=language,
        )

    # -- lists ---------------------------------------------------------------------------------------------------------

    def call_list(self, which: str, language: str, kecamatan: str | None = None) -> CallList:
        """Those who are asked to come, or whose card was left behind, by kecamatan. Raises `Invalid`."""
        return cast(CallList, self.aside(self._call_list, which, language, kecamatan))

    def _call_list(self, which: str, language: str, kecamatan: str | None) -> CallList:
        names = self.catalogue().kecamatan
        if kecamatan is not None and kecamatan not in names:
            raise Invalid("kecamatan")
        rows = self.store.to_come() if which == INVITED else self.store.uncollected(self.left_behind_before)
        rows = [row for row in rows if kecamatan in (None, row.kecamatan)]
        sealed = self.store.people([row.record_id for row in rows])
        by_name = sorted(rows, key=lambda row: row.kecamatan)
        groups = tuple(
            (names.get(code, code), tuple(self._call_line(row, sealed, which, language) for row in its))
            for code, its in groupby(by_name, key=lambda row: row.kecamatan)
        )
        return CallList(
            office=f"Disdukcapil {self.catalogue().name}",
            title=TITLES[which].get(language),
            note=NOTE.get(language),
            day_heading=DAY_HEADINGS[which].get(language),
            made_on=calendar.long_date(self.today, language),
            language=language,
            groups=groups,
        )

    def _call_line(self, row: BacklogRecord, sealed: dict[str, Sealed], which: str, language: str) -> CallLine:
        somebody = self._opened(sealed.get(row.record_id))
        day = row.moved_on if which == UNCOLLECTED else row.invited_for
        return CallLine(
            name=somebody.name,
            nik=person.masked_nik(somebody.nik) if somebody.nik else "",
            phone=somebody.phone,
            kind_name=KIND_NAMES[row.kind].get(language),
            day=calendar.short_date(date.fromisoformat(day), language) if day else "",
        )

    def _opened(self, sealed: Sealed | None) -> Person:
        return self.seal.open(sealed.record_id, sealed.sealed) if sealed and sealed.sealed else NOBODY


TITLES = {
    INVITED: Words("Daftar panggil kartu", "People to be called for their cards"),
    UNCOLLECTED: Words("Kartu yang belum diambil", "Cards that were left behind"),
}
DAY_HEADINGS = {INVITED: Words("Datang", "Comes"), UNCOLLECTED: Words("Dicetak", "Printed")}
NOTE = Words(
    "Data pribadi. Hanya untuk memanggil; musnahkan setelah dipakai.",
    "Personal data. For calling only; destroy it after use.",
)


def desk() -> Desk:
    """The desk of the running house."""
    return desk_of(house())


def desk_of(open_house: House) -> Desk:
    door = open_house.door
    return Desk(
        door.database,
        door.site,
        open_house.settings.secret_key,
        open_house.do,
        open_house.clock,
        open_house.catalogue,
        open_house.aside,
    )
