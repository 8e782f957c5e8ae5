// A pair as large as the screen, zoomed and moved as on the page of an edit: by buttons, keys, wheel and fingers.

import { zoom } from "../compare-zoom.js";

const dialog = document.querySelector("[data-lightbox]");
const body = document.querySelector("[data-lightbox-body]");

/** `facts`: where the two pictures are, and the size of the result in pixels. */
export function openLightbox({ before, beforeFull, after, afterFull, pageWidth, ratioWidth, ratioHeight }) {
  dialog.replaceChildren(body.content.cloneNode(true));
  const frame = dialog.querySelector("[data-frame]");
  const [left, right] = frame.querySelectorAll("img");
  Object.assign(left, { src: before, width: pageWidth }).dataset.full = beforeFull;
  Object.assign(right, { src: after, width: pageWidth }).dataset.full = afterFull;
  frame.dataset.width = ratioWidth;
  frame.style.setProperty("--ratio", ratioWidth / ratioHeight);
  dialog.showModal();
  zoom(dialog, frame);
}

dialog.addEventListener("click", ({ target }) => target.closest("[data-close]") && dialog.close());
