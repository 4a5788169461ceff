/** The tool bar: the arrow keys go from button to button, as in every tool bar. */

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

export function listenToArrows(bar) {
  bar.addEventListener("keydown", (event) => {
    const buttons = [...bar.querySelectorAll("button")].filter((button) => button.checkVisibility());
    const at = buttons.indexOf(event.target);
    const to = { Home: 0, End: buttons.length - 1 }[event.key] ?? at + (STEPS[event.key] ?? NaN);
    const next = buttons[(to + buttons.length) % buttons.length];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
}
