"""What is heard: a kiosk's screen read out for who cannot read it."""

from __future__ import annotations

from typing import Annotated

from flask import Blueprint, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from queue_server.domain.announcements import holds_a_nik
from queue_server.domain.errors import Invalid, NotFound
from queue_server.web.api.routes import checked_body
from queue_server.web.guards import device
from queue_server.web.house import house
from queue_server.web.media import WAV_TYPE

LONGEST_TEXT = 2_000  # characters: a checklist of ten papers has half of it

blueprint = Blueprint("speech", __name__)


class Spoken(BaseModel):
    """What the kiosk wants read, and in which language it stands there."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    text: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]


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
