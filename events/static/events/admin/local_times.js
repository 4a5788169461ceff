/** Names the zone beside each pair of date and time fields, which are by the clock at the venue, and the user's own time. */

import { instantOf, timeText } from "../../ticketing/format.js";
import "./own_zone.js";

const venues = document.getElementById("id_venue");
const zones = document.getElementById("id_time_zone");
const labels = [...document.querySelectorAll('input[type="date"]')].map(newLabel);

for (const list of [venues, zones]) list.addEventListener("change", () => labels.forEach((show) => show()));
venues.addEventListener("change", followVenue);
followVenue();

/** Adds the text after the fields of a time; returns the function that refreshes it. */
function newLabel(date) {
  const time = date.nextElementSibling;
  const label = document.createElement("span");
  label.className = "own-time";
  date.parentElement.append(label);
  const show = () => (label.textContent = textFor(date.value, time.value));
  show();
  for (const field of [date, time]) field.addEventListener("input", show);
  return show;
}

function zoneOfVenue() {
  return venues.selectedOptions[0]?.dataset.zone;
}

/** A venue brings its zone. */
function followVenue() {
  zones.disabled = Boolean(zoneOfVenue());
}

function textFor(date, time) {
  const zone = zoneOfVenue() ?? zones.value;
  if (!date || !time) return zone;
  const moment = instantOf(`${date}T${time}`, zone);
  if (Number.isNaN(moment) || timeText(moment) === timeText(moment, "date-time", zone)) return zone;
  return `${zone}. In your time zone: ${timeText(moment)}.`;
}
