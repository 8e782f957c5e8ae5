// The photo: chosen, dropped or pasted anywhere, or taken from the samples; always in view before it is sent.

import { clearErrors, showErrors } from "./errors.js";
import { inspect } from "./photo-check.js";
import { isMendable, mend } from "./photo-repair.js";

const area = document.querySelector("[data-drop]");
const input = area.querySelector("input[type=file]");
const preview = area.querySelector("[data-preview]");
const caption = document.querySelector("[data-caption]");
const repair = document.querySelector("[data-repair]");
let address = "";
let verdict = Promise.resolve("required");

/** The code of the rule that the chosen photo breaks, or "". */
export const brokenRule = () => verdict;

export function ruleText(code) {
  return area.dataset[code];
}

export function take(file) {
  const transfer = new DataTransfer();
  transfer.items.add(file);
  input.files = transfer.files;
  chosen();
}

function describe(file, size) {
  const language = document.documentElement.lang;
  const unit = file.size < 1e6 ? ["kilobyte", 1e3] : ["megabyte", 1e6];
  const format = { style: "unit", unit: unit[0], maximumFractionDigits: 1 };
  const weight = new Intl.NumberFormat(language, format).format(file.size / unit[1]);
  return [file.name, size && `${size.width} × ${size.height}`, weight].filter(Boolean).join(" · ");
}

async function check(file, url) {
  const { code, size } = await inspect(file, url);
  if (url !== address) return code;
  area.classList.toggle("has-photo", size !== null);
  if (size) Object.assign(preview, { src: url, width: size.width, height: size.height });
  preview.hidden = size === null;
  caption.textContent = describe(file, size);
  if (code) showErrors({ photo: [{ message: ruleText(code) }] });
  repair.hidden = !isMendable(code, size);
  return code;
}

function chosen() {
  const file = input.files[0];
  if (address) URL.revokeObjectURL(address);
  clearErrors("photo");
  repair.hidden = true;
  address = file ? URL.createObjectURL(file) : "";
  if (file) {
    verdict = check(file, address);
    return;
  }
  verdict = Promise.resolve("required");
  area.classList.remove("has-photo");
  preview.hidden = true;
  caption.textContent = "";
}

function takeFirst(files) {
  const file = [...files].find((each) => each.type.startsWith("image/")) ?? files[0];
  if (file && !input.matches(":disabled")) take(file);
}

function acceptDrops() {
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const mark = (change) => {
    depth = Math.max(0, depth + change);
    document.documentElement.classList.toggle("is-dragging", depth > 0);
  };
  addEventListener("dragenter", (event) => carriesFiles(event) && mark(1));
  addEventListener("dragleave", (event) => carriesFiles(event) && mark(-1));
  addEventListener("dragover", (event) => carriesFiles(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    mark(-depth);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    takeFirst(event.dataTransfer.files);
  });
}

input.addEventListener("change", chosen);
repair.addEventListener("click", async () => {
  take(await mend(input.files[0].name, address));
  input.focus({ preventScroll: true });
});
acceptDrops();
addEventListener("paste", (event) => event.clipboardData.files.length && takeFirst(event.clipboardData.files));
// A browser that restores the form after "back" restores the file, too.
if (input.files.length) chosen();
