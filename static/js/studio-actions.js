// Links and forms that would load a page of an edit draw it here instead. Without this file they do what they always do.

import { showErrors, clearErrors } from "./errors.js";
import { announce, draw } from "./studio-draw.js";

const isPlain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);

async function copy(button) {
  const field = button.closest("[data-link]").querySelector("input");
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without TLS there is no clipboard API: copy the selection instead.
    document.execCommand("copy");
  }
  button.querySelector("span").textContent = button.dataset.copied;
  announce(button.dataset.copied);
}

/** The phone's own sheet, with the picture itself; offered only where there is one. */
async function share({ dataset }) {
  const blob = await (await fetch(dataset.sharePhoto)).blob();
  const file = new File([blob], `reword.${blob.type.split("/")[1].replace("jpeg", "jpg")}`, { type: blob.type });
  await navigator.share({ files: [file] }).catch(() => {});
}

export function offerSharing() {
  const probe = [new File([], "a.jpg", { type: "image/jpeg" })];
  const button = document.querySelector("[data-share-photo]");
  if (button) button.hidden = !navigator.canShare?.({ files: probe });
}

/** Ask, and go where the answer leads: to a new edit, or to this one as it is now. */
async function post(form, submitter) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, submitter), headers: { Accept: "application/json" } });
  const body = answer.redirected ? null : await answer.json().catch(() => null);
  if (body?.errors) return showErrors(body.errors);
  if (!body) return location.reload();
  await (body.url ? draw(body.url, { push: true }) : draw(location.href));
}

async function showPreview(address) {
  const { preview } = await import("./share-preview.js");
  await preview(address);
}

/** Two variations are compared, not one and not three. */
function allowComparing() {
  const button = document.querySelector("[data-compare-two]");
  if (button) button.disabled = button.form.querySelectorAll("[name=pick]:checked").length !== 2;
}

function addressOf(form, submitter) {
  return `${form.action}?${new URLSearchParams(new FormData(form, submitter))}`;
}

/** `done` is called whenever another state has been drawn. */
export function asUsual(studio, done) {
  allowComparing();
  studio.addEventListener("change", allowComparing);
  document.addEventListener("cards-changed", allowComparing);
  studio.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) copy(button);
    const sharing = event.target.closest("[data-share-photo]");
    if (sharing) share(sharing);
    const link = event.target.closest("a[data-stay], a[data-preview]");
    if (!link || !isPlain(event)) return;
    event.preventDefault();
    if (link.hasAttribute("data-preview")) return showPreview(link.href);
    draw(link.href, { push: true }).then(done, () => location.assign(link.href));
  });
  studio.addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    if (!form.hasAttribute("data-stay")) return;
    event.preventDefault();
    clearErrors("__all__");
    const going = form.method === "get" ? draw(addressOf(form, submitter), { push: true }) : post(form, submitter);
    going.then(done, () => form.submit());
  });
}
