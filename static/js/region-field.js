// The part of the photo that may change, a tool of the composer: drawn over the photo where it is large, or typed as numbers.

import { clearErrors } from "./errors.js";
import { RegionDraft, imageOf } from "./region-draft.js";

const field = document.querySelector("[data-region-field]");
const place = document.querySelector("[data-marking]");
const find = (name) => field.querySelector(`[data-region-${name}]`);
const [summary, missing, panel] = ["summary", "missing", "panel"].map(find);
const texts = field.dataset;
const box = field.querySelector("fieldset");
const SIDES = ["left", "top", "width", "height"];
const numbers = SIDES.map((side) => field.querySelector(`[name="region_${side}"]`));
const { form } = numbers[0];
const root = find("editor");
const draft = new RegionDraft(form);
// Only the form for a new edit has photos to choose.
const chosen = document.querySelector("[data-photo]") ? await import("./photos.js") : { photos: [] };
let editor = null;
let loading;
let copyUrl = "";

/** What draws is fetched when there is something to draw on. */
function load() {
  return (loading ??= import("./region-editor.js").then(({ RegionEditor }) => {
    editor = new RegionEditor(root);
    editor.addEventListener("change", changed);
  }));
}

/** The picture that an earlier version gives. The studio exchanges it when another one is looked at. */
function startPicture() {
  const { picture: url, width, height, region } = form.querySelector("[data-start]")?.dataset ?? {};
  const size = { width: +width, height: +height };
  // Versions of a photo that have its shape share what is marked.
  return url ? { url, size, region, name: (size.width / size.height).toFixed(2) } : null;
}

/** The picture that will be sent, upright: a photo, its copy that fits, or the one of an earlier version. */
function picture() {
  const { photos, shown } = chosen;
  if (photos.length > 1) return null;
  if (!photos.length) return startPicture();
  const { copy, url, size, changes } = shown;
  if (changes && !copy) return null;
  const { file } = shown;
  const name = [file.name, file.size, file.lastModified, changes?.turns ?? 0, changes?.offset ?? 0.5].join();
  return size && { url: copy ? urlOf(copy.file) : url, size: copy?.size ?? size, name };
}

// What is marked on a photo whose copy is being made again, with how the photo was turned and cropped.
const kept = new WeakMap();
const changesOf = (photo) => ({ turns: 0, offset: 0.5, ...photo.changes });
let opened = null;

function keep() {
  if (opened?.photo && editor.region?.bounds) kept.set(opened.photo, { ...opened, region: editor.region });
}

/** What was marked before the photo was turned; nothing if another part of it is left out now. */
function turnedSteps({ size }) {
  const was = kept.get(chosen.shown);
  if (!was) return [];
  const { turns, offset } = changesOf(chosen.shown);
  const quarters = (turns - was.turns + 4) % 4;
  const { width, height } = was.region.photo;
  const shape = quarters % 2 ? height / width : width / height;
  const isSamePart = offset === was.offset && Math.abs((shape * size.height) / size.width - 1) < 0.01;
  return isSamePart ? [was.region.turned(quarters)] : [];
}

const urls = new WeakMap();
function urlOf(blob) {
  if (!urls.has(blob)) {
    URL.revokeObjectURL(copyUrl);
    urls.set(blob, (copyUrl = URL.createObjectURL(blob)));
  }
  return urls.get(blob);
}

/** What is drawn stays on the photo when it is turned, and on another version of the same photo; another photo begins without. */
function stepsFor({ size }) {
  const { region } = editor;
  if (chosen.photos.length) return turnedSteps({ size });
  if (!region) return [];
  const isAlike = Math.abs(region.photo.width / region.photo.height - size.width / size.height) < 0.01;
  return isAlike ? region.steps : [];
}

async function follow() {
  const { region, name } = picture() ?? {};
  if (name && (field.open || region || draft.read(name))) await load();
  const found = picture();
  missing.hidden = Boolean(found);
  missing.textContent = chosen.photos.length > 1 ? texts.onlyOne : texts.photoFirst;
  if (!editor) return;
  if (!found) {
    keep();
    return editor.region && editor.close();
  }
  const isNew = editor.url !== found.url;
  if (!isNew) return;
  keep();
  const marked = draft.read(found.name);
  editor.open(found.url, found.size, stepsFor(found));
  opened = chosen.shown && { photo: chosen.shown, ...changesOf(chosen.shown) };
  if (editor.region.steps.length) return;
  if (marked) restore(marked);
  else if (found.region) takeOver(found.region);
}

function restore(marked) {
  field.open = marked.isOpen;
  draft.restore(marked, editor);
}

function keepMarked() {
  const { name } = picture() ?? {};
  if (name && editor?.region) draft.keep(name, editor.region, field.open);
}

function typed() {
  const sides = Object.fromEntries(SIDES.map((side, at) => [side, Number(numbers[at].value) / 100]));
  if (editor?.region && sides.width > 0 && sides.height > 0) editor.setBox(sides);
}

const share = (part) => part.toLocaleString(document.documentElement.lang, { style: "percent" });
const shownNumber = (share) => String(Math.round(share * 1000) / 10);

function changed() {
  const { region } = editor;
  clearErrors("region");
  box.hidden = !region;
  summary.textContent = region?.bounds ? share(region.bounds.area) : "";
  keepMarked();
  // Not while they are typed: "5" on the way to "50" must not be written again as something else.
  if (numbers.includes(document.activeElement)) return;
  SIDES.forEach((side, at) => (numbers[at].value = region?.bounds ? shownNumber(region.bounds[side]) : ""));
}

/** A box is sent as its numbers; anything else is sent as a mask, which takes precedence. An empty mask is sent, too, and is refused. */
function send({ formData }) {
  const region = editor?.region;
  if (!region?.steps.length || region.box) return;
  const file = region.toFile();
  formData.set("region", file);
  // Tells one mask from another, so that what was changed is another edit.
  formData.set("region_made", file.lastModified);
}

/** An open tool with nothing marked: the whole photo would be sent and changed, and that is not what it looks like. */
function findMistakes({ detail: errors }) {
  const isForgotten = field.open && editor?.region && !editor.region.steps.length && !numbers.some(({ value }) => value);
  if (isForgotten) errors.region = [{ message: texts.nothingMarked }];
}

/** Begin with the region of the version whose photo is edited again. */
async function takeOver(url) {
  editor.setMask(await imageOf(url));
  // Over a result that is looked at it opens when it is asked for.
  if (document.querySelector("[data-photo]")) field.open = true;
}

/** After it was sent: the next instruction is for the whole photo again. */
function forget() {
  editor?.region?.clear();
  editor?.changed();
  field.open = false;
}

function showPanel() {
  place.hidden = !field.open;
  keepMarked();
  follow();
  if (field.open) place.scrollIntoView({ block: "nearest" });
}

panel.classList.remove("tool-panel");
place.append(panel);
field.addEventListener("toggle", showPanel);
for (const input of numbers) input.addEventListener("input", typed);
form.addEventListener("formdata", send);
form.addEventListener("find-mistakes", findMistakes);
form.addEventListener("composer-sent", forget);
addEventListener("photos-changed", follow);
document.addEventListener("cards-changed", follow);
showPanel();
