// The page of one edit: follows it while it is pending.

import "./compare.js";
import { needsNewPage, readStatus, repeat } from "./poll.js";

const panel = document.querySelector("[data-status-url]");
const plainTitle = document.title;

function announce(text) {
  const region = panel.querySelector("[data-live]");
  // A live region that is written again with the same words may be read aloud again.
  if (region.textContent !== text) region.textContent = text;
}

function showStages(current) {
  panel.querySelectorAll("[data-stage]").forEach((stage, index) => {
    stage.dataset.stage = index < current ? "done" : index === current ? "current" : "todo";
    if (index === current) stage.setAttribute("aria-current", "step");
    else stage.removeAttribute("aria-current");
    if (index === current) announce(stage.textContent);
  });
}

function show(status) {
  panel.querySelector("progress").value = status.progress;
  panel.querySelector("[data-words]").textContent = status.text;
  showStages(status.stage);
  document.title = `(${Math.round(status.progress)}%) ${plainTitle}`;
}

function reloadWhenSeen() {
  if (!document.hidden) location.reload();
  else document.addEventListener("visibilitychange", () => location.reload(), { once: true });
}

async function look() {
  const status = await readStatus(panel.dataset.statusUrl);
  if (!needsNewPage(panel.dataset.state, status)) {
    if (status.state !== "unconfirmed") show(status);
    return false;
  }
  document.title = status.state === "succeeded" ? panel.dataset.ready : plainTitle;
  reloadWhenSeen();
  return true;
}

if (panel) repeat(look);
