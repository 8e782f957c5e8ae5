// Before the rest of a photo is kept: what is believed to have changed is shown, and can be corrected.

/** The proposed region as an image, or an error with the server's words. */
async function proposal(url, failed) {
  const response = await fetch(url, { headers: { Accept: "application/json, image/png" } });
  if (!response.ok) throw new Error((await response.json().catch(() => null))?.errors.__all__[0].message ?? failed);
  const image = Object.assign(new Image(), { src: URL.createObjectURL(await response.blob()) });
  await image.decode();
  return image;
}

async function begin(form, details) {
  const { RegionEditor } = await import("./region-editor.js");
  const editor = new RegionEditor(form.querySelector("[data-region-editor]"));
  form.addEventListener("formdata", ({ formData }) => {
    if (editor.region?.steps.length) formData.set("region", editor.region.toFile());
  });
  const words = details.querySelector("[data-keep-rest-words]");
  const { picture, width, height, looking, failed } = details.dataset;
  words.textContent = looking;
  try {
    const image = await proposal(form.action, failed);
    editor.open(picture, { width: Number(width), height: Number(height) });
    editor.setMask(image);
    words.textContent = "";
  } catch (error) {
    // Nothing was proposed, so there is nothing to show; what is drawn may still be kept.
    editor.open(picture, { width: Number(width), height: Number(height) });
    words.textContent = error.message;
  }
}

const isReady = new WeakSet();

/** Once for each form; a page that is drawn again has another. */
export function keepRest() {
  const form = document.querySelector("[data-keep-rest]");
  if (!form || isReady.has(form)) return;
  isReady.add(form);
  const details = form.querySelector("details");
  details.addEventListener("toggle", () => begin(form, details), { once: true });
}

keepRest();
document.addEventListener("cards-changed", keepRest);
