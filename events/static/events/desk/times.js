/** Beside each pair of date and time, which are UTC: the same moment where the reader is. */

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone: zone });

for (const date of document.querySelectorAll('input[type="date"]')) follow(date, date.nextElementSibling);

function follow(date, time) {
  const words = document.createElement("span");
  words.className = "own-time";
  time.after(words);
  const show = () => (words.textContent = inWords(date.value, time.value));
  show();
  for (const field of [date, time]) field.addEventListener("input", show);
}

function inWords(date, time) {
  const moment = new Date(`${date}T${time}Z`);
  if (!date || !time || Number.isNaN(moment.valueOf())) return "UTC";
  return zone === "UTC" ? `UTC: ${format.format(moment)}` : `UTC. For you (${zone}) that is ${format.format(moment)}.`;
}
