/** Asking before seats are given up. */

const dialog = document.getElementById("give-up");

/** Asks, naming `what` is lost; resolves to whether the buyer wants it. The focus returns to where it was. */
export function confirmGiveUp(what) {
  dialog.querySelector("[data-what]").textContent = what;
  dialog.returnValue = "keep"; // what Escape means
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "give-up"), { once: true });
  });
}
