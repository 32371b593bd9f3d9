// The service worker: the shell from its cache, pages from the network first and from what was
// taken along if there is none; a form that cannot be sent is kept. VERSION, SHELL and store.js
// stand before this text (device.worker).
const SHELL_CACHE = `loushi-shell-${VERSION}`;
const PATIENCE = 8000; // milliseconds until a page that was taken along is shown instead

addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(SHELL_CACHE);
    await cache.addAll(SHELL.map((address) => new Request(address, { cache: "reload" })));
    await skipWaiting();
  })());
});
addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("loushi-shell-") && name !== SHELL_CACHE) await caches.delete(name);
    }
    await sweepPages((await meta.get("session"))?.user || "");
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.mode === "navigate") {
    event.respondWith(request.method === "POST" ? sendForm(request) : showPage(request, address));
  } else if (request.method === "GET" && address.pathname.startsWith("/static/")) {
    event.respondWith(showFile(request));
  }
});

async function showFile(request) {
  const cache = await caches.open(SHELL_CACHE);
  const found = await cache.match(request);
  if (found) return found;
  try {
    return await fetch(request);
  } catch (error) {
    // A page that was taken along before an upgrade asks for the files of then.
    const other = await cache.match(request, { ignoreSearch: true });
    if (other) return other;
    throw error;
  }
}

async function keptPage(address) {
  const known = await meta.get("session");
  if (!known?.user) return null;
  const cache = await caches.open(pagesOf(known.user));
  const found = await cache.match(address.pathname, { ignoreSearch: true });
  if (!found) return null;
  if (Date.now() - keptAt(found) <= DAY) return found;
  await cache.delete(address.pathname);
  return null;
}

async function showPage(request, address) {
  const kept = await keptPage(address).catch(() => null);
  try {
    if (!kept) return await fetch(request);
    return await Promise.race([
      fetch(request),
      new Promise((_, reject) => setTimeout(() => reject(new Error("slow")), PATIENCE)),
    ]);
  } catch {
    if (kept) return kept;
    const start = address.pathname === "/" && (await meta.get("pack").catch(() => null))?.start;
    if (start) return Response.redirect(start, 302);
    return (await caches.match("/offline/shell/")) || Response.error();
  }
}

async function sendForm(request) {
  const copy = request.clone();
  try {
    return await fetch(request);
  } catch {
    // The answer is missing, perhaps only the answer: the key of the form makes it one save.
    try {
      const fields = [...(await copy.formData())].filter((pair) => typeof pair[1] === "string");
      const mark = fields.find((pair) => pair[0] === "offline_item");
      const known = await meta.get("session");
      const item = mark && JSON.parse(mark[1]);
      if (item && known?.user === item.user) {
        await keepItem({ ...item, fields: fields.filter((pair) => !["offline_item", "csrfmiddlewaretoken"].includes(pair[0])) });
        await putItem({ ...(await getItem(item.key)), state: "unsure" });
        return Response.redirect(item.next || "/offline/", 303);
      }
    } catch { /* not a form that can be kept */ }
    return (await caches.match("/offline/shell/")) || Response.error();
  }
}
