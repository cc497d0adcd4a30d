"""What is heard: a call in its hall, and a kiosk's screen read out for who cannot read it."""

from __future__ import annotations

import logging
from typing import Annotated

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from queue_server.domain.announcements import LABEL, LAST_CALL, READINGS, holds_a_nik
from queue_server.domain.catalogue import Calls
from queue_server.domain.errors import Busy, Invalid, NotFound
from queue_server.domain.office_file import MOST_LANGUAGES
from queue_server.domain.views import CallView
from queue_server.operations.office import report_sound
from queue_server.web.api.routes import checked_body
from queue_server.web.guards import device, device_or_staff
from queue_server.web.house import House, house
from queue_server.web.media import WAV_TYPE
from queue_server.web.voice.speaker import Speaker

KEPT = "private, max-age=86400, immutable"  # only who is paired may have it
FAULTS = ("refused", "no_words", "no_sound", "stalled")  # why a call was not heard
NO_FAULT = ("late", "taken_back")  # it was not to be heard
LONGEST_TEXT = 2_000  # characters: a checklist of ten papers has half of it

blueprint = Blueprint("speech", __name__)
log = logging.getLogger("antrean.voice")


def audio_url(voice: Speaker, call: CallView, rules: Calls) -> str | None:
    """Where a call's sound is to be had. The address says all that is needed to make it; None is the chime alone."""
    languages = [language for language in rules.languages if voice.knows(language)]
    if not languages:
        return None
    times = min(call.times, LAST_CALL)
    said = f"{'-'.join(languages)}/{rules.numbers}/{call.number}/{call.counter}/{times}"
    return f"/audio/{said}.wav?v={voice.packs.version}"


@blueprint.get("/audio/<languages>/<reading>/<number>/<int:counter>/<int:times>.wav")
@device_or_staff("display")
def call(languages: str, reading: str, number: str, counter: int, times: int) -> Response:
    """The sound of a call: chime and words. What it holds stands in its address, so a screen may keep it."""
    voice, chosen = house().voice, languages.split("-")
    known = len(set(chosen)) == len(chosen) <= MOST_LANGUAGES and all(map(voice.knows, chosen))
    sensible = reading in READINGS and LABEL.fullmatch(number) and 0 < counter < 1000 and 0 < times <= LAST_CALL
    sound = voice.call(chosen, reading, number, counter, times) if known and sensible else None
    if sound is None:
        raise NotFound()
    return Response(sound, content_type=WAV_TYPE, headers={"Cache-Control": KEPT})


class Spoken(BaseModel):
    """What the kiosk wants read, and in which language it stands there."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]


class Hearing:
    """Which displays are heard and which are not: a supervisor is told once, until it is heard again."""

    def __init__(self, office: House) -> None:
        self._office = office
        self._known: dict[str, bool] = {}

    def heard(self, display: str, ok: bool, why: str) -> None:
        """A display has said whether a call was heard from it: one command when that has changed. A failure is told
        each time, for another server may have heard it since; while an alert stands nothing is entered.
        """
        if why in NO_FAULT or (ok and self._known.get(display)):
            return
        reason = why if why in FAULTS else "no_sound"
        try:
            self._office.do(report_sound, actor=display, display=display, heard=ok, why=reason)
        except Busy:
            log.warning("display %s: whether it is heard could not be entered", display)
        else:
            self._known[display] = ok


@blueprint.post("/kiosk/speech")
@device("kiosk")
def speech() -> Response:
    """The text as a WAV file. Numbers are read as the field reads them, a ticket's digit by digit.

    Raises `Invalid` for an unknown language and for a text with a NIK in it, `NotFound` where nothing of it can be
    spoken here.
    """
    body, voice = checked_body(Spoken), house().voice
    if not voice.knows(body.language):
        raise Invalid("unknown_language", language=body.language)
    if holds_a_nik(body.text):
        raise Invalid("nik_unspoken")
    sound = voice.speech(body.language, body.text)
    if sound is None:
        raise NotFound("speech")
    return Response(sound, content_type=WAV_TYPE)
