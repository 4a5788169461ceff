/**
 * Forms that call the JSON API: `<form method="post" data-api="/api/user/login" data-method="POST" data-next="/">`.
 *
 * A field is `<div class="field"><label><input name=…></div>`; its errors appear below it. The form dispatches
 * `form:sent` ({status, data, body}) after a success and `form:refused` (the Problem) after an error; `preventDefault()`
 * on either leaves the next step to the listener. `method="post"` keeps the input out of the URL without JavaScript.
 */

import { call, Problem } from "./api.js";

/** Sets up all such forms under `root`, each once. */
export function enhanceForms(root = document) {
  for (const form of root.querySelectorAll("form[data-api]:not([data-enhanced])")) {
    form.dataset.enhanced = "";
    form.noValidate = true; // we show errors inline, below the fields
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(form);
    });
    form.addEventListener("input", (event) => clearField(event.target));
  }
}

/** Validates and sends the form. Does nothing while it is being sent. */
export async function submit(form) {
  if (form.ariaBusy === "true" || !validate(form)) return;
  setBusy(form, true);
  const body = bodyOf(form);
  let leaving = false;
  try {
    const { status, data } = await call(form.dataset.method ?? "POST", form.dataset.api, { body });
    leaving = dispatch(form, "form:sent", { status, data, body }) && Boolean(form.dataset.next);
    if (leaving) location.assign(form.dataset.next);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (dispatch(form, "form:refused", error)) showProblem(form, error);
  } finally {
    if (!leaving) setBusy(form, false); // stays busy while the next page loads, so that a second click doesn't send it again
  }
}

/** Returns the values by field name: checkboxes as booleans, `type="number"` as numbers, others as text. */
export function bodyOf(form) {
  const body = Object.fromEntries(new FormData(form));
  for (const field of form.elements) {
    if (field.name && field.type === "checkbox") body[field.name] = field.checked;
    if (field.name && field.type === "number") body[field.name] = field.value === "" ? null : field.valueAsNumber;
  }
  return body;
}

/** Returns whether all fields are valid. Shows errors and moves the focus to the first. */
export function validate(form) {
  clearErrors(form);
  const invalid = [...form.elements].filter((field) => field.willValidate && !field.checkValidity());
  for (const field of invalid) showFieldError(field, errorText(field));
  invalid[0]?.focus();
  return invalid.length === 0;
}

/** Shows a Problem: errors of fields below them, other errors (or the whole message) above the form. */
export function showProblem(form, problem) {
  clearErrors(form);
  const others = [];
  let first = null;
  for (const { field: name, detail } of problem.errors) {
    const field = form.elements.namedItem(name);
    if (field instanceof HTMLElement && field.type !== "hidden") {
      showFieldError(field, detail);
      first ??= field;
    } else {
      others.push(detail);
    }
  }
  if (!first || others.length) showFormError(form, others.join(" ") || problem.message);
  first?.focus();
}

/** Shows an error above the fields; screen readers announce it immediately. */
export function showFormError(form, text) {
  let place = form.querySelector("[data-form-error]");
  if (!place) {
    place = document.createElement("div");
    place.dataset.formError = "";
    place.setAttribute("role", "alert");
    form.prepend(place);
  }
  place.className = "notice bad form-error";
  place.hidden = false;
  place.textContent = text;
}

/** Shows an error below the field and links it with `aria-describedby`. */
export function showFieldError(field, text) {
  const id = `${field.id || field.name}-error`;
  let place = document.getElementById(id);
  if (!place) {
    place = document.createElement("p");
    place.id = id;
    place.className = "error";
    (field.closest(".field") ?? field.parentElement).append(place);
  }
  place.textContent = text;
  field.setAttribute("aria-invalid", "true");
  const described = new Set((field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  field.setAttribute("aria-describedby", [...described.add(id)].join(" "));
}

/** Removes all errors. */
export function clearErrors(form) {
  const place = form.querySelector("[data-form-error]");
  if (place) {
    place.hidden = true;
    place.textContent = "";
  }
  for (const field of form.elements) clearField(field);
}

function clearField(field) {
  if (field.getAttribute("aria-invalid") !== "true") return;
  field.removeAttribute("aria-invalid");
  const id = `${field.id || field.name}-error`;
  document.getElementById(id)?.remove();
  const others = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((other) => other && other !== id);
  if (others.length) field.setAttribute("aria-describedby", others.join(" "));
  else field.removeAttribute("aria-describedby");
}

// The browser's message, unless the field has its own (data-missing, data-error).
function errorText(field) {
  if (field.validity.valueMissing) return field.dataset.missing ?? "Please fill this in.";
  return field.dataset.error ?? field.validationMessage;
}

function setBusy(form, on) {
  form.ariaBusy = String(on);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    // Not `disabled`, which would remove the keyboard focus.
    button.setAttribute("aria-disabled", String(on));
  }
}

function dispatch(form, type, detail) {
  return form.dispatchEvent(new CustomEvent(type, { detail, cancelable: true, bubbles: true }));
}
