// The page of one edit: follows it while it is pending, puts what the server draws of it in its place, and copies links.

import { compare } from "./compare.js";
import { needsNewPage, readStatus, repeat } from "./poll.js";

const live = document.querySelector("[data-live]");
const panel = () => document.querySelector("[data-status-url]");
let title = document.title;

function announce(text) {
  // A live region that is written again with the same words may be read aloud again.
  if (live.textContent !== text) live.textContent = text;
}

function showStages(current) {
  panel().querySelectorAll("[data-stage]").forEach((stage, index) => {
    stage.dataset.stage = index < current ? "done" : index === current ? "current" : "todo";
    if (index === current) stage.setAttribute("aria-current", "step");
    else stage.removeAttribute("aria-current");
    // The estimate changes every second; only new stages are worth an announcement.
    if (index === current) announce(stage.textContent);
  });
}

function show(status) {
  panel().querySelector("progress").value = status.progress;
  panel().querySelector("[data-words]").textContent = status.text;
  showStages(status.stage);
  document.title = `(${Math.round(status.progress)}%) ${title}`;
}

/** A long list of versions begins with the one that is looked at in view. */
function showVersion() {
  const current = document.querySelector(".versions [aria-current]");
  const list = current?.closest("ol");
  if (list) list.scrollTop = current.offsetTop - list.clientHeight / 2;
}

function showTitle(news) {
  document.title = document.hidden && news ? news : title;
  if (document.hidden) document.addEventListener("visibilitychange", () => showTitle(), { once: true });
}

async function replace(change) {
  const isCalm = document.hidden || matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isCalm || !document.startViewTransition) change();
  else await document.startViewTransition(change).updateCallbackDone;
}

/** Only the server can draw another state; its page replaces this one's middle, and the place on the page is kept. */
async function drawAnew(status) {
  const answer = await fetch(location.href, { cache: "no-store" });
  if (!answer.ok || answer.redirected) return location.reload();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const news = status.state === "succeeded" && panel().dataset.ready;
  const old = document.querySelector("[data-edit]");
  const hadFocus = old.contains(document.activeElement);
  await replace(() => {
    old.replaceWith(page.querySelector("[data-edit]"));
    compare();
  });
  if (hadFocus) document.getElementById("main").focus({ preventScroll: true });
  document.querySelector("link[rel=icon]").setAttribute("href", page.querySelector("link[rel=icon]").getAttribute("href"));
  title = page.title;
  showTitle(news);
  announce(status.text);
  showVersion();
  document.dispatchEvent(new CustomEvent("cards-changed"));
}

async function look() {
  const status = await readStatus(panel().dataset.statusUrl);
  if (needsNewPage(panel().dataset.state, status)) await drawAnew(status);
  else if (status.state !== "unconfirmed") show(status);
  return !panel();
}

async function copy(button) {
  const field = button.closest("[data-link]").querySelector("input");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without TLS there is no clipboard but the selection's.
    document.execCommand("copy");
  }
  button.querySelector("span").textContent = button.dataset.copied;
  announce(button.dataset.copied);
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-copy]");
  if (button) copy(button);
});
showVersion();
if (panel()) repeat(look);
