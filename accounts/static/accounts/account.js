/** Log in, sign up, verify, reset: what these forms do beyond sending (see ticketing/forms.js). */

import { call } from "../ticketing/api.js";
import { submit } from "../ticketing/forms.js";
import { toastNext } from "../ticketing/toast.js";

for (const button of document.querySelectorAll("[data-reveal]")) reveal(button);
on("[data-register]", "form:sent", registered);
on("[data-reset]", "form:sent", linkSent);
on("[data-reset-confirm]", "form:sent", () => toastNext("Your new password is saved. Log in with it.", "good"));
on("[data-reset-confirm]", "form:refused", linkRefused);
on("[data-verify]", "form:sent", verified);
on("[data-verify]", "form:refused", notVerified);

const verification = document.querySelector("[data-verify]");
if (verification) submit(verification);

function on(selector, type, listener) {
  document.querySelector(selector)?.addEventListener(type, listener);
}

/** Shows and hides what is typed; the password is hidden again when it is sent. */
function reveal(button) {
  const field = document.getElementById(button.dataset.reveal);
  const show = (shown) => {
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = shown ? "Hide" : "Show";
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  field.form.addEventListener("submit", () => show(false), { capture: true });
}

/** Signs the new user in, so that nobody types the password twice, and goes on. */
async function registered(event) {
  event.preventDefault();
  const { email, password } = event.detail.body;
  const form = event.target;
  try {
    await call("POST", "/api/user/login", { body: { email, password } });
    toastNext(`Welcome! We sent a mail to ${email}: please confirm your address by its link.`, "good");
    location.assign(form.dataset.next);
  } catch {
    location.assign("/login"); // the account is there; the log-in page says what is wrong
  }
}

/** The same for a known and an unknown address. */
function linkSent(event) {
  event.preventDefault();
  say(event.target, "Look into your mail", `If there is an account with ${event.detail.body.email}, a link is on its way. It works once, for an hour.`);
}

function linkRefused(event) {
  const { errors } = event.detail;
  if (errors.some(({ field }) => field === "password")) return;
  event.preventDefault();
  say(event.target, "This link works no more", "It was used already, or it is too old.", "Send a new link", event.target.dataset.again);
}

function verified(event) {
  event.preventDefault();
  say(event.target, "Thank you", "Your e-mail address is confirmed.", "Go to the events", "/");
}

function notVerified(event) {
  const problem = event.detail;
  if (problem.status !== 400) return; // offline or busy: the button tries again
  event.preventDefault();
  say(event.target, "This link works no more", "It is too old or incomplete. Your account works without it, too.", "Go to the events", "/");
}

/** Puts an outcome in place of the form, and the focus on it, so that it is read. */
function say(form, title, text, action, href) {
  const card = document.createElement("div");
  card.className = "card stack";
  const heading = document.createElement("h2");
  heading.tabIndex = -1;
  heading.textContent = title;
  const words = document.createElement("p");
  words.textContent = text;
  card.append(heading, words);
  if (action) {
    const link = document.createElement("a");
    link.className = "button";
    link.href = href;
    link.textContent = action;
    const place = document.createElement("div");
    place.append(link);
    card.append(place);
  }
  form.replaceWith(card);
  heading.focus();
}
