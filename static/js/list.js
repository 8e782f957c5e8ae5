// One's own edits: cards that are pending are followed, and redrawn by the server when they have ended.

import "./endless.js";
import "./selection.js";
import { isSoon, LATER, needsNewPage, OVER, readStatus, repeat, SOON, unseen } from "./poll.js";

// As many as one question may name.
const MOST = 100;
const list = document.querySelector(".cards");
const pendingCards = () => [...document.querySelectorAll(".card[data-state]")].slice(0, MOST);
const idOf = (card) => card.id.replace("edit-", "");
const asked = (cards) => new URLSearchParams(cards.map((card) => ["id", idOf(card)]));
const drawnUnseen = [];
let following = false;

function show(card, status) {
  if (status.state === "unconfirmed") return;
  card.querySelector("progress").value = status.progress;
  // A batch has one estimate, and its cards say where each of them is.
  card.querySelector("[data-words]").textContent = document.querySelector("[data-batch]") ? status.label : status.text;
}

async function redraw(cards) {
  const query = asked(cards);
  const batch = new URLSearchParams(location.search).get("batch");
  if (batch) query.set("batch", batch);
  const page = new DOMParser().parseFromString(await (await fetch(`?${query}`, { headers: unseen() })).text(), "text/html");
  if (document.hidden) drawnUnseen.push(...cards.map((card) => card.id));
  for (const card of cards) {
    const fresh = page.getElementById(card.id);
    const isChosen = card.querySelector("input:checked");
    card.replaceWith(fresh ?? "");
    if (isChosen && fresh) fresh.querySelector("input").checked = true;
  }
  const progress = page.querySelector("[data-batch]");
  if (progress) document.querySelector("[data-batch]")?.replaceWith(progress);
  document.dispatchEvent(new CustomEvent("cards-changed"));
}

async function look() {
  const cards = pendingCards();
  let isAlmostReady = false;
  if (cards.length) {
    const { edits } = await readStatus(`${list.dataset.statuses}?${asked(cards)}`);
    isAlmostReady = edits.some(isSoon);
    const known = new Map(edits.map((status) => [status.id, status]));
    const isOver = (card) => !known.has(idOf(card)) || needsNewPage(card.dataset.state, known.get(idOf(card)));
    const over = cards.filter(isOver);
    for (const card of cards) if (!over.includes(card)) show(card, known.get(idOf(card)));
    if (over.length) await redraw(over);
  }
  following = pendingCards().length > 0;
  if (!following) return OVER;
  return isAlmostReady ? SOON : LATER;
}

function follow() {
  if (following || !pendingCards().length) return;
  following = true;
  repeat(look);
}

// On a phone the filters are one row; the chosen one may be scrolled out of view.
const chosen = [...document.querySelectorAll(".chip[aria-current]")].pop();
if (chosen) chosen.closest("ul").scrollLeft = chosen.offsetLeft - chosen.closest("ul").offsetLeft;
follow();
document.addEventListener("cards-changed", follow);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !drawnUnseen.length) return;
  redraw(drawnUnseen.splice(0).map((id) => document.getElementById(id)).filter(Boolean));
});
