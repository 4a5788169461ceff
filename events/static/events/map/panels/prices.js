/** The prices in the page's header (the range) and in the filter (the lowest of each tier). */

import { priceText } from "../../../ticketing/format.js";
import { priceRange } from "./formatting.js";

/** Updates them after a change of prices. */
export function showPrices(page, blocks, currency) {
  page.querySelector("[data-prices]").textContent = priceRange(blocks, currency);
  for (const chip of page.querySelectorAll("[data-tier]")) {
    const prices = blocks.map((block) => block.tierPrices.get(chip.dataset.tier)).filter((price) => price !== undefined);
    if (!prices.length) continue;
    const lowest = Math.min(...prices);
    chip.querySelector("[data-price]").textContent = priceText(lowest, currency);
    chip.querySelector("[data-from]").hidden = lowest === Math.max(...prices);
  }
}
