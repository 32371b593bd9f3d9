// Keyboard: / search, J K move, Enter opens, N new, ? help. Never while somebody types.
const typing = (target) => target instanceof Element
  && (target.closest("input, textarea, select, [contenteditable], dialog[open]") !== null);

let cursor = -1;
const items = () => [...document.querySelectorAll("[data-item]")].filter((item) => item.offsetParent !== null);

function move(step) {
  const rows = items();
  if (!rows.length) return;
  const known = rows.findIndex((row) => row.classList.contains("is-cursor"));
  const selected = rows.findIndex((row) => row.classList.contains("selected"));
  cursor = known >= 0 ? known : selected >= 0 ? selected : step > 0 ? -1 : rows.length;
  cursor = Math.min(rows.length - 1, Math.max(0, cursor + step));
  rows.forEach((row, index) => row.classList.toggle("is-cursor", index === cursor));
  const link = rows[cursor].querySelector("a[href]");
  link?.focus({ preventScroll: true });
  rows[cursor].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const acts = {
    "/": () => document.querySelector("[data-find]")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    Enter: () => {
      const row = document.querySelector("[data-item].is-cursor");
      if (!row || row.contains(document.activeElement)) return false;
      row.querySelector("a[href]")?.click();
    },
    n: () => document.querySelector("[data-key-new]")?.click(),
    "?": () => document.getElementById("shortcuts")?.showModal(),
  };
  const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (act && act() !== false) event.preventDefault();
});
