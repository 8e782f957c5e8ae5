// On every page: times in the reader's zone, holding a card shows its photo before the edit, and no form is sent twice.

import "./connection.js";
import "./menus.js";
import "./ready.js";

function localTimes() {
  for (const time of document.querySelectorAll("time[data-style]")) {
    const style = time.dataset.style === "date" ? { dateStyle: "medium" } : { dateStyle: "medium", timeStyle: "short" };
    time.textContent = new Intl.DateTimeFormat(document.documentElement.lang, style).format(new Date(time.dateTime));
  }
}

function holdToSeeBefore() {
  const HOLD_MS = 250;
  let held = null;
  let timer = 0;
  const release = () => {
    clearTimeout(timer);
    held?.classList.remove("is-held");
  };
  document.addEventListener("pointerdown", (event) => {
    held = null;
    const card = event.pointerType === "mouse" ? null : event.target.closest?.(".card-picture.has-both");
    if (!card) return;
    timer = setTimeout(() => {
      held = card;
      card.classList.add("is-held");
    }, HOLD_MS);
  });
  document.addEventListener("pointerup", release);
  document.addEventListener("pointercancel", release);
  document.addEventListener("contextmenu", (event) => held && event.preventDefault());
  document.addEventListener("click", (event) => {
    if (held?.closest("a")?.contains(event.target)) event.preventDefault();
    held = null;
  });
}

function fillInSignIn() {
  const button = document.querySelector("button[data-username]");
  button?.addEventListener("click", () => {
    document.getElementById("id_username").value = button.dataset.username;
    document.getElementById("id_password").value = button.dataset.password;
    button.form?.querySelector("[type=submit]")?.focus();
  });
}

/** Photos, words and regions that were not sent are nobody else's business. */
function forgetOnSignOut() {
  document.addEventListener("submit", ({ target }) => {
    if (!target.hasAttribute("data-sign-out")) return;
    indexedDB.deleteDatabase("reword");
    for (const key of Object.keys(sessionStorage)) if (key.startsWith("reword.")) sessionStorage.removeItem(key);
  });
}

function sendOnce() {
  const sent = new Set();
  addEventListener("submit", (event) => {
    // A download leaves the page as it is, and can be asked for again.
    if (event.defaultPrevented || event.submitter?.hasAttribute("data-download")) return;
    if (sent.has(event.target)) event.preventDefault();
    sent.add(event.target);
  });
  addEventListener("pageshow", () => sent.clear());
}

/** Nothing of notifications is loaded before somebody has asked for them. */
function notifications() {
  const load = () => import("./news.js");
  if (localStorage.getItem("reword.notify") !== null) load();
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-notify]");
    if (button) load().then(({ toggle }) => toggle(button));
  });
}

// For what a phone shares; only where the connection is secure.
navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
localTimes();
document.addEventListener("cards-changed", localTimes);
holdToSeeBefore();
fillInSignIn();
forgetOnSignOut();
sendOnce();
notifications();
