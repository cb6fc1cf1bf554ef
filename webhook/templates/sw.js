// The service worker: where there is no network, the page with the emergency numbers is there.
// Only that page and files with a version in their address are kept; answers never are.

const PAGE = {{ page | tojson }};
const FILES = {{ urls | tojson }};
const CACHE = "askscience-{{ version }}";
const WEEK = 7 * 24 * 3600 * 1000; // the danger cards on the page may have changed by then

self.addEventListener("install", event => {
  event.waitUntil(caches.open(CACHE).then(cache => cache.addAll([PAGE].concat(FILES))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", event => {
  const old = name => name.startsWith("askscience-") && name !== CACHE;
  event.waitUntil(caches.keys()
    .then(names => Promise.all(names.filter(old).map(name => caches.delete(name))))
    .then(() => self.clients.claim()));
});

async function renew() {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(PAGE);
  if (kept && Date.now() - new Date(kept.headers.get("Date")) < WEEK) return;
  await cache.add(PAGE);
}

async function page(event) {
  try {
    const fresh = await fetch(event.request);
    event.waitUntil(renew().catch(() => {}));
    return fresh;
  } catch (error) {
    return await caches.match(PAGE) || Response.error();
  }
}

async function file(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok) (await caches.open(CACHE)).put(request, fresh.clone());
  return fresh;
}

self.addEventListener("fetch", event => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && !url.pathname.startsWith("/console")) event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/") && url.searchParams.has("v")) event.respondWith(file(event.request));
});
