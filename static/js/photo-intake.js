// Photos come from the picker or the camera, or are dropped or pasted anywhere.

import { say } from "./errors.js";
import { add, MOST, photos } from "./photos.js";

const root = document.querySelector("[data-photo]");
const [input, camera] = root.querySelectorAll("[type=file]");
const notice = root.querySelector("[data-too-many]");
let isBesides = false;

export function take(files) {
  if (!files.length || input.matches(":disabled")) return;
  const left = add(files, isBesides || photos.length > 1);
  notice.textContent = left ? say(notice.dataset.tooMany, { most: MOST, left }) : "";
}

/** Take the pictures that were dropped or pasted or, if there are none, one file, whose problem will be explained. */
function takeAnyOf(files) {
  const images = [...files].filter((file) => file.type.startsWith("image/"));
  take(images.length ? images : [...files].slice(0, 1));
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
let depth = 0;
function mark(change) {
  depth = Math.max(0, depth + change);
  document.documentElement.classList.toggle("is-dragging", depth > 0);
}
addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
addEventListener("drop", (event) => {
  mark(-depth);
  if (!carriesFiles(event)) return;
  event.preventDefault();
  takeAnyOf(event.dataTransfer.files);
});
addEventListener("paste", (event) => {
  // Words copied from a document can bring a picture of themselves along.
  const isForField = event.target.matches("input, textarea") && event.clipboardData.types.includes("text/plain");
  if (!isForField) takeAnyOf(event.clipboardData.files);
});

for (const picker of [input, camera]) {
  picker.addEventListener("change", () => take(picker.files));
  picker.addEventListener("click", () => {
    // The same file again is a choice, too.
    picker.value = "";
    isBesides = false;
  });
}
camera.previousElementSibling.addEventListener("click", () => camera.click());
root.querySelector("[data-more]").addEventListener("click", () => {
  input.click();
  isBesides = true;
});
input.multiple = true;
// A browser that restores the form after "back" restores the file, too.
take(input.files);
