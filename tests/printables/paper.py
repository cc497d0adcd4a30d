"""A thermal printer for tests: reads ESC/POS strictly and says what stands on the paper.

It knows the commands that every printer of the two widths knows, and stops at the first byte that it does not: a real
printer would print garbage from there on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image

COLUMNS = {384: 32, 576: 48}  # font A is 12 dots wide


class NotEscPos(AssertionError):
    """The printer does not know this, or it does not fit the paper."""


@dataclass(frozen=True)
class Line:
    text: str
    align: str
    bold: bool
    width: int  # 1 or 2: times the width of font A
    height: int

    @property
    def columns(self) -> int:
        return len(self.text) * self.width


@dataclass
class Paper:
    dots: int
    lines: list[Line] = field(default_factory=list)
    rasters: list[Image.Image] = field(default_factory=list)  # black on white
    qr: list[str] = field(default_factory=list)
    qr_dots: int = 0
    qr_correction: str = ""
    printed: list[str | Image.Image | Line] = field(default_factory=list)  # all of it, from above; QR as its address
    cuts: int = 0

    @property
    def words(self) -> str:
        """All printed words as running text, however they were broken into lines."""
        return " ".join(" ".join(line.text for line in self.lines).split())


def read(data: bytes, dots: int) -> Paper:
    return _Printer(data, Paper(dots)).run()


class _Printer:
    def __init__(self, data: bytes, paper: Paper) -> None:
        self.data, self.at, self.paper = data, 0, paper
        self.text, self.qr_data = "", ""

    def run(self) -> Paper:
        if self.take(2) != b"\x1b@":
            raise NotEscPos("a slip starts with initialise, or it inherits the last slip's state")
        self.initialise()
        while self.at < len(self.data):
            if self.paper.cuts:
                raise NotEscPos("something is printed after the cut")
            self.step(self.take(1))
        if self.text:
            raise NotEscPos(f"{self.text!r} stays in the buffer: no line feed follows")
        return self.paper

    def initialise(self) -> None:
        self.align, self.bold, self.width, self.height = "left", False, 1, 1

    def take(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) != count:
            raise NotEscPos(f"{count} bytes expected at {self.at}, {len(taken)} left")
        self.at += count
        return taken

    def step(self, byte: bytes) -> None:
        match byte:
            case b"\x1b":
                self.escape(self.take(1))
            case b"\x1d":
                self.group(self.take(1))
            case b"\n":
                self.feed()
            case _ if b" " <= byte <= b"~":
                self.text += byte.decode("ascii")
            case _:
                raise NotEscPos(f"byte {byte!r} at {self.at - 1} is no ASCII")

    def feed(self) -> None:
        line = Line(self.text, self.align, self.bold, self.width, self.height)
        if line.columns > COLUMNS[self.paper.dots]:
            raise NotEscPos(f"{line.text!r} takes {line.columns} columns")
        self.text = ""
        self.paper.lines.append(line)
        self.paper.printed.append(line)

    def escape(self, name: bytes) -> None:
        argument = self.take(1)[0]
        match name, argument:
            case b"a", 0 | 1 | 2:
                self.at_line_start()
                self.align = ("left", "centre", "right")[argument]
            case b"E", 0 | 1:
                self.bold = argument == 1
            case b"d" | b"J", _:
                self.at_line_start()
            case _:
                raise NotEscPos(f"ESC {name!r} {argument}")

    def group(self, name: bytes) -> None:
        match name:
            case b"!":
                size = self.take(1)[0]
                self.width, self.height = (size >> 4) + 1, (size & 7) + 1
            case b"V":
                if self.take(1) != b"\x01":
                    raise NotEscPos("the cut is not the partial one")
                self.at_line_start()
                self.paper.cuts += 1
            case b"v":
                self.raster()
            case b"(":
                self.qr_function()
            case _:
                raise NotEscPos(f"GS {name!r}")

    def raster(self) -> None:
        self.at_line_start()
        if self.take(2) != b"0\x00":
            raise NotEscPos("only GS v 0 at normal size")
        wide, high = int.from_bytes(self.take(2), "little"), int.from_bytes(self.take(2), "little")
        if wide * 8 != self.paper.dots:
            raise NotEscPos(f"a raster of {wide * 8} dots on paper of {self.paper.dots}")
        image = Image.frombytes("1", (wide * 8, high), bytes(byte ^ 255 for byte in self.take(wide * high)))
        self.paper.rasters.append(image)
        self.paper.printed.append(image)

    def qr_function(self) -> None:
        if self.take(1) != b"k":
            raise NotEscPos("GS ( is known for QR alone")
        length = int.from_bytes(self.take(2), "little")
        function, argument = self.take(2), self.take(length - 2)
        match function, argument:
            case b"1A", b"2\x00":
                pass
            case b"1C", _ if len(argument) == 1:
                self.paper.qr_dots = argument[0]
            case b"1E", _ if argument in (b"0", b"1", b"2", b"3"):
                self.paper.qr_correction = "LMQH"[int(argument)]
            case b"1P", _ if argument[:1] == b"0":
                self.qr_data = argument[1:].decode("ascii")
            case b"1Q", b"0":
                self.at_line_start()
                self.paper.qr.append(self.qr_data)
                self.paper.printed.append(self.qr_data)
            case _:
                raise NotEscPos(f"GS ( k {function!r} {argument!r}")

    def at_line_start(self) -> None:
        if self.text:
            raise NotEscPos(f"{self.text!r} is still in the line")
