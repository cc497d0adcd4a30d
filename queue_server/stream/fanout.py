"""One state to many screens: encode and frame it once, then one non-blocking send per idle connection.

python-socketio's own way costs a queue, a wake-up, a frame and a `sendall` per screen. A connection that is busy gets
the packet through that stock queue, so order is kept; one that has fallen too far behind is dropped: it connects again
and is given the whole state, which is all that it missed.

This leans on a few names inside engineio and socketio; `tests/stream/test_fanout.py` fails when one of them moves.
"""

from __future__ import annotations

from typing import Any

from engineio.async_drivers import gevent as gevent_driver
from engineio.packet import MESSAGE
from engineio.packet import Packet as EnginePacket
from socketio.manager import Manager
from socketio.packet import EVENT

from queue_server.stream.websocket import WebSocket, frame

MOST_QUEUED = 64  # states waiting for one screen before it is dropped


def install() -> None:
    """Makes engineio's gevent driver use our WebSocket. Before the server is made."""
    gevent_driver._async["websocket"] = WebSocket


class FanoutManager(Manager):  # type: ignore[misc]
    """`client_manager` of the Socket.IO server."""

    def __init__(self) -> None:
        super().__init__()
        # Since the start: frames the kernel took at once, frames that went the stock way, screens that were too slow.
        self.direct = self.queued = self.dropped = 0

    def emit(self, event: str, data: Any, namespace: str, room: str | None = None, **options: Any) -> None:
        """Sends `event` to everyone in the room, without waiting for anyone and without an acknowledgement."""
        text = self.server.packet_class(EVENT, namespace=namespace, data=[event, data]).encode()
        packet = EnginePacket(MESSAGE, text)
        whole_frame = frame(packet.encode())
        sessions = self.server.eio.sockets
        for _, session_id in list(self.get_participants(namespace, room)):
            session = sessions.get(session_id)
            if session is not None and not session.closed:
                self._send(session, packet, whole_frame)

    def _send(self, session: Any, packet: EnginePacket, whole_frame: bytes) -> None:
        websocket: WebSocket | None = getattr(session, "websocket", None)
        behind = session.queue.qsize()
        if websocket and not behind and websocket.offer(whole_frame):
            self.direct += 1
            return
        if behind < MOST_QUEUED:
            self.queued += 1
            session.send(packet)
            return
        self.dropped += 1
        session.close(wait=False, abort=True)
        if websocket:
            websocket.abort()
