// The review grid: a pair in full screen, the number selected, select all, and a range with Shift.

import { openLightbox } from "./lightbox.js";

const boxes = [...document.querySelectorAll("[data-choice]")];
const all = document.querySelector("[data-all]");
const count = document.querySelector("[data-count]");
let latest = null;

function tell() {
  const chosen = boxes.filter((box) => box.checked).length;
  count.textContent = count.dataset.text.replace("{count}", chosen);
  for (const button of document.querySelectorAll("[data-needs-choice]")) button.disabled = !chosen;
  if (!all) return;
  all.checked = chosen > 0 && chosen === boxes.length;
  all.indeterminate = chosen > 0 && chosen < boxes.length;
}

for (const box of boxes) {
  box.addEventListener("click", (event) => {
    const [from, to] = [boxes.indexOf(latest), boxes.indexOf(box)].sort((one, other) => one - other);
    if (event.shiftKey && from >= 0) for (const between of boxes.slice(from, to)) between.checked = box.checked;
    latest = box;
    tell();
  });
}
all?.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
  tell();
});
for (const button of document.querySelectorAll("[data-look]")) {
  button.addEventListener("click", () => openLightbox(button.dataset));
}
document.getElementById("grid-form").addEventListener("submit", (event) => {
  const { reason, words } = event.target.elements;
  if (event.submitter?.value !== "reject" || reason.value || words.value.trim()) return;
  // The server would refuse it, and the page that it sends has nothing selected.
  event.preventDefault();
  reason.setCustomValidity(reason.dataset.missing);
  reason.reportValidity();
  reason.setCustomValidity("");
});
for (const part of document.querySelectorAll("[data-needs-js]")) part.hidden = false;
tell();
