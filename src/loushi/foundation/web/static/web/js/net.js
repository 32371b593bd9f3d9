// What htmx cannot know: sessions that ended, refusals, and a network that is gone.
const words = document.body.dataset;
const say = (text, key) => document.dispatchEvent(new CustomEvent("loushi:strip", { detail: { text, key } }));
const clear = (key) => document.dispatchEvent(new CustomEvent("loushi:clear", { detail: { key } }));

function plain(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return (page.body.textContent || "").replace(/\s+/g, " ").trim().slice(0, 300);
}

document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  if (xhr.status === 401) {
    const here = encodeURIComponent(location.pathname + location.search);
    say(words.wordSession, "session");
    // The server usually names the page itself (HX-Redirect); this is for when it does not.
    if (!xhr.getResponseHeader("HX-Redirect") && words.login) location.assign(`${words.login}?next=${here}`);
    return;
  }
  if (xhr.status === 429 || (xhr.status >= 400 && xhr.status < 500)) {
    const type = xhr.getResponseHeader("Content-Type") || "";
    say(type.includes("html") ? plain(xhr.responseText) : words.wordFailed, "refused");
    return;
  }
  say(words.wordFailed, "failed");
});
document.addEventListener("htmx:sendError", () => say(words.wordOffline, "offline"));
document.addEventListener("htmx:timeout", () => say(words.wordOffline, "offline"));
document.addEventListener("htmx:afterOnLoad", () => clear("failed"));
// Who records outside has a bar of its own (offline.js), which says more.
const hasBar = document.querySelector("[data-offline-bar]");
addEventListener("offline", () => { if (!hasBar) say(words.wordOffline, "offline"); });
addEventListener("online", () => clear("offline"));
if (!navigator.onLine && !hasBar) say(words.wordOffline, "offline");
