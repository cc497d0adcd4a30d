"""Reads a style sheet as a browser does, but strictly: what a browser would pass over in silence is an error here.

Source of the grammar: CSS Syntax Module Level 3, without what no sheet of ours has (escapes, nesting, `@charset`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

TOKENS = re.compile(
    r"""(?P<comment>/\*.*?\*/) | (?P<space>\s+) | (?P<string>"[^"\n]*"|'[^'\n]*') | (?P<url>url\([^)]*\))
      | (?P<at>@[\w-]+) | (?P<hash>\#[\w-]+) | (?P<number>[+-]?(?:\d*\.)?\d+(?:%|[a-zA-Z]+)?)
      | (?P<function>-?[A-Za-z_][\w-]*\() | (?P<word>--[\w-]+|-?[A-Za-z_][\w-]*) | (?P<mark>[{}()\[\];:,.>+~*/=!-])""",
    re.DOTALL | re.VERBOSE,
)
GROUPS = ("media", "supports", "keyframes")


class StyleError(ValueError):
    """A sheet that a browser would not read as it is meant."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Rule:
    """`prelude`: a selector, or an at-rule's name and what follows it. `inside`: the rules of a group."""

    prelude: list[Token]
    declarations: list[tuple[Token, list[Token]]] = field(default_factory=list)
    inside: list[Rule] = field(default_factory=list)

    @property
    def at(self) -> str:
        """`media` of `@media`; empty for a rule with a selector."""
        return self.prelude[0].text[1:] if self.prelude and self.prelude[0].kind == "at" else ""


def tokens(sheet: str) -> list[Token]:
    """Without comments. Raises `StyleError` at the first character that begins nothing."""
    found, at = [], 0
    while at < len(sheet):
        match = TOKENS.match(sheet, at)
        line = sheet.count("\n", 0, at) + 1
        if match is None:
            raise StyleError(f"line {line}: {sheet[at]!r} begins nothing")
        if match.lastgroup != "comment":
            found.append(Token(str(match.lastgroup), match.group(), line))
        at = match.end()
    return found


def read(sheet: str) -> list[Rule]:
    reader = Reader(tokens(sheet))
    rules = list(reader.rules())
    if reader.left:
        raise StyleError(f"line {reader.left[0].line}: a bracket that was never opened")
    return rules


def flat(rules: list[Rule]) -> Iterator[Rule]:
    """Every rule and those inside of it."""
    for rule in rules:
        yield rule
        yield from flat(rule.inside)


class Reader:
    def __init__(self, found: list[Token]) -> None:
        self.left = found

    def rules(self) -> Iterator[Rule]:
        while self.left and self.left[0].text != "}":
            if self.left[0].kind == "space":
                self.left.pop(0)
                continue
            yield self.rule()

    def rule(self) -> Rule:
        rule = Rule(self.until("{"))
        self.take("{")
        if rule.at in GROUPS:
            rule.inside.extend(self.rules())
        else:
            rule.declarations.extend(self.declarations())
        self.take("}")
        return rule

    def declarations(self) -> Iterator[tuple[Token, list[Token]]]:
        while True:
            while self.left and (self.left[0].kind == "space" or self.left[0].text == ";"):
                self.left.pop(0)
            if not self.left or self.left[0].text == "}":
                return
            name = self.left.pop(0)
            if name.kind != "word":
                raise StyleError(f"line {name.line}: {name.text!r} is no property")
            self.take(":")
            value = self.until(";", "}")
            if not any(token.kind != "space" for token in value):
                raise StyleError(f"line {name.line}: {name.text} has no value")
            yield name, value

    def until(self, *ends: str) -> list[Token]:
        """What stands before one of these marks, brackets in pairs. Raises `StyleError`."""
        found: list[Token] = []
        depth = 0
        while self.left:
            token = self.left[0]
            if depth == 0 and token.text in ends:
                return found
            if token.text in ("{", "}", ";"):
                raise StyleError(f"line {token.line}: {token.text} in the middle")
            depth += (token.text in "([" or token.kind == "function") - (token.text in ")]")
            if depth < 0:
                raise StyleError(f"line {token.line}: a bracket that was never opened")
            found.append(self.left.pop(0))
        raise StyleError("the sheet ends in the middle of a rule")

    def take(self, mark: str) -> None:
        while self.left and self.left[0].kind == "space":
            self.left.pop(0)
        if not self.left or self.left[0].text != mark:
            where = f"line {self.left[0].line}" if self.left else "at the end"
            raise StyleError(f"{where}: {mark} is missing")
        self.left.pop(0)
