// The composer, wherever it is: it keeps what was typed, offers instructions, says what is wrong before bytes move, and sends.

import { keepDraft } from "./draft.js";
import { offerEarlier } from "./earlier-prompts.js";
import { clearErrors, goToFirstError, say, showErrors } from "./errors.js";
import "./keyboard.js";
import { costOfModels, showModels } from "./models.js";
import { sendAll, uuid } from "./sending.js";
import { suggest } from "./suggest.js";

const isUnsent = ({ state }) => state !== "sent";
const batch = uuid();
const number = (value, options) => value.toLocaleString(document.documentElement.lang, options);

function explain({ status, body }, texts) {
  if (body?.errors) return body.errors;
  if (status === 413) return { photo: [{ code: "too_large" }] };
  // A session that is over answers with the sign-in page, a stale form with 403.
  const message = { 0: texts.noAnswer, 200: texts.signedOut, 403: texts.signedOut }[status] ?? texts.ourFault;
  return { __all__: [{ message }] };
}

/**
 * `page` knows what is sent from here: jobs() and sent(jobs, answer), and where there are photos to choose, ready(),
 * findMistakes(errors), explain(job, errors), goTo() and progress().
 */
export function compose(form, page) {
  const find = (selector) => form.querySelector(selector);
  const texts = form.dataset;
  const { prompt } = form.elements;
  const [button, label, cost, uses] = ["[type=submit]", "[data-send]", "[data-cost]", "[data-uses]"].map(find);
  const dollars = (amount) => texts.money.replace("%(usd)s", number(amount, { minimumFractionDigits: 2, maximumFractionDigits: 6 }));
  const keep = keepDraft(form);
  let isBusy = false;

  function fill(text) {
    suggest(prompt, text);
    clearErrors("prompt");
  }

  function clear() {
    prompt.value = "";
    form.dispatchEvent(new Event("composer-sent"));
    keep();
  }

  function showWhatWillHappen() {
    const jobs = page.jobs();
    const count = jobs.filter(isUnsent).length;
    const variations = Number(form.elements.variations.value);
    const each = variations * showModels(form);
    const hasFailed = jobs.some(({ state }) => state === "failed");
    label.textContent = say(hasFailed ? texts.again : count > 1 ? texts.many : texts.one, { count });
    if (texts.price) {
      const one = costOfModels(form) ?? { usd: Number(texts.price), about: "isAbout" in texts };
      const price = dollars(Number((one.usd * count * variations).toFixed(6)));
      cost.textContent = ` · ${one.about ? say(texts.about, { price }) : price}`;
    }
    find("[data-variations]").textContent = variations > 1 ? variations : "";
    uses.hidden = count * each === 1;
    uses.textContent = say(texts.uses, { count: count * each });
    for (const output of form.querySelectorAll("output[for]")) {
      output.value = number(Number(form.elements[output.htmlFor.value].value), { minimumFractionDigits: 1 });
    }
  }

  /** Show what is wrong, and go to it. Returns whether anything is. */
  function showMistakes(errors) {
    showErrors(errors);
    if (page.goTo?.()) return true;
    const isWrong = Object.keys(errors).length > 0;
    if (isWrong) goToFirstError();
    return isWrong;
  }

  function findMistakes() {
    const errors = {};
    page.findMistakes?.(errors);
    form.dispatchEvent(new CustomEvent("find-mistakes", { detail: errors }));
    if (!prompt.value.trim()) errors.prompt = [{ message: texts.promptRequired }];
    return showMistakes(errors);
  }

  function explainAll(failed, isMany) {
    const errors = {};
    for (const job of failed) {
      const found = explain(job.answer, texts);
      // The message has just stated the new price: sending again accepts it.
      if (job.answer.body?.prices) form.elements.prices.value = job.answer.body.prices;
      page.explain?.(job, found);
      Object.assign(errors, found);
    }
    if (isMany && failed.length) (errors.__all__ ??= []).push({ message: texts.someFailed });
    showWhatWillHappen();
    return errors;
  }

  function setBusy(now, stopper) {
    isBusy = now;
    form.setAttribute("aria-busy", now);
    if (page.setBusy) page.setBusy(now, stopper);
    else button.disabled = now;
  }

  async function submit() {
    clearErrors();
    await page.ready?.();
    if (findMistakes()) return;
    const all = page.jobs();
    const wanted = all.filter(isUnsent);
    const stopper = new AbortController();
    // The fields are read before they are disabled.
    const body = { url: form.action, fields: new FormData(form), batch: all.length > 1 && batch };
    const onProgress = page.progress ?? (() => {});
    setBusy(true, stopper);
    onProgress();
    await sendAll(wanted, { ...body, onProgress, signal: stopper.signal });
    setBusy(false);
    if (!wanted.some(isUnsent)) return page.sent(all, wanted[0].answer.body);
    showMistakes(explainAll(wanted.filter(({ state }) => state === "failed"), all.length > 1));
  }

  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Keys submit it even where there is no model to send it to.
    if (!isBusy && !button.disabled) submit();
  });
  // On the document, since some of the form's fields, and the photo to mark, are elsewhere on the page.
  document.addEventListener("keydown", (event) => {
    const isElsewhere = (event.target.form ?? form) !== form;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isElsewhere) form.requestSubmit();
  });
  prompt.addEventListener("input", () => clearErrors("prompt"));
  for (const type of ["input", "change"]) form.addEventListener(type, showWhatWillHappen);
  document.addEventListener("click", ({ target }) => {
    const example = target.closest("[data-example]");
    if (example) fill(example.dataset.example);
  });
  offerEarlier(find("[data-earlier]"), fill);
  showWhatWillHappen();
  if (/Mac|iP/.test(navigator.platform)) find("kbd").textContent = "⌘";
  return { fill, clear, showWhatWillHappen };
}
