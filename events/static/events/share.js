/** The share button, `<button hidden data-share="https://…" data-share-title="…">`: opens the system's dialog or copies the link. */

import { toast } from "../ticketing/toast.js";

for (const button of document.querySelectorAll("[data-share]")) {
  button.hidden = false;
  button.addEventListener("click", () => share(button.dataset.share, button.dataset.shareTitle));
}

async function share(url, title) {
  try {
    if (navigator.share) await navigator.share({ url, title });
    else await copy(url);
  } catch (error) {
    if (error.name !== "AbortError") toast(`Copy this link: ${url}`);
  }
}

async function copy(url) {
  await navigator.clipboard.writeText(url);
  toast("Link copied.", "good");
}
