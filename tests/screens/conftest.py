import random
from collections.abc import Iterator

import pytest

from tests.the_office import TheOffice
from tests.the_web import TheWeb


@pytest.fixture
def office(sqlite_url: str, rng: random.Random) -> Iterator[TheOffice]:
    """Kota Serang on Monday 23 November 2026 at 08.00, with 100 KTP blanks; verified after the test."""
    house = TheOffice(sqlite_url, rng)
    house.found("2026-11-23 07.00", KTP=100)
    house.at("2026-11-23 08.00")
    yield house
    house.verify()
    house.close()


@pytest.fixture
def web(office: TheOffice) -> Iterator[TheWeb]:
    inhabited = TheWeb(office)
    yield inhabited
    inhabited.close()
