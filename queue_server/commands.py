"""Every subcommand: data goes to stdout, notes and progress to stderr; exit 0 ok, 1 refused or a fault, 2 wrong usage.

Commands that write use the same journal as the server, beside it: the server folds what they appended.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

import click

from printables import printers
from queue_server import config
from queue_server.config import Settings, SettingsError
from queue_server.deploy import units
from queue_server.domain.backlog import MOST_RELEASED, STATES
from queue_server.domain.errors import Busy, Refusal
from queue_server.domain.stock import MOST_UNITS, MOVEMENTS, PARTIES, PLACE, STORE
from queue_server.operations import auth, office, stock
from queue_server.storage import backup as backups
from queue_server.storage import lock, people
from queue_server.storage import rebuild as rebuilding
from queue_server.storage import upgrade as upgrading
from queue_server.storage import verify as verifying
from queue_server.storage.database import Database, DatabaseFault
from queue_server.storage.journal import Command, Journal, found_site
from queue_server.storage.ledger import Ledger
from queue_server.storage.queries import Queries
from queue_server.storage.reports import Reports
from queue_server.web import passwords, pin
from queue_server.web.backlog import Desk
from queue_server.web.errors import SENTENCES
from queue_server.web.house import new_code, new_token
from queue_server.web.reports import MAKERS, as_file, report_view, with_signatures
from queue_server.web.session import token_hash
from queue_server.web.voice import espeak
from queue_server.web.voice.packs import Packs

ACTOR = "cli"
PRINTERS = "tcp://host:9100, usb:/dev/usb/lp0, cups:NAME, file:PATH or none; ?qr=raster behind it for a cheap printer."
LONGEST_WORDS = 200  # of a reason or a paper's name
DEMO_FILE = "demo-sign-ins.txt"
DEMO_BLANKS = 500
DEMO_AMPLE = 10_000
DEMO_STAFF = (("Rina", "clerk"), ("Agus", "clerk"), ("Sari", "supervisor"), ("Budi", "stock"))


class Refused(click.ClickException):
    """One sentence on stderr, exit 1."""


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@contextmanager
def refusals() -> Iterator[None]:
    """What the office refuses becomes one sentence, and what the machine refuses too."""
    try:
        yield
    except Busy:
        raise Refused("the database is out of reach: its server is away, or its disk is full or read-only") from None
    except Refusal as refusal:
        known = SENTENCES.get(refusal.reason)
        raise Refused(known.get("en").format_map(refusal.details) if known else str(refusal)) from None
    except (SettingsError, DatabaseFault) as error:
        raise Refused(str(error)) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Refused(f"{error.filename}: {error.strerror}") from None


class Site:
    """An installed office from the command line."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings, self.database = settings, database
        self.queries = Queries(database, settings.site, settings.public_url, settings.wifi_name)
        self.reports = Reports(database, settings.site)

    def do(self, operation: Callable[..., Any], movements: Collection[int] = (), **arguments: Any) -> Any:
        journal = Journal(self.database, self.settings.site, now_ms)
        try:
            return journal.do(Command(operation, arguments, ACTOR, movements=movements))
        finally:
            journal.close()

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """The desk of the print backlog, which commits many commands one after the other."""
        journal = Journal(self.database, self.settings.site, now_ms)

        def do(operation: Any, *, actor: str, records: Any = (), once: Any = None, **arguments: Any) -> Any:
            return journal.do(Command(operation, arguments, actor, records=records, once=once))

        secret, catalogue = self.settings.secret_key, self.queries.catalogue(now_ms())
        if not secret:
            raise SettingsError(f"secret_key in {self.settings.file} is missing: antrean init writes one")
        try:
            yield Desk(self.database, self.settings.site, secret, do, now_ms, lambda: catalogue)
        finally:
            journal.close()


@contextmanager
def site() -> Iterator[Site]:
    """The office of the settings in force; one sentence where there is none or its schema is old."""
    with refusals():
        settings = config.load()
        with opened_office(settings) as database:
            state = upgrading.schema_state(database)
            if state != "current":
                raise Refused(REMEDY[state])
            yield Site(settings, database)


