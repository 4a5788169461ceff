/** `<button hidden data-share="https://…" data-share-title="…">`: the system's way to share, or the link copied. */

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
    if (error.name !== "AbortError") toast(`This is the link: ${url}`);
  }
}

async function copy(url) {
  await navigator.clipboard.writeText(url);
  toast("The link is copied.", "good");
}
