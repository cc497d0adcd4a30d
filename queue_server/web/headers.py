"""What every answer carries, whoever gives it: only our own scripts, styles and addresses; nothing for strangers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; media-src 'self'; "
    "connect-src 'self' ws: wss:; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = [
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
]
NOT_KEPT = ("Cache-Control", "no-store")  # where nobody has said how long an answer stays true
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_headers(answer: Wsgi) -> Wsgi:
    """Around the whole server rather than in Flask: errors of any kind have them too, and a ticket pays little."""

    def answer_with_headers(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kept = any(name == "Cache-Control" for name, _ in headers)
            return start_response(status, [*headers, *HEADERS] + ([] if kept else [NOT_KEPT]), *more)

        return answer(environ, start)

    return answer_with_headers
