/** The tickets of a paid booking: giving them back. */

import { alert } from "../ticketing/announce.js";
import { call } from "../ticketing/api.js";
import { toast } from "../ticketing/toast.js";

const place = document.getElementById("give-back");
const dialog = document.getElementById("give-back-dialog");

/** One key for this page: however often it is pressed, the tickets are given back once. */
const key = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function giveBack(button) {
  button.disabled = true;
  try {
    await call("POST", place.dataset.api, { headers: { "Idempotency-Key": key } });
    location.reload();
  } catch (problem) {
    alert(problem.detail);
    toast(problem.detail);
    button.disabled = false;
  }
}

if (place) {
  const button = place.querySelector("button");
  place.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", () => dialog.returnValue === "give-back" && giveBack(button));
}
