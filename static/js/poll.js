// Polls with one request at a time: often while the page is visible, rarely in a background tab.

const FRESH_MS = 180_000;
const FAST_MS = 1_000;
// An edit that is about to end is polled more often, so that its result shows at once; but not for long: some take
// longer than usual.
const SOON_MS = 300;
const SOON_SECONDS = 2;
const SOON_LOOKS = 20;
const SLOW_MS = 5_000;
// A hidden tab keeps this pulse only so that its title can tell when the picture is ready.
const HIDDEN_MS = 15_000;

/** What `look` may return: there is nothing left to wait for, there will be something soon, or not yet. */
export const OVER = "over";
export const SOON = "soon";
export const LATER = "later";

/** Call `look` repeatedly until it returns OVER. A call that fails delays the next one, but does not end the polling. */
export function repeat(look) {
  const started = Date.now();
  let soonLooks = 0;
  let timer = 0;
  let looking = false;
  let finished = false;

  function pause(failed, found) {
    if (document.hidden) return HIDDEN_MS;
    if (found === SOON && soonLooks < SOON_LOOKS) {
      soonLooks += 1;
      return SOON_MS;
    }
    const ripening = (Date.now() - started - FRESH_MS) / 10;
    return failed ? SLOW_MS : Math.min(SLOW_MS, Math.max(FAST_MS, ripening));
  }

  async function turn() {
    clearTimeout(timer);
    if (looking || finished) return;
    looking = true;
    let failed = false;
    let found = LATER;
    try {
      found = await look();
    } catch {
      failed = true;
    }
    looking = false;
    finished = found === OVER;
    if (!finished) timer = setTimeout(turn, pause(failed, found));
  }

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) turn();
  });
  // Whoever comes back after a lost connection need not wait for the next turn.
  addEventListener("online", turn);
  timer = setTimeout(turn, FAST_MS);
}

/** A header for what is fetched while nobody sees the page: it has not been looked at, and the server keeps it as news. */
export const unseen = () => (document.hidden ? { "Reword-Unseen": "1" } : {});

/** The status of one edit. An edit that is gone, or a session that is over, is the server's to explain: the page is loaded again. */
export async function readStatus(url) {
  const response = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (response.redirected || [401, 403, 404, 410].includes(response.status)) {
    location.reload();
    return new Promise(() => {});
  }
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

/** Is its result being stored, or to be expected within seconds? */
export const isSoon = ({ state, eta_seconds: left }) => state === "fetching" || (left !== null && left <= SOON_SECONDS);

/** Has an edit that was last drawn in the state `drawn` come so far that only the server can draw it? */
export function needsNewPage(drawn, { state }) {
  const isEnded = ["succeeded", "failed", "canceled"].includes(state);
  return isEnded || (drawn === "unconfirmed") !== (state === "unconfirmed");
}
