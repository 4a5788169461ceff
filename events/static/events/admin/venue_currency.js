/** Fills in the currency of the venue's country, until the seller has written another. */

const venues = document.getElementById("id_venue");
const currency = document.getElementById("id_currency");
let isWritten = false; // by the seller

currency.addEventListener("input", ({ isTrusted }) => (isWritten ||= isTrusted));
venues.addEventListener("change", () => {
  const { currency: usual } = venues.selectedOptions[0].dataset;
  if (!usual || isWritten) return;
  currency.value = usual;
  currency.dispatchEvent(new Event("input")); // the amounts on the page follow
});
