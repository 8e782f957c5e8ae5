// A first look at a photo before its bytes move. It spares a wait; the server decides.

const MIB = 1024 * 1024;
const MAX_BYTES = 10 * MIB;
const MIN_SIDE = 15;
const MAX_RATIO = 3;
const MAX_PIXELS = 50_000_000;
const JPEG = [0xff, 0xd8, 0xff];
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

async function startsWith(file, signature) {
  const head = new Uint8Array(await file.slice(0, signature.length).arrayBuffer());
  return signature.every((byte, index) => head[index] === byte);
}

function brokenShape(width, height) {
  if (Math.min(width, height) < MIN_SIDE) return "too_small";
  if (width >= MAX_RATIO * height || height >= MAX_RATIO * width) return "aspect_ratio";
  return width * height > MAX_PIXELS ? "too_many_pixels" : "";
}

async function brokenFile(file) {
  if (file.size === 0) return "empty";
  if (file.size > MAX_BYTES) return "too_large";
  const known = (await startsWith(file, JPEG)) || (await startsWith(file, PNG));
  return known ? "" : "unsupported_format";
}

/** Width and height in pixels, or null when this browser cannot read the picture. */
async function measure(url) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  return { width: image.naturalWidth, height: image.naturalHeight };
}

/** The code of the first broken rule ("" if there is none) and the size of the picture in pixels, if it can be read. */
export async function inspect(file, url) {
  const [code, size] = [await brokenFile(file), await measure(url)];
  if (code) return { code, size };
  return { code: size ? brokenShape(size.width, size.height) : "unreadable", size };
}
