// Several photos for one instruction: a small picture of each, with its state.

import { photos, remove, show, shown } from "./photos.js";

const section = document.querySelector(".many");
const [list, template, fixAll] = ["ul", "template", "[data-fix-all]"].map((name) => section.querySelector(name));
const items = new Map();

function made(photo) {
  const item = template.content.firstElementChild.cloneNode(true);
  const [choose, discard] = item.querySelectorAll("button");
  item.querySelector("img").src = photo.url;
  item.querySelector("[data-name]").textContent = photo.file.name;
  choose.addEventListener("click", () => show(photo));
  discard.addEventListener("click", () => {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    remove(photo);
    next.querySelector("[data-remove]").focus();
  });
  items.set(photo, item);
  list.append(item);
  return item;
}

function draw(photo) {
  const item = items.get(photo) ?? made(photo);
  const state = photo.state || (photo.isBroken ? "broken" : photo.changes ? "fixed" : "");
  item.dataset.state = state;
  item.querySelector("[data-words]").textContent = section.dataset[state] ?? "";
  item.querySelector("[data-show]").setAttribute("aria-pressed", photo === shown);
  item.querySelector("[data-remove]").hidden = state === "sent";
  const progress = item.querySelector("progress");
  progress.hidden = state !== "sending";
  progress.value = photo.progress ?? 0;
}

addEventListener("photos-changed", () => {
  for (const [photo, item] of items) if (!photos.includes(photo)) item.remove() ?? items.delete(photo);
  photos.forEach(draw);
  section.hidden = photos.length < 2;
  fixAll.hidden = photos.filter((photo) => photo.isFixable).length < 2;
});
fixAll.addEventListener("click", () => {
  for (const photo of photos) if (photo.isFixable) photo.change({});
  list.querySelector("button").focus();
});
