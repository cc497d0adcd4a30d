import random
from collections.abc import Iterator

import pytest

from tests.the_office import TheOffice

MONDAY_MORNING = "2026-11-23 08.00"


@pytest.fixture
def office(database_url: str, rng: random.Random) -> Iterator[TheOffice]:
    """Kota Serang on a Monday at eight, open, with 500 KTP blanks."""
    office = TheOffice(database_url, rng)
    office.found("2026-11-23 07.00", KTP=500)
    office.at(MONDAY_MORNING)
    yield office
    office.close()
