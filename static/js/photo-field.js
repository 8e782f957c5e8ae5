// The large frame: the photo to edit, what is wrong with it, and the tools to fix it.

import { clearErrors, say, showErrors } from "./errors.js";
import { MB } from "./photo-check.js";
import { keptShare } from "./photo-repair.js";
import { changed, shown } from "./photos.js";

const root = document.querySelector("[data-photo]");
const find = (name) => root.querySelector(`[data-${name}]`);
const area = find("drop");
const texts = area.dataset;
const [frame, preview, cut, caption] = ["frame", "preview", "cut", "caption"].map(find);
const [tools, repair, undo, crop] = ["tools", "repair", "undo", "crop"].map(find);
const position = crop.querySelector("input");
const starts = document.querySelectorAll("[data-start], [data-start] input");
const slot = root.querySelector(".field-errors");

function number(value, options) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1, ...options }).format(value);
}

/** Rounded up everywhere, so that one file has one size, and no file over the limit reads as the limit. */
const tenths = (size) => Math.ceil(size * 10) / 10;

/** What is wrong, with what was found. */
function messageOf({ message, codes, file, size, format }) {
  const megapixels = size && number((size.width * size.height) / 1e6);
  const facts = { ...size, megapixels, megabytes: number(tenths(file.size / MB)), format: format || texts.other_format };
  return message ?? codes.map((code) => say(texts[code], facts)).join(" ");
}

function measures({ file, size }) {
  const [unit, scale] = file.size < MB ? ["kilobyte", 1024] : ["megabyte", MB];
  return [size && `${size.width} × ${size.height}`, number(tenths(file.size / scale), { style: "unit", unit })].filter(Boolean).join(" · ");
}

function describe(photo) {
  const { state, changes, copy } = photo;
  if (state === "checking") return changes ? texts.preparing : "";
  const sent = copy ?? photo;
  return `${sent.file.name} · ${measures(sent)} ${copy ? say(texts.was, { size: measures(photo) }) : ""}`;
}

/** Does moving to the right in the turned picture mean moving to the left in the file? */
const isFlipped = ({ width, height }, turns) => (width > height ? [2, 3] : [1, 2]).includes(turns);

function showCut({ size, changes: { turns, offset } }) {
  const ratio = (size.width / size.height) ** (turns % 2 ? -1 : 1);
  const at = isFlipped(size, turns) ? 1 - offset : offset;
  cut.classList.toggle("is-tall", ratio < 1);
  const properties = { ratio, share: keptShare(size), at };
  for (const name in properties) cut.style.setProperty(`--${name}`, properties[name]);
  position.value = at * 100;
}

function showPicture(photo) {
  const { size, changes, url } = photo;
  if (preview.getAttribute("src") !== url) Object.assign(preview, { src: url, ...size });
  frame.dataset.turns = changes?.turns ?? 0;
  crop.hidden = cut.hidden = !changes || keptShare(size) === 1;
  if (!cut.hidden) showCut(photo);
}

function tellWhatIsWrong(photo) {
  const message = photo?.isBroken ? messageOf(photo) : "";
  // Said once, however often the photos change.
  if (message === slot.textContent) return;
  clearErrors("photo");
  if (message) showErrors({ photo: [{ message }] });
}

function update() {
  const photo = shown;
  const isVisible = Boolean(photo?.size);
  area.classList.toggle("has-photo", photo ? isVisible : starts.length > 0);
  for (const start of starts) start.hidden = start.disabled = Boolean(photo);
  frame.hidden = tools.hidden = !isVisible;
  crop.hidden ||= !isVisible;
  undo.hidden = !photo?.changes;
  if (isVisible) showPicture(photo);
  const words = photo ? describe(photo) : "";
  if (caption.textContent !== words) caption.textContent = words;
  tellWhatIsWrong(photo);
  repair.hidden = !photo?.isFixable;
  const [code, another] = photo?.codes ?? [];
  repair.querySelector("span").textContent = (!another && texts[`fix_${code}`]) || texts.fix;
}

/** Focus the next step when the form was sent too early. */
export function goToRepair() {
  (repair.hidden ? root.querySelector("[type=file]") : repair).focus();
}

repair.addEventListener("click", () => {
  shown.change({});
  (crop.hidden ? undo : position).focus();
});
tools.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-turn]");
  if (button) shown.change({ turns: ((shown.changes?.turns ?? 0) + Number(button.dataset.turn)) % 4 });
});
undo.addEventListener("click", () => {
  shown.undo();
  (repair.hidden ? tools.querySelector("button") : repair).focus();
});
position.addEventListener("input", () => cut.style.setProperty("--at", position.value / 100));
position.addEventListener("change", () => {
  const at = position.value / 100;
  shown.change({ offset: isFlipped(shown.size, shown.changes.turns) ? 1 - at : at });
});
addEventListener("photos-changed", update);
changed();
