"""A lobby TV may be a signage stick of 2018: Chromium 69, no updates. What it runs is parsed and read here.

The syntax is that of ECMAScript 5; built-ins and style rules are those that Chromium 69 knows.
"""

import re
from pathlib import Path
from typing import Any

import esprima
import pytest

HOUSE = Path(__file__).parents[2]
SHARED = HOUSE / "queue_server" / "web" / "static"
DISPLAY = HOUSE / "display" / "static"
SCRIPTS = [*DISPLAY.glob("*.js"), SHARED / "stream.js", SHARED / "pair.js", SHARED / "vendor" / "socket.io.min.js"]
OWN_SCRIPTS = [script for script in SCRIPTS if "vendor" not in script.parts]
SHEETS = [*DISPLAY.glob("*.css"), SHARED / "tokens.css", SHARED / "pair.css"]
PAGE = HOUSE / "display" / "templates" / "display.html"

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
TOO_NEW_RULES = {
    "selector of Chromium 88 and later": r":(is|where|has|focus-visible)\b|:not\([^)]*,",
    "gap of a flex box is of Chromium 84": r"(?<![\w-])(gap|row-gap|column-gap)\s*:",
    "property of Chromium 87 and later": r"(?<![\w-])(inset|aspect-ratio|translate|rotate|scale|accent-color)\s*:",
    "logical shorthand of Chromium 87": r"(?<![\w-])(margin|padding|border)-(inline|block)\s*:",
    "function of Chromium 79": r"(?<![\w-])(clamp|min|max)\(",
    "colour of Chromium 111": r"(?<![\w-])(color-mix|oklch|oklab|lch|lab)\(",
    "at-rule of Chromium 99 and later": r"@(layer|container|property|scope|starting-style)\b",
    "unit of Chromium 108": r"\d(dvh|svh|lvh|dvw|cqw|cqh|cqi)\b",
    "nesting of Chromium 112": r"\{[^{}]*&",
}


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


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
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


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_lobby_tv_understands_every_rule_of_its_style(sheet: Path) -> None:
    rules = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", sheet.read_text(), flags=re.DOTALL)
    found = {why: match.group() for why, pattern in TOO_NEW_RULES.items() if (match := re.search(pattern, rules))}
    assert found == {}


def test_the_reader_of_styles_notices_each_novelty() -> None:
    samples = ["a:is(b){}", "a{gap:1px}", "a{inset:0}", "a{padding-inline:1px}", "a{width:min(1px,2px)}"]
    samples += ["a{color:color-mix(in srgb,red,blue)}", "@layer a{}", "a{height:1dvh}", "a{color:red;&:hover{}}"]
    unnoticed = [css for css in samples if not any(re.search(pattern, css) for pattern in TOO_NEW_RULES.values())]
    assert unnoticed == []
