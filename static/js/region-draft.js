// What was marked, kept for this tab together with the picture that it was marked on: a reload or signing in again loses none of it.

/** Its steps, or where one of them can't be written down, the whole region as one picture. */
function described({ steps, canvas }) {
  const isDrawn = steps.every(({ kind }) => kind !== "mask");
  return isDrawn ? { steps } : { mask: canvas.toDataURL("image/png") };
}

export async function imageOf(url) {
  const image = Object.assign(new Image(), { src: url });
  await image.decode();
  return image;
}

export class RegionDraft {
  constructor(form) {
    this.key = `reword.region.${form.dataset.draft}`;
  }

  /** What is kept for the picture with this name. */
  read(name) {
    try {
      const found = JSON.parse(sessionStorage.getItem(this.key));
      return found?.name === name ? found : null;
    } catch {
      return null;
    }
  }

  keep(name, region, isOpen) {
    try {
      if (region.steps.length) sessionStorage.setItem(this.key, JSON.stringify({ name, isOpen, ...described(region) }));
      else sessionStorage.removeItem(this.key);
    } catch {
      // Without storage nothing is kept, and nothing else is lost.
    }
  }

  /** Mark in `editor` what was read. */
  async restore({ steps, mask }, editor) {
    if (mask) editor.setMask(await imageOf(mask));
    else editor.change(() => editor.region.replay(steps));
  }
}
