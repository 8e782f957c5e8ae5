// The form for a new edit: the composer with photos to choose, whose bytes are seen moving.

import { compose } from "./composer.js";
import { whenReachable } from "./connection.js";
import { clearErrors, say, showErrors } from "./errors.js";
import { goToRepair } from "./photo-field.js";
import { take } from "./photo-intake.js";
import "./photo-list.js";
import { keepPhotos, keptPhotos } from "./kept-photos.js";
import { changed, photos, settled, show } from "./photos.js";
import { isUntouched } from "./suggest.js";

const form = document.querySelector("[data-composer]");
const find = (selector) => form.querySelector(selector);
const texts = form.dataset;
const [button, stop] = ["[type=submit]", "[data-stop]"].map(find);
const [fields, sending] = ["[data-fields]", ".sending"].map(find);
// A version of an earlier edit needs no file: the server has its picture.
const start = {};
// "Stop" appears where the button that sends was, so the second of two quick taps hits it. Milliseconds.
const DOUBLE_TAP = 800;
let isSent = false;

const jobs = () => (photos.length ? photos : [start]);
const isUnsent = ({ state }) => state !== "sent";

function progress() {
  const all = jobs();
  const sent = all.filter((job) => !isUnsent(job)).length;
  const part = all.reduce((sum, job) => sum + (isUnsent(job) ? job.progress ?? 0 : 1), 0) / all.length;
  sending.querySelector("progress").value = part * 100;
  const words = say(all.length > 1 ? texts.sent : part < 1 ? texts.uploading : texts.checking, { sent, count: all.length });
  const live = find("[data-sending]");
  if (live.textContent !== words) live.textContent = words;
  changed();
}

function setBusy(isBusy, stopper) {
  fields.disabled = isBusy;
  for (const field of document.querySelectorAll("[data-photo] [form=composer]")) field.disabled = isBusy;
  sending.hidden = !isBusy;
  const shownAt = performance.now();
  stop.onclick = () => performance.now() - shownAt > DOUBLE_TAP && stopper?.abort();
  (isBusy ? stop : button).focus({ preventScroll: true });
}

function findMistakes(errors) {
  if (!photos.length && !form.elements.version) errors.photo = [{ message: texts.photoRequired }];
}

/** A photo tells in its own frame what is wrong with it. */
function goTo() {
  const broken = photos.find((photo) => photo.isBroken);
  if (!broken) return false;
  show(broken);
  goToRepair();
  return true;
}

function explain(job, found) {
  if (found.photo && job.file) {
    job.refuse(found.photo[0].code, found.photo[0].message);
    delete found.photo;
    changed();
  }
  // The server can make a version fit, whose file is not here.
  if (job.answer.body?.can_fit && job === start) document.querySelector("[data-fit]").hidden = false;
}

let keptFiles = "";

/** The files as they were chosen; what was done to them is done again quickly. */
function keep() {
  const names = photos.map(({ url }) => url).join();
  if (names === keptFiles) return;
  keptFiles = names;
  keepPhotos(texts.draft, photos.map(({ file }) => file));
}

async function restore() {
  const address = new URL(location.href);
  const files = await keptPhotos(texts.draft, address.searchParams.has("shared"));
  if (!photos.length) take(files);
  addEventListener("photos-changed", keep);
  keep();
}

function waitForConnection() {
  setBusy(true);
  stop.hidden = true;
  find("[data-sending]").textContent = texts.accepted;
}

async function sent(all, { url, edits, batch_url: together }) {
  isSent = true;
  keepPhotos(texts.draft, []);
  composer.clear();
  await whenReachable(waitForConnection);
  location.assign(all.length > 1 ? together : edits.length > 1 ? `${url}?grid` : url);
}

async function takeSample({ sample, name, prompt: words }) {
  clearErrors("photo");
  try {
    const response = await fetch(sample);
    if (!response.ok) throw new Error(`sample ${response.status}`);
    const blob = await response.blob();
    take([new File([blob], name, { type: blob.type })]);
    if (isUntouched(form.elements.prompt)) composer.fill(words);
  } catch {
    showErrors({ photo: [{ message: texts.noAnswer }] });
  }
}

const composer = compose(form, { jobs, ready: settled, findMistakes, goTo, explain, progress, setBusy, sent });
document.addEventListener("click", ({ target }) => {
  const sample = target.closest("[data-sample]");
  if (sample) takeSample(sample.dataset);
});
// Coming "back" to a form that was sent: a second edit begins with a fresh one.
addEventListener("pageshow", (event) => event.persisted && isSent && location.reload());
addEventListener("photos-changed", composer.showWhatWillHappen);
restore();
