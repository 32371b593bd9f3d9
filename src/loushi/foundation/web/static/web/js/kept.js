// The page of what stands on this device: records that wait, what was refused, both sides of a
// conflict, and what was taken along.
import { dropItem, getItem, itemsOf, meta, putItem } from "./store.js";
import { fill, partsOnOffer, sync, take, withoutLine } from "./sync.js";

const page = document.querySelector("[data-kept-page]");
const user = document.body.dataset.user || "";
const words = page.dataset;
const time = (at) => new Date(at).toLocaleString(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
const part = (id) => document.getElementById(id).content.cloneNode(true).firstElementChild;
const put = (box, name, text) => { box.querySelector(`[data-${name}]`).textContent = text; };
const STATES = { waiting: words.waiting, unsure: words.unsure, refused: words.refused, conflict: words.conflict, editing: words.editing };

function sides(box, item) {
  const theirs = item.answer?.theirs || {};
  const mine = item.fields.filter(([name, value]) => value && !(item.unchanged || []).includes(name)
    && !["version", "stamp", "key", "f"].includes(name) && !name.endsWith("-kind"));
  const labels = JSON.parse(words.fields);
  const named = (name) => labels[name.replace(/^\w+-/, "")] || labels[name];
  const outcomes = JSON.parse(words.outcomes);
  const metres = (name) => (/(^|-)area$/.test(name) ? " ㎡" : "");
  const say = ([name, value]) => (named(name) ? `${named(name)}：${outcomes[value] || value}${metres(name)}` : "");
  const list = box.querySelector("[data-mine]");
  for (const text of mine.map(say).filter(Boolean)) list.append(line(text));
  const other = box.querySelector("[data-theirs]");
  if (theirs.by) other.append(line(`${theirs.by}　${theirs.at ? time(theirs.at) : ""}`));
  for (const name of ["outcome", "note", "area", "state"]) if (theirs[name]) other.append(line(say([name, theirs[name]])));
  for (const tenant of theirs.tenants || []) {
    const lease = tenant.lease_until && `${labels.lease_until} ${tenant.lease_until}`;
    other.append(line([tenant.name, tenant.area && `${tenant.area} ㎡`, lease].filter(Boolean).join(" · ")));
  }
  if (!other.children.length) other.append(line(item.answer?.message || ""));
  box.querySelector("[data-take-mine]").hidden = theirs.version === undefined;
}
function line(text) {
  const row = document.createElement("p");
  row.textContent = text;
  return row;
}

function show(item) {
  const box = part("kept-item");
  box.dataset.key = item.key;
  put(box, "label", item.label);
  put(box, "when", [time(item.recorded_at), item.what, item.appointment].filter(Boolean).join(" · "));
  put(box, "state", STATES[item.state] || "");
  const errors = box.querySelector("[data-errors]");
  const told = item.state === "refused" || item.state === "conflict" || item.answer?.state === "failed";
  if (told) for (const error of item.answer?.errors || [{ message: item.answer?.message }]) errors.append(line(error.message));
  const edit = box.querySelector("[data-edit]");
  edit.href = `${item.action}?kept=${item.key}`;
  edit.hidden = item.state === "unsure" || (item.state === "conflict" && item.answer?.theirs?.version !== undefined);
  if (item.state === "conflict") {
    box.querySelector("[data-sides]").hidden = false;
    sides(box, item);
  }
  return box;
}
async function showAll() {
  const items = await itemsOf(user);
  document.getElementById("kept-items").replaceChildren(...items.map(show));
  document.getElementById("kept-none").hidden = items.length > 0;
  document.getElementById("kept-send").hidden = !items.length || withoutLine();
}
document.addEventListener("click", async (event) => {
  const box = event.target.closest("[data-key]");
  const item = box && await getItem(box.dataset.key);
  if (!item || item.user !== user) return;
  if (event.target.closest("[data-drop]")) {
    if (box.dataset.sure) { await dropItem(item.key); document.dispatchEvent(new CustomEvent("loushi:items")); return; }
    box.dataset.sure = "yes";
    event.target.closest("[data-drop]").textContent = words.sure;
  } else if (event.target.closest("[data-take-theirs]")) {
    await dropItem(item.key);
    document.dispatchEvent(new CustomEvent("loushi:items"));
  } else if (event.target.closest("[data-take-mine]")) {
    const { version, stamp = "" } = item.answer.theirs;
    const fields = item.fields.map(([name, value]) => [name, name === "version" ? String(version) : name === "stamp" ? stamp : value]);
    await putItem({ ...item, fields, row_version: String(version), state: "waiting", answer: null });
    await sync();
  }
});

async function showParts() {
  const place = document.getElementById("kept-parts");
  const pack = await meta.get("pack");
  const held = pack?.user === user ? pack.parts : {};
  const offered = withoutLine() ? [] : await partsOnOffer();
  const known = offered.length ? offered : Object.entries(held).map(([code, one]) => ({ code, label: one.label, addresses: [] }));
  place.replaceChildren(...known.map((one) => {
    const box = part("kept-part");
    put(box, "label", one.label);
    const at = held[one.code]?.at;
    put(box, "state", at ? fill(words.taken, { at: time(at), n: held[one.code].pages }) : fill(words.pages, { n: one.addresses.length }));
    const button = box.querySelector("button");
    button.hidden = !one.addresses.length;
    button.addEventListener("click", async () => {
      button.disabled = true;
      const failed = await take(one, (done, all) => put(box, "state", fill(words.taking, { n: done, all })));
      button.disabled = false;
      await showParts();
      if (failed) put(box, "state", fill(words.failed, { n: failed }));
    });
    return box;
  }));
  document.getElementById("kept-no-parts").hidden = known.length > 0;
}
document.addEventListener("loushi:items", showAll);
addEventListener("online", () => { showAll(); showParts(); });
addEventListener("offline", showAll);
showAll();
showParts().catch(() => { /* no line and nothing taken along */ });
