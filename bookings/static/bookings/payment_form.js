/**
 * The card form. Charges at most once, however often the buyer presses the button and whatever the network does. For seats
 * that are free it has no card field.
 */

import { say } from "../ticketing/announce.js";
import { call, Problem } from "../ticketing/api.js";
import { clearErrors, showFieldError, showFormError, showProblem } from "../ticketing/forms.js";
import { digitsOf, grouped, groupWhileTyping, isCardNumber } from "./card_number.js";
import { newIdempotencyKey } from "./idempotency_key.js";

const FIRST_WAIT = 2; // seconds before the first repeat of a request whose payment is still in progress
const LONGEST_WAIT = 15;

/**
 * Handles the form's submit event and errors.
 *
 * @param {HTMLFormElement} form
 * @param {{orderId: () => string, paid: () => void, changed: () => void, loginUrl: () => string}} page `paid` is
 *   called after the payment, `changed` when the order may differ from what the page shows
 * @returns {{resume: () => void, isBusy: () => boolean, hasText: () => boolean}} whether a payment is in progress, whether anything is typed
 */
export function paymentForm(form, page) {
  const field = form.elements.namedItem("card_number"); // null if the seats are free
  const button = form.querySelector("button:not([type])");
  const inProgress = form.querySelector("#payment-in-progress");
  let attempt = null; // {order, means, key}: kept until the outcome is known, so that a repeat does not charge twice
  let busy = false;

  function setBusy(on) {
    busy = on;
    form.ariaBusy = String(on);
    button.ariaDisabled = String(on);
    if (field) field.readOnly = on;
  }

  /** Pays with the body of the request. Ends when the order is paid, or when the browser leaves for the bank's page. */
  async function pay(body) {
    const means = JSON.stringify(body);
    if (attempt?.means !== means || attempt.order !== page.orderId()) {
      attempt = { order: page.orderId(), means, key: newIdempotencyKey() };
    }
    for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
      const { status, next_url: bank } = await send(body);
      if (status === "paid") return page.paid(); // the form stays busy, so that nothing more can be pressed
      if (bank) return location.assign(bank);
      if (inProgress.hidden) say(inProgress.textContent);
      inProgress.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }

  /** Sends the payment under the attempt's key, and returns its outcome; throws the Problem if it failed. */
  async function send(body) {
    const { order, key } = attempt;
    try {
      const headers = { "Idempotency-Key": key };
      const { data } = await call("POST", `/api/order/${order}/pay`, { body, headers });
      return data;
    } catch (problem) {
      if (problem.code === "payment_in_progress") return {}; // begun in another tab
      throw problem;
    }
  }

  async function submit(body) {
    if (busy) return;
    setBusy(true);
    try {
      await pay(body);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      setBusy(false);
      inProgress.hidden = true;
      showFailure(problem);
    }
  }

  function isValid() {
    clearErrors(form);
    if (!field) return true;
    const digits = digitsOf(field.value);
    if (isCardNumber(digits)) return true;
    const text = digits ? "This is not a valid card number. Check the digits." : field.dataset.missing;
    showFieldError(field, text);
    field.focus();
    return false;
  }

  function showFailure(problem) {
    const mayBeCharged = problem.status === 0 || problem.status >= 500;
    if (!mayBeCharged) attempt = null;
    if (problem.code === "already_paid") return page.paid();
    if (problem.status === 401) return showLogin();
    if (problem.status === 410 || problem.code === "invalid_state") return page.changed();
    if (mayBeCharged) return showFormError(form, `${problem.message} You won’t be charged twice.`);
    showProblem(form, problem);
    field?.focus();
    field?.select();
    if (problem.status === 402) page.changed(); // starting to pay has extended the deadline
  }

  function showLogin() {
    showFormError(form, "You were logged out. Your reservation is kept. ");
    const link = document.createElement("a");
    link.href = page.loginUrl();
    link.textContent = "Log in and pay";
    form.querySelector("[data-form-error]").append(link);
    link.focus();
  }

  if (field) groupWhileTyping(field);
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!busy && isValid()) submit(field ? { card_number: digitsOf(field.value) } : {});
  });
  form.addEventListener("click", ({ target }) => {
    const method = target.closest("[data-method]")?.dataset.method;
    if (method && !field.matches(":disabled")) {
      clearErrors(form);
      return submit({ method });
    }
    const card = target.closest("[data-card]")?.dataset.card;
    if (!card || busy || field.matches(":disabled")) return;
    clearErrors(form);
    field.value = grouped(card);
    button.focus();
  });

  /** Makes the form usable again when the buyer comes back from the bank's page by the back button. */
  function resume() {
    attempt = null;
    setBusy(false);
  }

  return { resume, isBusy: () => busy, hasText: () => Boolean(field?.value) };
}
