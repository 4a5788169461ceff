/** Makes the check-in page open offline, and offers to install it like an app. */

/** Registers the service worker. Resolves to whether the page will open offline. */
export async function makeAvailableOffline(url) {
  if (!("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register(url, { scope: "/gate/" });
    const { active } = await navigator.serviceWorker.ready;
    navigator.storage?.persist?.(); // the browser must not delete scans that are not sent yet when space is short
    return await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      active.postMessage({ cachePage: location.pathname }, [port2]);
    });
  } catch {
    return false;
  }
}

/** Shows the button while the browser can install the page. */
export function offerInstall(button) {
  let prompt = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    prompt = event;
    button.hidden = false;
  });
  button.addEventListener("click", async () => {
    button.hidden = true;
    await prompt?.prompt();
  });
}
