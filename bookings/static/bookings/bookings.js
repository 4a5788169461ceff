/**
 * My bookings: counts the open ones down, extends them and gives them up.
 *
 * The list is the server's: after each change, at the end of a hold and on each return to the page it is fetched anew.
 */

import { say } from "../ticketing/announce.js";
import { call } from "../ticketing/api.js";
import { duration } from "../ticketing/format.js";
import { localize } from "../ticketing/localize.js";
import { toast } from "../ticketing/toast.js";
import { confirmGiveUp } from "./give_up.js";
import { Countdown } from "./timer.js";

const list = document.getElementById("bookings");
let countdowns = [];

/** Takes the list as the server shows it now; the focus stays on what it was on, or on its booking. */
async function refresh() {
  let page;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    if (answer.redirected || !answer.ok) return location.reload(); // logged out, most likely
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return; // no connection; the next occasion comes
  }
  const focused = list.contains(document.activeElement) ? document.activeElement : null;
  list.replaceChildren(...page.getElementById("bookings").childNodes);
  localize(list);
  if (focused) placeOf(focused).focus();
  count();
}

/** Where the focus belongs that was on `element` of the list before: the same, else its booking's link. */
function placeOf(element) {
  const row = document.getElementById(element.closest("[data-booking]")?.id ?? "");
  return document.getElementById(element.id) ?? row?.querySelector("a") ?? document.getElementById("main");
}

function count() {
  for (const countdown of countdowns) countdown.stop();
  countdowns = [...list.querySelectorAll("[data-seconds-left]")].map((row) => {
    const digits = row.querySelector("[data-digits]");
    const countdown = new Countdown();
    countdown.addEventListener("tick", ({ detail: { left } }) => {
      digits.textContent = duration(left);
      row.classList.toggle("warn", left <= countdown.warnAt);
    });
    countdown.addEventListener("end", () => setTimeout(() => row.isConnected && refresh(), 1000)); // rounded down
    countdown.set(Number(row.dataset.secondsLeft));
    return countdown;
  });
}

async function change(button, method, path, done) {
  if (button.ariaBusy === "true") return;
  button.ariaBusy = "true";
  try {
    const { data } = await call(method, path);
    say(done(data));
  } catch (problem) {
    toast(problem.message, "warn");
  }
  await refresh();
  button.ariaBusy = null;
}

list.addEventListener("click", async ({ target }) => {
  const button = target.closest("button");
  const id = button?.closest("[data-booking]")?.dataset.booking;
  if (!id) return;
  if ("extend" in button.dataset) {
    await change(button, "POST", `/api/booking/${id}/extend`, (data) => `You have ${duration(data.seconds_left)} now.`);
  } else if (await confirmGiveUp(`Your seats for ${button.dataset.giveUp}.`)) {
    await change(button, "DELETE", `/api/booking/${id}`, () => "The seats are free again. Nothing was charged.");
  }
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());
addEventListener("pageshow", ({ persisted }) => persisted && refresh());
count();
