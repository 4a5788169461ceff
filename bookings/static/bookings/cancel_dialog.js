/** The dialog that asks before a reservation is cancelled (_cancel_dialog.html). */

const dialog = document.getElementById("cancel-dialog");
const WHOLE = { title: "Cancel your reservation?", keep: "Keep the reservation", cancel: "Cancel it" };
const PART = { title: "Take these out of your order?", keep: "Keep them", cancel: "Take them out" };

/**
 * Opens the dialog and shows which `seats` the buyer would lose. The focus returns to where it was.
 *
 * @param {string} seats
 * @param {{part?: boolean}} [options] whether the rest of the order stays
 * @returns {Promise<boolean>} whether the buyer confirms
 */
export function confirmCancel(seats, { part = false } = {}) {
  const { title, keep, cancel } = part ? PART : WHOLE;
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector("[value=keep]").textContent = keep;
  dialog.querySelector("[value=cancel]").textContent = cancel;
  dialog.querySelector("[data-seats]").textContent = seats;
  dialog.returnValue = "keep"; // the result when Escape closes the dialog
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "cancel"), { once: true });
  });
}