REMEDY = {
    "empty": "there is no office here yet: antrean init --office NAME",
    "old": "the database is older than this program: antrean upgrade",
    "unknown": "the database is newer than this program, or not one of ours: install the program that made it",
}


@contextmanager
def opened_office(settings: Settings) -> Iterator[Database]:
    """Of an office that is there: SQLite would make an empty database of any path."""
    with opened(settings) as database:
        if database.path and not database.path.exists():
            raise Refused(f"there is no office in {settings.data_dir} yet: antrean init --office NAME")
        yield database


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.close()


def note(text: str) -> None:
    click.echo(text, err=True)


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing elsewhere; called with how much of how much is done."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def advance(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        yield advance


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def antrean() -> None:
    """Antrean: queue, kiosk and card blanks of a civil registry office."""


# -- installing ------------------------------------------------------------------------------------------------------


@antrean.command()
@click.option("--office", "name", required=True, help="An office file of the package by name, or a path.")
@click.option("--demo", is_flag=True, help="Open around the clock, no quota, stock, staff and devices to try with.")
def init(name: str, demo: bool) -> None:
    """Create the database, the secret key and the first admin; passwords and pairing tokens are printed once."""
    with refusals():
        text, filename = office_text(name)
        settings = config.load()
        settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if settings.file.exists():
            raise Refused(f"there is an office in {settings.data_dir} already")
        with opened(settings) as database, lock.alone(database, settings.data_dir, "antrean init"):
            if database.path:
                database.path.touch(mode=0o600)  # it holds the hashes of passwords
                database.path.chmod(0o600)
            upgrading.upgrade(database)
            found_site(database, settings.site)
            here = Site(settings, database)
            here.do(office.apply_office, text=text, filename=filename, demo=demo)
            admin = add_staff(here, "admin", "admin", secrets.token_urlsafe(12))
            lines = [admin, *(demo_office(here) if demo else [])]
        if demo:
            keep_for_owner(settings.data_dir / DEMO_FILE, lines)
        config.write(settings.file)  # last: it says that the office is whole
        note(f"Office {name} is ready in {settings.data_dir}.")
        click.echo("\n".join(lines))


