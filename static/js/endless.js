// The next page of cards, fetched when the end comes near. The link to it stays what it is: the way on without scripts, or when
// something fails, and after some pages a button, so that the footer can be reached.

import { holdLastRow } from "./last-row.js";
import { keepPlace, place } from "./list-place.js";

const AUTOMATIC = 5;
const NEAR = "400px";
const root = document.documentElement;
const list = document.querySelector(".cards");
const older = () => document.querySelector(".older");
const added = [];
let automatic = AUTOMATIC;
let busy = false;
let hasFailed = false;

const words = document.createElement("p");
words.className = "visually-hidden";
words.setAttribute("role", "status");

const observer = new IntersectionObserver(
  ([entry]) => {
    if (!entry.isIntersecting || !automatic || busy) return;
    automatic -= 1;
    more().catch(giveUp);
  },
  { rootMargin: NEAR },
);

const arrange = () => holdLastRow(list, Boolean(older()) && !hasFailed);

function watch() {
  observer.disconnect();
  // Where a button waits to be pressed, no gap may be above it.
  list.classList.toggle("is-paused", !automatic);
  arrange();
  if (older()) observer.observe(older());
}

/** A page could not be fetched: show what is there, and leave the link for loading more. */
function giveUp() {
  hasFailed = true;
  observer.disconnect();
  arrange();
}

async function pageAt(address) {
  const response = await fetch(address);
  if (!response.ok || response.redirected) throw new Error(`page ${response.status}`);
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Add the cards of `page`, and take its link to older ones instead of the present one. */
function append(page, address) {
  const cards = [...page.querySelectorAll(".cards > li")];
  list.append(...cards);
  added.push(address);
  older()?.replaceWith(page.querySelector(".older") ?? "");
  return cards;
}

/** Whatever is below the list is out of sight while it is pushed down. */
async function whileBelowIsHidden(task) {
  if (busy) return null;
  busy = true;
  root.classList.add("is-loading-cards");
  try {
    return await task();
  } finally {
    busy = false;
    // Only in a later frame than the one that pushed it down, and not into the next page's turn.
    requestAnimationFrame(() => requestAnimationFrame(() => root.classList.toggle("is-loading-cards", busy)));
  }
}

/** Add the next page. The cards that can be seen now and could not before, or null while another page is on its way. */
function more() {
  return whileBelowIsHidden(async () => {
    const address = older().querySelector("a").href;
    const page = await pageAt(address);
    const [heldBack, text] = [[...list.querySelectorAll(".is-held-back")], older().dataset.older];
    const cards = append(page, address);
    words.textContent = text.replace("{count}", cards.length);
    document.dispatchEvent(new CustomEvent("cards-changed"));
    return [...heldBack, ...cards];
  });
}

/** All pages that were here when the reader left, and the place on them. */
function restore({ pages, top }) {
  return whileBelowIsHidden(async () => {
    const found = await Promise.all(pages.map(pageAt));
    found.forEach((page, index) => append(page, pages[index]));
    document.dispatchEvent(new CustomEvent("cards-changed"));
    scrollTo({ top, behavior: "instant" });
  });
}

async function showMore(link) {
  automatic = AUTOMATIC;
  hasFailed = false;
  try {
    (await more())?.[0]?.querySelector("a, input")?.focus();
  } catch {
    location.assign(link.href);
  }
}

async function start() {
  list.after(words);
  keepPlace(() => added);
  document.addEventListener("cards-changed", watch);
  new ResizeObserver(arrange).observe(list);
  if (place?.pages.length) await restore(place).catch(() => {});
  watch();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".older a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  showMore(link);
});
if (list) start();
