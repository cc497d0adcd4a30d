"""What may be promised to whom: levels of the stock, shares of it, the day's print quota, and days for vouchers.

Pure rules over figures that a command has in memory and a screen has read: `Ration` holds neither queries nor events.
A question costs the same whether five or five thousand stand in line. Source: `docs/field.md#policy`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import ClassVar

from queue_server.domain import calendar, stock
from queue_server.domain.backlog import MOST_RELEASED, PRINTED_AS, InvitationDay
from queue_server.domain.catalogue import (
    AMAN,
    KOSONG,
    KRITIS,
    ON_SITE,
    ONLINE,
    PRINT_READY,
    REPLACEMENT,
    TERBATAS,
    URGENT,
    VULNERABLE,
    Catalogue,
    Item,
    Level,
    Policy,
    Service,
)
from queue_server.domain.errors import OutOfStock, QuotaReached, Refusal, ServiceClosed
from queue_server.domain.stock import AWAITED, RATIONED, STORE, Balance

VOUCHER = "voucher"  # the bucket of dated vouchers: promised earlier, so no share limits it
# A ticket belongs to the first of these that the policy has a share for and that it fits.
BUCKETS = (URGENT, VULNERABLE, ONLINE, PRINT_READY, REPLACEMENT, ON_SITE)
ONLINE_CHANNEL = "phone"
SUKET = "SUKET"
USE_DAYS = 7  # business days from which the use of an item is reckoned


# -- the rows that the figures come from ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BucketCount:
    """Cards of the rationed stock promised for one day out of one bucket; what was used since still counts."""

    KEY: ClassVar[tuple[str, ...]] = ("day", "bucket")

    day: str
    bucket: str
    promised: int = 0


@dataclass(frozen=True, slots=True)
class ItemUse:
    """Used and spoilt on each of the last business days on which any was used, oldest first.

    A day without a blank says nothing about the need.
    """

    KEY: ClassVar[tuple[str, ...]] = ("item",)

    item: str
    days: tuple[int, ...] = ()

    @property
    def per_day(self) -> float:
        return sum(self.days) / len(self.days) if self.days else 0.0

    def after(self, used: int) -> ItemUse:
        return replace(self, days=(*self.days, used)[-USE_DAYS:]) if used else self


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has come of an item since the delivery of that date was announced."""

    KEY: ClassVar[tuple[str, ...]] = ("item", "delivery")

    item: str
    delivery: str  # ISO date that the office file names
    quantity: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody gets who cannot have a number: blanks set aside now, blanks of a delivery, or a place in line."""

    date: str | None  # ISO date of the business day; None: the waiting list, which has no date
    reserved: Mapping[str, int] = field(default_factory=dict)  # item -> whole units
    awaited: Mapping[str, int] = field(default_factory=dict)


# -- rules without figures --------------------------------------------------------------------------------------------


def bucket_of(policy: Policy, purpose: str | None, priority: bool, channel: str) -> str | None:
    """The bucket of a ticket; None where the policy has shares and none of them fits."""
    fits = {
        URGENT: purpose == URGENT,
        VULNERABLE: priority,
        ONLINE: channel == ONLINE_CHANNEL,
        PRINT_READY: purpose == PRINT_READY,
        REPLACEMENT: purpose == REPLACEMENT,
        ON_SITE: True,
    }
    known = policy.buckets or (ON_SITE,)
    return next((bucket for bucket in BUCKETS if bucket in known and fits[bucket]), None)


def shared_out(total: int, shares: Mapping[str, int]) -> dict[str, int]:
    """`total` whole blanks by shares of 100 per cent: together all of them, each within one of its exact share.

    What rounding leaves goes to the largest remainders.
    """
    given = {bucket: total * share // 100 for bucket, share in shares.items()}
    left = total - sum(given.values())
    for bucket in sorted(shares, key=lambda b: (-(total * shares[b] % 100), BUCKETS.index(b)))[:left]:
        given[bucket] += 1
    return given


@lru_cache(maxsize=64)  # every ticket asks for the same day
def gives_back_at(catalogue: Catalogue, day: str) -> int | None:
    """The instant (ms) from which a day's unused shares are everybody's; None where nothing is shared out."""
    policy = catalogue.policy
    if policy is None or policy.give_back is None:
        return None
    return calendar.instant(catalogue, date.fromisoformat(day), policy.give_back)


@lru_cache(maxsize=64)  # every ticket asks for it
def backlog_bucket(catalogue: Catalogue) -> str:
    """Where the cards of the print backlog count; empty where none of the shares fits them or nothing is rationed."""
    service, policy = catalogue.services.get(PRINTED_AS), catalogue.policy
    if policy is None or service is None or RATIONED not in service.consumes:
        return ""
    return bucket_of(policy, service.purpose, priority=False, channel="") or ""


# -- rules over figures -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ration:
    """The figures of one business day at one instant (ms), by which blanks are promised or kept for others."""

    catalogue: Catalogue
    now: int
    day: str  # the open business day
    balances: Mapping[tuple[str, str], Balance]  # (item, account)
    counts: Mapping[tuple[str, str], BucketCount]  # (day, bucket): today's and later ones
    uses: Mapping[str, ItemUse]
    arrivals: Mapping[tuple[str, str], Arrival]
    places: Mapping[str, int]  # service -> cards that its waiting list asks for
    called_back: Mapping[tuple[str, str], int]  # (day, service) -> cards of later vouchers that are good on it as well
    invited: Mapping[str, InvitationDay]  # day -> who of the print backlog is asked to come on it

    # -- the stock -----------------------------------------------------------------------------------------------------

    def store(self, item: str) -> Balance:
        return self.balances.get((item, STORE)) or Balance(item, STORE)

    def bebas(self, item: str) -> int:
        """On hand, not promised and not safety."""
        return stock.available(self.store(item), self.catalogue.rules)

    def awaited(self, item: str) -> int:
        """Promised out of what has yet to come."""
        balance = self.balances.get((item, AWAITED))
        return balance.pending if balance else 0

    def free(self, item: str) -> int:
        """What whoever comes now may be promised: *bebas* less what belongs to those who asked earlier."""
        return max(0, self.bebas(item) - self.awaited(item) - self.asked_for(item, only_served=True))

    def asked_for(self, item: str, only_served: bool) -> int:
        """Units of an item that the waiting list asks for; of `only_served` services alone, if so wished."""
        services = self.catalogue.services
        return sum(
            self.catalogue.needs(code, cards).get(item, 0)
            for code, cards in self.places.items()
            if cards and code in services and (not only_served or self.served_in_line(services[code]))
        )

    def may_wait(self, service: Service) -> bool:
        """Whether somebody who cannot have a number may have another day: not for a Suket that is not issued."""
        return self.serves(service) or RATIONED in service.consumes

    def served_in_line(self, service: Service) -> bool:
        """Whether stock goes to the waiting list of a service now: its purpose is served and its share not used up."""
        if not self.serves(service):
            return False
        policy, needs = self.catalogue.policy, self.catalogue.needs(service.code, 1)
        if policy is None or RATIONED not in needs:
            return True
        bucket = bucket_of(policy, service.purpose, priority=False, channel="")
        share = self.share_left(bucket, self.bebas(RATIONED)) if bucket else None
        return share is None or share > 0

    # -- the level -----------------------------------------------------------------------------------------------------

    @property
    def level_name(self) -> str:
        """KOSONG when nothing can be promised, else by days of cover; an office without a policy is AMAN."""
        policy = self.catalogue.policy
        if policy is None:
            return AMAN
        if not self.bebas(RATIONED):
            return KOSONG
        known = self.uses.get(RATIONED)
        use = (known and known.per_day) or policy.daily_quota or 0
        on_hand = self.store(RATIONED).on_hand
        if on_hand >= policy.limited_below_days * use:
            return AMAN
        return TERBATAS if on_hand >= policy.critical_below_days * use else KRITIS

    @property
    def level(self) -> Level | None:
        policy = self.catalogue.policy
        return policy.levels[self.level_name] if policy else None

    def serves(self, service: Service) -> bool:
        """Whether the level lets this service give anything out at all."""
        level = self.level
        if level is None:
            return True
        if service.code == SUKET:
            return level.suket
        return service.purpose is None or service.purpose in level.serves

    # -- what the day may promise --------------------------------------------------------------------------------------

    def bucket(self, service: Service, priority: bool, channel: str) -> str:
        """Where a ticket of the service counts; empty where nothing is rationed."""
        policy = self.catalogue.policy
        if policy is None or RATIONED not in service.consumes:
            return ""
        return bucket_of(policy, service.purpose, priority, channel) or ""

    def promised(self, bucket: str, day: str | None = None) -> int:
        """Out of one bucket; cards of the print backlog count in theirs on the day on which they are fetched."""
        count = self.counts.get((day or self.day, bucket))
        cards = self.cards_invited(day or self.day) if bucket == backlog_bucket(self.catalogue) else 0
        return (count.promised if count else 0) + cards

    def promised_on(self, day: str) -> int:
        """Out of every bucket, vouchers apart."""
        policy = self.catalogue.policy
        buckets = (policy and policy.buckets) or (ON_SITE,)
        in_none = 0 if backlog_bucket(self.catalogue) in buckets else self.cards_invited(day)
        return in_none + sum(self.promised(bucket, day) for bucket in buckets)

    def cards_invited(self, day: str) -> int:
        row = self.invited.get(day)
        return row.cards if row else 0

    def early(self) -> int:
        """Cards of later vouchers whose holders may come today as well."""
        return sum(
            self.catalogue.needs(service, cards).get(RATIONED, 0)
            for (day, service), cards in self.called_back.items()
            if day == self.day and service in self.catalogue.services
        )

    def quota_left(self, day: str) -> int | None:
        """Cards that the quota still allows on a day; None is no quota. Vouchers of that day count first."""
        policy = self.catalogue.policy
        if policy is None or policy.daily_quota is None:
            return None
        early = self.early() if day == self.day else 0
        return max(0, policy.daily_quota - self.promised(VOUCHER, day) - self.promised_on(day) - early)

    def share_left(self, bucket: str, free: int) -> int | None:
        """Cards that a bucket may still promise; None while no share is in force.

        A share is one of all that the day may promise to those who come: what was promised and what is `free`,
        within the quota. What the print backlog was given ahead of later days is out of its own share alone.
        """
        level, until = self.level, gives_back_at(self.catalogue, self.day)
        if bucket == VOUCHER or level is None or not level.shares or until is None or self.now >= until:
            return None
        quota = self.quota_left(self.day)
        left = free if quota is None else min(free, quota)
        ahead = self.cards_ahead() if left != quota else 0
        ahead = min(ahead, quota - left) if quota is not None else ahead
        total = self.promised_on(self.day) + ahead + left
        before = self.promised(bucket) + (ahead if bucket == backlog_bucket(self.catalogue) else 0)
        return max(0, shared_out(total, level.shares).get(bucket, 0) - before)

    def refusal(
        self, service: Service, cards: int, bucket: str, held: Mapping[str, int], promised_before: bool = False
    ) -> Refusal | None:
        """Why so many cards cannot be promised to a ticket that holds `held` (item -> units), or None.

        What was `promised_before`, to a voucher, neither the policy nor those who asked later can take away.
        """
        if not promised_before and not self.serves(service):
            return ServiceClosed("not_served", service=service.code)
        for item, needed in self.catalogue.needs(service.code, cards).items():
            left = self.bebas(item) if promised_before else self.free(item)
            wanted = needed - held.get(item, 0)
            if wanted > left:
                return OutOfStock(item=item, wanted=wanted, available=left, service=service.code)
            if item == RATIONED and not promised_before and (refused := self.over(service, wanted, bucket)):
                return refused
        return None

    def over(self, service: Service, wanted: int, bucket: str) -> Refusal | None:
        """Why the policy does not let a bucket have so many cards more today, or None."""
        quota = self.quota_left(self.day)
        if wanted > 0 and quota is not None and wanted > quota:
            return QuotaReached("print_quota", service=service.code, next_day=self.opens_next())
        share = self.share_left(bucket, self.free(RATIONED)) if bucket else None
        if wanted > 0 and share is not None and wanted > share:
            return QuotaReached("share_used", service=service.code, until=gives_back_at(self.catalogue, self.day))
        return None

    def opens_next(self) -> int | None:
        span = calendar.span(self.catalogue, self.next_business_day())
        return span.opens_ms if span else None

    def next_business_day(self) -> date:
        """After the open day, or after today where a clock that ran ahead has opened it."""
        today = calendar.local_date(self.catalogue, self.now)
        return calendar.next_business_day(self.catalogue, min(today, date.fromisoformat(self.day)))

    def numbers_left(self, service: Service) -> int | None:
        """For how many documents it suffices to somebody who comes now without priority; None where nothing limits."""
        limits = [self.free(item) // need for item, need in self.catalogue.needs(service.code, 1).items() if need]
        if bucket := self.bucket(service, priority=False, channel=""):
            rationed = (self.quota_left(self.day), self.share_left(bucket, self.free(RATIONED)))
            need = service.consumes[RATIONED]
            limits += [left // need for left in rationed if left is not None]
        return min(limits, default=None)

    # -- the print backlog ---------------------------------------------------------------------------------------------

    def for_backlog(self) -> tuple[int, str]:
        """For how many cards blanks may be set aside now, to be fetched on later days, and the item that limits it."""
        needs = self.catalogue.needs(PRINTED_AS, 1).items()
        limits = [(self.in_store_for_backlog(item) // need, item) for item, need in needs if need]
        return min(limits, default=(MOST_RELEASED, ""))

    def in_store_for_backlog(self, item: str) -> int:
        """Units: all that is *bebas* without a policy, else none that somebody has asked for before.

        Of shared blanks no more than its share of them all, those given ahead counted: the days to come have shares of
        their own, so the hour of give-back adds nothing. Source: `docs/field.md#print-backlog`.
        """
        level, free = self.level, self.free(item)
        if level is None:
            return self.bebas(item)
        if item != RATIONED:
            return free
        if not self.serves(self.catalogue.services[PRINTED_AS]):
            return 0
        if not level.shares:
            return free
        bucket, ahead = backlog_bucket(self.catalogue), self.cards_ahead()
        share = shared_out(free + self.promised_on(self.day) + ahead, level.shares).get(bucket, 0)
        return max(0, min(free, share - self.promised(bucket) - ahead))

    def cards_ahead(self) -> int:
        """Of the print backlog, for days after the open one."""
        return sum(row.cards for day, row in self.invited.items() if day > self.day)

    def room_for_backlog(self, day: str) -> int | None:
        """Cards that may still be fetched on a later day: its quota, or the share of it; None is no quota.

        A day without any has room for one, so that a card that is there can always be fetched.
        """
        left, level = self.quota_left(day), self.level
        if left is None or level is None:
            return None
        if level.shares:
            bucket = backlog_bucket(self.catalogue)
            share = shared_out(left + self.promised_on(day), level.shares).get(bucket, 0)
            left = max(0, min(left, share - self.promised(bucket, day)))
        return left or int(self.is_empty(day))

    # -- another day ---------------------------------------------------------------------------------------------------

    def offer(self, service: Service, cards: int, first_in_line: bool = False) -> Offer:
        """What can be promised for another day, no further out than stock or an announced delivery allows.

        From the stock: what is free beyond the quota of today. From a delivery: its date and quantity stand in the
        office file. Neither: a place on the waiting list. Whoever is `first_in_line` there is thought of anew when
        blanks come: then all that is *bebas* may be given. Source: `docs/field.md#sold-out`.
        """
        reserved: dict[str, int] = {}
        awaited: dict[str, int] = {}
        start = self.next_business_day()
        needs = self.catalogue.needs(service.code, cards)
        for item, wanted in needs.items():
            known = self.catalogue.items[item]
            if wanted <= self.in_store_for(service, item, first_in_line):
                reserved[item] = wanted
            elif known.next_delivery and wanted <= self.announced_for(known, first_in_line):
                awaited[item] = wanted
                start = max(start, known.next_delivery)
            else:
                return Offer(None)
        return Offer(self.day_with_room(start, needs.get(RATIONED, 0)), reserved, awaited)

    def in_store_for(self, service: Service, item: str, first_in_line: bool) -> int:
        """Units in the store that may be set aside for another day."""
        if first_in_line:
            return self.bebas(item) - self.awaited(item) if self.served_in_line(service) else 0
        if item != RATIONED:
            return self.free(item)
        quota = self.quota_left(self.day)
        if quota is None or not self.serves(service):
            return 0  # all of it may still be asked for today, or is for others
        return max(0, self.free(item) - quota)

    def delivery_of(self, item: Item) -> int:
        """Units of an announced delivery that have not come yet; one whose date has passed is none."""
        if not item.next_delivery or not item.delivery_quantity or item.next_delivery.isoformat() < self.day:
            return 0
        come = self.arrivals.get((item.code, item.next_delivery.isoformat()))
        return max(0, item.delivery_quantity - (come.quantity if come else 0))

    def announced_for(self, item: Item, first_in_line: bool) -> int:
        """Units of a delivery that may still be promised: less its safety stock and what was promised out of it."""
        coming = self.delivery_of(item)
        if not coming:
            return 0
        store = self.store(item.code)
        with_it = replace(store, posted=store.posted + coming)
        more = stock.available(with_it, self.catalogue.rules) - self.bebas(item.code)
        before = 0 if first_in_line else self.asked_for(item.code, only_served=False)
        return max(0, more - self.awaited(item.code) - before)

    def day_with_room(self, start: date, cards: int) -> str:
        """The first business day from `start` on whose quota leaves so many cards (a day without any takes all)."""
        day = start if calendar.span(self.catalogue, start) else calendar.next_business_day(self.catalogue, start)
        while not self.has_room(day.isoformat(), cards):
            day = calendar.next_business_day(self.catalogue, day)
        return day.isoformat()

    def has_room(self, day: str, cards: int) -> bool:
        left = self.quota_left(day)
        return left is None or cards <= left or (day != self.day and self.is_empty(day))

    def is_empty(self, day: str) -> bool:
        """Nothing was promised for a later day."""
        return not self.promised(VOUCHER, day) and not self.promised_on(day)

    def next_day_for(self, service: Service, cards: int) -> str:
        """For whoever was promised blanks and cannot be served today."""
        return self.day_with_room(self.next_business_day(), self.catalogue.needs(service.code, cards).get(RATIONED, 0))

    def day_owed(self, service: Service, cards: int, item: str) -> str:
        """For whoever lost a blank to a fact: the next business day, or that of a delivery that is expected later."""
        start = self.next_business_day()
        known = self.catalogue.items.get(item)
        if known and known.next_delivery and known.next_delivery > start:
            start = known.next_delivery
        return self.day_with_room(start, self.catalogue.needs(service.code, cards).get(RATIONED, 0))