def office_text(name: str) -> tuple[str, str]:
    """An office file that comes with the program, or any other by its path. Raises `Refused`."""
    path = Path(name)
    if path.suffix == ".toml":
        try:
            return path.read_text(encoding="utf-8"), str(path)
        except (OSError, UnicodeDecodeError) as error:
            raise Refused(f"{path} cannot be read: {error}") from None
    offices = resources.files("queue_server") / "offices"
    known = sorted(file.name.removesuffix(".toml") for file in offices.iterdir() if file.name.endswith(".toml"))
    if name not in known:
        raise Refused(
            f"no office file is called {name}; there are {', '.join(known)}, or give the path of a .toml file"
        )
    return (offices / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml"


def add_staff(here: Site, name: str, role: str, password: str) -> str:
    here.do(
        auth.add_staff,
        staff_id=new_token()[:12],
        name=name,
        role=role,
        password_hash=passwords.hashed(password),
    )
    return f"staff {role:<10} {name:<8} {password}"


def add_device(here: Site, **fields: Any) -> str:
    token = new_token()
    others = [asdict(device) for device in people.all_devices(here.database, here.settings.site)]
    made = here.do(auth.add_device, device_id=new_token()[:12], token_hash=token_hash(token), others=others, **fields)
    for name in made["silenced"]:
        note(f"{name} is silent now: one display is heard in a hall.")
    return token


def demo_office(here: Site) -> list[str]:
    """Stock of every item, two clerks, a supervisor, a stores officer, a kiosk and one display for each hall."""
    catalogue = here.queries.catalogue(now_ms())
    for item in catalogue.items:
        quantity = DEMO_BLANKS if item == "KTP" else DEMO_AMPLE
        here.do(stock.move_stock, item=item, type="receive", quantity=quantity, reference="demo", new_code=new_code)
    lines = [add_staff(here, name, role, secrets.token_urlsafe(9)) for name, role in DEMO_STAFF]
    token = add_device(here, kind="kiosk", name="Kios 1", printer="none")
    lines.append(f"pair  kiosk      {token}")
    for code, hall in catalogue.halls.items():
        token = add_device(here, kind="display", name=f"Layar {hall.name.id}", hall=code, sound=True)
        lines.append(f"pair  display/{code:<2} {token}")
    return lines


def keep_for_owner(file: Path, lines: list[str]) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as output:
        output.write("\n".join(lines) + "\n")


@antrean.command()
def serve() -> None:
    """Run the office until it is stopped: one server per data directory."""
    from queue_server import app  # only here, after the standard library is patched

    with site() as here:
        app.serve(here.settings, here.database, announce=lambda: note(addresses(here)))


def addresses(here: Site) -> str:
    """Every screen's address, and in a demo the sign-ins and pairing addresses, which open as tabs of one browser."""
    settings = here.settings
    local = f"http://127.0.0.1:{settings.port}"
    lines = [f"Antrean, {here.queries.catalogue(now_ms()).name}: {local}"]
    if settings.public_url:
        lines.append(f"  in this network: {settings.public_url}")
    halls = here.queries.catalogue(now_ms()).halls
    for path in ("/kiosk", *(f"/display/{hall}" for hall in halls), "/counter", "/supervisor", "/stok"):
        lines.append(f"  {local}{path}")
    demo = settings.data_dir / DEMO_FILE
    if demo.exists():
        lines.append("Pair a screen by opening its address once; sign in with name and password:")
        for kind, what, *rest in (line.split() for line in demo.read_text().splitlines()):
            lines.append(f"  {what:<12} {local}/pair#{rest[0]}" if kind == "pair" else f"  {what:<12} {' '.join(rest)}")
    return "\n".join(lines)


@antrean.command()
def upgrade() -> None:
    """Back up, migrate and verify the database."""
    with refusals():
        settings = config.load()
        with opened_office(settings) as database, lock.alone(database, settings.data_dir, "antrean upgrade"):
            if (state := upgrading.schema_state(database)) in ("empty", "unknown"):
                raise Refused(REMEDY[state])
            copy_to = settings.data_dir / f"antrean-{now_ms()}.db"
            faults = upgrading.upgrade(database, copy_to)
            if copy_to.exists():
                note(f"Backed up to {copy_to}.")
            if faults:
                raise Refused("\n".join(faults))


# -- the office file -------------------------------------------------------------------------------------------------


@antrean.group(name="office")
def office_commands() -> None:
    """The office file."""


@office_commands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--now", is_flag=True, help="At once, for counters, hours and words alone.")
def apply(file: Path, now: bool) -> None:
    """Check an office file and enter it, in force from the next business day."""
    text, filename = office_text(str(file) if file.suffix == ".toml" else f"{file}.toml")
    with site() as here:
        result = here.do(office.apply_office, text=text, filename=filename, now=now)
        click.echo(f"in force from {result['from_day']}, sha256 {result['sha256']}")


# -- people and devices ----------------------------------------------------------------------------------------------


@antrean.group()
def staff() -> None:
    """Staff accounts."""


@staff.command(name="add")
@click.argument("name")
@click.option("--role", type=click.Choice(auth.ROLES), required=True)
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
def staff_add(name: str, role: str, password_stdin: bool) -> None:
    """Make a staff account."""
    password = typed_password()
    with site() as here:
        if people.staff_by_name(here.database, here.settings.site, name):
            raise Refused(f"{name} has an account already: antrean staff list")
        add_staff(here, name, role, password)
        note(f"{name} can sign in.")


def typed_password() -> str:
    """The first line of standard input. Raises `Refused` for one with which nobody could sign in."""
    try:
        password = sys.stdin.readline().rstrip("\r\n")
        password.encode()
    except UnicodeError:
        raise Refused("the password is no UTF-8 text") from None
    if not passwords.SHORTEST <= len(password) <= passwords.LONGEST or "\0" in password:
        raise Refused(f"the password has to have {passwords.SHORTEST} to {passwords.LONGEST} characters")
    return password


@staff.command(name="list")
def staff_list() -> None:
    """Names and roles."""
    with site() as here:
        for member in people.all_staff(here.database, here.settings.site):
            click.echo(f"{member.role}\t{member.name}\t{'active' if member.active else 'inactive'}")


@staff.command(name="password")
@click.argument("name")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
def staff_password(name: str, password_stdin: bool) -> None:
    """Give an account another password; whoever is signed in with it is signed out."""
    password = typed_password()
    with site() as here:
        change_staff(here, name, password_hash=passwords.hashed(password))
        note(f"{name} signs in with the new password from now on.")


@staff.command(name="close")
@click.argument("name")
def staff_close(name: str) -> None:
    """Let nobody in with this account any more; what it did stays under its name."""
    with site() as here:
        change_staff(here, name, active=False)
        note(f"{name} is refused from now on: antrean staff open")


@staff.command(name="open")
@click.argument("name")
def staff_open(name: str) -> None:
    """Open a closed account again."""
    with site() as here:
        change_staff(here, name, active=True)
        note(f"{name} can sign in.")


def change_staff(here: Site, name: str, **changes: Any) -> None:
    found = people.staff_by_name(here.database, here.settings.site, name)
    if found is None:
        raise Refused(f"there is no account {name}: antrean staff list")
    signed_in = people.sessions_of(here.database, here.settings.site, found.staff_id)
    here.do(auth.change_staff, row=asdict(found) | changes, signed_in=signed_in)


@antrean.group()
def device() -> None:
    """Kiosks and displays."""


@device.command(name="add")
@click.option("--kind", type=click.Choice(auth.KINDS), required=True)
@click.option("--name", required=True)
@click.option("--hall", help="Without it the device sees every hall.")
@click.option("--printer", default="none", show_default=True, help=PRINTERS)
@click.option("--paper", type=click.Choice(["58", "80"]), default="80", show_default=True)
@click.option("--sound", type=click.Choice(["on", "off"]), default="off", show_default=True)
def device_add(kind: str, name: str, hall: str | None, printer: str, paper: str, sound: str) -> None:
    """Make a device and print its token, once."""
    with site() as here:
        printers.parse(printer)
        fields = {"kind": kind, "name": name, "hall": hall, "printer": printer}
        click.echo(add_device(here, **fields, paper=int(paper), sound=sound == "on"))


@device.command(name="list")
def device_list() -> None:
    """Devices and whether they are revoked."""
    with site() as here:
        for found in people.all_devices(here.database, here.settings.site):
            state = "revoked" if found.revoked_at else "paired"
            click.echo("\t".join([found.device_id, found.kind, found.name, found.hall or "-", found.printer, state]))


@device.command(name="pin")
@click.option("--pin-stdin", is_flag=True, required=True, help="Read the PIN from standard input.")
def device_pin(pin_stdin: bool) -> None:
    """Set the office's PIN, 6 to 8 digits: it opens the settings of every kiosk, held on its clock."""
    try:
        typed = sys.stdin.readline().strip()
    except UnicodeError:
        typed = ""
    if not pin.DIGITS.fullmatch(typed):
        raise Refused("the PIN has to have 6 to 8 digits")
    with site() as here:
        pin.keep(here.settings.data_dir, typed)
        note("The kiosks know the new PIN from now on.")


@device.command(name="revoke")
@click.argument("device_id")
def device_revoke(device_id: str) -> None:
    """Refuse a device from now on."""
    with site() as here:
        found = people.device_by_id(here.database, here.settings.site, device_id)
        if found is None:
            raise Refused(f"there is no device {device_id}: antrean device list")
        here.do(auth.revoke_device, row=asdict(found))
        note(f"{found.name} is refused from now on.")


# -- stock and figures -----------------------------------------------------------------------------------------------


@antrean.group(name="stock")
def stock_commands() -> None:
    """Blanks and what a print needs."""


@stock_commands.command(name="show")
def stock_show() -> None:
    """On hand, promised, safety and available of every item."""
    with site() as here:
        for item in here.queries.today(now_ms()).items:
            click.echo(f"{item.item}\t{item.on_hand}\t{item.promised}\t{item.safety}\t{item.available}")


def one_line(_context: click.Context, _option: click.Parameter, words: str) -> str:
    """As the screens take it: nothing that controls a terminal or a printer."""
    if words.isprintable() and len(words) <= LONGEST_WORDS:
        return words
    raise click.BadParameter(f"one line of at most {LONGEST_WORDS} characters")


@stock_commands.command(name="accounts")
def stock_accounts() -> None:
    """What lies on every account of every item, and what of it is promised."""
    with site() as here:
        for row in here.queries.balances():
            click.echo(f"{row.item}\t{row.account}\t{row.posted}\t{row.pending}")


@stock_commands.command(name="transit")
def stock_transit() -> None:
    """What was dispatched and has not arrived: its number, item, where to, sent, arrived, still under way."""
    with site() as here:
        for sent in Ledger(here.database, here.settings.site).consignments():
            whither = sent.name or sent.target
            click.echo("\t".join(map(str, (sent.seq, sent.item, whither, sent.sent, sent.accepted, sent.open))))


REFERENCE = click.option(
    "--reference", default="", callback=one_line, help="The paper it came with, or the minutes' number."
)
REASON = click.option(
    "--reason", default="", callback=one_line, help="Why; a receipt and what arrived whole need none."
)
ITEM, QUANTITY = click.argument("item"), click.argument("quantity", type=click.IntRange(0, MOST_UNITS))
PLACE_OPTION = click.option("--place", default=STORE, show_default=True, help="Where: store, or counter-3.")
NAME_OPTION = click.option("--name", default="", callback=one_line, help="The other office, or the sub-district.")
REQUEST_OPTION = click.option("--request", type=int, help="The number of the request that it fulfils.")


def options_of(kind: str) -> list[Callable[..., Any]]:
    """What a kind of movement may say besides item, quantity and why."""
    options = []
    if kind == "count" or PLACE in MOVEMENTS.get(kind, ()):
        options.append(PLACE_OPTION)
    if parties := PARTIES.get(kind):
        words = f"The other side: {', '.join(parties)}{' or counter-3' if kind == 'dispatch' else ''}."
        options.append(click.option("--party", default=parties[0], show_default=True, help=words))
    if kind in ("receive", "return", "lend", "borrow", "dispatch"):
        options.append(NAME_OPTION)
    return [*options, REQUEST_OPTION] if kind == "receive" else options


def enter_movement(item: str, kind: str, movements: Collection[int] = (), **said: Any) -> None:
    with site() as here:
        after = here.do(stock.move_stock, movements=movements, item=item, type=kind, new_code=new_code, **said)
        click.echo(json.dumps(after))


def stock_command(kind: str) -> None:
    """`antrean stock receive KTP 500 --reference …`, one command for each kind of movement."""

    def enter(item: str, quantity: int, **said: Any) -> None:
        enter_movement(item, kind, quantity=quantity, **said)

    for option in (REASON, REFERENCE, *options_of(kind), QUANTITY, ITEM):
        enter = option(enter)
    stock_commands.command(name=kind, help=f"Enter a movement of the kind {kind}.")(enter)


for known in (*MOVEMENTS, "count"):
    stock_command(known)


@stock_commands.command(name="accept")
@ITEM
@QUANTITY
@click.option("--consignment", type=int, required=True, help="Its number: antrean stock transit.")
@click.option("--short", type=click.IntRange(0, MOST_UNITS), default=0, help="So many will not come; needs a reason.")
@REFERENCE
@REASON
def stock_accept(item: str, quantity: int, consignment: int, **said: Any) -> None:
    """Enter what of a consignment has arrived."""
    enter_movement(item, "accept", (consignment,), quantity=quantity, consignment=consignment, **said)


@stock_commands.command(name="reverse")
@ITEM
@click.argument("movement", type=int)
@REASON
def stock_reverse(item: str, movement: int, reason: str) -> None:
    """Take a movement back by a further one; its number is the journal's."""
    enter_movement(item, "reverse", (movement,), reverses=movement, reason=reason)


@antrean.command()
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="A business day; by default the newest.")
@click.option("--format", "form", type=click.Choice([*MAKERS, "json"]), default="csv", show_default=True)
def report(day: Any, form: str) -> None:
    """The daily report, to a file by `>`; `province` is the line that goes there each day."""
    with site() as here:
        now = now_ms()
        found = here.reports.daily(date.isoformat(day.date()) if day else None, now)
        if form == "json":
            click.echo(json.dumps(with_signatures(found), ensure_ascii=False, indent=2))
            return
        names = {staff.staff_id: staff.name for staff in people.all_staff(here.database, here.settings.site)}
        view = report_view(found, here.queries.catalogue(now), names, "antrean report", now)
        click.echo(as_file(view, form), nl=False)


