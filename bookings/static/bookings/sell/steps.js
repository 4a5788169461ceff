/** What a seller does here about the sale: publish a draft, stop what is on sale. */

import { call, Problem } from "../../ticketing/api.js";
import { count } from "../../ticketing/format.js";
import { toast } from "../../ticketing/toast.js";

const publish = document.querySelector("[data-publish]");
const stop = document.querySelector("[data-stop]");
const dialog = document.getElementById("stop");

/** Offers what `page` allows; `learn(report)` keeps the status and the number of held seats. */
export function offerSteps(page) {
  const show = (status) => showStatus(status, page);
  const change = (button, status, done) => step(button, page.event_path, status, done, show);
  publish.addEventListener("click", () => change(publish, "available", "It is on sale now."));
  stop.addEventListener("click", async () => {
    if (await confirmed()) change(stop, "ended", "The sale has been stopped.");
  });
  return {
    learn({ status, held }) {
      show(status);
      dialog.querySelector("[data-held]").textContent = heldInWords(held);
    },
  };
}

function showStatus(status, { statuses, on_sale: onSale }) {
  const badge = document.querySelector("[data-status]");
  const [label, kind] = statuses[status];
  publish.hidden = status !== "draft";
  stop.hidden = !onSale.includes(status);
  if (badge.textContent === label) return;
  badge.textContent = label;
  badge.className = `badge ${kind}`;
}

function heldInWords(held) {
  if (!held) return "Nobody holds seats at the moment.";
  return held === 1 ? "The seat that is held now may still be paid." : `The ${count(held)} seats that are held now may still be paid.`;
}

/** Asks; resolves to whether the seller wants it. */
function confirmed() {
  dialog.returnValue = "keep"; // what Escape means
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "stop"), { once: true });
  });
}

async function step(button, path, status, done, show) {
  if (button.ariaDisabled === "true") return;
  button.ariaDisabled = "true";
  try {
    const { data } = await call("PATCH", path, { body: { status } });
    show(data.status);
    toast(done, "good");
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    toast(error.message, "bad");
  } finally {
    button.ariaDisabled = "false";
  }
}
