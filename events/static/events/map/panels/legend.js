/** The part of the legend and of the filter that depends on the seating plan: kinds of seats, and colours of categories. */

/** Shows the signs that the event's seats have, and the plan's colours in the filter. */
export function showKinds(page, blocks, colours) {
  for (const kind of ["companions", "restricted"]) {
    page.querySelector(`[data-kind="${kind}"]`).hidden = !blocks.some((block) => block[kind].size);
  }
  for (const chip of page.querySelectorAll("[data-tier]")) chip.querySelector(".swatch").style.background = colours.variable(chip.dataset.tier);
}
