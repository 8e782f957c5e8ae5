// Before and after of one picture: four ways to compare, zoomed and moved together.

import { lightbox } from "./compare-lightbox.js";
import { modes } from "./compare-modes.js";
import { slider } from "./compare-slider.js";
import { zoom } from "./compare-zoom.js";

function start(area) {
  const body = area.querySelector("[data-compare-body]");
  const frame = body.querySelector("[data-compare]");
  slider(frame);
  modes(body, frame);
  zoom(body, frame);
  lightbox(area, body);
  // A picture may be transparent in places, so remove the placeholder behind it once it has loaded.
  for (const placeholder of frame.querySelectorAll(".compare-placeholder")) {
    const remove = () => placeholder.remove();
    placeholder.nextElementSibling.decode().then(remove, () => {});
  }
}

/** Whatever can be compared on the page and is not yet: for pages that get their pictures later. */
export function compare() {
  for (const area of document.querySelectorAll("[data-compare-area]:not([data-started])")) {
    area.setAttribute("data-started", "");
    start(area);
  }
}

compare();
