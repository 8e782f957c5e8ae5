// The forms of the review queue, sent without leaving the page. The server answers as it does without scripts, with the page that
// follows, and what is new in it is taken over here. The next pairs are in the page already: a decision shows one at once.

import { openLightbox } from "./lightbox.js";
import { followKeys } from "./review-keys.js";
import { prepare, setView } from "./pair-views.js";

const LOOK_AGAIN = 60_000;
// A pair that was in view for less was not looked at: the key was meant for the one before.
const LEAST_LOOK_MS = 250;

const queue = document.querySelector("[data-review]");
const pairs = queue.querySelector("[data-pairs]");
const empty = queue.querySelector("[data-empty]");
const said = queue.querySelector("[data-said]");
const last = queue.querySelector("[data-last]");
const panel = queue.querySelector("[data-reject]");
const reasons = panel.querySelector("form");
const leaving = new Set();
let presented = null;
let focusedBefore = null;
let line = Promise.resolve();

function present() {
  const pair = pairs.firstElementChild;
  const id = pair?.dataset.pair ?? "";
  for (const each of pairs.children) each.hidden = each !== pair;
  for (const input of queue.querySelectorAll("[data-id]")) input.value = id;
  for (const button of queue.querySelectorAll("[value=approve], [value=skip], [value=reject]")) button.disabled = !pair;
  panel.inert = !pair;
  queue.querySelector("[value=undo]").disabled = !last.value && !leaving.size;
  queue.querySelector("[data-open]").toggleAttribute("href", Boolean(pair));
  if (pair) queue.querySelector("[data-open]").href = pair.dataset.job;
  empty.hidden = Boolean(pair) || leaving.size > 0;
  // An answer that arrives late must not close what was opened for the same pair.
  if (id !== presented) closePanel();
  if (id !== presented && pair) waitUntilSeen(pair);
  presented = id;
}

/** Both pictures are on the screen for a moment before anything can be decided. */
async function waitUntilSeen(pair) {
  queue.removeAttribute("data-seen");
  await Promise.allSettled([...pair.querySelectorAll("figure img:not(.pair-map)")].map((picture) => picture.decode()));
  setTimeout(() => queue.toggleAttribute("data-seen", presented === pair.dataset.pair), LEAST_LOOK_MS);
}

function closePanel() {
  const hadFocus = panel.contains(document.activeElement);
  panel.open = false;
  reasons.reset();
  // What is no longer seen keeps the focus until the next frame, and a key in between would count as typed there.
  if (hadFocus) focusedBefore ? focusedBefore.focus({ preventScroll: true }) : document.activeElement.blur();
  focusedBefore = null;
}

function openPanel() {
  // The "toggle" event comes late: a quick reviewer has already chosen a reason, or begun to type.
  if (reasons.contains(document.activeElement)) return;
  focusedBefore = document.activeElement === document.body ? null : document.activeElement;
  reasons.querySelector("input[type=radio]").focus();
}

/** Take over what is new in a page of the server's; the pair that is looked at stays. */
function takeOver(page, isUndo) {
  const fresh = page.querySelector("[data-review]");
  if (!fresh) return location.reload();
  queue.querySelector("[data-progress]").innerHTML = fresh.querySelector("[data-progress]").innerHTML;
  empty.innerHTML = fresh.querySelector("[data-empty]").innerHTML;
  last.value = fresh.querySelector("[data-last]").value;
  const news = fresh.querySelector("[data-said]");
  if (news.textContent.trim()) said.replaceChildren(...news.childNodes);
  const shown = isUndo ? null : presented;
  const nodes = [...fresh.querySelectorAll("[data-pair]")].filter((pair) => !leaving.has(pair.dataset.pair));
  const known = new Map([...pairs.children].map((pair) => [pair.dataset.pair, pair]));
  const wanted = nodes.map((pair) => known.get(pair.dataset.pair) ?? prepare(document.adoptNode(pair)));
  wanted.sort((one, other) => (other.dataset.pair === shown) - (one.dataset.pair === shown));
  if (wanted.some((pair, place) => pair !== pairs.children[place]) || wanted.length !== pairs.children.length) {
    pairs.replaceChildren(...wanted);
  }
  present();
}

async function ask(data) {
  const answer = await fetch(location.href, data ? { method: "POST", body: data } : {});
  if (!answer.ok) throw new Error(`answer ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Open the panel again with the reason that did not arrive. */
function reopenPanel(data) {
  panel.open = true;
  for (const name of ["reason", "words"]) reasons.elements[name].value = data.get(name) ?? "";
}

function decide(data) {
  const pair = pairs.firstElementChild;
  const id = pair.dataset.pair;
  leaving.add(id);
  pair.remove();
  present();
  line = line.then(async () => {
    try {
      const page = await ask(data);
      leaving.delete(id);
      takeOver(page, false);
    } catch {
      leaving.delete(id);
      pairs.prepend(pair);
      said.textContent = queue.dataset.lost;
      present();
      if (data.get("action") === "reject") reopenPanel(data);
    }
  });
}

function undo(data) {
  line = line.then(async () => {
    // Whatever was decided a moment ago has been answered by now.
    data.set("last", last.value);
    try {
      takeOver(await ask(data), true);
    } catch {
      said.textContent = queue.dataset.lost;
    }
  });
}

/** Keeps the claims, and finds what has come meanwhile. */
function lookAgain() {
  if (document.hidden || leaving.size) return;
  line = line.then(async () => takeOver(await ask(), false)).catch(() => {});
}

queue.addEventListener("submit", (event) => {
  event.preventDefault();
  const data = new FormData(event.target, event.submitter);
  const isUnexplained = data.get("action") === "reject" && !data.get("reason") && !data.get("words").trim();
  if (isUnexplained) return panel.querySelector("input[type=radio]").focus();
  if (data.get("action") === "undo") undo(data);
  else if (!queue.hasAttribute("data-seen")) said.textContent = queue.dataset.tooQuick;
  else if (pairs.firstElementChild) decide(data);
});

panel.addEventListener("toggle", () => panel.open && openPanel());
panel.querySelector("[data-leave]").addEventListener("click", closePanel);
queue.querySelector("[data-look]").addEventListener("click", () => pairs.firstElementChild && openLightbox(pairs.firstElementChild.dataset));
for (const button of queue.querySelectorAll("[data-show]")) button.addEventListener("click", () => setView(queue, button.dataset.show));
for (const part of queue.querySelectorAll("[data-needs-js]")) part.hidden = false;
for (const pair of pairs.children) prepare(pair);
followKeys(queue, panel, closePanel);
setInterval(lookAgain, LOOK_AGAIN);
document.addEventListener("visibilitychange", lookAgain);
present();
