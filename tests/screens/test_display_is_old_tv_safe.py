"""A lobby TV may be a signage stick of 2018: Chromium 69, no updates. What it runs is parsed and read here.

The syntax is that of ECMAScript 5; built-ins and style rules are those that Chromium 69 knows.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import esprima
import pytest

from tests.screens.styles import Rule, StyleError, Token, flat, read

HOUSE = Path(__file__).parents[2]
SHARED = HOUSE / "queue_server" / "web" / "static"
DISPLAY = HOUSE / "display" / "static"
SCRIPTS = [
    *DISPLAY.glob("*.js"),
    *(SHARED / name for name in ("stream.js", "keep.js", "pair.js", "vendor/socket.io.min.js")),
]
WORKER = SHARED / "worker.js"  # a browser that is too old for it does not ask for it
OWN_SCRIPTS = [script for script in SCRIPTS if "vendor" not in script.parts]
SHEETS = [*DISPLAY.glob("*.css"), SHARED / "tokens.css", SHARED / "pair.css"]
PAGE = HOUSE / "display" / "templates" / "display.html"
BASE = HOUSE / "queue_server" / "web" / "templates" / "base.html"
HOOKS = {"is-resting", "why"}  # without a style of their own

ES5_NODES = frozenset(
    "ArrayExpression AssignmentExpression BinaryExpression BlockStatement BreakStatement CallExpression CatchClause "
    "ConditionalExpression ContinueStatement DebuggerStatement Directive DoWhileStatement EmptyStatement "
    "ExpressionStatement ForInStatement ForStatement FunctionDeclaration FunctionExpression Identifier IfStatement "
    "LabeledStatement Literal LogicalExpression MemberExpression NewExpression ObjectExpression Property "
    "Program ReturnStatement SequenceExpression SwitchCase SwitchStatement ThisExpression ThrowStatement TryStatement "
    "UnaryExpression UpdateExpression VariableDeclaration VariableDeclarator WhileStatement".split()
)
# Newer than Chromium 69, or in no browser of a TV at all.
TOO_NEW = frozenset(
    "allSettled any at replaceAll matchAll fromEntries globalThis queueMicrotask structuredClone replaceChildren "
    "findLast findLastIndex toSorted toReversed hasOwn WeakRef BigInt randomUUID isConnected toggleAttribute".split()
)
# What our sheets may say: all of it is read by Chromium 69, or does no harm where it is not (`size-adjust` of a font,
# `prefers-reduced-motion`). Whoever needs more looks it up and adds it here.
PROPERTIES = frozenset(
    "align-content align-items align-self animation background background-color background-image background-size "
    "border border-bottom border-left border-radius border-right border-top border-width bottom box-sizing clip color "
    "content "
    "cursor display fill flex flex-direction flex-wrap font-family font-feature-settings font-size font-weight "
    "grid-area grid-column grid-gap grid-row grid-template-columns grid-template-rows height justify-content left "
    "letter-spacing line-height list-style margin margin-bottom margin-left margin-right margin-top max-height "
    "max-width min-height min-width object-fit opacity order outline overflow padding padding-bottom padding-left "
    "padding-right padding-top pointer-events position right stroke stroke-width text-align top transform transition "
    "vertical-align visibility white-space width z-index font-display font-style size-adjust src unicode-range".split()
)
FUNCTIONS = frozenset("calc( cubic-bezier( format( minmax( rect( repeat( rgba( scale( translate( var(".split())
UNITS = frozenset("% deg em fr ms px rem s vh vw".split())
PSEUDOS = frozenset("after before first-child hover last-child not( nth-child( root".split())
AT_RULES = frozenset(["", "font-face", "keyframes", "media"])
MEDIA = frozenset(
    "and landscape max-width min-height min-width orientation portrait prefers-reduced-motion reduce screen".split()
)


def later_than_es5(source: str) -> list[str]:
    """Every construct of a script that a parser of 2009 would refuse, with its line."""
    found: list[str] = []

    def look(node: Any, _: Any) -> Any:
        if reason := too_new(node):
            found.append(f"line {node.loc.start.line}: {reason}")
        return node

    esprima.parseScript(source, {"loc": True}, look)
    return found


def too_new(node: Any) -> str | None:
    if node.type not in ES5_NODES:
        return str(node.type)
    if node.type == "VariableDeclaration" and node.kind != "var":
        return str(node.kind)
    if node.type == "Property" and (node.shorthand or node.method or node.computed):
        return "short property"
    if node.type in ("FunctionDeclaration", "FunctionExpression"):
        simple = all(parameter.type == "Identifier" for parameter in node.params)
        return None if simple and not node.generator and not getattr(node, "isAsync", False) else "new kind of function"
    if node.type == "BinaryExpression" and node.operator == "**":
        return "**"
    if node.type == "Literal":
        return new_literal(node)
    return None


def new_literal(node: Any) -> str | None:
    if node.regex:
        return "flag of a regular expression" if set(node.regex.flags) - set("gim") else None
    return "binary or octal number" if re.match(r"0[bo]", str(node.raw), re.IGNORECASE) else None


@pytest.mark.parametrize("script", [*SCRIPTS, WORKER], ids=lambda script: script.name)
def test_what_a_lobby_tv_runs_is_javascript_of_2009(script: Path) -> None:
    assert later_than_es5(script.read_text()) == []


@pytest.mark.parametrize("script", OWN_SCRIPTS, ids=lambda script: script.name)
def test_a_lobby_tv_is_asked_for_nothing_that_it_does_not_know(script: Path) -> None:
    members: set[str] = set()

    def note(node: Any, _: Any) -> Any:
        if node.type == "MemberExpression" and not node.computed:
            members.add(node.property.name)
        return node

    esprima.parseScript(script.read_text(), {}, note)
    assert members & TOO_NEW == set()


@pytest.mark.parametrize(
    "line",
    ["let a = 1", "const a = 1", "f(() => 1)", "a = `x`", "class A {}", "f(...x)", "var {a} = b", "for (var x of y) {}"]
    + ["a = {b}", "a = {b() {}}", "a = {[b]: 1}", "function f(a = 1) {}", "async function f() {}", "function* f() {}"]
    + ["a = b ** 2", "a = 0b1", "a = /x/u"],
)
def test_the_reader_of_scripts_notices_each_novelty(line: str) -> None:
    assert later_than_es5(line)


def test_the_page_loads_only_the_scripts_that_are_read_here() -> None:
    loaded = re.findall(r"<script[^>]*filename='([^']+)'", PAGE.read_text())
    known = {str(script.relative_to(SHARED if script.is_relative_to(SHARED) else DISPLAY)) for script in SCRIPTS}
    assert loaded
    assert set(loaded) <= known


def unknown_to_a_tv(sheet: str) -> list[str]:
    """Everything in a style sheet that a browser of 2018 does not know, with its line. Raises `StyleError`."""
    return [f"line {token.line}: {token.text}" for rule in flat(read(sheet)) for token in newer_in(rule)]


def newer_in(rule: Rule) -> Iterator[Token]:
    if rule.at not in AT_RULES:
        yield rule.prelude[0]
    if rule.at == "media":
        yield from (token for token in rule.prelude if token.kind == "word" and token.text not in MEDIA)
    if rule.at == "":
        yield from newer_in_selector(rule.prelude)
    for name, value in rule.declarations:
        if not name.text.startswith("--") and name.text not in PROPERTIES:
            yield name
        for token in value:
            unit = re.sub(r"[\d.+-]", "", token.text)
            if token.kind == "function" and token.text not in FUNCTIONS:
                yield token
            if token.kind == "number" and unit and unit not in UNITS:
                yield token


def newer_in_selector(selector: list[Token]) -> Iterator[Token]:
    for before, token in pairwise(selector):
        if before.text == ":" and token.text != ":" and token.text not in PSEUDOS:
            yield token
        if before.text == "," and "not(" in [other.text for other in selector]:
            yield before  # a list in :not() is of Chromium 88; without one in the same rule we need not look closer


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_lobby_tv_understands_every_rule_of_its_style(sheet: Path) -> None:
    assert unknown_to_a_tv(sheet.read_text()) == []


@pytest.mark.parametrize(
    "sample",
    ["a:is(b){}", "a:not(b,c){}", "a:focus-visible{}", "a{gap:1px}", "a{inset:0}", "a{padding-inline:1px}"]
    + ["a{width:min(1px,2px)}", "a{color:color-mix(in srgb,red,blue)}", "@layer a{}", "a{height:1dvh}"]
    + ["a{rotate:1deg}", "@media (width >= 9px){}", "@media (hover: hover){}"],
)
def test_the_reader_of_styles_notices_each_novelty(sample: str) -> None:
    with suppress(StyleError):
        assert unknown_to_a_tv(sample)


@pytest.mark.parametrize(
    "sample",
    ["a{color:red", "a{color:red}}", "a{color}", "a{color:}", "a{color:red;&:hover{}}", "a{width:calc(1px}", "a{§}"],
)
def test_the_reader_of_styles_refuses_what_a_browser_would_pass_over(sample: str) -> None:
    with pytest.raises(StyleError):
        read(sample)


def test_the_page_loads_only_the_styles_that_are_read_here() -> None:
    loaded = re.findall(r"<link rel=\"stylesheet\"[^>]*filename='([^']+)'", PAGE.read_text() + BASE.read_text())
    own = {"tokens.css", "tv.css"}
    assert own <= set(loaded) <= own | {"base.css"}, "base.css stands in a block that the TV's page replaces"
    assert "{% block styles %}" in PAGE.read_text()
    assert own <= {sheet.name for sheet in SHEETS}


def test_every_class_of_the_page_has_a_style_and_every_style_a_class() -> None:
    written = PAGE.read_text()
    scripts = "".join(script.read_text() for script in OWN_SCRIPTS)
    used = {name for value in re.findall(r'class="([^"]+)"', written) for name in re.sub("{%.*?%}", "", value).split()}
    used |= set(re.findall(r"'((?:is|has)-[a-z]+)'", scripts)) | {f"shift-{step}" for step in (1, 2, 3)}
    drawn_elsewhere = {"i", "ke", "tv", "malam"}  # by the icons, and by `<html>`
    styled = {
        token.text
        for rule in flat(read((DISPLAY / "tv.css").read_text()))
        for before, token in pairwise(rule.prelude)
        if before.text == "."
    }
    assert styled - drawn_elsewhere - used == set()
    assert used - styled == HOOKS
