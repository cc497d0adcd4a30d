"""What the office refuses, and why. The web gives each code its HTTP status and its sentence, in one place."""

from __future__ import annotations


class Refusal(Exception):
    """The office says no, for a reason that a person can be told. `details` fill the sentence."""

    code = "conflict"

    def __init__(self, reason: str = "", **details: object) -> None:
        super().__init__(reason or self.code)
        self.reason = reason or self.code  # which of the code's sentences to say
        self.details = details


class Invalid(Refusal):
    code = "invalid"


class NotFound(Refusal):
    code = "not_found"


class NotAllowed(Refusal):
    code = "not_allowed"


class OutOfStock(Refusal):
    code = "out_of_stock"


class ServiceClosed(Refusal):
    code = "service_closed"


class ServiceSuspended(Refusal):
    code = "service_suspended"


class ClockBehind(Refusal):
    code = "clock_behind"


class IntakeClosed(Refusal):
    code = "intake_closed"


class QuotaReached(Refusal):
    code = "quota_reached"


class WrongState(Refusal):
    code = "wrong_state"


class Conflict(Refusal):
    code = "conflict"


class DayIsClosed(Refusal):
    code = "day_closed"


class Busy(Refusal):
    """The writer's queue or the disk is full, or a commit's outcome is unknown: ask again with the same id."""

    code = "busy"


class OfficeFileError(Invalid):
    """One sentence with file, key and remedy."""

    def __init__(self, sentence: str) -> None:
        super().__init__("office_file", sentence=sentence)

    def __str__(self) -> str:
        return str(self.details["sentence"])
