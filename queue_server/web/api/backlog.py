"""The print backlog: entering and importing records, giving blanks to the next in line, lists, and forgetting people.

A NIK is never part of an address: it comes in a body, and goes out masked.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from flask import Response, request

from printables import escpos, lists, pdf, spreadsheets
from queue_server.domain import backlog
from queue_server.domain.backlog_words import MEANINGS
from queue_server.domain.errors import NotFound
from queue_server.operations import backlog as verbs
from queue_server.storage.backlog import Run
from queue_server.web.api.backlog_models import (
    BacklogFigures,
    Cards,
    HowMany,
    ImportRun,
    ImportRuns,
    NewRecord,
    NewState,
    OfList,
    OfRecord,
    OfRun,
    OnDay,
    RecordAfter,
    Records,
    Released,
    Search,
    WhichList,
)
from queue_server.web.api.models import Nothing
from queue_server.web.api.routes import Api, answer, answers, do, once
from queue_server.web.api.slips import WIDE
from queue_server.web.backlog import LISTS, desk
from queue_server.web.errors import SENTENCES, WrongType
from queue_server.web.guards import CLERKS, MANAGERS, staff
from queue_server.web.house import house, new_code
from queue_server.web.language import language
from queue_server.web.media import BYTES_TYPE, CSV_TYPE, PDF_TYPE, XLSX_TYPE
from queue_server.web.session import current

LONGEST_LIST = 32 * 1024 * 1024  # bytes: 100,000 lines have about ten million
PRIVATE = {"Cache-Control": "no-store"}  # names and telephones stay in no browser's cache

api = Api("api_backlog")


@api.get("/backlog", responses=answers(BacklogFigures))
@staff()
def figures() -> Response:
    """How many records stand where, who is asked to come, what is left behind."""
    found = desk().figures()
    counts = sorted(found.counts.items(), key=lambda item: (backlog.STATES.index(item[0][0]), item[0][1]))
    return answer(
        {
            "waiting": sum(number for (state, _), number in counts if state == backlog.PRINT_READY),
            "states": [
                {"state": state, "name": MEANINGS[state].name.get(language()), "kind": kind, "records": number}
                for (state, kind), number in counts
            ],
            "days": [{"day": day, "invited": i, "to_print": p} for day, (i, p) in found.days.items()],
            "without_blank": found.without_blank,
            "uncollected": found.uncollected,
        }
    )


# -- records -----------------------------------------------------------------------------------------------------------


@api.post("/backlog/records", responses=answers(Records, 201))
@staff(*CLERKS)
def enter(body: NewRecord) -> Response:
    """Somebody whose card is owed; the answer has the place in line. NIK, name and telephone are sealed."""
    said = body.model_dump()
    record_id = desk().enter(current().id, record_id=said.pop("id"), once=once(body), **said)
    return answer({"records": [desk().record(record_id, language())]}, 201)


@api.post("/backlog/search", responses=answers(Records))
@staff(*CLERKS)
def search(body: Search) -> Response:
    """The records of a person, by the whole NIK."""
    found = desk().search(body.nik)
    return answer({"records": [desk().record(record_id, language()) for record_id in found]})


@api.get("/backlog/records/<record>", responses=answers(Records))
@staff(*CLERKS)
def record(path: OfRecord) -> Response:
    """One record, masked."""
    return answer({"records": [desk().record(path.record, language())]})


@api.post("/backlog/records/<record>/state", responses=answers(RecordAfter))
@staff(*CLERKS)
def move(path: OfRecord, body: NewState) -> Response:
    """Where the national register says it stands, back in line, or `WITHDRAWN`."""
    wish = {"record_id": path.record, "state": body.state, "reason": body.reason}
    return answer(do(verbs.move, said=body, records=[path.record], **wish))


@api.post("/backlog/records/<record>/print", responses=answers(HowMany))
@staff(*CLERKS)
def print_one(path: OfRecord, body: Nothing) -> Response:
    """The card exists; its blank has left the store."""
    return of_one(verbs.print_cards, path.record, "printed", new_code=new_code)


@api.post("/backlog/records/<record>/collect", responses=answers(HowMany))
@staff(*CLERKS)
def collect(path: OfRecord, body: Nothing) -> Response:
    """The card is handed over."""
    return of_one(verbs.collect, path.record, "collected")


@api.post("/backlog/records/<record>/invite", responses=answers(HowMany))
@staff(*MANAGERS)
def invite(path: OfRecord, body: Nothing) -> Response:
    """Another day for somebody who has not come."""
    return of_one(verbs.invite, path.record, "invited")


@api.post("/backlog/records/<record>/erase", responses=answers(HowMany))
@staff(*MANAGERS)
def erase(path: OfRecord, body: Nothing) -> Response:
    """Forget name, NIK and telephone of somebody who has the card or was taken off; the record is still counted."""
    return of_one(verbs.erase, path.record, "erased")


def of_one(verb: Any, record_id: str, counted: str, **arguments: Any) -> Response:
    done = do(verb, records=[record_id], ids=[record_id], **arguments)
    return answer({"records": done[counted]})


@api.get("/backlog/records/<record>/slip.pdf", responses=answers(PDF_TYPE))
@staff(*CLERKS)
def slip_pdf(path: OfRecord) -> Response:
    """The slip with the place in line: no name stands on it."""
    return Response(house().aside(pdf.backlog_slip, slip_of(path.record)), content_type=PDF_TYPE)


@api.get("/backlog/records/<record>/slip.escpos", responses=answers(BYTES_TYPE))
@staff(*CLERKS)
def slip_escpos(path: OfRecord) -> Response:
    """The same for a receipt printer of 80 mm."""
    return Response(house().aside(escpos.backlog_slip, slip_of(path.record), WIDE), content_type=BYTES_TYPE)


def slip_of(record_id: str) -> Any:
    settings = house().settings
    return desk().slip(record_id, language(), settings.public_url, settings.wifi_name)


# -- blanks ------------------------------------------------------------------------------------------------------------


@api.post("/backlog/release", responses=answers(Released))
@staff(*MANAGERS)
def release(body: Cards) -> Response:
    """A blank and a day for each of the next so many in line."""
    return answer(desk().release(body.cards, current().id, once(body)))


@api.post("/backlog/print", responses=answers(HowMany))
@staff(*CLERKS)
def print_day(body: OnDay) -> Response:
    """The cards of everyone who is asked to come by that day exist."""
    return answer({"records": desk().print_day(body.day, current().id, once(body))})


# -- lists -------------------------------------------------------------------------------------------------------------


@api.get("/backlog/lists/<list>", responses={200: {"content": {PDF_TYPE: {}, XLSX_TYPE: {}}}})
@staff(*MANAGERS)
def call_list(path: OfList, query: WhichList) -> Response:
    """Names and telephones by kecamatan: `invited`, or `uncollected` since longer than the office allows."""
    if path.list not in LISTS:
        raise NotFound()
    view = desk().call_list(path.list, language(), query.kecamatan)
    make, kind = {"pdf": (lists.call_list, PDF_TYPE), "xlsx": (spreadsheets.call_list, XLSX_TYPE)}[query.format]
    name = f"antrean-{path.list}-{query.kecamatan or 'semua'}.{query.format}"
    headers = {"Content-Disposition": f"attachment; filename={name}", **PRIVATE}
    return Response(house().aside(make, view), content_type=kind, headers=headers)


@api.post("/backlog/imports", responses=answers(ImportRun))
@staff(*MANAGERS)
def import_list() -> Response:
    """A CSV list as the body (`text/csv`): answered when it is in. Broken off, the same list goes on where it was."""
    if request.mimetype != CSV_TYPE:
        raise WrongType("wrong_type_csv")
    request.max_content_length = LONGEST_LIST
    return answer(run_view(desk().import_list(io.BytesIO(request.get_data(cache=False)), current().id)))


@api.get("/backlog/imports", responses=answers(ImportRuns))
@staff(*MANAGERS)
def imports() -> Response:
    """The newest lists and how far each is."""
    return answer({"imports": [run_view(run) for run in desk().runs()]})


@api.get("/backlog/imports/<run>/faults", responses={200: {"content": {CSV_TYPE: {}}}})
@staff(*MANAGERS)
def faults(path: OfRun) -> Response:
    """The lines that could not be taken over: number, fault, and the fault in words. Nothing of the line itself."""
    found = desk().faults(path.run)
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(["line", "reason", "words"])
    writer.writerows((line, reason, SENTENCES[reason].get(language())) for line, reason in found)
    headers = {"Content-Disposition": "attachment; filename=antrean-import-faults.csv"}
    return Response(output.getvalue(), content_type=f"{CSV_TYPE}; charset=utf-8", headers=headers)


def run_view(run: Run) -> dict[str, Any]:
    return {
        "id": run.run_id,
        "lines": run.lines,
        "position": run.position,
        "entered": run.entered,
        "moved": run.moved,
        "repeated": run.repeated,
        "bad": run.bad,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }
