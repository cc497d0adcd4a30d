"""Smaller answers for slow lines: pages for phones, and the styles and scripts of all screens, compressed.

Pages of staff are not: they hold what a stranger must not guess from how well it compresses.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

TEXTS = frozenset({"text/html", "text/css", "text/javascript", "image/svg+xml"})
SMALLEST = 600  # bytes: below it the headers are what is sent


def install(app: Flask, *pages: str) -> None:
    """Compress what these blueprints and every folder of static files answer, for browsers that can read it."""

    @app.after_request
    def lighter(response: Response) -> Response:
        endpoint = request.endpoint or ""
        static = endpoint.endswith("static")
        if response.mimetype not in TEXTS or not (static or request.blueprint in pages):
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code == 200 and request.method == "GET" and request.accept_encodings["gzip"]:
            response.direct_passthrough = False
            content = response.get_data()
            if len(content) >= SMALLEST:
                response.set_data(squeezed(content) if static else gzip.compress(content, 6, mtime=0))
                response.content_encoding = "gzip"
        return response


@lru_cache(maxsize=128)  # the files do not change while the server runs
def squeezed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)
