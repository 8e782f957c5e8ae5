// Puts the server's page of an edit in the place of the one that is shown; what is being typed stays as it is.

import { compare } from "./compare.js";
import { unseen } from "./poll.js";

const PARTS = ["[data-view]", "[data-start]", "[data-side]"];
const live = document.querySelector("[data-live]");
let title = document.title;
let latest = 0;
let asked = 0;

export function announce(text) {
  // A live region that is written again with the same words may be read aloud again.
  if (live.textContent !== text) live.textContent = text;
}

export function markProgress(percent) {
  document.title = `(${Math.round(percent)}%) ${title}`;
}

function showTitle(news) {
  document.title = document.hidden && news ? news : title;
  if (document.hidden) document.addEventListener("visibilitychange", () => showTitle(), { once: true });
}

/** A long list of versions begins with the one that is looked at in view; on a phone it is a strip. */
function showVersion() {
  const current = document.querySelector(".versions [aria-current]");
  const list = current?.closest("ol");
  if (!list) return;
  list.scrollTop = current.offsetTop - list.clientHeight / 2;
  list.scrollLeft = current.offsetLeft - list.clientWidth / 2;
}

async function replace(change) {
  const isCalm = document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isCalm || !document.startViewTransition) change();
  else await document.startViewTransition(change).updateCallbackDone;
}

/** Restore the focus to the counterpart of what had it, or to the page if there is none. */
function focusKeeper() {
  const { activeElement: old } = document;
  if (!old.closest(PARTS.join())) return () => {};
  const { version, mode } = old.dataset;
  const name = version ? `[data-version="${version}"]` : mode ? `[data-mode="${mode}"]` : "#main";
  return () => (document.querySelector(name) ?? document.getElementById("main")).focus({ preventScroll: true });
}

function exchange(page, parts) {
  const open = [...document.querySelectorAll("[data-side] details[id][open]")].map(({ id }) => id);
  const keepFocus = focusKeeper();
  // What somebody is working on is taken along.
  for (const kept of document.querySelectorAll("[data-keep]:has(details[open])")) {
    page.querySelector(`[data-keep="${kept.dataset.keep}"]`)?.replaceWith(kept);
  }
  for (const part of parts) document.querySelector(part)?.replaceWith(page.querySelector(part) ?? "");
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  compare();
  keepFocus();
  showVersion();
}

function takeHead(page, news) {
  const icon = "link[rel=icon]";
  document.querySelector(icon).setAttribute("href", page.querySelector(icon).getAttribute("href"));
  title = page.title;
  showTitle(news);
}

/** Draw the page at `address` here, as somebody asked for. `push`: it is another place to come back to. */
export async function draw(address, { push = false } = {}) {
  asked += 1;
  try {
    await show(address, { push });
  } finally {
    asked -= 1;
  }
}

/**
 * What is shown here has changed: draw it again. `news`: the page title while the tab is hidden; `onlyTree`: leave the picture
 * alone.
 */
export async function redraw({ news, onlyTree = false } = {}) {
  // A navigation that is under way is not interrupted.
  if (!asked) await show(location.href, { news, onlyTree });
}

async function show(address, { push = false, news, onlyTree = false }) {
  const mine = ++latest;
  const answer = await fetch(address, { cache: "no-store", headers: { Accept: "text/html", ...unseen() } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (mine !== latest) return;
  // A page of another kind, such as the sign-in page, is loaded as it is.
  if (!page.querySelector("[data-studio]")) return location.assign(answer.url);
  if (push) history.pushState({}, "", answer.url);
  await replace(() => exchange(page, onlyTree ? ["[data-side]"] : PARTS));
  takeHead(page, news);
  document.dispatchEvent(new CustomEvent("cards-changed"));
}

showVersion();
