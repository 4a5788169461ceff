/**
 * Makes the scanner open without a network. `KEPT` (the files, and the version of what they say) is put before this text
 * by the server, so a new version is a new worker with a cache of its own.
 *
 * Files: from the cache. The page: from the network if it answers soon, else as it was last seen. The API: never touched.
 */

const CACHE = `gate-${KEPT.version}`;
const PAGES = "gate-pages";
const PAGE_MS = 3000;
const KEPT_PATHS = new Set([...KEPT.files, ...KEPT.readers]);

self.addEventListener("install", (event) => {
  event.waitUntil(keepFiles().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOldVersions().then(() => self.clients.claim()));
});

// A page that was there before its worker asks to be kept, and is told whether it is.
self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(keepPage(event.data.keep).then((kept) => event.ports[0].postMessage(kept)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (KEPT_PATHS.has(pathname)) event.respondWith(fileFromCache(request, pathname));
  else if (request.mode === "navigate" && pathname.startsWith("/gate/")) event.respondWith(page(request));
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.files.map((path) => new Request(path, { cache: "no-cache" })));
  cache.addAll(KEPT.readers).catch(() => {}); // a megabyte that not every device needs: nothing waits for it
}

async function forgetOldVersions() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("gate-") && ![CACHE, PAGES].includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function fileFromCache(request, pathname) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(pathname);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(pathname, answer.clone());
  return answer;
}

async function page(request) {
  try {
    return await pageFromNetwork(request, AbortSignal.timeout(PAGE_MS));
  } catch {
    const kept = await (await caches.open(PAGES)).match(new URL(request.url).pathname);
    return kept ?? Response.error();
  }
}

async function keepPage(path) {
  await pageFromNetwork(new Request(path, { credentials: "same-origin" })).catch(() => {});
  return Boolean(await (await caches.open(PAGES)).match(path));
}

/** Keeps it if it is the scanner; forgets it if this person may not see it any more. */
async function pageFromNetwork(request, signal) {
  const answer = await fetch(request, { signal });
  const pages = await caches.open(PAGES);
  const { pathname } = new URL(request.url);
  if (answer.ok && !answer.redirected) await pages.put(pathname, answer.clone());
  else if (answer.status < 500) await pages.delete(pathname);
  if (answer.status >= 500) throw new Error("the server is away");
  return answer;
}
