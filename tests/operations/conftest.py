import random
from collections.abc import Iterator

import pytest

from tests.the_office import TheOffice


@pytest.fixture
def office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    """Kota Serang on Monday 23 November 2026, open since 07.30, with 100 KTP blanks; verified after the test."""
    house = TheOffice(database_url, rng)
    house.found("2026-11-23 07.00", KTP=100)
    house.at("2026-11-23 08.00")
    yield house
    house.verify()
    house.close()
