// A result is shown before it is compared with its photo. What changed, and the way to its map, are put into the page when they
// are known; their places are there before, so that nothing moves.

import { unseen } from "./poll.js";

// Comparing takes a tenth of a second, on a busy server some seconds; what is not there by then comes with the next page.
const WAITS_MS = [600, 1_200, 2_500, 5_000, 10_000];
const WORDS = ".compare-changed";
const WAY = "button[data-mode=changes]";
let waiting = false;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const place = () => document.querySelector("[data-measuring]");

async function pageOf(address) {
  const answer = await fetch(address, { cache: "no-store", headers: { Accept: "text/html", ...unseen() } });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** Returns whether nothing is missing anymore. */
function take(page) {
  const words = page.querySelector(`${WORDS}:not([data-measuring])`);
  if (!words) return false;
  place()?.replaceWith(words);
  const way = page.querySelector(WAY);
  document.querySelector(`${WAY}:disabled`)?.replaceWith(way ?? "");
  return true;
}

/** If the page does not show yet what changed, fetch it. A failure has no other effect. */
export async function bringLateChanges() {
  if (waiting || !place()) return;
  waiting = true;
  for (const wait of WAITS_MS) {
    await pause(wait);
    const address = location.href;
    if (!place()) break;
    const page = await pageOf(address).catch(() => null);
    // Somebody may have gone to another version meanwhile.
    if (page && location.href === address && take(page)) break;
  }
  if (place()) place().textContent = "\u00a0";
  waiting = false;
}
