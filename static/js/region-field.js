// The part of the photo that may change, in the form for a new edit: drawn over the photo, or typed as numbers.

import { clearErrors, say } from "./errors.js";
import { photos, shown } from "./photos.js";
import { RegionEditor } from "./region-editor.js";

const field = document.querySelector("[data-region-field]");
const texts = field.dataset;
const summary = field.querySelector("[data-region-summary]");
const missing = field.querySelector("[data-region-missing]");
const box = field.querySelector("fieldset");
const SIDES = ["left", "top", "width", "height"];
const numbers = SIDES.map((side) => field.querySelector(`[name="region_${side}"]`));
const editor = new RegionEditor(field.querySelector("[data-region-editor]"));
let copyUrl = "";

/** The picture that will be sent, upright: a photo, its copy that fits, or the one of an earlier version. */
function picture() {
  if (photos.length > 1) return null;
  if (!photos.length) return texts.picture ? { url: texts.picture, size: { width: +texts.width, height: +texts.height } } : null;
  const { copy, url, size, changes } = shown;
  if (changes && !copy) return null;
  return size && { url: copy ? urlOf(copy.file) : url, size: copy?.size ?? size };
}

const urls = new WeakMap();
function urlOf(blob) {
  if (!urls.has(blob)) {
    URL.revokeObjectURL(copyUrl);
    urls.set(blob, (copyUrl = URL.createObjectURL(blob)));
  }
  return urls.get(blob);
}

function follow() {
  const found = picture();
  missing.hidden = Boolean(found);
  missing.textContent = photos.length > 1 ? texts.onlyOne : texts.photoFirst;
  if (found) editor.open(found.url, found.size);
  else if (editor.region) editor.close();
}

function typed() {
  const sides = Object.fromEntries(SIDES.map((side, at) => [side, Number(numbers[at].value) / 100]));
  if (editor.region && sides.width > 0 && sides.height > 0) editor.setBox(sides);
}

const shownNumber = (share) => String(Math.round(share * 1000) / 10);

function changed() {
  const { region } = editor;
  clearErrors("region");
  box.hidden = !region;
  summary.textContent = region?.bounds ? say(texts.marked, { percent: editor.percent(region.bounds.area) }) : "";
  // Not while they are typed: "5" on the way to "50" must not be written again as something else.
  if (numbers.includes(document.activeElement)) return;
  SIDES.forEach((side, at) => (numbers[at].value = region?.bounds ? shownNumber(region.bounds[side]) : ""));
}

/** The numbers tell of a box; anything else goes as a mask, which counts more. One that is empty goes, too, and is refused. */
function send({ formData }) {
  const { region } = editor;
  if (!region?.steps.length || region.box) return;
  const file = region.toFile();
  formData.set("region", file);
  // Tells one mask from another, so that what was changed is another edit.
  formData.set("region_made", file.lastModified);
}

/** Begin with the region of the version whose photo is edited again. */
async function takeOver(url) {
  const image = Object.assign(new Image(), { src: url });
  await image.decode();
  editor.setMask(image);
  field.open = true;
}

editor.addEventListener("change", changed);
for (const input of numbers) input.addEventListener("input", typed);
numbers[0].form.addEventListener("formdata", send);
addEventListener("photos-changed", follow);
follow();
if (texts.region && editor.region) takeOver(texts.region);
