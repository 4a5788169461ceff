/** The account forms: what follows after ticketing/forms.js has sent them. */

import { call } from "../ticketing/api.js";
import { submit } from "../ticketing/forms.js";
import { toastNext } from "../ticketing/toast.js";

for (const button of document.querySelectorAll("[data-reveal]")) setUpReveal(button);
on("[data-register]", "form:sent", registered);
on("[data-reset]", "form:sent", resetRequested);
on("[data-reset-confirm]", "form:sent", () => toastNext("Your new password is saved. You can log in with it now.", "good"));
on("[data-reset-confirm]", "form:refused", resetRefused);
on("[data-verify]", "form:sent", verified);
on("[data-verify]", "form:refused", verificationRefused);

const verification = document.querySelector("[data-verify]");
if (verification) submit(verification);

function on(selector, type, listener) {
  document.querySelector(selector)?.addEventListener(type, listener);
}

/** Makes the button show and hide the password. Sending the form hides it again. */
function setUpReveal(button) {
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

/** Logs the new user in, so that they need not type the password again, and continues. */
async function registered(event) {
  event.preventDefault();
  const { email, password } = event.detail.body;
  const form = event.target;
  try {
    await call("POST", "/api/user/login", { body: { email, password } });
    toastNext(`Welcome! We sent an email to ${email}. Please confirm your address with the link in it.`, "good");
    location.assign(form.dataset.next);
  } catch {
    location.assign("/login"); // the account exists; the login page shows what is wrong
  }
}

/** Shows the same text for known and unknown addresses, so that it reveals nothing. */
function resetRequested(event) {
  event.preventDefault();
  const text = `If ${event.detail.body.email} has an account, we have sent it a link. It works once, for an hour.`;
  replaceForm(event.target, "Check your email", text);
}

function resetRefused(event) {
  const { errors } = event.detail;
  if (errors.some(({ field }) => field === "password")) return;
  event.preventDefault();
  const form = event.target;
  replaceForm(form, "This link no longer works", "It has been used or has expired.", "Send a new link", form.dataset.again);
}

function verified(event) {
  event.preventDefault();
  showOutcome(event.target, "verified");
}

function verificationRefused(event) {
  const problem = event.detail;
  if (problem.status !== 400) return; // offline or overloaded: the button tries again
  event.preventDefault();
  showOutcome(event.target, "link-broken");
}

/** Replaces the form with the contents of a template of the page, and focuses its heading. */
function showOutcome(form, template) {
  const outcome = document.getElementById(template).content.cloneNode(true);
  const heading = outcome.querySelector("h2");
  form.replaceWith(outcome);
  heading.focus();
}

/** Replaces the form with an outcome and focuses it, so that screen readers read it. */
function replaceForm(form, title, text, action, href) {
  const card = document.createElement("div");
  card.className = "card stack";
  const heading = document.createElement("h2");
  heading.tabIndex = -1;
  heading.textContent = title;
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  card.append(heading, paragraph);
  if (action) {
    const link = document.createElement("a");
    link.className = "button";
    link.href = href;
    link.textContent = action;
    const row = document.createElement("div");
    row.append(link);
    card.append(row);
  }
  form.replaceWith(card);
  heading.focus();
}
