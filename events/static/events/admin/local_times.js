/** Names the zone beside each pair of date and time fields, which are by the clock at the venue, and the user's own time. */

import { timeText } from "../../ticketing/format.js";

const venues = document.getElementById("id_venue");
const zones = document.getElementById("id_time_zone");
if ("suggest" in zones.dataset) suggestOwnZone();
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

/** A seller's first event is likely to be where they are. */
function suggestOwnZone() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zones.options].some(({ value }) => value === own)) zones.value = own;
}

function textFor(date, time) {
  const zone = zoneOfVenue() ?? zones.value;
  if (!date || !time) return zone;
  const moment = instantOf(`${date}T${time}Z`, zone);
  if (Number.isNaN(moment) || timeText(moment) === timeText(moment, "date-time", zone)) return zone;
  return `${zone}. In your time zone: ${timeText(moment)}.`;
}

/** The instant at which the clock in this zone shows the time of `wall`, in milliseconds. Near a change of clocks, the server asks. */
function instantOf(wall, zone) {
  const wanted = Date.parse(wall);
  const first = wanted - distance(wanted, zone);
  return wanted - distance(first, zone);
}

/** How far the clock in this zone is ahead of UTC at an instant, in milliseconds. */
function distance(instant, zone) {
  if (Number.isNaN(instant)) return NaN;
  const options = { timeZone: zone, dateStyle: "short", timeStyle: "medium" };
  const shown = new Intl.DateTimeFormat("sv-SE", options).format(instant); // 2030-05-01 20:00:00
  return Date.parse(`${shown.replace(" ", "T")}Z`) - Math.floor(instant / 1000) * 1000;
}
