// The form for a new edit: it keeps what was typed, says what is wrong before bytes move, and shows them moving.

import { clearErrors, goToFirstError, showErrors } from "./errors.js";
import { brokenRule, ruleText, take } from "./photo-field.js";
import { send } from "./upload.js";

const form = document.querySelector("[data-new-edit]");
const texts = form.dataset;
const fields = form.querySelector("[data-fields]");
const prompt = form.elements.prompt;
const sending = form.querySelector("[data-sending]");
const DRAFT = "reword.prompt";
const SENT = "reword.sent";
let isSent = false;

function setPrompt(text) {
  prompt.value = text;
  sessionStorage.setItem(DRAFT, text);
  clearErrors("prompt");
}

function keepPrompt() {
  if (!prompt.value) prompt.value = sessionStorage.getItem(DRAFT) ?? "";
  prompt.addEventListener("input", () => setPrompt(prompt.value));
}

function offerExamples() {
  for (const example of form.querySelectorAll("[data-example]")) {
    example.addEventListener("click", () => {
      setPrompt(example.dataset.example);
      prompt.focus();
    });
  }
}

async function takeSample({ url, name, prompt: words }) {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`sample ${response.status}`);
    const blob = await response.blob();
    take(new File([blob], name, { type: blob.type }));
    setPrompt(words);
  } catch {
    showErrors({ photo: [{ message: texts.noAnswer }] });
  }
}

function offerSamples() {
  for (const sample of form.querySelectorAll("[data-sample]")) {
    sample.addEventListener("click", () => {
      clearErrors("photo");
      takeSample({ url: sample.dataset.sample, name: sample.dataset.name, prompt: sample.dataset.prompt });
    });
  }
}

function showGuidance() {
  const range = form.elements.guidance_scale;
  const output = form.querySelector("[data-guidance]");
  const show = () => {
    output.value = Number(range.value).toLocaleString(document.documentElement.lang, { minimumFractionDigits: 1 });
  };
  range.addEventListener("input", show);
  show();
}

function showProgress(part) {
  sending.querySelector("progress").value = part * 100;
  const words = sending.querySelector("[data-live]");
  const text = part < 1 ? texts.uploading : texts.checking;
  if (words.textContent !== text) words.textContent = text;
}

function setBusy(isBusy) {
  fields.disabled = isBusy;
  sending.hidden = !isBusy;
  form.setAttribute("aria-busy", String(isBusy));
}

async function findMistakes() {
  const photo = await brokenRule();
  if (photo) showErrors({ photo: [{ message: ruleText(photo) }] });
  if (!prompt.value.trim()) showErrors({ prompt: [{ message: texts.promptRequired }] });
  return photo || !prompt.value.trim();
}

function explain({ status, body }) {
  if (body?.errors) return body.errors;
  // A session that is over answers with the sign-in page, a stale form with 403.
  const message = { 200: texts.signedOut, 403: texts.signedOut, 413: ruleText("too_large") }[status] ?? texts.ourFault;
  return { __all__: [{ message }] };
}

/** The errors to show; none when the edit was made or the person stopped the upload. */
async function upload() {
  const stopper = new AbortController();
  sending.querySelector("[data-stop]").onclick = () => stopper.abort();
  showProgress(0);
  // The fields are read before they are disabled.
  const sent = send(form, { onProgress: showProgress, signal: stopper.signal });
  setBusy(true);
  try {
    const answer = await sent;
    if (answer.status !== 201) return explain(answer);
    isSent = true;
    sessionStorage.setItem(SENT, form.elements.nonce.value);
    sessionStorage.removeItem(DRAFT);
    location.assign(answer.body.url);
    return {};
  } catch (problem) {
    return problem.name === "AbortError" ? {} : { __all__: [{ message: texts.noAnswer }] };
  }
}

async function submit() {
  clearErrors();
  if (await findMistakes()) return goToFirstError();
  const errors = await upload();
  if (isSent) return;
  setBusy(false);
  showErrors(errors);
  goToFirstError();
}

form.noValidate = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!fields.disabled) submit();
});
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
// Coming "back" to a form that was sent: its nonce is used up, and a second edit needs a fresh one.
addEventListener("pageshow", () => form.elements.nonce.value === sessionStorage.getItem(SENT) && location.reload());

keepPrompt();
offerExamples();
offerSamples();
showGuidance();
