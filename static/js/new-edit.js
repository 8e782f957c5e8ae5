// The form for a new edit: it keeps what was typed, says what is wrong before bytes move, and shows them moving.

import { offerEarlier } from "./earlier-prompts.js";
import { clearErrors, goToFirstError, say, showErrors } from "./errors.js";
import { goToRepair } from "./photo-field.js";
import { take } from "./photo-intake.js";
import "./photo-list.js";
import { changed, photos, settled, show } from "./photos.js";
import { sendAll, uuid } from "./sending.js";

const form = document.querySelector("[data-new-edit]");
const find = (selector) => form.querySelector(selector);
const texts = form.dataset;
const { prompt, guidance_scale: guidance } = form.elements;
const [button, stop, uses] = ["[type=submit]", "[data-stop]", "[data-uses]"].map(find);
const [fields, sending] = ["[data-fields]", ".sending"].map(find);
const DRAFT = "reword.prompt";
const batch = uuid();
// A version of an earlier edit needs no file: the server has its picture.
const start = {};
let isSent = false;

function setPrompt(text) {
  prompt.value = text;
  sessionStorage.setItem(DRAFT, text);
  clearErrors("prompt");
}

function fillIn(text) {
  setPrompt(text);
  prompt.focus();
}

async function takeSample({ sample, name, prompt: words }) {
  clearErrors("photo");
  try {
    const response = await fetch(sample);
    if (!response.ok) throw new Error(`sample ${response.status}`);
    const blob = await response.blob();
    take([new File([blob], name, { type: blob.type })]);
    setPrompt(words);
  } catch {
    showErrors({ photo: [{ message: texts.noAnswer }] });
  }
}

function showGuidance() {
  const value = Number(guidance.value).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1 });
  find("[data-guidance]").value = value;
}

const jobs = () => (photos.length ? photos : [start]);
const isUnsent = ({ state }) => state !== "sent";

function showWhatWillHappen() {
  const count = jobs().filter(isUnsent).length;
  const hasFailed = jobs().some(({ state }) => state === "failed");
  button.textContent = say(hasFailed ? texts.again : count > 1 ? texts.many : texts.one, { count });
  const edits = count * form.elements.variations.value;
  uses.hidden = edits === 1;
  uses.textContent = say(texts.uses, { count: edits });
}

function showProgress() {
  const all = jobs();
  const sent = all.filter((job) => !isUnsent(job)).length;
  const part = all.reduce((sum, job) => sum + (isUnsent(job) ? job.progress ?? 0 : 1), 0) / all.length;
  find("progress[max='100']").value = part * 100;
  const words = say(all.length > 1 ? texts.sent : part < 1 ? texts.uploading : texts.checking, { sent, count: all.length });
  const live = find("[data-live]");
  if (live.textContent !== words) live.textContent = words;
  changed();
}

function setBusy(isBusy) {
  fields.disabled = isBusy;
  sending.hidden = !isBusy;
  form.setAttribute("aria-busy", isBusy);
  (isBusy ? stop : button).focus({ preventScroll: true });
}

/** Show what is wrong, and go to it. A photo tells in its own frame. Answers whether anything is. */
function showMistakes(errors) {
  showErrors(errors);
  const broken = photos.find((photo) => photo.isBroken);
  if (broken) show(broken);
  const isWrong = broken || Object.keys(errors).length > 0;
  if (isWrong) broken ? goToRepair() : goToFirstError();
  return isWrong;
}

function findMistakes() {
  const errors = {};
  if (!photos.length && !form.elements.version) errors.photo = [{ message: texts.photoRequired }];
  if (!prompt.value.trim()) errors.prompt = [{ message: texts.promptRequired }];
  return showMistakes(errors);
}

function explain({ status, body }) {
  if (body?.errors) return body.errors;
  if (status === 413) return { photo: [{ code: "too_large" }] };
  // A session that is over answers with the sign-in page, a stale form with 403.
  const message = { 0: texts.noAnswer, 200: texts.signedOut, 403: texts.signedOut }[status] ?? texts.ourFault;
  return { __all__: [{ message }] };
}

function explainAll(failed) {
  const errors = {};
  for (const job of failed) {
    const found = explain(job.answer);
    if (found.photo && job.file) {
      job.refuse(found.photo[0].code, found.photo[0].message);
      delete found.photo;
    }
    Object.assign(errors, found);
    // The server can make a version fit, whose file is not here.
    if (job.answer.body?.can_fit && job === start) find("[data-fit]").hidden = false;
  }
  if (photos.length > 1 && failed.length) (errors.__all__ ??= []).push({ message: texts.someFailed });
  changed();
  return errors;
}

async function submit() {
  clearErrors();
  await settled();
  if (findMistakes()) return;
  const wanted = jobs().filter(isUnsent);
  const stopper = new AbortController();
  stop.onclick = () => stopper.abort();
  const isBatch = photos.length > 1;
  // The fields are read before they are disabled.
  const body = { url: form.action, fields: new FormData(form), batch: isBatch && batch };
  setBusy(true);
  showProgress();
  await sendAll(wanted, { ...body, onProgress: showProgress, signal: stopper.signal });
  if (wanted.some(isUnsent)) {
    setBusy(false);
    showMistakes(explainAll(wanted.filter(({ state }) => state === "failed")));
    return;
  }
  isSent = true;
  sessionStorage.removeItem(DRAFT);
  const { url, edits, batch_url: together } = wanted[0].answer.body;
  location.assign(isBatch || edits?.length > 1 ? together : url);
}

form.noValidate = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!fields.disabled) submit();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
// Coming "back" to a form that was sent: a second edit begins with a fresh one.
addEventListener("pageshow", (event) => event.persisted && isSent && location.reload());

prompt.value ||= sessionStorage.getItem(DRAFT) ?? "";
prompt.addEventListener("input", () => setPrompt(prompt.value));
form.addEventListener("click", ({ target }) => {
  const { example, ...data } = target.closest("button")?.dataset ?? {};
  if (example) fillIn(example);
  if (data.sample) takeSample(data);
});
offerEarlier(find("[data-earlier]"), fillIn);
guidance.addEventListener("input", showGuidance);
showGuidance();
addEventListener("photos-changed", showWhatWillHappen);
form.addEventListener("change", showWhatWillHappen);
showWhatWillHappen();
if (/Mac|iP/.test(navigator.platform)) find("kbd").textContent = "⌘";
