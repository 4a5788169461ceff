/** Below each pair of date and time, which are UTC: the same moment where the reader is. */

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone: zone });
const POLL_MS = 500; // the calendar and the clock beside the fields write into them without telling

for (const pair of document.querySelectorAll(".datetime")) follow(pair);

function follow(pair) {
  const [date, time] = pair.querySelectorAll("input");
  const words = document.createElement("span");
  words.className = "own-time";
  pair.append(words);
  let shown = null;
  const show = () => {
    const typed = `${date.value}T${time.value}`;
    if (typed === shown) return;
    shown = typed;
    words.textContent = inWords(date.value, time.value);
  };
  show();
  setInterval(show, POLL_MS);
}

function inWords(date, time) {
  const moment = new Date(`${date}T${time}Z`);
  if (!date || !time || Number.isNaN(moment.valueOf())) return "UTC";
  return zone === "UTC" ? `UTC: ${format.format(moment)}` : `UTC. For you (${zone}) that is ${format.format(moment)}.`;
}
