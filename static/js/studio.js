// The studio, the page of one edit: it follows what is pending, sends the next instruction and walks the versions, all without
// leaving. The server draws every state; its page takes the place of this one's parts.

import { compose } from "./composer.js";
import { bringLateChanges } from "./late-changes.js";
import { isSoon, LATER, needsNewPage, OVER, readStatus, repeat, SOON } from "./poll.js";
import { asUsual, offerSharing } from "./studio-actions.js";
import { announce, draw, markProgress, redraw } from "./studio-draw.js";
import { listenToKeys } from "./studio-keys.js";

const studio = document.querySelector("[data-studio]");
const { statuses } = studio.dataset;
const form = document.querySelector("[data-composer]");
const panel = () => studio.querySelector("[data-status-url]");
const here = () => studio.querySelector("[data-version][aria-current]")?.dataset.version;
let following = false;
let isAlmostReady = false;

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
  markProgress(status.progress);
}

/** The edit that is looked at; returns whether the page was redrawn. */
async function lookHere() {
  const { state, statusUrl, ready } = panel().dataset;
  const status = await readStatus(statusUrl);
  isAlmostReady = isSoon(status);
  // Somebody may have gone to another version meanwhile.
  if (panel()?.dataset.statusUrl !== statusUrl) return true;
  if (!needsNewPage(state, status)) {
    if (status.state !== "unconfirmed") show(status);
    return false;
  }
  await redraw({ news: status.state === "succeeded" && ready });
  announce(status.text);
  return true;
}

/** Pending versions besides that one, in the tree and in the grid. */
function others() {
  const found = studio.querySelectorAll("[data-version][data-state]:not([aria-current]), [data-variation]");
  return new Map([...found].map((element) => [element.dataset.version ?? element.dataset.variation, element.dataset.state]));
}

async function lookAtOthers() {
  const pending = others();
  const query = new URLSearchParams([...pending.keys()].map((id) => ["id", id]));
  const { edits } = await readStatus(`${statuses}?${query}`);
  isAlmostReady ||= edits.some(isSoon);
  for (const { id, text } of edits) {
    const words = studio.querySelector(`[data-variation="${id}"] [data-words]`);
    if (words) words.textContent = text;
  }
  const isOver = edits.length < pending.size || edits.some((status) => needsNewPage(pending.get(status.id), status));
  if (isOver) await redraw();
}

async function look() {
  isAlmostReady = false;
  const isDrawn = panel() && (await lookHere());
  if (!isDrawn && statuses && others().size) await lookAtOthers();
  following = Boolean(panel() || (statuses && others().size));
  if (!following) return OVER;
  return isAlmostReady ? SOON : LATER;
}

function follow() {
  if (following || !(panel() || (statuses && others().size))) return;
  following = true;
  repeat(look);
}

/** The next instruction is sent from here, and the page of the new edit replaces this one. */
function startComposer() {
  let job = {};
  const composer = compose(form, {
    jobs: () => [job],
    async sent(_, { url, edits }) {
      job = {};
      composer.clear();
      await draw(edits.length > 1 ? `${url}?grid` : url, { push: true });
      follow();
    },
  });
  if (matchMedia("(hover: hover) and (pointer: fine)").matches && !location.hash) {
    form.elements.prompt.focus({ preventScroll: true });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-to-words]");
    if (!link) return;
    event.preventDefault();
    composer.fill(new URL(link.href).searchParams.get("prompt"));
  });
}

asUsual(studio, follow);
if (form) {
  listenToKeys(studio, here);
  startComposer();
}
addEventListener("popstate", () => draw(location.href).then(follow));
// Another tab may have sent something meanwhile.
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && form && !following) redraw({ onlyTree: true }).then(follow);
});
follow();
offerSharing();
bringLateChanges();
document.addEventListener("cards-changed", offerSharing);
document.addEventListener("cards-changed", bringLateChanges);
