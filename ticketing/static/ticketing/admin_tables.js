/** Makes tables of the seller admin that are wider than the screen scrollable with the keyboard. */

for (const frame of document.querySelectorAll(".inline-group")) {
  const heading = frame.querySelector("h2[id]");
  if (!heading) continue;
  frame.tabIndex = 0;
  frame.setAttribute("role", "group");
  frame.setAttribute("aria-labelledby", heading.id);
}
