"""The print backlog at work: who is owed a card is entered, waits in order, gets a blank and a day, and fetches it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from queue_server.domain import backlog
from queue_server.domain.errors import Conflict, Invalid, OutOfStock, Refusal, WrongState
from queue_server.operations import backlog as verbs
from queue_server.operations.office import apply_office
from queue_server.storage import schema
from queue_server.storage.answers import Once
from queue_server.storage.journal import Journal
from queue_server.storage.rebuild import rebuild
from tests.the_backlog import TheBacklog, csv_of, made_up
from tests.the_office import SITE, TheOffice


@pytest.fixture
def line(office: TheOffice) -> TheBacklog:
    return TheBacklog(office)


def why(line: TheBacklog, operation: Any, records: list[str], **arguments: Any) -> Refusal | None:
    return line.office.refusal(operation, records=records, **arguments)


def test_whoever_is_entered_hears_a_place_in_line_and_how_many_there_are(line: TheBacklog) -> None:
    ids = [line.enter(n) for n in range(3)]
    assert line.places(ids) == [(1, 3), (2, 3), (3, 3)]


def test_an_older_date_goes_first_and_a_first_card_before_a_replacement(line: TheBacklog) -> None:
    lost = line.enter(1, kind="replacement", since="2025-01-02")
    young, old = line.enter(2, since="2026-10-01"), line.enter(3, since="2026-02-01")
    assert line.places([old, young, lost]) == [(1, 3), (2, 3), (3, 3)]


def test_the_office_may_set_another_order(office: TheOffice) -> None:
    order = '["replacement", "first", "disaster", "suket-prr", "suket-other"]'
    usual = '["first", "disaster", "suket-prr", "suket-other", "replacement"]'
    assert usual in office.text
    office.text = office.text.replace(usual, order)
    office.do(apply_office, text=office.text, filename="office.toml")
    office.at("2026-11-24 08.00")
    line = TheBacklog(office)
    first, lost = line.enter(1), line.enter(2, kind="replacement")
    assert line.places([lost, first]) == [(1, 2), (2, 2)]


def test_somebody_whose_data_is_still_at_the_centre_stands_in_no_line(line: TheBacklog) -> None:
    waits = line.enter(1)
    sent = line.enter(2, state=backlog.SENT)
    assert line.places([waits, sent]) == [(1, 1), (None, None)]
    assert "Jangan datang dulu" in line.view(sent).advice
    line.office.do(verbs.move, record_id=sent, state=backlog.PRINT_READY, records=[sent])
    assert line.places([waits, sent]) == [(1, 2), (2, 2)]


def test_nobody_is_entered_twice_for_the_same(line: TheBacklog) -> None:
    line.enter(1)
    with pytest.raises(Conflict) as refused:
        line.enter(1)
    assert refused.value.reason == "record_known"
    line.enter(1, kind="replacement")
    assert line.states() == {backlog.PRINT_READY: 2}


# -- blanks come -------------------------------------------------------------------------------------------------------


def test_blanks_go_to_the_first_in_line_and_are_set_aside(line: TheBacklog) -> None:
    late, early = line.enter(1, since="2026-05-01"), line.enter(2, since="2026-04-01")
    done = line.desk.release(1, "sari")
    assert done == {"released": 1, "days": {"2026-11-24": 1}, "short_of": None}
    assert (line.view(early).state, line.view(late).state) == (backlog.RELEASED, backlog.PRINT_READY)
    assert line.view(early).invited_for == "2026-11-24"
    assert line.places([late]) == [(1, 1)]
    assert (line.office.stock().promised, line.office.stock("RIBBON").promised) == (1, 1)


def test_people_are_asked_to_come_by_the_day_and_never_more_than_the_office_can_serve(line: TheBacklog) -> None:
    line.office.receive("KTP", 1000)
    line.take_over(csv_of(made_up(line.office.rng, n) for n in range(250)))
    assert line.desk.release(250, "sari")["days"] == {"2026-11-24": 100, "2026-11-25": 100, "2026-11-26": 50}
    line.take_over(csv_of(made_up(line.office.rng, n) for n in range(250, 320)))
    assert line.desk.release(70, "sari")["days"] == {"2026-11-26": 50, "2026-11-27": 20}


def test_no_more_is_released_than_can_be_promised(line: TheBacklog) -> None:
    line.take_over(csv_of(made_up(line.office.rng, n) for n in range(120)))
    done = line.desk.release(120, "sari")  # a hundred blanks, five of them safety
    assert (done["released"], done["short_of"], sum(done["days"].values())) == (95, "KTP", 95)
    assert line.states() == {backlog.PRINT_READY: 25, backlog.RELEASED: 95}
    assert line.places(line.store.next_in_line(line.desk.order, 25)) == [(place, 25) for place in range(1, 26)]
    with pytest.raises(OutOfStock) as refused:
        line.desk.release(25, "sari")
    assert refused.value.reason == "none_to_release"
    assert line.office.stock().promised == 95


def test_blanks_that_end_on_the_way_are_said_and_the_rest_waits_on(line: TheBacklog) -> None:
    line.office.receive("KTP", 600)
    line.take_over(csv_of(made_up(line.office.rng, n) for n in range(900)))
    done = line.desk.release(900, "sari")
    assert (done["released"], done["short_of"]) == (665, "KTP")
    assert line.states() == {backlog.PRINT_READY: 235, backlog.RELEASED: 665}


def test_fewer_who_wait_than_blanks_is_no_refusal(line: TheBacklog) -> None:
    line.enter(1)
    assert line.desk.release(50, "sari")["released"] == 1
    with pytest.raises(WrongState):
        line.desk.release(50, "sari")


def test_only_those_next_in_line_are_released_whoever_is_named(line: TheBacklog) -> None:
    first, second = line.enter(1, since="2026-02-01"), line.enter(2)
    jump = {"release": "r" * 32, "ids": [second], "cards": 1}
    refusal = why(line, verbs.release, [second], **jump)
    assert isinstance(refusal, Conflict)
    assert refusal.reason == "line_moved"
    assert why(line, verbs.release, [first], release="r" * 32, ids=[first], cards=1) is None


def test_the_same_request_again_releases_nobody_more(line: TheBacklog) -> None:
    for n in range(3):
        line.enter(n)
    once = Once("sari", "a" * 32, "release 1")
    first = line.desk.release(1, "sari", once)
    assert line.desk.release(1, "sari", once) == first
    assert line.states() == {backlog.PRINT_READY: 2, backlog.RELEASED: 1}


# -- cards -------------------------------------------------------------------------------------------------------------


def test_a_printed_card_leaves_the_store_and_waits_to_be_fetched(line: TheBacklog) -> None:
    ids = [line.enter(n) for n in range(3)]
    line.desk.release(3, "sari")
    assert line.desk.print_day("2026-11-24", "agus") == 3
    assert line.desk.print_day("2026-11-24", "agus") == 0
    item = line.office.stock()
    assert (item.on_hand, item.promised, item.used) == (97, 0, 3)
    assert line.office.stock("RIBBON").used == 3
    line.office.do(verbs.collect, ids=ids[:1], records=ids[:1])
    assert line.states() == {backlog.PRINTED: 2, backlog.COLLECTED: 1}
    refusal = why(line, verbs.collect, ids[:1], ids=ids[:1])
    assert isinstance(refusal, WrongState)


def test_only_those_invited_for_the_day_are_printed(line: TheBacklog) -> None:
    line.office.receive("KTP", 1000)
    line.take_over(csv_of(made_up(line.office.rng, n) for n in range(150)))
    line.desk.release(150, "sari")
    assert line.desk.print_day("2026-11-24", "agus") == 100
    assert line.states() == {backlog.PRINTED: 100, backlog.RELEASED: 50}


def test_who_is_taken_off_gives_the_blank_back(line: TheBacklog) -> None:
    gone, other = line.enter(1), line.enter(2)
    line.desk.release(2, "sari")
    refusal = why(line, verbs.move, [gone], record_id=gone, state=backlog.WITHDRAWN)
    assert isinstance(refusal, Invalid)
    line.office.do(verbs.move, record_id=gone, state=backlog.WITHDRAWN, reason="pindah", records=[gone])
    assert line.office.stock().promised == 1
    line.office.do(verbs.move, record_id=other, state=backlog.PRINT_READY, reason="salah", records=[other])
    assert line.office.stock().promised == 0
    assert line.places([other]) == [(1, 1)]


def test_a_card_that_was_left_behind_is_listed_and_its_holder_asked_again(line: TheBacklog) -> None:
    record = line.enter(1)
    line.desk.release(1, "sari")
    line.desk.print_day("2026-11-24", "agus")
    assert line.desk.call_list("uncollected", "id").groups == ()
    line.office.at("2026-12-28 08.00")
    assert line.desk.figures().uncollected == 1
    ((kecamatan, lines),) = line.desk.call_list("uncollected", "id").groups
    assert (kecamatan, len(lines), lines[0].phone) == ("Kasemen", 1, "081234567890")
    line.office.do(verbs.invite, ids=[record], records=[record])
    assert line.view(record).invited_for == "2026-12-29"


def test_a_count_below_what_is_set_aside_takes_from_the_release_only_what_is_missing(line: TheBacklog) -> None:
    ids = [line.enter(n) for n in range(10)]
    line.desk.release(10, "sari")
    line.office.enter("KTP", "count", 7)
    assert line.office.stock().promised == 7
    assert line.desk.figures().without_blank == 3
    line.office.verify()
    line.desk.print_day("2026-11-24", "agus")  # a fact is never refused: the shortage is entered as found
    assert line.office.stock().on_hand == 0
    assert {line.view(record).state for record in ids} == {backlog.PRINTED}


# -- erasing -----------------------------------------------------------------------------------------------------------


def test_who_has_the_card_is_forgotten_by_name_and_stays_in_the_counts(line: TheBacklog) -> None:
    record = line.enter(1)
    token = line.view(record).token
    assert isinstance(why(line, verbs.erase, [record], ids=[record]), WrongState)
    line.desk.release(1, "sari")
    line.desk.print_day("2026-11-24", "agus")
    line.office.do(verbs.collect, ids=[record], records=[record])
    assert line.desk.erase_old(30, "sari") == 0
    line.office.at("2026-12-28 08.00")
    assert line.desk.erase_old(30, "sari") == 1
    view = line.view(record)
    assert (view.name, view.nik, view.phone, view.token, view.erased) == ("", "", "", "", True)
    assert line.states() == {backlog.COLLECTED: 1}
    with pytest.raises(Refusal):
        line.desk.place_of(token, "id")
    with line.office.database.reading() as connection:
        kept = connection.execute(sa.select(schema.backlog_people)).one()
    assert (kept.person_hash, kept.token, kept.sealed) == (None, None, "")
    line.enter(1)  # a card that is lost again is a record of its own


def test_a_rebuild_makes_the_same_line_and_leaves_the_people_alone(line: TheBacklog) -> None:
    ids = [line.enter(n, since=f"2026-0{n + 1}-01") for n in range(5)]
    line.take_over(csv_of(made_up(line.office.rng, n) for n in range(100, 700)))
    line.desk.release(3, "sari")
    line.desk.print_day("2026-11-24", "agus")
    line.office.do(verbs.collect, ids=ids[:1], records=ids[:1])
    before = [line.view(record) for record in ids], line.desk.figures()
    line.office.power_cut()
    rebuild(line.office.database, SITE)
    assert ([line.view(record) for record in ids], line.desk.figures()) == before
    line.office.verify()


def test_another_server_learns_what_this_one_did(line: TheBacklog) -> None:
    """Two journals on one database: what one enters and releases the other sees in its memory."""
    office = line.office
    other = Journal(office.database, SITE, lambda: office.clock)
    other.do(office.wish("IKD"))
    ids = [line.enter(n) for n in range(3)]
    other.do(office.wish("IKD"))
    line.desk.release(2, "sari")
    other.do(office.wish("IKD"))
    assert other.differences() == []
    other.close()
    assert line.places(ids[2:]) == [(1, 1)]
