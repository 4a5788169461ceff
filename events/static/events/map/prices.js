/** Prices where the page says them in words: the range at its head, the cheapest of each tier. The rest asks the model. */

import { money } from "../../ticketing/format.js";
import { priceRange } from "./words.js";

/** Writes them anew. */
export function showPrices(page, blocks, currency) {
  page.querySelector("[data-prices]").textContent = priceRange(blocks, currency);
  for (const chip of page.querySelectorAll("[data-tier]")) {
    const prices = blocks.filter((block) => block.tier === chip.dataset.tier).map((block) => block.price);
    chip.querySelector("data.money").textContent = money(Math.min(...prices), currency);
  }
}
