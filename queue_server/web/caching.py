"""Answers that need not be sent again: whoever has seen the same gets 304 and no body."""

from __future__ import annotations

import hashlib

from flask import Response, request

ASK_EACH_TIME = "no-cache"  # keep it, but ask each time


def only_if_new(response: Response, version: str) -> Response:
    """`version` is what the answer depends on, and is the same as long as the answer would be."""
    if seen := already_seen(version):
        return seen
    response.headers["Cache-Control"] = ASK_EACH_TIME
    response.set_etag(etag_of(version))
    return response


def already_seen(version: str) -> Response | None:
    """The 304 for who has seen this version, before anything is rendered."""
    if etag_of(version) not in request.if_none_match:
        return None
    response = Response(status=304, headers={"Cache-Control": ASK_EACH_TIME})
    response.set_etag(etag_of(version))
    return response


def etag_of(version: str) -> str:
    return hashlib.sha256(version.encode()).hexdigest()[:32]
