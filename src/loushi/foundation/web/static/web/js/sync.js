// Sending what was kept, and taking pages along. The same rules on every page; nothing happens by
// loading this file.
import { dropItem, getItem, itemsOf, keepPage, meta, putItem } from "./store.js";

const body = document.body.dataset;
const words = document.querySelector("[data-offline-bar]")?.dataset || {};
export const user = body.user || "";
export const supported = "serviceWorker" in navigator && "indexedDB" in window && "caches" in window && isSecureContext;
export const fill = (text, values) => (text || "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
export const withoutLine = () => !navigator.onLine;
export const changed = () => document.dispatchEvent(new CustomEvent("loushi:items"));
export const strip = (text) => document.dispatchEvent(new CustomEvent("loushi:strip", { detail: { text, key: "sync" } }));

// ---- sending --------------------------------------------------------------------------------------
const BATCH = 20;
let again = 5000;
let timer;
export async function sync() {
  if (!supported || !user || withoutLine()) return;
  await navigator.locks.request("loushi-sync", { ifAvailable: true }, async (lock) => {
    if (lock) await send();
  });
}
async function send() {
  let done = 0;
  try {
    if (!(await itemsOf(user)).some(isReady)) return;
    const who = await ask("/offline/session/");
    if (!who) { strip(body.wordSession); return; }
    if (who.user !== user) return; // somebody else is logged in: nothing of this person is sent
    for (;;) {
      const items = (await itemsOf(user)).filter(isReady).slice(0, BATCH);
      if (!items.length) break;
      for (const item of items) await putItem({ ...item, state: "unsure", tries: item.tries + 1 });
      const answer = await ask("/offline/sync/", who.token, { items: items.map(plain) });
      if (!answer) {
        for (const item of items) await putItem({ ...item, state: item.state });
        strip(body.wordSession);
        return;
      }
      let stuck = 0;
      for (const one of answer.items) {
        const item = await getItem(one.key);
        if (!item) continue;
        if (one.state === "done" || one.state === "already") { done += 1; await dropItem(one.key); }
        else if (one.state === "failed") { stuck += 1; await putItem({ ...item, answer: one, later: Date.now() + 60000 }); }
        else await putItem({ ...item, state: one.state === "foreign" ? "waiting" : one.state, answer: one });
        if (one.state === "foreign") return;
      }
      if (stuck === items.length) break;
    }
    again = 5000;
  } catch {
    clearTimeout(timer);
    timer = setTimeout(sync, again);
    again = Math.min(again * 2, 120000);
  } finally {
    if (done) strip(fill(words.sent, { n: done }));
    changed();
  }
}
const isReady = (item) => ["waiting", "unsure"].includes(item.state) && !(item.later > Date.now());
const plain = ({ key, user: owner, appointment, kind, target, payload_version, row_version, recorded_at, fields, unchanged }) =>
  ({ key, user: owner, appointment, kind, target, payload_version, row_version, recorded_at, fields, unchanged });
// The answer; null where the session has ended. Everything else that is no answer is an error.
async function ask(address, token, data) {
  const response = await fetch(address, {
    method: data ? "POST" : "GET",
    headers: { Accept: "application/json", ...(data ? { "Content-Type": "application/json", "X-CSRFToken": token } : {}) },
    body: data ? JSON.stringify(data) : undefined,
    credentials: "same-origin",
    redirect: "error",
    signal: AbortSignal.timeout(30000),
  });
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(String(response.status));
  return response.json();
}

// ---- taking along ---------------------------------------------------------------------------------
export async function partsOnOffer() {
  const answer = await ask("/offline/pack/");
  return answer?.user === user ? answer.parts : [];
}
export async function take(part, tell = () => {}) {
  let count = 0;
  let failed = 0;
  const next = [...part.addresses];
  const fetchOne = async () => {
    for (let address = next.shift(); address; address = next.shift()) {
      try {
        const response = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin", redirect: "error" });
        if (response.ok) await keepPage(user, address, response); else failed += 1;
      } catch { failed += 1; }
      tell(++count, part.addresses.length);
    }
  };
  await Promise.all([fetchOne(), fetchOne()]);
  const pack = (await meta.get("pack")) || { parts: {} };
  const parts = { ...pack.parts, [part.code]: { label: part.label, at: Date.now(), pages: part.addresses.length - failed } };
  await meta.set("pack", { ...pack, parts, user, start: pack.start || part.addresses[0] });
  return failed;
}
