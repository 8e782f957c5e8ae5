// One's own edits: cards that are pending are followed, and drawn anew by the server when they have ended.

import { needsNewPage, readStatus, repeat } from "./poll.js";

const pendingCards = () => [...document.querySelectorAll("[data-status-url]")];

function show(card, status) {
  if (status.state === "unconfirmed") return;
  card.querySelector("progress").value = status.progress;
  card.querySelector("[data-words]").textContent = status.text;
}

async function redraw(ids) {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  for (const id of ids) document.getElementById(id).replaceWith(page.getElementById(id) ?? "");
  document.dispatchEvent(new CustomEvent("cards-changed"));
}

async function look() {
  const changed = [];
  for (const card of pendingCards()) {
    const status = await readStatus(card.dataset.statusUrl);
    if (needsNewPage(card.dataset.state, status)) changed.push(card.id);
    else show(card, status);
  }
  if (changed.length) await redraw(changed);
  return pendingCards().length === 0;
}

if (pendingCards().length) repeat(look);
