// A first check of a photo before it is uploaded, to save waiting. The server decides.

/** Bytes. One unit for every size that people read. */
export const MB = 1024 * 1024;
const MIN_SIDE = 15;
const MAX_RATIO = 3;
const MAX_PIXELS = 50_000_000;
export const MAX_BYTES = 10 * MB;
const SENDABLE = ["JPEG", "PNG"];
const SIGNATURES = {
  JPEG: /^\xff\xd8\xff/,
  PNG: /^\x89PNG\r\n\x1a\n/,
  WebP: /^RIFF....WEBP/s,
  GIF: /^GIF8/,
  AVIF: /^....ftypavi/s,
  HEIC: /^....ftyp(hei|hev|mif|msf)/s,
  BMP: /^BM/,
  TIFF: /^(II\*\0|MM\0\*)/,
  PDF: /^%PDF/,
};

async function formatOf(file) {
  const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  return Object.keys(SIGNATURES).find((name) => SIGNATURES[name].test(head)) ?? "";
}

/** The picture at `url`, decoded and upright; null if this browser cannot read it. */
export async function opened(url) {
  const image = new Image();
  image.src = url;
  return image.decode().then(() => image, () => null);
}

function* brokenRules(file, format, size) {
  if (!file.size) return yield "empty";
  if (!size) return yield SENDABLE.includes(format) ? "unreadable" : format ? "unopenable" : "unknown";
  const { width, height } = size;
  if (!SENDABLE.includes(format)) yield "unsupported_format";
  if (file.size > MAX_BYTES) yield "too_large";
  if (Math.min(width, height) < MIN_SIDE) return yield "too_small";
  if (Math.max(width, height) >= MAX_RATIO * Math.min(width, height)) yield "aspect_ratio";
  if (width * height > MAX_PIXELS) yield "too_many_pixels";
}

/** What `file` is: its format's name, its size in pixels (null if it cannot be read), the codes of the rules it breaks. */
export async function inspect(file, url) {
  const format = await formatOf(file).catch(() => "JPEG");
  const image = await opened(url);
  const size = image && { width: image.naturalWidth, height: image.naturalHeight };
  return { format, size, codes: [...brokenRules(file, format, size)] };
}
