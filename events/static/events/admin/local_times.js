/** Shows the local time next to each pair of date and time fields, which are in UTC. */

import { ownZone, timeText } from "../../ticketing/format.js";

const zone = ownZone();

for (const date of document.querySelectorAll('input[type="date"]')) showLocalTime(date, date.nextElementSibling);

function showLocalTime(date, time) {
  const label = document.createElement("span");
  label.className = "own-time";
  time.after(label);
  const show = () => (label.textContent = localTime(date.value, time.value));
  show();
  for (const field of [date, time]) field.addEventListener("input", show);
}

function localTime(date, time) {
  const moment = new Date(`${date}T${time}Z`);
  if (!date || !time || Number.isNaN(moment.valueOf())) return "UTC";
  return zone === "UTC" ? timeText(moment) : `UTC. In your time zone (${zone}): ${timeText(moment)}.`;
}
