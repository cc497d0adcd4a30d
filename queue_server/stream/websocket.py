"""The server's end of one WebSocket under gevent's pywsgi (RFC 6455), as engineio's driver wants it.

It stands in for simple-websocket, which always agrees to permessage-deflate (three times the memory per screen) and
whose `send` may leave half a frame unsent. A frame that was built once can be given to many of these with `offer`.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import gevent
from gevent.lock import BoundedSemaphore

HANDSHAKE_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LONGEST_CONTROL = 125
RECEIVE_BYTES = 4096
SEND_BUFFER_BYTES = 65_536  # what the kernel keeps for a screen that does not read; the rest waits in its queue


def frame(payload: str | bytes, opcode: int | None = None) -> bytes:
    """One unmasked, final frame: text for `str`, binary for `bytes`, unless an opcode is named."""
    data = payload.encode() if isinstance(payload, str) else payload
    first = 0x80 | (opcode or (TEXT if isinstance(payload, str) else BINARY))
    if len(data) < 126:
        return bytes((first, len(data))) + data
    if len(data) < 65536:
        return struct.pack("!BBH", first, 126, len(data)) + data
    return struct.pack("!BBQ", first, 127, len(data)) + data


def is_handshake(environ: dict[str, Any]) -> bool:
    """Whether an HTTP request asks for a WebSocket in the way of RFC 6455 §4.2.1."""
    connection = environ.get("HTTP_CONNECTION", "").lower().replace(" ", "").split(",")
    return (
        environ["REQUEST_METHOD"] == "GET"
        and "upgrade" in connection
        and environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"
        and bool(environ.get("HTTP_SEC_WEBSOCKET_KEY"))
    )


class ProtocolError(Exception):
    """What came is no WebSocket, or more than a screen has to say."""


class WebSocket:
    """engineio makes one per connection and runs its handler inside `__call__` until the connection ends."""

    def __init__(self, handler: Callable[[WebSocket], object], server: Any) -> None:
        self._handler = handler
        self._session = handler.__self__  # type: ignore[attr-defined]  # engineio's Socket
        self._longest_message: int = server.max_http_buffer_size
        self._silence_seconds: float = server.ping_interval + server.ping_timeout
        self._received = bytearray()
        self._writing = BoundedSemaphore(1)
        self.closed = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        self._socket = environ["wsgi.input"].raw._sock
        # A living screen is never silent for so long; it also frees the writer that a dead one holds.
        self._socket.settimeout(self._silence_seconds)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        self._accept(environ["HTTP_SEC_WEBSOCKET_KEY"])
        self._session.websocket = self
        try:
            self._handler(self)
        except (ValueError, RecursionError):  # what came was a WebSocket's message but none of engineio's
            self._session.close(wait=False, abort=True)
        finally:
            self._session.websocket = None
            self.abort()
            environ["wsgi.input"].close()  # or pywsgi looks for another request in what is left
        return []

    def _accept(self, key: str) -> None:
        token = base64.b64encode(hashlib.sha1(key.encode() + HANDSHAKE_GUID).digest())
        lines = b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade"
        self._socket.sendall(b"\r\n".join((*lines, b"Sec-WebSocket-Accept: " + token, b"", b"")))

    # -- what engineio calls

    def send(self, message: str | bytes) -> None:
        """Blocks until the kernel has taken it all. OSError when the connection has ended."""
        self._send_all(frame(message))

    def wait(self) -> str | bytes | None:
        """The next whole message; None when the connection has ended."""
        try:
            return self._message()
        except (OSError, ProtocolError, UnicodeDecodeError):
            return None

    def close(self) -> None:
        """Says goodbye if the line is free, then ends the connection."""
        if not self.closed and not self._writing.locked():
            with suppress(OSError):  # already gone, which is what is wanted
                self._send_all(frame(struct.pack("!H", 1000), CLOSE))
        self.abort()

    # -- what the fan-out calls

    def offer(self, whole_frame: bytes) -> bool:
        """Hands a frame to the kernel without waiting. False, with nothing sent, when the connection is busy."""
        if self.closed or self._writing.locked():
            return False
        try:
            sent: int = self._socket._sock.send(whole_frame)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError:
            return True  # the reader notices and tidies up
        if sent < len(whole_frame):
            self._writing.acquire()
            gevent.spawn(self._finish, whole_frame[sent:])
        return True

    def abort(self) -> None:
        """Ends the connection at once; whoever is reading or writing wakes."""
        self.closed = True
        with suppress(OSError):  # already gone, which is what is wanted
            self._socket.shutdown(socket.SHUT_RDWR)

    # -- frames out

    def _send_all(self, data: bytes) -> None:
        with self._writing:
            self._socket.sendall(data)

    def _finish(self, rest: bytes) -> None:
        try:
            self._socket.sendall(rest)
        except OSError:
            self.abort()
        finally:
            self._writing.release()

    # -- frames in

    def _message(self) -> str | bytes | None:
        parts, kind = bytearray(), 0
        while True:
            final, opcode, payload = self._frame()
            if opcode == CLOSE:
                return None
            if opcode == PING:
                self._send_all(frame(payload, PONG))
            elif opcode in (TEXT, BINARY, 0):
                if (opcode == 0) != (kind != 0):
                    raise ProtocolError("a continuation without a beginning, or a beginning within a message")
                kind = kind or opcode
                parts += payload
                if len(parts) > self._longest_message:
                    raise ProtocolError("too long")
                if final:
                    return parts.decode() if kind == TEXT else bytes(parts)
            elif opcode != PONG:
                raise ProtocolError("reserved opcode")

    def _frame(self) -> tuple[bool, int, bytes]:
        """One frame: whether it ends its message, its opcode, its unmasked payload."""
        first, second = self._take(2)
        final, opcode, length = bool(first & 0x80), first & 0x0F, second & 0x7F
        if first & 0x70 or not second & 0x80:
            raise ProtocolError("an extension nobody agreed to, or an unmasked frame")
        if opcode >= CLOSE and (length > LONGEST_CONTROL or not final):
            raise ProtocolError("a control frame must be short and whole")
        if length == 126:
            length = int.from_bytes(self._take(2), "big")
        elif length == 127:
            length = int.from_bytes(self._take(8), "big")
        if length > self._longest_message:
            raise ProtocolError("too long")
        mask, payload = self._take(4), self._take(length)
        if not length:
            return final, opcode, b""
        key = (mask * (length // 4 + 1))[:length]
        plain = int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")
        return final, opcode, plain.to_bytes(length, "big")

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            data = self._socket.recv(RECEIVE_BYTES)
            if not data:
                raise ProtocolError("the connection ended in mid-frame")
            self._received += data
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken
