// Every button of the review queue has a key, and shows it. No key does anything while somebody types.

import { setView } from "./pair-views.js";

const TYPING = "input:not([type=radio], [type=range], [type=checkbox]), textarea, select, [contenteditable]";
const STEP = 4;

export function followKeys(queue, panel, closePanel) {
  const moveLine = (event, direction) => {
    const range = queue.querySelector("[data-pair]:not([hidden]) [data-slider]");
    if (!range) return;
    const isNative = event.target === range;
    setView(queue, "slider");
    if (isNative) return;
    event.preventDefault();
    range.value = Number(range.value) + direction * STEP;
    range.dispatchEvent(new Event("input"));
  };
  const others = {
    v: () => setView(queue, queue.dataset.view === "side" ? "slider" : "side"),
    c: () => setView(queue, queue.dataset.view === "map" ? "side" : "map"),
    arrowleft: (event) => moveLine(event, -1),
    arrowright: (event) => moveLine(event, 1),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const key = event.key.toLowerCase();
    const isTyping = event.target.closest(TYPING) !== null;
    if (panel.open) return followPanel(panel, closePanel, event, key, isTyping);
    if (isTyping) return;
    const button = /^[a-z]$/.test(key) && queue.querySelector(`:not([inert]) > [data-key=${key}]`);
    if (button) {
      event.preventDefault();
      // A key that is held down decides once.
      if (!event.repeat) button.click();
    } else others[key]?.(event);
  });
}

function followPanel(panel, closePanel, event, key, isTyping) {
  const reasons = panel.querySelectorAll("input[type=radio]");
  const words = panel.querySelector("input[name=words]");
  if (key === "escape") closePanel();
  else if (!isTyping && /^[1-9]$/.test(key)) choose([...reasons, words][key - 1], event);
  else if (key === "enter" && !panel.contains(event.target)) panel.querySelector("button[value=reject]").click();
}

function choose(input, event) {
  event.preventDefault();
  if (input?.type === "radio") input.checked = true;
  input?.focus();
}
