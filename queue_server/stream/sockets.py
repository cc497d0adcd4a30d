"""Socket.IO: who may come in, what they may watch, and that they are told.

Messages and topics are those of `docs/api.md`: `watch {topic, since?}`, `state {topic, seq, board, call?}`,
`spoken {seq, ok, why?}`. A refusal is answered with `{code}`, the same code as the HTTP API's.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import gevent
from flask_socketio import SocketIO
from socketio.exceptions import ConnectionRefusedError as Refused
from socketio.packet import ACK, CONNECT, DISCONNECT, EVENT, Packet

from queue_server.domain.errors import Busy, Invalid, NotAllowed, Refusal
from queue_server.storage.queries import Queries
from queue_server.stream import fanout
from queue_server.stream.hub import AudioUrl, Hub, State
from queue_server.stream.topics import LOBBY, Topic, Viewer, may_watch, somebody_may_watch, topic_of
from queue_server.stream.websocket import is_handshake

PING_SECONDS = 10
PONG_SECONDS = 15  # together 25 s: then either side takes the other for gone
PATH = "/socket.io/"
LONGEST_MESSAGE = 4096  # bytes; a screen says very little
LONGEST_REASON = 200  # characters of `why`
LONGEST_VERSION = 40
MOST_SCREENS = 10_000
LARGEST_NUMBER = 10**15  # of an entry of the journal; beyond it no database could be asked
RECHECK_SECONDS = 10.0  # how long a revoked device or a signed-out clerk may go on watching

logger = logging.getLogger(__name__)
Wsgi = Callable[[dict[str, Any], Callable[..., object]], Iterable[bytes]]
Heard = Callable[[str, bool, str], None]
Admit = Callable[[dict[str, Any]], tuple[Viewer, ...]]
Here = Callable[[str, int, str], None]


class ScreenPacket(Packet):  # type: ignore[misc]
    """Socket.IO as a screen speaks it: no attachments, and what cannot be read is a goodbye."""

    uses_binary_events = False
    packet_type: int
    namespace: str | None
    data: Any

    def __init__(self, *content: Any, encoded_packet: str | bytes | None = None, **more: Any) -> None:
        super().__init__(*content, encoded_packet=encoded_packet, **more)
        if encoded_packet is not None and not encoded_packet:
            self.decode(encoded_packet)  # which the library skips when there is nothing in it

    def decode(self, encoded_packet: str | bytes) -> int:
        try:
            super().decode(encoded_packet)
            readable = self._is_readable(self.packet_type, self.data)
        except (ValueError, TypeError, RecursionError):
            readable = False
        if not readable:
            self.packet_type, self.namespace, self.data = DISCONNECT, None, None
        return 0

    @staticmethod
    def _is_readable(kind: int, data: object) -> bool:
        if kind == EVENT:  # "connect" and "disconnect" are nobody's to say: the library would believe it
            return isinstance(data, list) and data[:1] in (["watch"], ["spoken"])
        return isinstance(data, list) if kind == ACK else kind in (CONNECT, DISCONNECT)


class Sockets:
    """The stream of one server process.

    `admit` names who is at the other end of a connection, by the WSGI environ of its upgrade request: device cookie,
    Bearer token, staff session; an empty tuple is nobody. It is asked again every RECHECK_SECONDS. `clock`: epoch ms.
    `audio_url`: as the hub's. `heard` is told of each display that says whether a call was heard from it, and why not.
    `here` is told every RECHECK_SECONDS of every device that watches: its id, the instant, and the version of its page.
    """

    def __init__(
        self,
        queries: Queries,
        admit: Admit,
        clock: Callable[[], int],
        audio_url: AudioUrl,
        heard: Heard,
        here: Here,
    ) -> None:
        self._admit, self._clock, self._here = admit, clock, here
        self._devices: dict[str, tuple[str, str]] = {}  # connection that watches -> its device and the page's version
        self._fanout = fanout.FanoutManager()
        self._socketio = SocketIO()
        self._viewers: dict[str, tuple[Viewer, ...]] = {}
        self._strangers: set[str] = set()
        self._spoken: Counter[bool] = Counter()
        self._heard = heard
        self.hub = Hub(queries, self, clock, audio_url)

    def mount(self, app: Any) -> None:
        """Puts the stream before the Flask app, at /socket.io/, for pages of the same origin only."""
        fanout.install()
        self._socketio.init_app(
            app,
            async_mode="gevent",
            client_manager=self._fanout,
            serializer=ScreenPacket,
            transports=["websocket"],
            ping_interval=PING_SECONDS,
            ping_timeout=PONG_SECONDS,
            max_http_buffer_size=LONGEST_MESSAGE,
            async_handlers=False,
        )
        for event, handler in (
            ("connect", self._connect),
            ("disconnect", self._disconnect),
            ("watch", self._watch),
            ("spoken", self._hear_spoken),
        ):
            self._socketio.server.on(event, handler)
        app.wsgi_app = _websockets_alone(app.wsgi_app)

    def start(self, died: Callable[[gevent.Greenlet], object]) -> None:
        """Starts the hub. `died` is called if it ever ends: without it no screen moves."""
        for work in (self.hub.run, self._recheck_for_ever):
            gevent.spawn(work).link(died)

    def figures(self) -> dict[str, int]:
        """For /metrics: `screens` as of now, the others since the start."""
        return {
            "screens": len(self._viewers),
            "states_sent": self.hub.states_sent,
            "calls_sent": self.hub.calls_sent,
            "frames_direct": self._fanout.direct,
            "frames_queued": self._fanout.queued,
            "screens_dropped": self._fanout.dropped,
            "calls_spoken": self._spoken[True],
            "calls_not_spoken": self._spoken[False],
        }

    # -- what the hub asks for

    def enter(self, watcher: str, topic: Topic) -> bool:
        """From now on the watcher gets the topic's states. False when it has gone meanwhile."""
        if watcher not in self._viewers:
            return False
        self._socketio.server.enter_room(watcher, str(topic))
        return True

    def send(self, topic: Topic, state: State) -> None:
        self._socketio.emit("state", state, to=str(topic))

    # -- what screens say

    def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        if len(self._viewers) >= MOST_SCREENS:
            raise Refused(Busy.code)
        try:
            viewers = self._admit(environ)
        except Refusal as refusal:
            raise Refused(refusal.code) from refusal
        if not viewers:
            raise Refused("not_signed_in")
        self._viewers[sid] = viewers

    def _disconnect(self, sid: str, reason: str) -> None:
        self._viewers.pop(sid, None)
        self._devices.pop(sid, None)
        self.hub.leave(sid)

    def _watch(self, sid: str, *asked: object) -> State:
        try:
            wish = _one_object(asked)
            topic = topic_of(wish.get("topic"))
            since = _whole(wish["since"]) if wish.get("since") is not None else None
            if not somebody_may_watch(self._viewers[sid], topic):
                raise NotAllowed("topic")
            device, version = self._device_of(sid, topic, wish.get("screen")), _version(wish.get("version"))
            state = self.hub.join(sid, topic, since)
            if topic.kind == LOBBY:  # its setting may have changed while the page was open
                state["sound"] = any(viewer.sounds for viewer in self._viewers.get(sid, ()))
            if device and sid in self._viewers:
                self._devices[sid] = device, version
                self._note(sid)
            return state
        except Refusal as refusal:
            return {"code": refusal.code}

    def _device_of(self, sid: str, topic: Topic, screen: object) -> str:
        """Whose screen it is: by the kind that its page names; without one, where no staff are at the same browser."""
        devices = [v for v in self._viewers[sid] if v.kind != "staff" and may_watch(v, topic)]
        if screen is None:
            devices = devices if len(devices) == len(self._viewers[sid]) else []
        else:
            devices = [viewer for viewer in devices if viewer.kind == screen]
        return devices[0].id if devices else ""

    def _note(self, sid: str) -> None:
        if sid in self._devices:
            device, version = self._devices[sid]
            self._here(device, self._clock(), version)

    def _hear_spoken(self, sid: str, *said: object) -> State:
        try:
            answer = _one_object(said)
            seq, ok, why = _whole(answer.get("seq")), answer.get("ok"), answer.get("why", "")
            if not isinstance(ok, bool) or not isinstance(why, str):
                raise Invalid("spoken")
        except Refusal as refusal:
            return {"code": refusal.code}
        self._spoken[ok] += 1
        for viewer in self._viewers[sid]:
            if viewer.kind == "display":
                self._heard(viewer.id, ok, why[:LONGEST_REASON])
                if not ok:
                    logger.warning("call %d was not heard from display %s: %r", seq, viewer.id, why[:LONGEST_REASON])
        return {}

    # -- who must leave

    def _recheck_for_ever(self) -> None:
        while True:
            gevent.sleep(RECHECK_SECONDS)
            try:
                self._show_out_the_changed()
            except Refusal as refusal:
                logger.warning("who is watching cannot be checked: %s", refusal.reason)
            self._show_out_strangers()

    def _show_out_the_changed(self) -> None:
        """Whoever is no longer who they were: revoked, signed out, another role. Who may still watch comes back."""
        server = self._socketio.server
        for sid, viewers in list(self._viewers.items()):
            gevent.sleep(0)  # thousands of look-ups must not hold up a call
            if sid not in self._viewers:
                continue
            if self._admit(server.get_environ(sid)) != viewers:
                server.disconnect(sid)
            else:
                self._note(sid)

    def _show_out_strangers(self) -> None:
        """Connections that did not say who they are for a whole round."""
        sessions = self._socketio.server.eio.sockets
        strangers = {session for session in sessions if not self._fanout.sid_from_eio_sid(session, "/")}
        for session in strangers & self._strangers:
            sessions[session].close(wait=False)
        self._strangers = strangers


def _websockets_alone(wsgi: Wsgi) -> Wsgi:
    """Answers whatever else comes to the stream's address; engineio would take it for a WebSocket half-way."""

    def entrance(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(PATH) and not is_handshake(environ):
            start_response("400 Bad Request", [("Content-Type", "application/problem+json")])
            return [json.dumps({"status": 400, "code": "invalid", "title": "Not a WebSocket"}).encode()]
        return wsgi(environ, start_response)

    return entrance


def _one_object(arguments: tuple[object, ...]) -> dict[str, Any]:
    if len(arguments) == 1 and isinstance(arguments[0], dict):
        return arguments[0]
    raise Invalid("message")


def _version(value: object) -> str:
    """A page's version, a few printable characters; anything else is none."""
    return value if isinstance(value, str) and len(value) <= LONGEST_VERSION and value.isprintable() else ""


def _whole(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_NUMBER:
        return value
    raise Invalid("whole_number")
