// Makes a copy that follows the rules: turned, cropped, scaled down and converted as far as they ask, and no further.

import { MAX_BYTES, opened } from "./photo-check.js";

// Phones give a canvas no more than 16.7 megapixels.
const CANVAS_PIXELS = 16_000_000;
const QUALITIES = [0.92, 0.84, 0.76, 0.68, 0.6];
const FIXABLE = ["too_large", "unsupported_format", "unreadable", "aspect_ratio", "too_many_pixels"];

export const isFixable = ({ size, codes }) => Boolean(size) && codes.every((code) => FIXABLE.includes(code));

// The rule is "under three times the shorter side".
const longest = (short) => 3 * short - 1;

/** How much of the longer side can be kept, from 0 to 1. */
export function keptShare({ width, height }) {
  return Math.min(1, longest(Math.min(width, height)) / Math.max(width, height));
}

function cropOf({ width, height }, offset) {
  const [w, h] = [Math.min(width, longest(height)), Math.min(height, longest(width))];
  return { x: Math.round((width - w) * offset), y: Math.round((height - h) * offset), width: w, height: h };
}

// Drawn from the image itself: unlike an ImageBitmap of the file, it is upright in every browser, and decoded already.
function draw(image, crop, turns) {
  const scale = Math.min(1, Math.sqrt(CANVAS_PIXELS / (crop.width * crop.height)));
  let [w, h] = [Math.floor(crop.width * scale), Math.floor(crop.height * scale)];
  [w, h] = [Math.min(w, longest(h)), Math.min(h, longest(w))];
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = turns % 2 ? [h, w] : [w, h];
  const context = canvas.getContext("2d");
  // The model takes no transparency; the server puts such pictures on white, too.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((turns * Math.PI) / 2);
  context.drawImage(image, crop.x, crop.y, crop.width, crop.height, -w / 2, -h / 2, w, h);
  return canvas;
}

const encoded = (canvas, type, quality) => new Promise((resolve) => canvas.toBlob(resolve, type, quality));

async function encode(canvas, keepsPng) {
  let blob = keepsPng && (await encoded(canvas, "image/png"));
  for (const quality of QUALITIES) {
    if (blob && blob.size <= MAX_BYTES) break;
    blob = await encoded(canvas, "image/jpeg", quality);
  }
  return blob;
}

/** A copy of the photo at `url`: `turns` quarters clockwise; `offset` says where a crop lies, from 0 (left, top) to 1. */
export async function makeCopy({ file, url, format, size }, { turns, offset }) {
  const canvas = draw(await opened(url), cropOf(size, offset), turns);
  const blob = await encode(canvas, format === "PNG");
  const copied = { width: canvas.width, height: canvas.height };
  canvas.width = 0; // frees its memory at once
  const name = `${file.name.replace(/\.\w+$/, "")}.${blob.type.slice(6).replace("e", "")}`;
  return { file: new File([blob], name, { type: blob.type }), size: copied };
}
