// Works without a network: keeps forms on this device, sends them when there is a line, and says so.
// No background sync: on load, when the line comes back, by button.
import { forget, getItem, itemsOf, keepItem, meta, putItem, sweepPages } from "./store.js";
import { fill, partsOnOffer, strip, supported, sync, take, user, withoutLine } from "./sync.js";

const bar = document.querySelector("[data-offline-bar]");
const words = bar?.dataset || {};
const keptPage = Number(document.documentElement.dataset.kept) || 0;
const newKey = () => crypto.randomUUID().replaceAll("-", "");

// ---- the line of words on top --------------------------------------------------------------------
function dayWord(time) {
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  const days = Math.round((start - new Date(time).setHours(0, 0, 0, 0)) / 86400000);
  if (days <= 0) return words.today;
  return days === 1 ? words.yesterday : new Date(time).toLocaleDateString(document.documentElement.lang, { month: "numeric", day: "numeric" });
}
async function showBar() {
  if (!bar) return;
  const items = await itemsOf(user);
  const days = new Map();
  for (const item of items) days.set(dayWord(item.recorded_at), (days.get(dayWord(item.recorded_at)) || 0) + 1);
  const list = [...days].map(([day, count]) => `${day} ${count}`).join(words.comma);
  const held = items.filter((item) => ["refused", "conflict"].includes(item.state)).length;
  const off = withoutLine();
  bar.hidden = !off && !items.length;
  bar.querySelector("[data-bar-title]").textContent = off ? words.off : held ? words.held : words.waiting;
  let text = "";
  if (items.length) text = fill(off ? words.some : held ? words.someHeld : words.someOn, { n: items.length, days: list, held });
  else if (off) text = keptPage ? fill(words.none, { at: new Date(keptPage).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }) }) : words.noneNew;
  bar.querySelector("[data-bar-text]").textContent = text;
  const link = bar.querySelector("[data-bar-link]");
  link.hidden = !items.length;
  link.textContent = fill(words.see, { n: items.length });
  bar.querySelector("[data-sync-now]").hidden = off || !items.length;
  mark(items);
}

// ---- what is not sent yet, on the pages where it belongs ------------------------------------------
function mark(items) {
  const pill = document.getElementById("pill-waiting");
  for (const old of document.querySelectorAll("[data-sign]")) {
    old.closest("li")?.classList.remove("is-kept");
    old.remove();
  }
  if (!pill) return;
  for (const item of items) {
    for (const place of document.querySelectorAll(`[data-item-place="${item.kind}-${item.target}"]`)) {
      const sign = pill.content.cloneNode(true).firstElementChild;
      sign.dataset.sign = item.key;
      const link = sign.querySelector("a");
      if (link) link.href = `${item.action}?kept=${item.key}`;
      place.append(sign);
      place.closest("li")?.classList.add("is-kept");
    }
  }
}

// ---- forms: <form data-offline="room" data-target="7" data-label="…" data-next="/…"> --------------
function describe(form, submitter) {
  const fields = [...new FormData(form, submitter || undefined)].filter(([name, value]) => typeof value === "string"
    && !["csrfmiddlewaretoken", "offline_item"].includes(name));
  const unchanged = form.dataset.kept ? JSON.parse(form.dataset.kept) : untouched(form);
  const key = form.elements.key?.value || newKey();
  return {
    key,
    user,
    appointment: words.appointment || "",
    kind: form.dataset.offline,
    target: Number(form.dataset.target),
    action: location.pathname,
    label: form.dataset.label || "",
    what: submitter?.textContent.trim() || "",
    next: form.dataset.next || "/offline/",
    payload_version: Number(form.dataset.payload) || 1,
    row_version: form.elements.version?.value || "",
    recorded_at: new Date().toISOString(),
    unchanged,
    fields,
  };
}
// Only what the page showed and nobody touched; where a person chose among several, it is theirs.
function untouched(form) {
  const same = (field) => {
    if (field.type === "radio" || field.type === "checkbox" || field.type === "hidden") return false;
    if (field.tagName === "SELECT") return [...field.options].every((option) => option.selected === option.defaultSelected)
      || (field.selectedIndex === 0 && ![...field.options].some((option) => option.defaultSelected));
    return field.value === field.defaultValue;
  };
  const kept = [...form.elements].filter((field) => field.name && field.closest("[data-registered]") && same(field));
  return [...new Set(kept.map((field) => field.name))];
}
async function keep(form, submitter) {
  const item = describe(form, submitter);
  await keepItem(item);
  form.dispatchEvent(new CustomEvent("loushi:kept", { bubbles: true }));
  sessionStorage.setItem("loushi-kept", item.label);
  location.assign(form.dataset.kept ? "/offline/" : item.next);
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!supported || !user || event.defaultPrevented || !form.matches("form[data-offline]")) return;
  const asksMore = event.submitter && /^(more|.*-gone)$/.test(event.submitter.name);
  if (asksMore) return;
  if (withoutLine() || form.dataset.kept) {
    event.preventDefault();
    event.stopImmediatePropagation();
    keep(form, event.submitter).catch(() => strip(words.full));
    return;
  }
  // With a line the form is sent as always; if it breaks, the service worker keeps it.
  let mark_ = form.querySelector('input[name="offline_item"]');
  if (!mark_) {
    mark_ = document.createElement("input");
    mark_.type = "hidden";
    mark_.name = "offline_item";
    form.append(mark_);
  }
  const { fields, ...rest } = describe(form, event.submitter);
  mark_.value = JSON.stringify(rest);
}, true);

