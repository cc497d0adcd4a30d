"""The counter's page: the desk of whoever holds a counter, the choice of one for everybody else."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, render_template

from queue_server.domain.catalogue import Catalogue, Counter, Group, Item, Service
from queue_server.domain.counters import BREAKS, CLOSED, OUT_OF_ORDER, SPOILT
from queue_server.domain.suspensions import CAUSES
from queue_server.domain.views import as_json
from queue_server.web.guards import ADMIN, CLERK, SUPERVISOR, staff
from queue_server.web.house import house
from queue_server.web.language import gettext as _
from queue_server.web.language import language
from queue_server.web.session import current

blueprint = Blueprint("counter", __name__, url_prefix="/counter", template_folder="templates", static_folder="static")


@blueprint.get("")
@staff(CLERK, SUPERVISOR, ADMIN)
def counter() -> str:
    """A closed browser keeps its counter and its call: whoever holds one comes back to it."""
    lines = house().queries.counters(house().clock())
    own = next((line for line in lines if line.clerk == current().id and line.state != CLOSED), None)
    return desk(own.counter) if own else choice()


def desk(number: int) -> str:
    board = house().queries.counter(number, house().clock(), language())
    catalogue = house().catalogue()
    return render_template(
        "counter/desk.html",
        board=board,
        board_json=json.dumps(as_json(board)),
        names_json=json.dumps(english_names(catalogue) if language() == "en" else {}),
        staff_json=json.dumps(house().door.names()),
        stages_json=json.dumps({service.code: service.stages for service in catalogue.services.values()}),
        clerk=current().id,
        clerk_name=current().name,
        zone=catalogue.zone,
        now=board.day.now,
        **words(),
    )


def choice() -> str:
    catalogue, now = house().catalogue(), house().clock()
    return render_template(
        "counter/choose.html",
        now=now,
        lines=house().queries.counters(now),
        halls=[(hall.code, hall.name.get(language())) for hall in catalogue.halls.values()],
        groups={number: groups_of(catalogue, counter) for number, counter in catalogue.counters.items()},
        names=house().door.names(),
        clerk_name=current().name,
        zone=catalogue.zone,
    )


def groups_of(catalogue: Catalogue, counter: Counter) -> str:
    prefixes = dict.fromkeys(catalogue.services[code].prefix for code in counter.serves)
    return ", ".join(catalogue.groups[prefix].short.get(language()) for prefix in prefixes)


def english_names(catalogue: Catalogue) -> dict[str, str]:
    """What a counter's state calls services, groups, items and reasons, and how an English page calls them.

    The stream speaks one language to everybody who watches a topic.
    """
    named: tuple[Service | Group | Item, ...] = (
        *catalogue.services.values(),
        *catalogue.groups.values(),
        *catalogue.items.values(),
    )
    reasons = {words.id: words.en for words in (*CAUSES, *BREAKS, *SPOILT, *OUT_OF_ORDER)}
    return reasons | {thing.name.id: thing.name.get("en") for thing in named}


def words() -> dict[str, Any]:
    """The choices of the page that are no sentence of a template, each with its value."""
    return {
        "outcomes": [
            ("done", _("Selesai")),
            ("incomplete", _("Berkas kurang")),
            ("not_printable", _("Belum bisa dicetak")),
            ("referred", _("Dirujuk")),
            ("stopped", _("Dihentikan")),
        ],
        "keys": [*letters(), ("keys", _("Semua tombol"))],
        "letters": [*letters(), *other_letters(), ("keys", _("Semua tombol"))],
        "pick_reasons": [(words.id, words.get(language())) for words in OUT_OF_ORDER],
        "breaks": [(words.id, words.get(language())) for words in BREAKS],
        "spoilt_reasons": [(words.id, words.get(language())) for words in SPOILT],
    }


def letters() -> list[tuple[str, str]]:
    return [
        ("recall", _("Panggil ulang")),
        ("absent", _("Tidak hadir")),
        ("park", _("Tunda")),
        ("pass", _("Alihkan")),
        ("finish", _("Selesai saja")),
        ("spoil", _("Rusak + 1")),
        ("pick", _("Pilih nomor")),
    ]


def other_letters() -> list[tuple[str, str]]:
    """Of keys that stand elsewhere than in the two rows."""
    return [
        ("next", _("Lanjut ke tahap berikutnya")),
        ("outcome", _("Hasil")),
        ("undo", _("Urungkan")),
        ("pause", _("Istirahat")),
        ("help", _("Darurat")),
    ]
