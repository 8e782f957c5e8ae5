// The place in an endless list, for whoever comes back to it or loads it again: which pages had been
// added and how far down the reader was. It belongs to one entry of the tab's history.

const KEY = "reword.list.";
const key = history.state?.list ?? `${Date.now()}.${Math.random()}`;

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY + key));
  } catch {
    return null;
  }
}

/** What was kept for this entry of the history, `{ pages: [address], top }`, or null. */
export const place = stored();

history.replaceState({ ...history.state, list: key }, "");
// The browser's own attempt would come before the pages are there.
if (place?.pages.length) history.scrollRestoration = "manual";

/** Keep the place whenever the reader leaves; `pages` answers with the addresses added so far. */
export function keepPlace(pages) {
  const keep = () => {
    try {
      sessionStorage.setItem(KEY + key, JSON.stringify({ pages: pages(), top: scrollY }));
    } catch {
      // Without storage the list begins at its top again.
    }
  };
  addEventListener("pagehide", keep);
  // Phones may end a hidden tab without another word.
  document.addEventListener("visibilitychange", () => document.hidden && keep());
}
