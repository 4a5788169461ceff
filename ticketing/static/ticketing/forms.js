/**
 * Forms that talk JSON: `<form method="post" data-api="/api/user/login" data-method="POST" data-next="/">`.
 *
 * A field is `<div class="field"><label><input name=…></div>`; its errors are written below it. The form dispatches
 * `form:sent` ({status, data, body}) when it succeeded and `form:refused` (the Problem) when not; `preventDefault()`
 * on either leaves what follows to the listener. `method="post"` keeps what was typed out of the address if the
 * script is missing.
 */

import { call, Problem } from "./api.js";

/** Takes over all such forms under `root`, once. */
export function enhanceForms(root = document) {
  for (const form of root.querySelectorAll("form[data-api]:not([data-enhanced])")) {
    form.dataset.enhanced = "";
    form.noValidate = true; // our messages are inline and stay
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(form);
    });
    form.addEventListener("input", (event) => clearField(event.target));
  }
}

/** Checks and sends the form. A second call while the first is under way does nothing. */
export async function submit(form) {
  if (form.ariaBusy === "true" || !validate(form)) return;
  busy(form, true);
  const body = bodyOf(form);
  let leaving = false;
  try {
    const { status, data } = await call(form.dataset.method ?? "POST", form.dataset.api, { body });
    leaving = tell(form, "form:sent", { status, data, body }) && Boolean(form.dataset.next);
    if (leaving) location.assign(form.dataset.next);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (tell(form, "form:refused", error)) showProblem(form, error);
  } finally {
    if (!leaving) busy(form, false); // else a second click would send it again while the next page loads
  }
}

/** What is typed, by the fields' names: checkboxes as booleans, `type="number"` as numbers, the rest as text. */
export function bodyOf(form) {
  const body = Object.fromEntries(new FormData(form));
  for (const field of form.elements) {
    if (field.name && field.type === "checkbox") body[field.name] = field.checked;
    if (field.name && field.type === "number") body[field.name] = field.value === "" ? null : field.valueAsNumber;
  }
  return body;
}

/** Whether all fields are valid; shows what is not and moves the focus to the first. */
export function validate(form) {
  clearErrors(form);
  const invalid = [...form.elements].filter((field) => field.willValidate && !field.checkValidity());
  for (const field of invalid) showFieldError(field, sentence(field));
  invalid[0]?.focus();
  return invalid.length === 0;
}

/** Shows a Problem: what belongs to a field below it, the rest (or the whole) above the fields. */
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

/** Writes `text` above the fields; screen readers say it at once. */
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

/** Writes `text` below the field and ties it to it. */
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

/** Takes all errors away. */
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

// The browser's own words, except where a field brings better ones (data-error).
function sentence(field) {
  if (field.validity.valueMissing) return field.dataset.missing ?? "Please fill this in.";
  return field.dataset.error ?? field.validationMessage;
}

function busy(form, on) {
  form.ariaBusy = String(on);
  for (const button of form.querySelectorAll("button:not([type=button])")) {
    // Not `disabled`: that would throw the keyboard's focus away.
    button.setAttribute("aria-disabled", String(on));
  }
}

function tell(form, type, detail) {
  return form.dispatchEvent(new CustomEvent(type, { detail, cancelable: true, bubbles: true }));
}
