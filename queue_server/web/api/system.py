"""What programs ask the server about itself."""

from __future__ import annotations

from typing import cast

from flask import Response, current_app
from flask_openapi3.openapi import OpenAPI

from queue_server.web.api.models import Nothing
from queue_server.web.api.routes import JSON_TYPE, Api, answer, answers
from queue_server.web.guards import public

api = Api("api_system")


@api.get("/ping", responses=answers(Nothing))
@public
def ping() -> Response:
    """Does nothing, so that a benchmark has the server's own floor."""
    return Response("{}", content_type=JSON_TYPE)


@api.get("/openapi.json", responses={200: {"content": {JSON_TYPE: {"schema": {"type": "object"}}}}})
@public
def openapi() -> Response:
    """This document."""
    return answer(cast(OpenAPI, current_app).api_doc)
