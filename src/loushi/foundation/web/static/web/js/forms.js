// Forms: drafts, counters, uploads, one submission only, a word before leaving.
const words = document.body.dataset;
const user = words.user || "guest";
const PREFIX = "loushi-draft:";

// ---- drafts: <form data-draft="demand-new"> -----------------------------------------------------
// Kept per person on this machine; purged on submission and on logging out.
const keyOf = (form) => `${PREFIX}${user}:${form.dataset.draft}:${location.pathname}`;
const kept = (field) => field.name && field.name !== "csrfmiddlewaretoken"
  && !["password", "file", "hidden", "submit", "button"].includes(field.type);

function read(form) {
  const values = {};
  for (const field of form.elements) {
    if (!kept(field)) continue;
    if (field.type === "checkbox" || field.type === "radio") {
      if (field.checked) (values[field.name] ||= []).push(field.value);
    } else if (field.value) {
      (values[field.name] ||= []).push(field.value);
    }
  }
  return values;
}
function write(form, values) {
  for (const field of form.elements) {
    if (!kept(field) || !(field.name in values)) continue;
    const list = values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = list.includes(field.value);
    else if (field.multiple) for (const option of field.options) option.selected = list.includes(option.value);
    else field.value = list[0];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
const store = {
  get(key) { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or private */ } },
  drop(key) { try { localStorage.removeItem(key); } catch { /* private */ } },
};
function purge() {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${PREFIX}${user}:`)) localStorage.removeItem(key);
    }
  } catch { /* private */ }
}
function setUpDraft(form) {
  const key = keyOf(form);
  const sign = document.querySelector(`[data-draft-sign="${form.dataset.draft}"]`);
  const say = (at) => {
    if (!sign) return;
    const time = new Date(at);
    sign.textContent = `${words.wordKept} ${String(time.getHours()).padStart(2, "0")}:${String(time.getMinutes()).padStart(2, "0")}`;
  };
  // What the server sends back with errors is newer than the draft.
  const draft = store.get(key);
  if (draft && !form.querySelector(".field-wrong, .error-summary")) {
    write(form, draft.values);
    say(draft.at);
  }
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const at = Date.now();
      store.set(key, { at, values: read(form) });
      say(at);
    }, 600);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    // Purged when the next page shows that it was accepted: another page than this form.
    sessionStorage.setItem("loushi-sent", key);
  });
}
const sent = sessionStorage.getItem("loushi-sent");
if (sent) {
  const again = [...document.querySelectorAll("form[data-draft]")].some((form) => keyOf(form) === sent);
  const refused = document.querySelector(".error-summary, .field-wrong, .calm");
  const login = location.pathname === words.login;
  if (!login && !refused) store.drop(sent);
  if (!login && (!again || !refused)) sessionStorage.removeItem("loushi-sent");
}
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-purge]")) purge();
});

// ---- counters: <span data-counter="id_text" data-max="1000"> ------------------------------------
function setUpCounter(sign) {
  const field = document.getElementById(sign.dataset.counter);
  if (!field) return;
  const max = Number(sign.dataset.max);
  const show = () => {
    const count = [...field.value].length;
    sign.textContent = count > max ? `${words.wordOver} ${count - max} · ${count} / ${max}` : `${count} / ${max}`;
    sign.style.fontWeight = count > max ? "700" : "";
  };
  field.addEventListener("input", show);
  show();
}

// ---- uploads: the list of chosen files, dropping them on the zone -------------------------------
function size(bytes) {
  return bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}
function setUpUpload(box) {
  const input = box.querySelector('input[type="file"]');
  const list = box.querySelector("[data-upload-list]");
  const zone = box.querySelector(".upload-drop");
  if (!input || !list) return;
  const show = () => {
    const files = [...input.files];
    const limit = Number(box.dataset.limit) || 9;
    const bytes = (Number(box.dataset.megabytes) || 20) * 1048576;
    list.replaceChildren(...files.map((file) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.textContent = file.name;
      const meta = document.createElement("span");
      meta.className = "meta";
      meta.textContent = file.size > bytes ? `${size(file.size)} · ${words.wordOver}` : size(file.size);
      row.append(name, meta);
      return row;
    }));
    const wrong = files.length > limit || files.some((file) => file.size > bytes);
    input.setCustomValidity(wrong ? words.wordFiles : "");
    if (wrong) input.reportValidity();
  };
  input.addEventListener("change", show);
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, () => zone.classList.add("is-over"));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, () => zone.classList.remove("is-over"));
}

// ---- password: <button data-show="id_password"> -------------------------------------------------
function setUpShow(button) {
  const field = document.getElementById(button.dataset.show);
  if (!field) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.textContent = shown ? words.wordShow : words.wordHide;
    button.setAttribute("aria-pressed", String(!shown));
    field.focus();
  });
}

// ---- one submission only; a word before leaving unsaved work ------------------------------------
const dirty = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-guard]")) dirty.add(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  dirty.delete(form);
  if (form.method !== "post" || form.hasAttribute("data-again")) return;
  if (form.classList.contains("is-sending")) {
    event.preventDefault();
    return;
  }
  form.classList.add("is-sending");
  setTimeout(() => form.classList.remove("is-sending"), 8000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.is-sending")) form.classList.remove("is-sending");
});
addEventListener("beforeunload", (event) => {
  if (![...dirty].some((form) => form.isConnected)) return;
  event.preventDefault();
  event.returnValue = words.wordLeave;
});
document.addEventListener("htmx:afterRequest", (event) => {
  event.target.closest?.("form")?.classList.remove("is-sending");
});

// ---- a select or a chip that filters at once: <form data-auto> ----------------------------------
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-auto]")) form.requestSubmit();
});

// ---- a long list of ticks, narrowed by typing: <fieldset data-narrow>
function setUpNarrow(box) {
  const field = box.querySelector("[data-narrow-text]");
  const sign = box.querySelector("[data-narrow-sign]");
  const items = [...box.querySelectorAll("[data-narrow-item]")].map((label) => (
    { label, tick: label.querySelector("input"), text: label.textContent.toLowerCase() }
  ));
  const fits = (item, parts) => parts.every((part) => item.text.includes(part));
  const parts = () => field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const show = () => {
    const wanted = parts();
    let shown = 0;
    for (const item of items) {
      const found = fits(item, wanted);
      shown += found;
      item.label.hidden = !found;
    }
    const ticked = items.filter((item) => item.tick.checked).length;
    sign.textContent = sign.dataset.words.replace("{shown}", shown).replace("{ticked}", ticked);
  };
  field.addEventListener("input", show);
  box.addEventListener("change", show);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !["Enter", "ArrowDown", "Escape"].includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Escape") {
      field.value = "";
      show();
    } else {
      const wanted = parts();
      items.find((item) => fits(item, wanted))?.tick.focus();
    }
  });
  for (const button of box.querySelectorAll("[data-narrow-all]")) {
    button.addEventListener("click", () => {
      for (const item of items) if (!item.label.hidden) item.tick.checked = button.dataset.narrowAll === "on";
      field.form?.dispatchEvent(new Event("input", { bubbles: true }));
      show();
    });
  }
  field.closest("[hidden]").hidden = false;
  show();
}

function setUp(scope) {
  const each = (mark, act) => {
    for (const element of scope.querySelectorAll(mark)) {
      if (element.dataset.ready) continue;
      element.dataset.ready = "yes";
      act(element);
    }
  };
  each("form[data-draft]", setUpDraft);
  each("[data-counter]", setUpCounter);
  each("[data-upload]", setUpUpload);
  each("[data-show]", setUpShow);
  each("[data-narrow]", setUpNarrow);
}
setUp(document);
document.addEventListener("htmx:load", (event) => setUp(event.detail.elt.parentElement || document));
