"""The service worker of a screen that nobody looks after: it keeps the screen's page for the time without a server.

A TV that is switched on while the server is away shows our own "cut off" instead of the browser's error. What is kept
is the page as it says that it is cut off, with its scripts, styles and fonts; never a number, a board or an answer of
the API. Browsers have it on https, on this machine, and where a screen was started with the flag of `antrean deploy`.
"""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path

from flask import Response

from queue_server.web.caching import only_if_new

STATIC = Path(__file__).parent / "static"
WORKER = STATIC / "worker.js"
KEPT = (".css", ".js", ".wav")  # of a screen's own files; a bank of voices is none of them


class Keeper:
    """`scope` is the screen's address, `own` its folder of files, `shared` those of `/static/` that its page loads."""

    def __init__(self, scope: str, *, own: Path, shared: tuple[str, ...]) -> None:
        self.scope, self.own, self.shared = scope, own, shared

    @cached_property
    def script(self) -> str:
        """With another version whenever one of the files is another: an upgrade replaces what is kept."""
        files = {f"/static/{path.relative_to(STATIC)}": path for name in self.shared for path in STATIC.glob(name)}
        own = f"/{self.scope.strip('/')}/static/"
        files |= {f"{own}{path.name}": path for path in self.own.iterdir() if path.suffix in KEPT}
        digest = hashlib.sha256(WORKER.read_bytes())
        for address in sorted(files):
            digest.update(address.encode() + files[address].read_bytes())
        kept = {"scope": self.scope, "version": digest.hexdigest()[:16], "files": sorted(files)}
        return f"self.kept = {json.dumps(kept)};\n{WORKER.read_text()}"

    def answer(self) -> Response:
        response = Response(self.script, content_type="text/javascript; charset=utf-8")
        response.headers["Service-Worker-Allowed"] = self.scope
        return only_if_new(response, self.script)
