/** A box that scrolls sideways, and shows on which side there is more. */

import { element } from "./element.js";

/** Returns an element with the content in such a box; `hint` is a text above it while the content is wider than the box. */
export function sideways(content, hint) {
  const box = element("div", { className: "seat-scroll" });
  const text = element("p", { className: "seat-scroll-hint muted small-text", textContent: hint, hidden: true });
  const whole = element("div");
  box.append(content);
  whole.append(text, box);
  const update = () => {
    const cut = box.scrollWidth - box.clientWidth;
    const scrolled = Math.abs(box.scrollLeft);
    text.hidden = cut <= 1;
    box.classList.toggle("more-before", scrolled > 1);
    box.classList.toggle("more-after", cut - scrolled > 1);
  };
  box.addEventListener("scroll", update, { passive: true });
  const sizes = new ResizeObserver(update);
  for (const each of [box, content]) sizes.observe(each);
  return whole;
}
