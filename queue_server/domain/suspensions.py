"""Why a service has to stop, in the words that citizens read: kiosk, TV, counter, phone and stock board show them.

A supervisor chooses one by a touch, so that whoever reads English reads a reason as well. Words of the supervisor's own
stand everywhere as they were written. Source: `docs/field.md#outages`.
"""

from __future__ import annotations

from queue_server.domain import equipment
from queue_server.domain.catalogue import Words

CAUSES = (
    Words("Jaringan ke pusat terputus", "The line to the central server is down"),
    Words("Sistem SIAK tidak bisa dipakai", "The national register (SIAK) cannot be used"),
    *equipment.LACKING.values(),
    Words("Blangko belum datang", "The card blanks have not come yet"),
    Words("Listrik padam", "The power is out"),
)
KNOWN = {cause.id: cause for cause in CAUSES}


def words_of(reason: str, language: str) -> str:
    """A reason as it was recorded, in `id` or `en`."""
    known = KNOWN.get(reason)
    return known.get(language) if known else reason
