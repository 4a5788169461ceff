"""Measures where things are on a page: what covers what, and where lines break."""

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import Locator, Page

# Visible characters in the order of the document, spaces left out: [{char, top, bottom}].
CHARACTERS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!parent.checkVisibility() || parent.closest("option, script, .visually-hidden")) continue;
    for (let index = 0; index < node.length; index += 1) {
      if (/\\s/.test(node.data[index])) continue;
      range.setStart(node, index);
      range.setEnd(node, index + 1);
      const { top, bottom, width } = range.getBoundingClientRect();
      if (width) found.push({ char: node.data[index], top, bottom });
    }
  }
  return found;
}"""
# For each row of facts: whether each fact begins a line, and whether its dot is visible.
FACTS = """() => [...document.querySelectorAll(".dots")].filter((row) => row.checkVisibility()).map((row) => {
  const { left } = row.getBoundingClientRect();
  const size = parseFloat(getComputedStyle(row).fontSize);
  const clipped = getComputedStyle(row).clipPath !== "none";
  const facts = [...row.children].filter((fact) => fact.checkVisibility());
  return facts.map((fact, index) => {
    const box = fact.getBoundingClientRect();
    const before = facts[index - 1]?.getBoundingClientRect();
    const dot = box.left + size * 0.625; // the middle of 1.25em
    return { text: row.innerText, begins: !before || box.top >= before.bottom - 2, dot: !clipped || dot > left + size };
  });
})"""
# Texts that match the pattern and are on more than one line.
BROKEN = """(pattern) => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const broken = [], whole = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.checkVisibility() || node.parentElement.closest("script, .visually-hidden")) continue;
    for (const match of node.data.matchAll(new RegExp(pattern, "gi"))) {
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
      (lines.size > 1 ? broken : whole).push(match[0]);
    }
  }
  return { broken, whole };
}"""


def lone_separators(page: Page) -> list[str]:
    """Return the separators that end or begin a line, with the character before each."""
    characters = page.evaluate(CHARACTERS)
    lone = []
    for before, dot, after in zip(characters, characters[1:], characters[2:], strict=False):
        if dot["char"] == "·" and not (_same_line(before, dot) and _same_line(dot, after)):
            lone.append(before["char"] + dot["char"])
    facts = [fact for row in page.evaluate(FACTS) for fact in row]
    return lone + [fact["text"] for fact in facts if fact["begins"] and fact["dot"]]


def dots(page: Page) -> int:
    """Return how many dots between two facts are visible."""
    return sum(fact["dot"] for row in page.evaluate(FACTS) for fact in row)


def broken_places(page: Page) -> list[str]:
    """Return the seats whose row and number are not on one line; there must be a seat on the page."""
    found = page.evaluate(BROKEN, r"row\s\d+,\sseats?\s\d+|block\s\d+")
    assert found["broken"] or found["whole"]
    return list(found["broken"])


def lines_of(locator: Locator) -> int:
    """Return on how many lines the text of an element is."""
    count = """element => {
      const range = document.createRange();
      range.selectNodeContents(element);
      const tops = [...range.getClientRects()].filter(({ width }) => width > 1).map(({ top }) => Math.round(top / 8));
      return new Set(tops).size;
    }"""
    return int(locator.evaluate(count))


def overlap(one: Locator, other: Locator) -> bool:
    """Return whether the boxes of two visible elements overlap."""
    first, second = one.bounding_box(), other.bounding_box()
    assert first and second
    return boxes_overlap(first, second)


def boxes_overlap(one: Any, other: Any) -> bool:
    """Return whether two boxes {x, y, width, height} overlap by more than rounding."""
    return all(
        one[at] + 0.5 < other[at] + other[size] and other[at] + 0.5 < one[at] + one[size]
        for at, size in (("x", "width"), ("y", "height"))
    )


def is_reachable(locator: Locator) -> bool:
    """Return whether nothing covers an element: neither its middle nor its corners."""
    return bool(
        locator.evaluate("""element => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          const inset = 6;
          const points = [[left + inset, top + inset], [right - inset, top + inset], [left + inset, bottom - inset],
            [right - inset, bottom - inset], [(left + right) / 2, (top + bottom) / 2]];
          return points.every(([x, y]) => element.contains(document.elementFromPoint(x, y)));
        }""")
    )


def at_widths(page: Page, widths: Iterable[int]) -> Iterable[int]:
    """Resize the window to each width and yield it."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": 740})
        page.evaluate("() => new Promise(requestAnimationFrame)")
        yield width


def _same_line(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return one["top"] < other["bottom"] and other["top"] < one["bottom"]
