/** Returning the tickets of a paid booking: asks first (_refund_dialog.html), then requests the refund. */

import { alert } from "../ticketing/announce.js";
import { call } from "../ticketing/api.js";
import { toast } from "../ticketing/toast.js";
import { newIdempotencyKey } from "./idempotency_key.js";

const section = document.getElementById("refund");
const dialog = document.getElementById("refund-dialog");
const key = newIdempotencyKey(); // one for the whole page: pressing the button twice refunds once

async function requestRefund(button) {
  button.disabled = true;
  try {
    await call("POST", section.dataset.api, { headers: { "Idempotency-Key": key } });
    location.reload();
  } catch (problem) {
    alert(problem.detail);
    toast(problem.detail);
    button.disabled = false;
  }
}

if (section) {
  const button = section.querySelector("button");
  section.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("close", () => dialog.returnValue === "refund" && requestRefund(button));
}
