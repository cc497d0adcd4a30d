"""A screen as the stream sees it: Socket.IO over a WebSocket, spoken by hand so that every message can be counted."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from typing import Any

import websocket

from tests.office_server import OfficeServer

ANSWER_SECONDS = 30.0
State = dict[str, Any]


class Refused(Exception):
    """The server did not let us in; the message is its code."""


class Screen:
    """Connects at once. `states` are all that came, in order; `told` the seq of every call, from answers and states."""

    def __init__(self, office: OfficeServer, headers: dict[str, str], receive_bytes: int | None = None) -> None:
        """`receive_bytes`: how little this machine keeps for a screen that does not read."""
        lines = [f"{name}: {value}" for name, value in headers.items()]
        address = f"ws://127.0.0.1:{office.port}/socket.io/?EIO=4&transport=websocket"
        options = [(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)] if receive_bytes else []
        self.socket = websocket.create_connection(address, header=lines, timeout=ANSWER_SECONDS, sockopt=options)
        self.states: list[State] = []
        self.calls: list[dict[str, Any]] = []
        self.answers: dict[int, Any] = {}
        self.pings = 0
        self.open = True
        self._asked = 0
        self._receive()  # engineio's greeting
        self.socket.send("40")
        self.refusal: str | None = None
        self.welcome = False
        self.until(lambda: self.welcome or self.refusal is not None)
        if self.refusal is not None:
            self.close()
            raise Refused(self.refusal)

    def watch(self, topic: object, **more: object) -> State:
        """The answer to `watch`; its calls count as told."""
        answer: State = self.say("watch", {"topic": topic, **more})
        self.calls += answer.get("calls", [])
        return answer

    def say(self, event: str, *data: object) -> Any:
        self._asked += 1
        asked = self._asked
        self.socket.send(f"42{asked}{json.dumps([event, *data])}")
        self.until(lambda: asked in self.answers)
        return self.answers[asked]

    def until(self, happened: Callable[[], bool], seconds: float = ANSWER_SECONDS) -> None:
        """Reads what comes until it has happened; fails the test when it does not, or when the line ends first."""
        deadline = time.monotonic() + seconds
        while not happened():
            left = deadline - time.monotonic()
            assert left > 0, f"nothing of the kind within {seconds} s; {len(self.states)} states came"
            self.socket.settimeout(left)
            assert self._receive() or happened(), "the server has ended the connection"

    def listen(self, seconds: float) -> None:
        """Reads for a while: to see that something does not come."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0 and self.open:
            self.socket.settimeout(left)
            try:
                self._receive()
            except websocket.WebSocketTimeoutException:
                return

    def newest(self, topic: str) -> State:
        return [state for state in self.states if state["topic"] == topic][-1]

    @property
    def told(self) -> list[int]:
        return [call["seq"] for call in self.calls]

    def close(self) -> None:
        self.socket.close()

    def _receive(self) -> bool:
        """One message; False when the connection has ended."""
        try:
            message = self.socket.recv()
        except (websocket.WebSocketConnectionClosedException, ConnectionResetError):
            message = ""
        assert isinstance(message, str)
        if not message or message[0] == "1" or message[:2] == "41":
            self.open = False
            return False
        self._understand(message)
        return True

    def _understand(self, message: str) -> None:
        if message == "2":
            self.pings += 1
            self.socket.send("3")
        elif message.startswith("40"):
            self.welcome = True
        elif message.startswith("44"):
            self.refusal = json.loads(message[2:])["message"]
        elif message.startswith("43"):
            digits = message[2 : message.index("[")]
            self.answers[int(digits)] = json.loads(message[2 + len(digits) :])[0]
        elif message.startswith("42"):
            self._state(json.loads(message[2:]))

    def _state(self, event: list[Any]) -> None:
        assert event[0] == "state"
        self.states.append(event[1])
        if "call" in event[1]:
            self.calls.append(event[1]["call"])