# -- the print backlog -----------------------------------------------------------------------------------------------


@antrean.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_list(file: Path) -> None:
    """Take a CSV list of print records over; broken off, it goes on where it was. Exit 1 if a line is bad."""
    with site() as here, here.desk() as desk, file.open("rb") as source:
        with progress("importing") as advance:
            run = desk.import_list(source, ACTOR, advance)
        click.echo(f"entered\t{run.entered}\nmoved\t{run.moved}\nrepeated\t{run.repeated}\nbad\t{run.bad}")
        for line, reason in desk.store.faults(run.run_id):
            click.echo(f"line {line}\t{reason}\t{SENTENCES[reason].get('en')}")
        if run.bad:
            raise SystemExit(1)


@antrean.group(name="backlog")
def backlog_commands() -> None:
    """Records whose card is still owed."""


@backlog_commands.command(name="show")
def backlog_show() -> None:
    """How many records stand where."""
    with site() as here, here.desk() as desk:
        figures = desk.figures()
        for state in STATES:
            number = sum(n for (its, _), n in figures.counts.items() if its == state)
            click.echo(f"{state}\t{number}")


@backlog_commands.command(name="release")
@click.argument("cards", type=click.IntRange(1, MOST_RELEASED))
def backlog_release(cards: int) -> None:
    """Set a blank aside for each of the next CARDS in line and give each a day to come."""
    with site() as here, here.desk() as desk:
        with progress("releasing") as advance:
            done = desk.release(cards, ACTOR, progress=advance)
        click.echo(json.dumps(done))


