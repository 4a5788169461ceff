/** Keeps the page and its files on this device, and offers to install it like an app. */

/** Registers the service worker; says whether the page will open without a network. */
export async function keepOnDevice(url) {
  if (!("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register(url, { scope: "/gate/" });
    const { active } = await navigator.serviceWorker.ready;
    navigator.storage?.persist?.(); // scans that wait must not be thrown away when space is short
    return await new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      active.postMessage({ keep: location.pathname }, [port2]);
    });
  } catch {
    return false;
  }
}

/** Shows the button while the browser is ready to install. */
export function offerInstall(button) {
  let offer = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event;
    button.hidden = false;
  });
  button.addEventListener("click", async () => {
    button.hidden = true;
    await offer?.prompt();
  });
}
