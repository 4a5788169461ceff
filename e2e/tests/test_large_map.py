"""50,000 seats: how soon the map is there, and how smoothly it moves."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from e2e.tests.visitors import PHONE, Visitors
from events.models import Event

ARENA = [{"name": name, "price": 2000 + 500 * number, "subsections": 10} for number, name in enumerate("ABCDEFGHIJ")]
MARK = 33  # ms a frame, at the 95th percentile: printed; only what is far beyond it fails on a busy machine
FAR_BEYOND = 100
FAR_TOO_LATE = 8  # seconds
OWN_CODE = 100_000  # bytes of script and style over the wire

RECORD = """() => {
  const frames = (window.frames_ = []);
  let last = 0;
  const note = (now) => {
    if (last) frames.push(now - last);
    last = now;
    window.recording_ = requestAnimationFrame(note);
  };
  window.recording_ = requestAnimationFrame(note);
}"""
FRAMES = "() => (cancelAnimationFrame(window.recording_), window.frames_)"


@pytest.fixture
def arena(new_event: Callable[..., Event]) -> Event:
    return new_event(ARENA, rows=25, cols=20)


def test_fifty_thousand_seats_pan_and_zoom_smoothly(
    visitors: Visitors, arena: Event, capfd: pytest.CaptureFixture[str]
) -> None:
    page = visitors(reduced_motion="no-preference")
    code: list[int] = []
    page.on("requestfinished", lambda done: code.append(weight(page, done)) if "/static/" in done.url else None)
    ready = until_ready(page, arena)
    expect(page.locator("[data-live-state]")).to_have_attribute("data-live-state", "live")
    page.wait_for_timeout(500)

    figures = {"zoom": frames_while(page, zoom), "pan": frames_while(page, pan), "back": frames_while(page, zoom_out)}
    with capfd.disabled():
        print(f"\n50,000 seats: ready after {ready:.2f} s, {sum(code) / 1000:.0f} kB of script and style")
        for name, frames in figures.items():
            print(f"  {name}: {len(frames)} frames, p50 {at(frames, 0.5):.1f} ms, p95 {at(frames, 0.95):.1f} ms"
                  f" (mark: {MARK})")  # fmt: skip
    assert sum(code) < OWN_CODE
    for name, frames in figures.items():
        assert at(frames, 0.95) < FAR_BEYOND, name


def test_a_slow_phone_has_the_map_soon(
    visitors: Visitors, new_event: Callable[..., Event], capfd: pytest.CaptureFixture[str]
) -> None:
    page = visitors(viewport=PHONE)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    seconds = until_ready(page, new_event())
    with capfd.disabled():
        print(f"\nA phone four times slower: the map is ready after {seconds:.2f} s (mark: 1)")
    assert seconds < FAR_TOO_LATE


def until_ready(page: Page, event: Event) -> float:
    """Seconds from going there to a map that can be used."""
    started = time.perf_counter()
    page.goto(f"/events/{event.pk}")
    expect(page.locator("#map")).to_have_attribute("data-ready", "true")
    return time.perf_counter() - started


def weight(page: Page, request: object) -> int:
    return int(request.sizes()["responseBodySize"])  # type: ignore[attr-defined]


def frames_while(page: Page, act: Callable[[Page, float, float], None]) -> list[float]:
    """The times between frames, in ms, while somebody does that in the middle of the map."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.evaluate(RECORD)
    act(page, box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    frames: list[float] = page.evaluate(FRAMES)
    return frames


def zoom(page: Page, x: float, y: float) -> None:
    for _ in range(30):
        page.mouse.wheel(0, -60)
        page.wait_for_timeout(16)


def zoom_out(page: Page, x: float, y: float) -> None:
    for _ in range(30):
        page.mouse.wheel(0, 60)
        page.wait_for_timeout(16)


def pan(page: Page, x: float, y: float) -> None:
    for turn in range(4):
        sign = 1 if turn % 2 else -1
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + sign * 300, y + sign * 120, steps=30)
        page.mouse.up()
        page.wait_for_timeout(250)  # it glides on


def at(frames: list[float], share: float) -> float:
    return sorted(frames)[int(len(frames) * share)]
