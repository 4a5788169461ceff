/** The dialog that asks before a reservation is cancelled (_cancel_dialog.html). */

const dialog = document.getElementById("cancel-dialog");

/**
 * Opens the dialog and shows which `seats` the buyer would lose. The focus returns to where it was.
 *
 * @param {string} seats
 * @returns {Promise<boolean>} whether the buyer confirms
 */
export function confirmCancel(seats) {
  dialog.querySelector("[data-seats]").textContent = seats;
  dialog.returnValue = "keep"; // the result when Escape closes the dialog
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "cancel"), { once: true });
  });
}