// Blocks of a form that are fetched with a line come from <template data-block="demand"> without.
document.addEventListener("click", (event) => {
  const button = event.target.closest("form[data-offline] button[hx-get]");
  if (!button || !(withoutLine() || button.form?.dataset.kept)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (/-gone$/.test(button.name)) button.closest(".finding")?.remove();
  else addBlock(button.form, button.value);
}, true);
function addBlock(form, kind, token = newKey().slice(0, 8)) {
  const template = document.querySelector(`template[data-block="${kind}"]`);
  const place = document.getElementById("findings");
  if (!template || !place) return;
  const box = document.createElement("div");
  box.innerHTML = template.innerHTML.replaceAll("TOKEN", token);
  const block = box.firstElementChild;
  place.append(block);
  block.querySelector("textarea, select, input:not([type=hidden])")?.focus();
}

// A page from the cache carries the key of then: every record gets a key of its own.
async function prepare(form) {
  const asked = new URLSearchParams(location.search).get("kept");
  const item = asked && await getItem(asked);
  if (item && item.user === user && item.state !== "unsure") await fillIn(form, item);
  else if (form.elements.key && keptPage) form.elements.key.value = newKey();
}
async function fillIn(form, item) {
  await putItem({ ...item, state: "editing", since: Date.now() });
  form.dataset.kept = JSON.stringify(item.unchanged || []);
  for (const [name, value] of item.fields) {
    if (name.endsWith("-kind") && !form.elements[name]) addBlock(form, value, name.slice(0, -5));
  }
  for (const error of item.answer?.errors || []) askNote(form, error);
  const boxes = [...form.elements].filter((field) => ["radio", "checkbox"].includes(field.type));
  for (const field of boxes) field.checked = item.fields.some(([name, value]) => name === field.name && value === field.value);
  for (const [name, value] of item.fields) {
    for (const field of form.elements) {
      if (field.name !== name || boxes.includes(field) || field.type === "submit") continue;
      field.value = value;
    }
  }
  // What was touched before stays the person's; what is touched now becomes it.
  form.addEventListener("input", (event) => {
    form.dataset.kept = JSON.stringify(JSON.parse(form.dataset.kept).filter((name) => name !== event.target.name));
  });
  for (const details of form.querySelectorAll("details")) {
    if (details.querySelector("input, select, textarea")) details.open = true;
  }
  const first = form.querySelector("[data-kept-errors]");
  for (const error of item.answer?.errors || []) {
    if (!first || error.field.startsWith("notes.")) continue;
    const line = document.createElement("p");
    line.textContent = error.message;
    first.append(line);
    first.hidden = false;
  }
}
function askNote(form, error) {
  if (!error.field.startsWith("notes.")) return;
  const place = form.querySelector("[data-kept-errors]");
  if (!place) return;
  place.hidden = false;
  const name = `why-${error.field.slice(6)}`;
  const label = document.createElement("label");
  label.className = "field-label";
  label.textContent = error.message;
  const field = document.createElement("input");
  field.className = "control";
  field.name = field.id = name;
  field.maxLength = 200;
  label.htmlFor = name;
  place.append(label, field);
}

async function takePlan() {
  const pack = await meta.get("pack");
  const last = pack?.user === user ? pack.parts?.plan?.at || 0 : 0;
  if (Date.now() - last < 30 * 60 * 1000) return;
  const parts = await partsOnOffer();
  const plan_ = parts.find((part) => part.code === "plan");
  if (plan_) await take(plan_);
}

// ---- logging out ----------------------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!supported || !form.matches("[data-purge]") || form.dataset.sure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  leave(form).catch(() => { form.dataset.sure = "yes"; form.submit(); });
}, true);
async function leave(form) {
  const items = await itemsOf(user);
  const dialog = document.getElementById("leave-with-items");
  const go = async () => {
    await forget();
    form.dataset.sure = "yes";
    form.requestSubmit();
  };
  if (!items.length || !dialog) { await go(); return; }
  dialog.querySelector("[data-leave-text]").textContent = fill(words.leave, { n: items.length });
  dialog.querySelector("[data-leave-go]").onclick = go;
  dialog.querySelector("[data-leave-send]").onclick = async () => {
    dialog.close();
    await sync();
    if (!(await itemsOf(user)).length) await go();
    else location.assign("/offline/");
  };
  dialog.showModal();
}

// ---- at the start ---------------------------------------------------------------------------------
async function start() {
  if (!supported) return;
  const known = await meta.get("session");
  if (user && !keptPage && known?.user !== user) {
    await sweepPages(user);
    await meta.drop("pack");
    await meta.set("session", { user, at: Date.now() });
  } else if (known?.user) await sweepPages(known.user);
  if (!user) return;
  await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
  for (const form of document.querySelectorAll("form[data-offline]")) await prepare(form);
  for (const item of await itemsOf(user)) {
    const abandoned = item.state === "editing" && !new URLSearchParams(location.search).has("kept");
    if (abandoned) await putItem({ ...item, state: "waiting" });
  }
  const label = sessionStorage.getItem("loushi-kept");
  if (label !== null) {
    sessionStorage.removeItem("loushi-kept");
    strip(fill(words.kept, { label }));
  }
  await showBar();
  await sync();
  if (bar && !withoutLine()) await takePlan();
}
document.addEventListener("loushi:items", showBar);
addEventListener("online", () => { showBar(); sync(); });
addEventListener("offline", showBar);
document.addEventListener("click", (event) => { if (event.target.closest("[data-sync-now]")) sync(); });
start().catch(() => { /* private mode: everything works with a line, as before */ });
