"""What frames of a canvas cost: they are driven one by one, and each is measured until it is really painted.

The time between frames says little on a busy machine, and painting is usually only noted down at first. So this
calls the page's animation callbacks itself, and waits for the pixels.
"""

from typing import Any

from playwright.sync_api import Page

# Before the page's scripts run: replaces requestAnimationFrame while `drive` works.
PREPARE = """(() => {
  const [request, cancel] = [window.requestAnimationFrame.bind(window), window.cancelAnimationFrame.bind(window)];
  let [driven, queue] = [false, []];
  window.requestAnimationFrame = (callback) => (driven ? (queue.push(callback), -1) : request(callback));
  window.cancelAnimationFrame = (id) => (id === -1 ? (queue = []) : cancel(id));
  const pause = () => new Promise((resolve) => setTimeout(resolve, 10));
  window.drive = async (canvas, steps, dy) => {
    const context = canvas.getContext("2d");
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const at = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true };
    const costs = [];
    driven = true;
    for (let step = 0; step < steps + 30; step += 1) {
      await pause();
      const started = performance.now();
      if (step < steps) canvas.dispatchEvent(new WheelEvent("wheel", { ...at, deltaY: dy }));
      const callbacks = queue;
      queue = [];
      for (const callback of callbacks) callback(performance.now());
      context.getImageData(0, 0, 1, 1); // waits until everything is painted
      costs.push(performance.now() - started);
    }
    driven = false;
    for (const callback of queue) request(callback);
    queue = [];
    return costs;
  };
})()"""
DRIVE = "([selector, steps, dy]) => drive(document.querySelector(selector), steps, dy)"
MOVEMENTS = {"zoom in": (20, -60), "zoom out": (30, 60)}


def costs(page: Page, canvas: str) -> dict[str, list[float]]:
    """Return what each frame of MOVEMENTS costs, in ms, until the canvas rests. PREPARE must have run in the page."""
    found: dict[str, Any] = {}
    for name, (steps, dy) in MOVEMENTS.items():
        found[name] = page.evaluate(DRIVE, [canvas, steps, dy])
    return found


def least(rounds: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    """Return for each frame the least of the rounds: what it costs while nothing else uses the machine."""
    return {name: [min(frame) for frame in zip(*(each[name] for each in rounds), strict=True)] for name in rounds[0]}


def percentile(values: list[float], share: float) -> float:
    """Return the value that is larger than this share of them."""
    return sorted(values)[int(len(values) * share)]
