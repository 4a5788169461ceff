/**
 * Makes the check-in page open offline. The server puts `KEPT` (the paths of the files, and a hash of their content) before
 * this source, so changed files make a new worker with its own cache.
 *
 * Files come from the cache. The page comes from the network if it responds in time, otherwise from the cache. Requests to
 * the API are left alone.
 */

const CACHE = `gate-${KEPT.version}`;
const PAGES = "gate-pages";
const PAGE_MS = 3000;
const KEPT_PATHS = new Set([...KEPT.files, ...KEPT.readers]);

self.addEventListener("install", (event) => {
  event.waitUntil(cacheFiles().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(deleteOldCaches().then(() => self.clients.claim()));
});

// The page asks the worker to cache it, because it loaded before the worker started. The reply says whether it worked.
self.addEventListener("message", (event) => {
  const { cachePage: path } = event.data ?? {};
  if (path) event.waitUntil(cachePage(path).then((cached) => event.ports[0].postMessage(cached)));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (KEPT_PATHS.has(pathname)) event.respondWith(fileFromCache(request, pathname));
  else if (request.mode === "navigate" && pathname.startsWith("/gate/")) event.respondWith(pageFor(request));
});

async function cacheFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.files.map((path) => new Request(path, { cache: "no-cache" })));
  cache.addAll(KEPT.readers).catch(() => {}); // about a megabyte that not every device needs, so installing does not wait for it
}

async function deleteOldCaches() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith("gate-") && ![CACHE, PAGES].includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function fileFromCache(request, pathname) {
  const cache = await caches.open(CACHE);
  const cached = await cache.match(pathname);
  if (cached) return cached;
  const response = await fetch(request);
  if (response.ok) await cache.put(pathname, response.clone());
  return response;
}

async function pageFor(request) {
  try {
    return await pageFromNetwork(request, AbortSignal.timeout(PAGE_MS));
  } catch {
    const cached = await (await caches.open(PAGES)).match(new URL(request.url).pathname);
    return cached ?? Response.error();
  }
}

async function cachePage(path) {
  await pageFromNetwork(new Request(path, { credentials: "same-origin" })).catch(() => {});
  return Boolean(await (await caches.open(PAGES)).match(path));
}

/** Fetches the page and caches it. Deletes it from the cache if this user may no longer see it. */
async function pageFromNetwork(request, signal) {
  const response = await fetch(request, { signal });
  const pages = await caches.open(PAGES);
  const { pathname } = new URL(request.url);
  if (response.ok && !response.redirected) await pages.put(pathname, response.clone());
  else if (response.status < 500) await pages.delete(pathname);
  if (response.status >= 500) throw new Error(`The server answered ${response.status}.`);
  return response;
}
