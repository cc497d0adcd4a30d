"""Whatever an office with a policy does, in whatever order: no promise beyond the stock, no share beyond its own, no
day beyond its quota, nothing awaited that no delivery can bring; the sums are zero, replay equals the tables."""

from __future__ import annotations

import contextlib
import random
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from queue_server.domain import calendar, stock
from queue_server.domain.errors import Refusal
from queue_server.domain.policy import BUCKETS, VOUCHER, Ration, gives_back_at, shared_out
from queue_server.operations import office as office_verbs
from queue_server.operations import vouchers
from queue_server.storage.rebuild import rebuild
from tests.operations.test_any_sequence import AnyOffice
from tests.the_office import SITE, TheOffice

SERVICES = ("KTP-CETAK", "KTP-HILANG", "KTP-CETAK", "KTP-MENDESAK", "DATANG", "KK-UBAH", "SUKET", "KIA-BARU")
VERBS = (
    *("take",) * 8,
    *("ask",) * 5,
    *("call", "start", "finish") * 3,
    *("redeem_asked", "deliver", "undo", "cancel") * 2,
    *("redeem", "hand_back", "announce", "next", "move", "no_show", "requeue", "park", "spoil", "waste", "count"),
    *("receive", "reverse", "late", "night", "open"),
)
steps = st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 999)), min_size=15, max_size=60)
QUOTA = 6


class AnyPolicy(AnyOffice):
    """The same verbs and those of another day; every step is looked at."""

    def __init__(self, office: TheOffice) -> None:
        super().__init__(office)
        self.asked: list[dict[str, Any]] = []

    def one(self, verb: str, n: int) -> None:
        before = self.looked_at()
        super().one(verb, n)
        after = self.looked_at()
        if before and after and before.ration.day == after.ration.day:
            before.allows(after, verb)

    def looked_at(self) -> Figures | None:
        inside = self.office.journal.office
        if inside is None or inside.open_day is None:
            return None
        inside.now = self.office.clock
        return Figures(inside.ration)

    def take(self, n: int) -> None:
        service = SERVICES[n % len(SERVICES)]
        self.tickets.append(self.office.take(service, priority=n % 5 == 0, channel="phone" if n % 11 == 0 else "kiosk"))

    def ask(self, n: int) -> None:
        ids = {"code": self.office.new_code(), "token": self.office.new_id()}
        self.asked.append(self.office.do(vouchers.give_voucher, service=SERVICES[n % len(SERVICES)], **ids))

    def redeem_asked(self, n: int) -> None:
        if self.asked:
            voucher = self.asked[n % len(self.asked)]
            self.tickets.append(self.office.take(voucher["service"], voucher=voucher["code"]))

    def hand_back(self, n: int) -> None:
        if self.asked:
            code = self.asked[n % len(self.asked)]["code"]
            self.office.do(vouchers.cancel_voucher, code=code, vouchers=[code])

    def announce(self, n: int) -> None:
        local = calendar.local_date(self.office.catalogue, self.office.clock) + timedelta(days=n % 4)
        said = f'code = "KTP"\nnext_delivery = {local}\ndelivery_quantity = {n % 17 + 1}\n'
        text = re.sub(r'code = "KTP"\n(next_delivery.*\ndelivery_quantity.*\n)?', said, self.office.text, count=1)
        self.office.do(office_verbs.apply_office, text=text, filename="office.toml", now=True)

    def deliver(self, n: int) -> None:
        self.office.receive("KTP", n % 9 + 1)

    def late(self, n: int) -> None:
        """Past the hour of give-back."""
        self.office.wait(hours=3)
        self.office.follow_calendar()

    def night(self, n: int) -> None:
        """To eight o'clock on the next business day, with the counters open."""
        catalogue, today = self.office.catalogue, calendar.local_date(self.office.catalogue, self.office.clock)
        morning = calendar.next_business_day(catalogue, today)
        self.office.clock = calendar.instant(catalogue, morning, 8 * 60)
        self.office.follow_calendar()
        for counter in (3, 4, 1):
            with contextlib.suppress(Refusal):
                self.office.open(counter)


