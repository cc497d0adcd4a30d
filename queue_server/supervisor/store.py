"""The store's pages: its book, what to ask for, and the old cards that were handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, request

from queue_server.domain.backlog import PRINT_READY
from queue_server.domain.catalogue import Item
from queue_server.domain.errors import NotFound
from queue_server.domain.figures import thousands
from queue_server.domain.stock import CARDS, IRREVERSIBLE, RATIONED, STORE, counter_account, is_counter
from queue_server.domain.views import MovementView
from queue_server.storage.ledger import HANDED_OVER
from queue_server.supervisor.views import page, read_today
from queue_server.web.accounts import account_name
from queue_server.web.backlog import desk
from queue_server.web.guards import ADMIN, AUDITOR, STOCK, SUPERVISOR, staff
from queue_server.web.house import house
from queue_server.web.language import gettext as _
from queue_server.web.language import language
from queue_server.web.session import current

blueprint = Blueprint("store", __name__, url_prefix="/supervisor", template_folder="templates")

LEDGER_PAGE = 50
CARDS_SHOWN = 50
APPROVED_SHOWN = 5
READERS = (SUPERVISOR, ADMIN, AUDITOR, STOCK)


@blueprint.get("/stock")
@staff(*READERS)
def stock() -> str:
    """`item` is whose ledger is shown, `before` the last line of the page before, `request` what a receipt fulfils."""
    today, items = read_today(), house().catalogue().items
    item = request.args.get("item", today.items[0].item)
    if item not in items:
        raise NotFound("item", item=item)
    lines = house().queries.movements(item, LEDGER_PAGE, request.args.get("before", type=int))
    names, balances = house().door.names(), house().queries.balances()
    return page(
        "supervisor/stock.html",
        today,
        item=item,
        lines=[ledger_line(line, names) for line in lines],
        older=lines[-1].seq if len(lines) == LEDGER_PAGE else None,
        units={code: kept.unit.get(language()) for code, kept in items.items()},
        packs={line.item: packs(items[line.item], line.on_hand) for line in today.items},
        movements=movement_words(),
        counters=[counter_account(number) for number in house().catalogue().counters],
        accounts=[b for b in balances if b.item == item and (b.posted or b.pending)],
        books={
            code: {
                b.account: b.posted
                for b in balances
                if b.item == code and (b.account == STORE or is_counter(b.account))
            }
            for code in items
        },
        differences=house().ledger.count_differences(),
        approved=house().ledger.approved_differences(APPROVED_SHOWN),
        consignments=house().ledger.consignments(),
        requests=[row for row in house().ledger.requests() if row.awaited],
        chosen=request.args.get("request", type=int),
        account_name=account_name,
        me=current().id,
    )


@blueprint.get("/requests")
@staff(*READERS)
def requests() -> str:
    """What is to be asked for, and what became of what was."""
    rows = house().ledger.requests()
    asked, fetched = sum(row.asked for row in rows), sum(row.fetched for row in rows)
    return page(
        "supervisor/requests.html",
        read_today(),
        forecasts=house().ledger.forecasts(house().clock(), language()),
        card=RATIONED,
        waiting=sum(number for (state, _kind), number in desk().figures().counts.items() if state == PRINT_READY),
        requests=rows,
        asked=asked,
        fetched=fetched,
        account_name=account_name,
    )


@blueprint.get("/withdrawn")
@staff(*READERS)
def withdrawn() -> str:
    """Old cards until they are destroyed, with the minutes of each time."""
    before = request.args.get("before", type=int)
    cards = house().ledger.withdrawn(CARDS_SHOWN, before)
    balances = house().queries.balances()
    return page(
        "supervisor/withdrawn.html",
        read_today(),
        cards=cards,
        older=cards[-1].seq if len(cards) == CARDS_SHOWN else None,
        kept=[b for b in balances if b.account in ("withdrawn", "spoiled", "defective") and b.posted],
        destructions=house().ledger.destructions(),
        kinds=[item for item in house().catalogue().items if item in CARDS],
        account_name=account_name,
    )


# -- what the pages show ---------------------------------------------------------------------------------------------


def packs(item: Item, on_hand: int) -> str:
    """`2 rol dan 212 di rol yang terbuka`, for what comes in rolls or reams."""
    if not item.pack or not item.pack_name:
        return ""
    whole, left = divmod(on_hand, item.pack)
    name = item.pack_name.get(language())
    if not left:
        return f"{thousands(whole)} {name}"
    return _("%(whole)s %(name)s utuh, %(left)s pada yang terbuka") % {
        "whole": thousands(whole),
        "name": name,
        "left": thousands(left),
    }


@dataclass(frozen=True, slots=True)
class LedgerLine:
    seq: int
    at: int
    day: str
    words: str
    change: int  # of what lies in the store
    quantity: int
    who: str
    paper: str  # name, reference and reason
    way: str  # from which account to which
    reverses: int | None
    reversible: bool
    minutes: bool


def ledger_line(line: MovementView, names: Mapping[str, str]) -> LedgerLine:
    """A movement as the store sees it: in is positive, out negative, between other accounts nothing."""
    change = (line.target == STORE) - (line.source == STORE)
    return LedgerLine(
        seq=line.seq,
        at=line.at,
        day=line.day,
        words=ledger_words().get(line.type, line.type),
        change=change * line.quantity,
        quantity=line.quantity,
        who=names.get(line.actor, _("sistem")),
        paper="; ".join(words for words in (line.name, line.reference, line.reason) if words),
        way=f"{account_name(line.source)} → {account_name(line.target)}",
        reverses=line.reverses,
        reversible=line.type not in IRREVERSIBLE,
        minutes=line.type in HANDED_OVER or line.type == "destroy",
    )


def movement_words() -> list[tuple[str, str, str, int]]:
    """What may be entered: its code, its word, what it is, and whether it adds (1), takes (-1) or sets (0)."""
    return [
        ("receive", _("Stok masuk"), _("dari pusat, provinsi atau yang kembali"), 1),
        ("count", _("Opname"), _("jumlah yang benar-benar ada"), 0),
        ("spoil", _("Rusak cetak"), _("di luar loket"), -1),
        ("defect", _("Cacat pabrik"), _("belum dipakai"), -1),
        ("dispatch", _("Kirim"), _("ke loket, kecamatan atau titik layanan"), -1),
        ("lend", _("Pinjam keluar"), _("ke kantor lain"), -1),
        ("borrow", _("Pinjam masuk"), _("dari kantor lain"), 1),
        ("return", _("Kembalikan"), _("yang belum dijanjikan"), -1),
        ("lose", _("Hilang"), _("dilaporkan terpisah"), -1),
        ("find", _("Ditemukan"), _("di luar catatan"), 1),
    ]


def ledger_words() -> dict[str, str]:
    return {code: word for code, word, _what, _sign in movement_words()} | {
        "accept": _("Tiba"),
        "reverse": _("Koreksi"),
        "use": _("Terpakai di loket"),
        "withdraw": _("Kartu lama ditarik"),
        "destroy": _("Dimusnahkan"),
    }
