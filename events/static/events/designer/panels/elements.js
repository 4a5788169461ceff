/** Creates elements of the panels. */

/**
 * Creates an element. `attributes` whose names have a hyphen, and `role`, become attributes; functions become listeners of
 * the event of their name; the others become properties.
 */
export function make(name, attributes = {}, ...children) {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") created.addEventListener(key, value);
    else if (key.includes("-") || key === "role" || key === "for") created.setAttribute(key, value);
    else created[key] = value;
  }
  created.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return created;
}

/** Creates a quiet button. */
export function button(text, click, attributes = {}) {
  return make("button", { type: "button", className: "button quiet small", textContent: text, click, ...attributes });
}

/**
 * Replaces the children of an element and keeps the focus: the focused element and its successor have the same
 * `data-key`.
 */
export function refill(parent, ...children) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const scroll = parent.scrollTop;
  parent.replaceChildren(...children);
  parent.scrollTop = scroll;
  if (key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}