@backlog_commands.command(name="erase")
@click.option("--days", type=click.IntRange(min=0), default=30, show_default=True, help="After the card was collected.")
def backlog_erase(days: int) -> None:
    """Forget name, NIK and telephone of those who have their card; the counts stay."""
    with site() as here, here.desk() as desk:
        click.echo(f"{desk.erase_old(days, ACTOR)} erased")


# -- keeping it ------------------------------------------------------------------------------------------------------


@antrean.command()
def verify() -> None:
    """Check chain, replay, stock, numbers and promises; exit 1 if there is a fault."""
    with site() as here:
        found = verifying.verify(here.database, here.settings.site)
        for what, how_many in found.checked.items():
            click.echo(f"{what}: {how_many}")
        for fault in found.faults:
            click.echo(f"FAULT {fault}")
        if found.faults:
            raise SystemExit(1)
        click.echo("no fault")


@antrean.command()
def rebuild() -> None:
    """Drop the projections and replay the journal; refuses while a server runs."""
    with (
        site() as here,
        lock.alone(here.database, here.settings.data_dir, "antrean rebuild"),
        progress("replaying") as advance,
    ):
        click.echo(f"{rebuilding.rebuild(here.database, here.settings.site, advance)} events")


@antrean.command()
@click.argument("target", type=click.Path(path_type=Path))
def backup(target: Path) -> None:
    """Copy the database to a file while the server runs (SQLite)."""
    with site() as here:
        backups.backup(here.database, target)
        note(f"Copied to {target}.")


