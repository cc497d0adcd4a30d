"""The print backlog beside the queue: it takes no blank and no part of a day that the policy keeps for others."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

import pytest

from queue_server.domain import backlog
from queue_server.domain.errors import OutOfStock, QuotaReached
from queue_server.operations import backlog as verbs
from queue_server.storage.rebuild import rebuild
from tests.operations.test_policy import ask, date_of, ration, refused
from tests.the_backlog import TheBacklog, csv_of, made_up
from tests.the_office import SITE, TheOffice

Founded = Callable[..., TheBacklog]
SHARES = "shares = { print_ready = 70, replacement = 30 }"


@pytest.fixture
def founded(database_url: str, rng: random.Random) -> Iterator[Founded]:
    """An office that shares out 70 to 30 below four days of cover, at 08.00 on a Monday, and people who wait."""
    made: list[TheBacklog] = []

    def found(blanks: int, quota: int, terbatas: str = SHARES) -> TheBacklog:
        text = TheOffice.text_of("banyuwangi").replace(SHARES, terbatas)
        text = text.replace('serves = ["print_ready"]', 'serves = ["print_ready"]\nshares = { print_ready = 100 }')
        text = text.replace("[kecamatan]\n", '[kecamatan]\n"35.10.99" = "Kasemen"\n')
        text = re.sub(r"^daily_quota = .*$", f"daily_quota = {quota}", text, count=1, flags=re.MULTILINE)
        office = TheOffice(database_url, rng, text=text)
        office.found("2026-11-23 07.00", KTP=blanks)
        office.at("2026-11-23 08.00")
        made.append(TheBacklog(office))
        made[0].take_over(csv_of(made_up(rng, n) for n in range(300)))
        return made[0]

    yield found
    (line,) = made
    line.office.verify()
    rebuild(line.office.database, SITE)
    line.office.verify()
    assert line.office.journal.differences() == []
    line.office.close()


def quota_left(line: TheBacklog) -> int | None:
    board = line.office.queries.stock_board("id", line.office.clock)
    return board.quota and board.quota[1]


def invited(line: TheBacklog, day: str) -> str:
    return next(row.record_id for row in line.store.to_come() if row.invited_for == day)


def test_a_release_takes_the_share_of_those_who_are_print_ready_and_spreads_it_over_the_days(founded: Founded) -> None:
    line = founded(blanks=200, quota=60)  # 190 can be promised, of which 70 % are theirs
    assert ration(line.office).level_name == "TERBATAS"
    done = line.desk.release(300, "sari")
    days = {"2026-11-24": 42, "2026-11-25": 42, "2026-11-26": 42, "2026-11-27": 7}
    assert done == {"released": 133, "days": days, "short_of": "KTP"}
    with pytest.raises(OutOfStock) as none:
        line.desk.release(1, "sari")
    assert none.value.reason == "none_to_release"
    line.office.at("2026-11-23 11.00")  # the day's unused shares are everybody's, those of the days to come are not
    with pytest.raises(OutOfStock):
        line.desk.release(1, "sari")


def test_a_release_leaves_the_others_of_today_their_share(founded: Founded) -> None:
    line = founded(blanks=100, quota=60)  # 95 can be promised
    before = ration(line.office).share_left("replacement", ration(line.office).free("KTP"))
    assert line.desk.release(300, "sari")["released"] == 67  # of 66.5
    after = ration(line.office)
    assert (before, after.free("KTP"), after.share_left("replacement", 28)) == (18, 28, 18)
    assert after.share_left("print_ready", 28) == 10  # of the 28 that today has left of its 60


def test_cards_that_are_fetched_on_a_day_are_not_promised_a_second_time_at_the_kiosk(founded: Founded) -> None:
    line = founded(blanks=200, quota=60)
    line.desk.release(300, "sari")
    office = line.office
    office.at("2026-11-24 08.00")
    assert (quota_left(line), ration(office).promised("print_ready")) == (18, 42)
    print_ready = refused(office)
    assert isinstance(print_ready, QuotaReached)
    assert print_ready.reason == "share_used"
    assert line.desk.print_day("2026-11-24", "agus") == 42
    assert quota_left(line) == 18  # a print stays counted
    for _ in range(18):
        office.take("KTP-HILANG")
    beyond = refused(office, "KTP-HILANG")
    assert isinstance(beyond, QuotaReached)
    assert beyond.reason == "print_quota"


def test_without_shares_a_day_takes_what_its_quota_has_left(founded: Founded) -> None:
    line = founded(blanks=200, quota=10)
    office = line.office
    assert ration(office).level_name == "AMAN"
    for _ in range(10):
        office.take("KTP-HILANG")
    vouchers = [ask(office, "KTP-HILANG") for _ in range(3)]
    assert {date_of(office, voucher["code"]) for voucher in vouchers} == {"2026-11-24"}
    days = line.desk.release(30, "sari")["days"]
    assert days == {"2026-11-24": 7, "2026-11-25": 10, "2026-11-26": 10, "2026-11-27": 3}
    assert date_of(office, ask(office, "KTP-HILANG")["code"]) == "2026-11-27"
    assert line.desk.print_day("2026-11-27", "agus") == 30  # before their days: those stay what they were
    assert quota_left(line) == 0
    office.at("2026-11-25 08.00")
    assert quota_left(line) == 0


def test_a_release_takes_nothing_from_those_on_the_waiting_list(founded: Founded) -> None:
    line = founded(blanks=3, quota=10)
    office = line.office
    for _ in range(30):
        ask(office, "KTP-CETAK")
    office.at("2026-11-23 17.30")
    office.receive("KTP", 97)  # nobody is served at night
    assert line.desk.release(300, "sari")["released"] == 95 - 30
    office.at("2026-11-24 08.00")
    office.follow_calendar()
    assert ration(office).places["KTP-CETAK"] == 0


def test_who_is_taken_off_or_comes_on_another_day_leaves_room_on_the_first(founded: Founded) -> None:
    line = founded(blanks=200, quota=10)
    assert line.desk.release(20, "sari")["days"] == {"2026-11-24": 10, "2026-11-25": 10}
    gone, later = invited(line, "2026-11-24"), invited(line, "2026-11-25")
    line.office.do(verbs.move, record_id=gone, state=backlog.WITHDRAWN, reason="pindah", records=[gone])
    assert line.office.do(verbs.invite, ids=[later], records=[later])["days"] == {"2026-11-24": 1}
    assert line.desk.release(2, "sari")["days"] == {"2026-11-25": 1, "2026-11-26": 1}


def test_a_card_that_is_printed_takes_no_quota_when_its_holder_is_asked_again(founded: Founded) -> None:
    line = founded(blanks=200, quota=10)
    line.desk.release(10, "sari")
    line.desk.print_day("2026-11-24", "agus")
    again = invited(line, "2026-11-24")
    assert line.office.do(verbs.invite, ids=[again], records=[again])["days"] == {"2026-11-24": 1}
    line.office.at("2026-11-24 17.30")
    assert line.office.do(verbs.invite, ids=[again], records=[again])["days"] == {"2026-11-25": 1}
    assert line.desk.release(10, "sari")["days"] == {"2026-11-25": 10}


def test_who_has_a_blank_gets_a_day_although_the_level_has_no_share_for_them_any_more(founded: Founded) -> None:
    line = founded(blanks=50, quota=10, terbatas="shares = { replacement = 100 }")
    line.desk.release(3, "sari")
    line.office.enter("KTP", "count", 35)
    assert ration(line.office).level_name == "TERBATAS"
    with pytest.raises(OutOfStock):
        line.desk.release(1, "sari")
    ids = [row.record_id for row in line.store.to_come()]
    one_a_day = {"2026-11-25": 1, "2026-11-26": 1, "2026-11-27": 1}
    assert line.office.do(verbs.invite, ids=ids, records=ids)["days"] == one_a_day


def test_nothing_is_released_at_a_level_that_does_not_serve_them(founded: Founded) -> None:
    line = founded(blanks=50, quota=20, terbatas='serves = ["replacement"]\nshares = { replacement = 100 }')
    assert ration(line.office).level_name == "TERBATAS"
    with pytest.raises(OutOfStock) as none:
        line.desk.release(1, "sari")
    assert none.value.details["item"] == "KTP"
