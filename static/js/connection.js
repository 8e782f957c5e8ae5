// Says when the site cannot be reached, and that nothing is lost. Pending polls run at once when the connection is back.

const AGAIN_MS = 3_000;
const words = document.querySelector("[data-offline]");

/** A browser calls itself offline without any network, even if the site runs on the same machine: so it is asked, too. */
async function isReachable() {
  if (navigator.onLine) return true;
  try {
    await fetch("/healthz", { cache: "no-store" });
    return true;
  } catch {
    return navigator.onLine;
  }
}

const soon = () =>
  new Promise((resolve) => {
    addEventListener("online", resolve, { once: true });
    setTimeout(resolve, AGAIN_MS);
  });

/**
 * Resolves as soon as the site can be reached. Whoever opens a page without a connection gets the browser's own error page.
 * `tell` is called if that will take a while.
 */
export async function whenReachable(tell) {
  if (await isReachable()) return;
  tell();
  do await soon();
  while (!(await isReachable()));
}

async function show() {
  words.textContent = (await isReachable()) ? "" : words.dataset.offline;
}

addEventListener("online", show);
addEventListener("offline", show);
show();
