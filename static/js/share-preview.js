// Before an edit goes public: the page that shows what everybody will see, opened over the page of the edit.

import { compare } from "./compare.js";

const dialog = document.querySelector("[data-share-dialog]");

dialog?.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});
// What is closed is drawn again next time: the edit may have changed meanwhile.
dialog?.addEventListener("close", () => dialog.replaceChildren());

/** The stylesheets of that page which this one has not asked for yet. */
function takeStyles(page) {
  const links = [...page.querySelectorAll("link[rel=stylesheet]")];
  const missing = links.filter((link) => !document.querySelector(`link[href="${link.getAttribute("href")}"]`));
  return Promise.all(missing.map((link) => new Promise((resolve, reject) => {
    const own = Object.assign(document.createElement("link"), { rel: "stylesheet", onload: resolve, onerror: reject });
    own.setAttribute("href", link.getAttribute("href"));
    document.head.append(own);
  })));
}

/** The preview at `address` in a dialog; whatever else the server answers is loaded as it is. */
export async function preview(address) {
  try {
    const answer = await fetch(address, { cache: "no-store", headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    await takeStyles(page);
    dialog.replaceChildren(page.querySelector("[data-share-preview]"));
  } catch {
    return location.assign(address);
  }
  compare();
  // Times are in the reader's zone here as well.
  document.dispatchEvent(new CustomEvent("cards-changed"));
  dialog.showModal();
  // Not the card, which would show its photo before the edit.
  dialog.querySelector("h1").focus();
}
