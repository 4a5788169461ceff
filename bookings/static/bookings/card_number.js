/** A card number while the buyer types it. */

const SHORTEST = 12;
const LONGEST = 19; // ISO/IEC 7812

/** The digits of a text, at most as many as a card number has. */
export function digitsOf(text) {
  return text.replace(/\D/g, "").slice(0, LONGEST);
}

/** Digits in groups of four, as on the card. */
export function grouped(digits) {
  return digits.replace(/(\d{4})(?=\d)/g, "$1 ");
}

/** Whether the digits can be a card number: checks their number and Luhn's check digit. */
export function isCardNumber(digits) {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]) * (index % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return digits.length >= SHORTEST && sum % 10 === 0;
}

/** Groups the field's digits on each input and keeps the caret behind the same digit. */
export function groupWhileTyping(field) {
  field.addEventListener("input", () => {
    const before = digitsOf(field.value.slice(0, field.selectionStart)).length;
    field.value = grouped(digitsOf(field.value));
    const caret = grouped(digitsOf(field.value).slice(0, before)).length;
    field.setSelectionRange(caret, caret);
  });
}