@antrean.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(source: Path) -> None:
    """Put a backup in place of the database; refuses while a server runs."""
    with refusals():
        settings = config.load()
        with opened(settings) as database, lock.alone(database, settings.data_dir, "antrean restore"):
            backups.restore(database, source)
        note("Restored. antrean verify checks it.")


# -- the machines ------------------------------------------------------------------------------------------------------


@antrean.command()
@click.argument("what", type=click.Choice(["server", *units.PAGES]))
@click.option("--url", required=True, help="The server's address as the screens see it: http://192.168.1.10:8080.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="A folder.")
@click.option("--hall", help="Of a TV: its hall's code, or semua.")
@click.option("--user", default="antrean", show_default=True, help="Of the server: whom it runs as.")
def deploy(what: str, url: str, folder: Path, hall: str | None, user: str) -> None:
    """Write what starts the server, a kiosk or a TV with its machine: units of systemd and a script."""
    with refusals():
        try:
            origin = config.address_without_path(url.rstrip("/") or "/")
            if what == "server":
                program = Path(sys.executable).with_name("antrean")
                files = units.server_files(origin, user, config.load().data_dir, program)
            else:
                files = units.screen_files(what, origin, hall)
        except ValueError as fault:
            raise Refused(f"--url: {fault}") from None
        except units.CannotDeployError as fault:
            raise Refused(str(fault)) from None
        units.write(files, folder)
        click.echo("\n".join(str(folder / name) for name in files))


# -- trying it out -----------------------------------------------------------------------------------------------------


@antrean.command()
@click.option("--office", "name", required=True, help="An office file of the package by name, or a path.")
@click.option(
    "--scenario",
    "number",
    type=int,
    required=True,
    help="1 ordinary week, 2 rationing, 3 drought, 4 no ribbon, 8 hoarded numbers, 10 count difference.",
)
@click.option("--days", type=click.IntRange(1, 366), help="Business days; by default the scenario's own.")
@click.option("--date", "first", type=click.DateTime(["%Y-%m-%d"]), help="The first day; by default a certain Monday.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same result.")
@click.option("--json", "in_json", is_flag=True, help="The figures as JSON.")
def simulate(name: str, number: int, days: int | None, first: Any, seed: int, in_json: bool) -> None:
    """Run an office for some days through the real operations, on a database that is thrown away."""
    from queue_server.simulate import report, run, scenarios  # only who simulates waits for it

    text, filename = office_text(name)
    with refusals(), tempfile.TemporaryDirectory() as directory, progress("simulating") as advance:
        try:
            result = run.simulate(
                scenarios.scenario_of(number),
                text,
                filename,
                f"sqlite:///{directory}/antrean.db",
                seed=seed,
                first_day=first.date() if first else None,
                days=days,
                progress=advance,
            )
        except scenarios.CannotSimulateError as failure:
            raise Refused(str(failure)) from None
    click.echo(json.dumps(result.figures()) if in_json else report.report(result))
    if result.faults:
        raise SystemExit(1)


# -- the voice ---------------------------------------------------------------------------------------------------------


@antrean.group()
def voice() -> None:
    """The voice of the calls: docs/voices.md."""


@voice.command(name="check")
def voice_check() -> None:
    """List the languages that can be spoken, and what is wrong with this office's own clips; exit 1 if anything is."""
    with site() as here:
        packs = Packs(here.settings.data_dir)
        for language, pack in packs.packs.items():
            own = packs.own and (packs.own / language).is_dir()
            reviewed = "" if pack.reviewed else "\tbelum ditinjau penutur"
            click.echo(f"{language}\t{pack.name}\t{'own clips first' if own else 'bundled clips'}{reviewed}")
        faults = voice_faults(here, packs)
        for fault in faults:
            click.echo(fault)
        if faults:
            raise SystemExit(1)


def voice_faults(here: Site, packs: Packs) -> list[str]:
    """What keeps calls from being spoken as the office wants them."""
    wanted = here.queries.catalogue(now_ms()).calls.languages
    unknown = [
        f"the office file wants calls in {code}, a voice that is not here" for code in wanted if code not in packs.packs
    ]
    silent = [] if espeak.installed() else ["espeak-ng is not installed: a kiosk reads out little more than numbers"]
    return [*packs.faults, *unknown, *silent]


@antrean.command()
def doctor() -> None:
    """Say what would keep this office from working: settings, clock, stock, voice; exit 1 if anything does."""
    with site() as here:
        snapshot = here.queries.snapshot(now_ms())
        faults = []
        if snapshot.day_view.clock_behind:
            faults.append("the clock is earlier than the journal: set it, or confirm it on the supervisor's screen")
        if not here.settings.public_url:
            faults.append("no public address: slips carry no QR code (ANTREAN_PUBLIC_URL)")
        faults += [
            f"{item.name}: nothing left to promise" for item in snapshot.public_stock("en") if not item.available
        ]
        faults += voice_faults(here, Packs(here.settings.data_dir))
        for fault in faults:
            click.echo(fault)
        if faults:
            raise SystemExit(1)
        click.echo("nothing to mend")
