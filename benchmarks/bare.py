"""A bare Flask route on the server that Antrean uses: what `/ping` is held against."""

from __future__ import annotations

import sys

from gevent import monkey

monkey.patch_all()

from flask import Flask  # noqa: E402  # after the standard library is patched
from gevent.pywsgi import WSGIServer  # noqa: E402

from queue_server.app import listen  # noqa: E402


def main() -> None:
    app = Flask("bare")
    app.get("/ping")(dict)
    WSGIServer(listen("127.0.0.1", int(sys.argv[1])), app, log=None).serve_forever()


main()
