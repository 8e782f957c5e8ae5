// Mends in the browser what can be mended: a JPEG copy, cropped around the middle and scaled down as far as the rules ask.

const MENDABLE = ["too_large", "unsupported_format", "aspect_ratio", "too_many_pixels"];
const MAX_SIDE = 4096;
const MAX_RATIO = 2.9;
const QUALITY = 0.92;

/** Is there a copy to be made of a photo that breaks the rule `code`? `size` is null if the browser cannot read it. */
export function isMendable(code, size) {
  return size !== null && MENDABLE.includes(code);
}

/** A copy of the photo at `url` that follows the rules. */
export async function mend(name, url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  const { naturalWidth, naturalHeight } = image;
  const width = Math.min(naturalWidth, naturalHeight * MAX_RATIO);
  const height = Math.min(naturalHeight, naturalWidth * MAX_RATIO);
  const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width * scale, height * scale];
  const context = canvas.getContext("2d");
  // The model takes no transparency; the server puts such pictures on white, too.
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, (naturalWidth - width) / 2, (naturalHeight - height) / 2, width, height, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return new File([blob], `${name.replace(/\.\w+$/, "")}.jpg`, { type: "image/jpeg" });
}
