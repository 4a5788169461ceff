/** Offers the zones of the chosen country first, and chooses the likely one until the seller has chosen another. */

import { ownZone } from "../../ticketing/format.js";
import "./own_zone.js";

const countries = document.getElementById("id_country");
const zones = document.getElementById("id_time_zone");
const group = document.createElement("optgroup");
let isChosen = false; // by the seller

countries.addEventListener("change", () => offerZones(!isChosen));
zones.addEventListener("change", () => (isChosen = true));
offerZones(false);

/** Puts the country's zones at the top of the list; with `choose`, makes the likely one the zone. */
function offerZones(choose) {
  const { zones: names = "" } = countries.selectedOptions[0]?.dataset ?? {};
  const own = names.split(" ").filter(Boolean);
  const chosen = zones.value;
  group.remove();
  group.label = countries.selectedOptions[0]?.text ?? "";
  group.replaceChildren(...own.map((name) => new Option(labelOf(name), name)));
  if (own.length) zones.prepend(group);
  zones.value = choose && own.length && !own.includes(chosen) ? likely(own) : chosen;
}

function labelOf(name) {
  return [...zones.options].find(({ value }) => value === name)?.text ?? name;
}

/** The browser's zone if it is one of the country's, otherwise the first, which is that of most people. */
function likely(own) {
  return own.includes(ownZone()) ? ownZone() : own[0];
}
