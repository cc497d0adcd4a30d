"""The pages of the print backlog: the line and its days, one record, entering, and lists that are imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect
from flask.typing import ResponseReturnValue

from queue_server.domain import backlog
from queue_server.domain.backlog_words import KIND_NAMES, MEANINGS
from queue_server.supervisor.views import page, read_today
from queue_server.web.backlog import desk
from queue_server.web.errors import SENTENCES
from queue_server.web.guards import ADMIN, AUDITOR, CLERK, CLERKS, MANAGERS, SUPERVISOR, staff
from queue_server.web.house import house
from queue_server.web.language import language
from queue_server.web.session import current

blueprint = Blueprint("backlog", __name__, url_prefix="/supervisor/backlog", template_folder="templates")

FAULTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class StateLine:
    state: str
    name: str
    records: int


@blueprint.get("")
@staff(SUPERVISOR, ADMIN, AUDITOR, CLERK)
def overview() -> ResponseReturnValue:
    """Who waits, who is asked to come, what is left behind. A clerk begins where records are entered."""
    if current().role == CLERK:
        return redirect("/supervisor/backlog/records")
    figures = desk().figures()
    kinds = {kind: figures.counts.get((backlog.PRINT_READY, kind), 0) for kind in house().catalogue().rules.print_order}
    today = read_today()
    return page(
        "supervisor/backlog.html",
        today,
        figures=figures,
        waiting=sum(kinds.values()),
        kinds=[(KIND_NAMES[kind].get(language()), number) for kind, number in kinds.items()],
        states=[line for line in state_lines(figures.counts) if line.state != backlog.PRINT_READY],
        free=can_be_released(),
        most=backlog.MOST_RELEASED,
        a_day=house().catalogue().rules.invitations_a_day,
        left_days=house().catalogue().rules.uncollected_days,
        kecamatan=house().catalogue().kecamatan,
    )


def state_lines(counts: dict[tuple[str, str], int]) -> list[StateLine]:
    """Each state that somebody is in, in the order in which a record passes them."""
    sums = {state: sum(n for (its, _), n in counts.items() if its == state) for state in backlog.STATES}
    return [StateLine(state, MEANINGS[state].name.get(language()), number) for state, number in sums.items() if number]


def can_be_released() -> int:
    """Cards for which blanks can be set aside now."""
    if backlog.PRINTED_AS not in house().catalogue().services:
        return 0
    return house().queries.snapshot(house().clock()).ration.for_backlog()[0]


@blueprint.get("/records")
@staff(*CLERKS)
def records() -> str:
    """Look somebody up by NIK, or enter a record; what is typed goes out in a body and into no address."""
    return page(
        "supervisor/backlog_records.html",
        read_today(),
        kinds=[(kind, KIND_NAMES[kind].get(language())) for kind in backlog.KINDS],
        states=[(state, MEANINGS[state].name.get(language())) for state in backlog.ENTERED_AS],
        usual=backlog.PRINT_READY,
        kecamatan=house().catalogue().kecamatan,
    )


@blueprint.get("/records/<record>")
@staff(*CLERKS)
def record(record: str) -> Response:
    """One record, masked: its place, what to tell its holder, and what may be done."""
    view = desk().record(record, language())
    shown: dict[str, Any] = {
        "record": view,
        "states": [(s, MEANINGS[s].name.get(language())) for s in backlog.REGISTER_STATES if s != view.state],
        "to_come": view.state in backlog.TO_COME,
        "over": view.state in backlog.OVER,
    }
    response = make_response(page("supervisor/backlog_record.html", read_today(), **shown))
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/imports")
@staff(*MANAGERS)
def imports() -> str:
    """Upload a list and see what became of it, line by line where a line is bad."""
    runs = desk().runs()
    faults = desk().faults(runs[0].run_id) if runs else []
    return page(
        "supervisor/backlog_imports.html",
        read_today(),
        runs=runs,
        kecamatan=house().catalogue().kecamatan,
        faults=[(line, SENTENCES[reason].get(language())) for line, reason in faults[:FAULTS_SHOWN]],
        more=max(0, len(faults) - FAULTS_SHOWN),
    )
