/** The card form: one charge for one intent, however often the button is pressed and whatever the network does. */

import { say } from "../ticketing/announce.js";
import { call, Problem } from "../ticketing/api.js";
import { clearErrors, showFieldError, showFormError, showProblem } from "../ticketing/forms.js";
import { digitsOf, grouped, groupWhileTyping, isCardNumber } from "./card.js";

const FIRST_WAIT = 2; // seconds before a charge whose outcome is open is asked for again
const LONGEST_WAIT = 15;

/**
 * Takes the form over.
 *
 * @param {HTMLFormElement} form
 * @param {{bookingId: () => string, paid: () => void, changed: () => void, loginUrl: () => string}} page `changed` is
 *   called when the booking may be no longer as the page shows it
 */
export function payForm(form, page) {
  const field = form.elements.namedItem("card_number");
  const button = form.querySelector("button:not([type])");
  const waiting = form.querySelector("#waiting");
  let attempt = null; // {booking, number, key}: kept until its outcome is known, so that trying again charges nothing twice
  let busy = false;

  function setBusy(on) {
    busy = on;
    form.ariaBusy = String(on);
    button.ariaDisabled = String(on);
    field.readOnly = on;
  }

  async function pay(number) {
    if (attempt?.number !== number || attempt.booking !== page.bookingId()) {
      attempt = { booking: page.bookingId(), number, key: crypto.getRandomValues(new Uint32Array(4)).join("-") };
    }
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
      if (await isSettled()) return;
      if (waiting.hidden) say(waiting.textContent);
      waiting.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }

  /** Asks for the outcome under the attempt's key; throws the Problem if there is one, false while it is open. */
  async function isSettled() {
    const { booking, number, key } = attempt;
    try {
      const headers = { "Idempotency-Key": key };
      const { data } = await call("POST", `/api/booking/${booking}/pay`, { body: { card_number: number }, headers });
      return data.status === "paid";
    } catch (problem) {
      if (problem.code === "payment_in_progress") return false;
      throw problem;
    }
  }

  async function submit() {
    if (busy || !isValid()) return;
    setBusy(true);
    try {
      await pay(digitsOf(field.value));
      page.paid(); // still busy: nothing more is to be pressed here
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      setBusy(false);
      waiting.hidden = true;
      refuse(problem);
    }
  }

  function isValid() {
    clearErrors(form);
    const digits = digitsOf(field.value);
    if (isCardNumber(digits)) return true;
    const text = digits ? "This is not a card number. Please check its digits." : field.dataset.missing;
    showFieldError(field, text);
    field.focus();
    return false;
  }

  function refuse(problem) {
    const unknown = problem.status === 0 || problem.status >= 500;
    if (!unknown) attempt = null;
    if (problem.code === "already_paid") return page.paid();
    if (problem.status === 401) return showLogin();
    if (problem.status === 410 || problem.code === "invalid_state") return page.changed();
    if (unknown) return showFormError(form, `${problem.message} You won’t be charged twice.`);
    showProblem(form, problem);
    field.focus();
    field.select();
    if (problem.status === 402) page.changed(); // paying has begun: there is more time now
  }

  function showLogin() {
    showFormError(form, "You were logged out. Your seats are still held. ");
    const link = document.createElement("a");
    link.href = page.loginUrl();
    link.textContent = "Log in and pay";
    form.querySelector("[data-form-error]").append(link);
    link.focus();
  }

  groupWhileTyping(field);
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  form.addEventListener("click", ({ target }) => {
    if (!target.dataset.card || busy || field.matches(":disabled")) return;
    clearErrors(form);
    field.value = grouped(target.dataset.card);
    button.focus();
  });

  return { isBusy: () => busy, hasText: () => field.value !== "" };
}
