/** Tables at the sellers' desk that are wider than a phone can be scrolled by keyboard as well. */

for (const frame of document.querySelectorAll(".inline-group")) {
  const heading = frame.querySelector("h2[id]");
  if (!heading) continue;
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-labelledby", heading.id);
}
