// What stands on this device: records that are not sent yet (items) and what is known about the
// person (meta), in IndexedDB; pages in a cache of each person. Everything carries the user's id.
// The service worker gets this file, too (without "export").
const DAY = 24 * 60 * 60 * 1000;

export function openStore() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open("loushi", 1);
    asked.onupgradeneeded = () => {
      const items = asked.result.createObjectStore("items", { keyPath: "key" });
      items.createIndex("user", "user");
      asked.result.createObjectStore("meta", { keyPath: "id" });
    };
    asked.onsuccess = () => {
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
}
let opened;
async function work(name, mode, act) {
  opened ||= openStore();
  const base = await opened;
  return new Promise((resolve, reject) => {
    const change = base.transaction(name, mode);
    const asked = act(change.objectStore(name));
    change.oncomplete = () => resolve(asked?.result);
    change.onerror = () => reject(change.error);
    change.onabort = () => reject(change.error);
  });
}

export const meta = {
  get: (id) => work("meta", "readonly", (store) => store.get(id)),
  set: (id, value) => work("meta", "readwrite", (store) => store.put({ id, ...value })),
  drop: (id) => work("meta", "readwrite", (store) => store.delete(id)),
};

// In the order in which they were recorded; never those of somebody else.
export async function itemsOf(user) {
  if (!user) return [];
  const found = await work("items", "readonly", (store) => store.index("user").getAll(user));
  return found.sort((one, other) => one.order - other.order);
}
export const getItem = (key) => work("items", "readonly", (store) => store.get(key));
export const dropItem = (key) => work("items", "readwrite", (store) => store.delete(key));
export const putItem = (item) => work("items", "readwrite", (store) => store.put(item));

// Keeps a form. A room has one result on a device: recording it again replaces what was not sent.
export async function keepItem(item) {
  const others = await itemsOf(item.user);
  const last = others.length ? others[others.length - 1].order : 0;
  const again = others.find((one) => one.key === item.key);
  const same = item.kind === "room" && others.find((one) => one.kind === "room"
    && one.target === item.target && one.state === "waiting" && one.key !== item.key);
  if (same) await dropItem(same.key);
  await putItem({ ...item, order: again?.order ?? Math.max(Date.now(), last + 1), state: "waiting", tries: 0, answer: null });
}

// ---- pages ---------------------------------------------------------------------------------------
export const pagesOf = (user) => `loushi-pages-${user}`;
export const keptAt = (response) => Number(response.headers.get("X-Kept-At")) || 0;

export async function keepPage(user, address, response) {
  const now = Date.now();
  const text = (await response.text()).replace("<html ", `<html data-kept="${now}" `);
  const cache = await caches.open(pagesOf(user));
  await cache.put(address, new Response(text, { headers: { "Content-Type": "text/html; charset=utf-8", "X-Kept-At": String(now) } }));
}

// Pages older than a day go, and all pages of anybody else.
export async function sweepPages(user) {
  for (const name of await caches.keys()) {
    if (!name.startsWith("loushi-pages-")) continue;
    if (name !== pagesOf(user)) { await caches.delete(name); continue; }
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const found = await cache.match(request);
      if (!found || Date.now() - keptAt(found) > DAY) await cache.delete(request);
    }
  }
}

// What logging out leaves behind: nothing but records that were not sent.
export async function forget() {
  for (const name of await caches.keys()) if (name.startsWith("loushi-pages-")) await caches.delete(name);
  for (const id of ["session", "pack"]) await meta.drop(id);
}
