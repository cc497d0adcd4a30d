"""How a route of the API is made: first who asks, then what was sent, then the view; and how it stands in OpenAPI.

The document at `/api/v1/openapi.json` comes from the same models that check what is sent and from the views' own
shapes, so it cannot tell anything else than the server does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.info import Info
from flask_openapi3.models.parameter import Parameter
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, RootModel, ValidationError, create_model

from queue_server.domain.errors import Invalid
from queue_server.domain.views import as_json
from queue_server.storage.answers import Once
from queue_server.web.api.models import KEY_PATTERN, Problem
from queue_server.web.errors import WrongType
from queue_server.web.guards import CSRF_HEADER, SAFE_METHODS, TOKEN_HEADER, Guard
from queue_server.web.house import house
from queue_server.web.session import STAFF_COOKIE, current

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)
PREFIX = "/api/v1"
KEY_HEADER = "Idempotency-Key"
JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
LONGEST_BODY = 64 * 1024  # bytes: a finished visit with all its spoilt blanks has about two thousand

ENCODER = json.JSONEncoder(separators=(",", ":"), default=as_json)  # views within are met one by one
SECURITY: dict[str, Any] = {
    "device": {"type": "http", "scheme": "bearer", "description": "A device's token"},
    "staff": {"type": "apiKey", "in": "cookie", "name": STAFF_COOKIE, "description": f"Together with {CSRF_HEADER}"},
    "holder": {"type": "apiKey", "in": "header", "name": TOKEN_HEADER, "description": "A ticket's token"},
}
KEY = Parameter(
    name=KEY_HEADER,
    param_in="header",
    required=False,
    description="The same key again within the business day answers as the first time and does nothing more",
    param_schema={"type": "string", "pattern": f"^{KEY_PATTERN.pattern}$"},
)


class Api(APIBlueprint):
    """A room of the API. Every view has a guard, which is asked before anything that was sent is looked at."""

    def __init__(self, name: str) -> None:
        super().__init__(name, __name__, url_prefix=PREFIX)

    @staticmethod
    def create_view_func(func: Any, header: Any, cookie: Any, path: Any, query: Any, *others: Any, **_: Any) -> Any:
        _form, body, _raw = others
        guard: Guard = func.guard
        view = func.__wrapped__

        @wraps(view)
        def guarded_view(**named: Any) -> Any:
            guard.enter()
            given_key()  # one that is none is refused by every route, also where another id is the request's own
            parsed: dict[str, Any] = {}
            if path:
                parsed["path"] = checked(path, named)
            if query:
                parsed["query"] = checked(query, request.args.to_dict())
            if body:
                parsed["body"] = checked_body(body)
            return view(**parsed)

        guarded_view.guard = guard  # type: ignore[attr-defined]
        return guarded_view

    def _collect_openapi_info(  # type: ignore[override]
        self, rule: str, func: Any, *, method: str, responses: Any = None, **info: Any
    ) -> Any:
        guard: Guard = func.guard
        info["security"] = security(guard)
        info["responses"] = problems(guard, method) | (responses or {})
        types = super()._collect_openapi_info(rule, func, method=method, **info)
        operation = getattr(next(reversed(self.paths.values())), method.lower())
        if operation.requestBody and JSON_TYPE in operation.requestBody.content:
            operation.requestBody.required = not may_be_left_out(func)
        if method == "POST" and not guard.public:
            operation.parameters = [*(operation.parameters or []), KEY]
        return types


# -- what was sent ----------------------------------------------------------------------------------------------------


def checked(model: type[Model], values: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise invalid(error) from None


def checked_body(model: type[Model]) -> Model:
    """The JSON that was sent; where nothing was, as if it were `{}`, whatever type the silence has. Raises `WrongType`,
    `Invalid`; Flask itself refuses what is too large.
    """
    content = request.get_data(cache=False)
    if content and request.mimetype != JSON_TYPE:
        raise WrongType()
    try:
        return model.model_validate_json(content or b"{}")
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Invalid:
    """The first fault: its field's name and never its value."""
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = ".".join(str(part) for part in fault["loc"])
    return Invalid("field", field=field) if field else Invalid("no_json")


# -- doing ------------------------------------------------------------------------------------------------------------


def do(operation: Callable[..., T], *, said: BaseModel | None = None, **arguments: Any) -> T:
    """Run an operation for who asks, once for each Idempotency-Key. `said` is what the key stands for."""
    return house().do(operation, actor=current().id, once=once(said), **arguments)


def given_key() -> str | None:
    """Raises `Invalid` for what is no key."""
    key = request.headers.get(KEY_HEADER)
    if key is not None and not KEY_PATTERN.fullmatch(key):
        raise Invalid("key")
    return key


def once(said: BaseModel | None) -> Once | None:
    key = given_key()
    if key is None:
        return None
    text = f"{request.method} {request.path} {said.model_dump_json() if said else ''}"
    return Once(current().id, key, hashlib.sha256(text.encode()).hexdigest())


def answer(value: Any, status: int = 200) -> Response:
    """A view or JSON values as JSON."""
    return Response(ENCODER.encode(value), status, content_type=JSON_TYPE)


# -- the document -----------------------------------------------------------------------------------------------------


def answers(shape: Any, *statuses: int) -> dict[Any, Any]:
    """What a route answers: `shape` is a model, a view of the domain, or a media type for what is no JSON."""
    if isinstance(shape, str):
        content: Any = {"content": {shape: {"schema": {"type": "string"}}}}
    elif issubclass(shape, BaseModel):
        content = shape
    else:
        content = create_model(f"{shape.__name__}Json", __base__=RootModel[shape])
    return dict.fromkeys(statuses or (200,), content)


def problems(guard: Guard, method: str) -> dict[Any, Any]:
    statuses = [400, 404, 429, 503]
    if not guard.public:
        statuses += [401, 403]
    if method not in SAFE_METHODS:
        statuses += [409, 413, 415]
    return refusals(*sorted(statuses))


def refusals(*statuses: int) -> dict[Any, Any]:
    reference = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    return {status: {"content": {PROBLEM_TYPE: {"schema": reference}}} for status in statuses}


def may_be_left_out(view: Callable[..., Any]) -> bool:
    """Whether nothing at all is a body for this view: each of its fields is optional."""
    model: type[BaseModel] = get_type_hints(view)["body"]
    return not any(field.is_required() for field in model.model_fields.values())


def security(guard: Guard) -> list[dict[str, list[str]]] | None:
    ways = {"device": guard.devices, "staff": guard.roles, "holder": guard.holder}
    return [{way: []} for way, open_ in ways.items() if open_] or None


def new_app(name: str) -> OpenAPI:
    """A Flask app that knows its OpenAPI document; the page that would show it needs somebody else's server."""
    app = OpenAPI(
        name,
        info=Info(title="Antrean", version="1"),
        doc_ui=False,
        security_schemes=SECURITY,
        validation_error_status=400,
        validation_error_model=Problem,
    )
    app.config["MAX_CONTENT_LENGTH"] = LONGEST_BODY
    return app
