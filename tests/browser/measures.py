"""What can be measured on a page in a browser: contrast, sizes of type and of targets, and what axe-core finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Every piece of text that can be seen: its words, its size in CSS pixels and its contrast with what lies under it.
TEXTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const known = new Map();
  const read = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255];
  };
  const rgba = (color) => known.get(color) || known.set(color, read(color)).get(color);
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] + under[i] * (1 - top[3]));
  const ground = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) layers.push(rgba(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255]);
  };
  const light = (color) => {
    const [r, g, b] = color.map((c) => c / 255).map((c) => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !node.checkVisibility({visibilityProperty: true})) continue;
    if (node.closest('.sr, option') || !node.getClientRects().length) continue;
    const dialog = document.querySelector('dialog[open]');
    if (dialog && !dialog.contains(node)) continue;
    const style = getComputedStyle(node);
    const svg = node.closest('svg');
    const colour = over(rgba(svg ? style.fill : style.color), ground(node));
    const [high, low] = [light(colour), light(ground(node))].sort((a, b) => b - a);
    const scale = svg ? node.getScreenCTM().a : 1;
    found.push({text: walk.currentNode.textContent.trim(), size: parseFloat(style.fontSize) * scale,
      contrast: (high + .05) / (low + .05)});
  }
  return found;
}"""

# Everything that can be pressed: its words, width, height, and whether it is a link in the flow of text.
TARGETS = """() => {
  const dialog = document.querySelector('dialog[open]') || document;
  return [...dialog.querySelectorAll('button, a[href], input, select, summary')]
    .filter((node) => node.checkVisibility({visibilityProperty: true}) && node.type !== 'hidden')
    .map((node) => {
      const area = ['radio', 'checkbox'].includes(node.type) ? node.closest('label') : node;
      const {width, height} = area.getBoundingClientRect();
      return {text: (area.innerText || node.name || '').trim(), link: node.matches('a, .link'), width, height};
    });
}"""


def too_faint(page: Page, ratio: float) -> list[str]:
    return [f"{t['contrast']:.2f} {t['text']}" for t in page.evaluate(TEXTS) if t["contrast"] < ratio]


def too_small(page: Page, pixels: float) -> list[str]:
    return [f"{t['size']:.1f} {t['text']}" for t in page.evaluate(TEXTS) if t["size"] < pixels]


def hard_to_hit(page: Page, pixels: float, link: float) -> list[str]:
    """Targets lower or narrower than they should be; a link needs less."""
    return [
        f"{t['width']:.0f} x {t['height']:.0f} {t['text']}"
        for t in page.evaluate(TARGETS)
        if min(t["width"], t["height"]) < (link if t["link"] else pixels)
    ]


def violations(page: Page, but: Sequence[str] = ()) -> list[str]:
    """What axe-core finds: WCAG 2.0 to 2.2, A and AA, and best practice; leaves out the rules of `but`."""
    rules = {rule: {"enabled": False} for rule in but}
    options = {"runOnly": AXE_RULES, "resultTypes": ["violations"], "rules": rules}  # what passes is counted alone
    if not page.evaluate("'axe' in window"):  # half a megabyte of script: once for each page
        page.evaluate(Axe().axe_script)
    found: list[dict[str, Any]] = page.evaluate("(o) => axe.run(o).then((results) => results.violations)", options)
    return [f"{v['id']}: {node['html']}" for v in found for node in v["nodes"]]
