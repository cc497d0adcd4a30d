"""What closes a day: counts by hand, signatures, and the numbers kept on paper for when the power fails."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from flask import Response
from pydantic import BaseModel, Field

from printables.emergency import emergency_numbers
from queue_server.domain.closing import HEAD, PAPER_FROM
from queue_server.domain.errors import Conflict, NotAllowed
from queue_server.domain.views import PaperGroup, PaperView
from queue_server.operations import closing, paper
from queue_server.web.api.models import LAST_INSTANT, MOST_LINES, WHOLE, Code, Day, Said, Text, Used
from queue_server.web.api.routes import Api, answer, answers, do
from queue_server.web.guards import CLERKS, MANAGERS, STOREKEEPERS, staff
from queue_server.web.house import house, new_code, new_token
from queue_server.web.language import office_name
from queue_server.web.media import PDF_TYPE
from queue_server.web.session import current

PaperNumber = Annotated[int, Field(ge=PAPER_FROM, le=9999), WHOLE]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

api = Api("api_closing")


# -- sent and answered -------------------------------------------------------------------------------------------------


class OfDay(BaseModel):
    day: Day


class CountDay(Said):
    """What lay there when somebody counted, item by item; an item left out was not counted."""

    moment: Literal["opening", "closing"]
    counts: Annotated[list[Used], Field(min_length=1, max_length=MOST_LINES)]


class SignDay(Said):
    """`sha256` is of the report that was looked at: what is signed is what was seen."""

    day: Day
    role: Literal["keeper", "head"]
    sha256: Sha256


class ReopenDay(Said):
    day: Day
    reason: Text


class PreparePaper(Said):
    """`numbers` of every group, from 901 on."""

    day: Day
    numbers: Annotated[int, Field(ge=1, le=500), WHOLE]


class EnterPaper(Said):
    """Numbers `first` to `last` of a service's group, as they were handed out; `since` (epoch milliseconds) is when."""

    day: Day
    service: Code
    first: PaperNumber
    last: PaperNumber
    became: Literal["waiting", "served", "left"]
    since: Annotated[int, Field(ge=0, le=LAST_INSTANT), WHOLE] | None = None


class DayCounted(BaseModel):
    """`differences` by item: what was counted less what the book said, where it is not the same."""

    day: str
    differences: dict[str, int]


class DaySignatures(BaseModel):
    """Ids of staff; `complete` when both have signed the same."""

    day: str
    keeper: str | None
    head: str | None
    complete: bool


class PaperPrepared(BaseModel):
    day: str
    first: int
    numbers: int
    pdf: str


class PaperEntered(BaseModel):
    """`without_blank` wait without a blank set aside: there was none left for them."""

    day: str
    numbers: list[str]
    next: str
    without_blank: list[str]


# -- the day -----------------------------------------------------------------------------------------------------------


@api.post("/day/count", responses=answers(DayCounted))
@staff(*STOREKEEPERS)
def count_day(body: CountDay) -> Response:
    """Enter what was counted at the opening or the closing; a difference is an entry beside the book."""
    counts = [line.model_dump() for line in body.counts]
    return answer(do(closing.count_day, said=body, moment=body.moment, counts=counts, new_code=new_code))


@api.post("/day/sign", responses=answers(DaySignatures))
@staff(*STOREKEEPERS)
def sign_day(body: SignDay) -> Response:
    """Stand for a closed day's report; two different people do, the head of the division being a supervisor."""
    if body.role == HEAD and current().role not in MANAGERS:
        raise NotAllowed()
    report = house().reports.daily(body.day, house().clock())
    if hashlib.sha256(report.text.encode()).hexdigest() != body.sha256:
        raise Conflict("report_changed")
    return answer(do(closing.sign_day, said=body, days=(body.day,), day=body.day, role=body.role, report=report.text))


@api.post("/day/reopen", responses=answers(DaySignatures))
@staff(*MANAGERS)
def reopen_day(body: ReopenDay) -> Response:
    """The signatures no longer hold, and what was forgotten can be entered."""
    return answer(do(closing.reopen_day, said=body, days=(body.day,), day=body.day, reason=body.reason))


# -- numbers on paper --------------------------------------------------------------------------------------------------


@api.post("/paper/sheets", responses=answers(PaperPrepared))
@staff(*MANAGERS)
def prepare_paper(body: PreparePaper) -> Response:
    """Keep so many numbers of every group for paper; the kiosks pass over them."""
    made = do(paper.prepare_paper, said=body, days=(body.day,), day=body.day, numbers=body.numbers)
    return answer({**made, "pdf": f"/api/v1/paper/sheets/{body.day}.pdf"})


@api.get("/paper/sheets/<day>.pdf", responses=answers(PDF_TYPE))
@staff(*CLERKS)
def paper_sheet(path: OfDay) -> Response:
    """The numbers to cut out and the sheets to keep them on."""
    sheet = house().reports.paper(path.day, house().clock())
    catalogue = house().catalogue()
    groups = tuple(PaperGroup(prefix, group.name.id) for prefix, group in catalogue.groups.items())
    view = PaperView(office_name(catalogue), path.day, groups, PAPER_FROM, sheet.numbers)
    headers = {"Content-Disposition": f"inline; filename=nomor-kertas-{path.day}.pdf"}
    return Response(house().aside(emergency_numbers, view), content_type=PDF_TYPE, headers=headers)


@api.post("/paper/numbers", responses=answers(PaperEntered))
@staff(*CLERKS)
def enter_paper(body: EnterPaper) -> Response:
    """Numbers that were handed out on paper become tickets: in order, none left out, none twice."""
    chance = {"new_id": new_token, "new_code": new_code}
    return answer(do(paper.enter_paper, said=body, days=(body.day,), **body.model_dump(), **chance))
