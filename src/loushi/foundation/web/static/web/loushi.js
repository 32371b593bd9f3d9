// Dialogs, menus, confirmation, strips. Everything here is an addition: pages work without it.
const root = document.documentElement;
root.classList.add("js");
const words = document.body.dataset;

// ---- strips: a calm line at the foot of the page ------------------------------------------------
function strip(text, key = "") {
  const area = document.getElementById("toasts");
  if (!area || !text) return;
  const same = key && area.querySelector(`[data-key="${key}"]`);
  const box = same || document.createElement("div");
  box.className = "toast";
  box.dataset.key = key;
  const words_ = document.createElement("span");
  words_.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button-link push";
  close.textContent = words.wordClose;
  close.addEventListener("click", () => box.remove());
  box.replaceChildren(words_, close);
  if (!same) area.append(box);
}
function clearStrip(key) {
  document.querySelector(`#toasts [data-key="${key}"]`)?.remove();
}
document.addEventListener("loushi:strip", (event) => strip(event.detail.text, event.detail.key));
document.addEventListener("loushi:clear", (event) => clearStrip(event.detail.key));

// ---- dialogs: <a data-dialog="id"> or <button data-dialog="id"> ---------------------------------
function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return false;
  dialog.showModal();
  dialog.querySelector("[autofocus], .field :is(input, select, textarea)")?.focus();
  return true;
}
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener && openDialog(opener.dataset.dialog)) {
    event.preventDefault();
    return;
  }
  if (event.target.closest("[data-close]")) {
    event.target.closest("dialog")?.close();
  } else if (event.target instanceof HTMLDialogElement) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right
      && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
});
// A dialog that the server rendered open (its form has errors) becomes a modal one.
for (const dialog of document.querySelectorAll("dialog[open]")) {
  dialog.removeAttribute("open");
  dialog.showModal();
}

// ---- menus: only one open, Escape and a click outside close it ----------------------------------
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// ---- tabs: on a narrow screen the open one is in sight ------------------------------------------
for (const tab of document.querySelectorAll(".tabs-list > [aria-current]")) {
  const list = tab.parentElement;
  list.scrollLeft += tab.getBoundingClientRect().left - list.getBoundingClientRect().left
    - (list.clientWidth - tab.offsetWidth) / 2;
}

// ---- confirmation: data-confirm="sentence" on a form or a button --------------------------------
function ask(sentence) {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", words.wordAsk);
  const body = document.createElement("p");
  body.className = "dialog-body";
  body.textContent = sentence;
  const foot = document.createElement("form");
  foot.method = "dialog";
  foot.className = "dialog-foot";
  for (const [value, text, look] of [["", words.wordBack, ""], ["yes", words.wordSure, " button-primary"]]) {
    const button = document.createElement("button");
    button.className = `button${look}`;
    button.value = value;
    button.textContent = text;
    foot.append(button);
  }
  dialog.append(body, foot);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      done(dialog.returnValue === "yes");
      dialog.remove();
    });
  });
}
document.addEventListener("submit", async (event) => {
  const sentence = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (!sentence || event.target.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (await ask(sentence)) {
    event.target.dataset.confirmed = "yes";
    event.target.requestSubmit(event.submitter);
    delete event.target.dataset.confirmed;
  }
}, true);
document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  ask(event.detail.question).then((yes) => yes && event.detail.issueRequest(true));
});

// ---- the summary of errors takes the focus, so that it is read first ----------------------------
document.querySelector("[data-focus]")?.focus();

// ---- copy: <button data-copy="text"> ------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  if (button.dataset.copied) strip(button.dataset.copied, "copied");
});
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
}
