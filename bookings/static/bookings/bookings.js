/**
 * My bookings: counts down the time to pay, extends it, and cancels unpaid orders.
 *
 * The server renders the list. The page fetches it again after each change, when the time to pay ends, and whenever the
 * page becomes visible again.
 */

import { say } from "../ticketing/announce.js";
import { call } from "../ticketing/api.js";
import { duration } from "../ticketing/format.js";
import { localize } from "../ticketing/localize.js";
import { enableControls } from "../ticketing/ready.js";
import { toast } from "../ticketing/toast.js";
import { confirmCancel } from "./cancel_dialog.js";
import { Countdown } from "./countdown.js";

const list = document.getElementById("bookings");
let countdowns = [];

/** Replaces the list with a fresh one. The focus stays on the same element, or moves to its order. */
async function refresh() {
  let page;
  try {
    const response = await fetch(location.href, { credentials: "same-origin" });
    if (response.redirected || !response.ok) return location.reload(); // most likely logged out
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch {
    return; // no connection: a later refresh succeeds
  }
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  list.replaceChildren(...page.getElementById("bookings").childNodes);
  localize(list);
  enableControls(list);
  if (focused) counterpart(focused).focus();
  startCountdowns();
}

/** The element of the new list that replaces `element` of the old one; otherwise the link of its order. */
function counterpart(element) {
  const row = document.getElementById(element.closest("[data-order]")?.id ?? "");
  return document.getElementById(element.id) ?? row?.querySelector("a") ?? document.getElementById("main");
}

function startCountdowns() {
  for (const countdown of countdowns) countdown.stop();
  countdowns = [...list.querySelectorAll("[data-seconds-left]")].map((row) => {
    const digits = row.querySelector("[data-digits]");
    const countdown = new Countdown();
    countdown.addEventListener("tick", ({ detail: { left } }) => {
      digits.textContent = duration(left);
      row.classList.toggle("warn", left <= countdown.warnAt);
    });
    countdown.addEventListener("end", () => setTimeout(() => row.isConnected && refresh(), 1000)); // the seconds were rounded down
    countdown.set(Number(row.dataset.secondsLeft));
    return countdown;
  });
}

/** Sends the request, then announces what `message(data)` returns. */
async function change(button, method, path, message) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const { data } = await call(method, path);
    say(message(data));
  } catch (problem) {
    toast(problem.message, "warn");
  }
  await refresh();
  button.ariaBusy = null;
}

list.addEventListener("click", async ({ target }) => {
  const button = target.closest("button");
  const id = button?.closest("[data-order]")?.dataset.order;
  if (!id) return;
  if ("extend" in button.dataset) {
    await change(button, "POST", `/api/order/${id}/extend`, (data) => `You have ${duration(data.seconds_left)} left to pay.`);
  } else if (await confirmCancel(`Your reservation for ${button.dataset.cancel}.`)) {
    await change(button, "DELETE", `/api/order/${id}`, () => "Your reservation is cancelled. Nothing was charged.");
  }
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
addEventListener("pageshow", ({ persisted }) => persisted && refresh());
startCountdowns();
enableControls();
