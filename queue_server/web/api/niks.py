"""The NIK that a kiosk sends along with a wish: checked, made into a mark for the day, and kept nowhere."""

from __future__ import annotations

from queue_server.domain.nik import DayMark, checked_nik, day_mark
from queue_server.web.api.models import NewTicket, NewVoucher
from queue_server.web.house import house


def mark_of(body: NewTicket | NewVoucher) -> DayMark | None:
    """Raises `Invalid`, which never repeats what was sent."""
    if body.nik is None:
        return None
    settings = house().settings
    nik = checked_nik(body.nik.get_secret_value())
    return day_mark(bytes.fromhex(settings.secret_key), settings.site, body.service, nik)