class Figures:
    """What was promised out of each bucket and day, beside the rules that were in force."""

    def __init__(self, ration: Ration) -> None:
        self.ration = ration
        self.buckets = {bucket: ration.promised(bucket) for bucket in BUCKETS}
        self.today = sum(self.buckets.values()) + ration.promised(VOUCHER) + ration.early()
        self.days = {day: row.promised for (day, bucket), row in ration.counts.items() if bucket == VOUCHER}
        self.awaited = ration.awaited("KTP")
        self.announced = self.capacity()
        self.limits = self.shares()

    def shares(self) -> dict[str, int] | None:
        """How many each bucket may have promised, or None where nothing is shared out now."""
        level, until = self.ration.level, gives_back_at(self.ration.catalogue, self.ration.day)
        if level is None or not level.shares or until is None or self.ration.now >= until:
            return None
        quota, promised = self.ration.quota_left(self.ration.day), self.ration.promised_on(self.ration.day)
        assert quota is not None
        return shared_out(promised + min(self.ration.free("KTP"), quota), level.shares)

    def capacity(self) -> int:
        """What can still be awaited out of the delivery that is announced."""
        item = self.ration.catalogue.items["KTP"]
        store, coming = self.ration.store("KTP"), self.ration.delivery_of(item)
        with_it = stock.Balance("KTP", "store", store.posted + coming, store.pending)
        return stock.available(with_it, self.ration.catalogue.rules) - self.ration.bebas("KTP")

    def allows(self, after: Figures, verb: str) -> None:
        """Whether the step from these figures to those kept every rule."""
        for bucket, promised in after.buckets.items():
            if promised > self.buckets[bucket]:
                limits = [figures.limits[bucket] for figures in (self, after) if figures.limits is not None]
                assert len(limits) < 2 or promised <= max(limits), (verb, bucket, promised, limits)
        if sum(after.buckets.values()) > sum(self.buckets.values()):
            assert after.today <= QUOTA, (verb, after.buckets)
        for day, promised in after.days.items():
            if day > after.ration.day:
                assert promised <= QUOTA, (verb, day, promised)
        if verb == "ask" and after.awaited > self.awaited:
            assert after.awaited <= after.announced, (verb, after.awaited, after.announced)
        assert after.ration.store("KTP").posted + after.ration.store("KTP").pending >= 0


def after(database_url: str, sequence: list[tuple[str, int]]) -> TheOffice:
    text = TheOffice.text_of("cianjur").replace("daily_quota = 700", f"daily_quota = {QUOTA}")
    text = text.replace("limited_below_days = 4", "limited_below_days = 6")
    office = TheOffice(database_url, random.Random(0), text=text)
    office.found("2026-11-23 07.00", KTP=24, KIA=6, HVS=20)
    office.at("2026-11-23 08.00")
    anything = AnyPolicy(office)
    for verb, n in sequence:
        anything.one(verb, n)
    return office


@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(sequence=steps)
def test_any_sequence_keeps_every_rule_of_the_policy(tmp_path_factory: pytest.TempPathFactory, sequence: Any) -> None:
    office = after(f"sqlite:///{tmp_path_factory.mktemp('any') / 'antrean.db'}", sequence)
    try:
        office.verify()
        assert office.journal.differences() == []
    finally:
        office.close()


def test_a_long_random_week_keeps_every_rule_on_both_databases(database_url: str, rng: random.Random) -> None:
    sequence = [(rng.choice(VERBS), rng.randrange(1000)) for _ in range(500)]
    office = after(database_url, sequence)
    office.verify()
    assert office.journal.differences() == []
    rebuild(office.database, SITE)
    office.verify()
    office.close()
