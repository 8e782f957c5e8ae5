// The photos to be edited and what has been done to each. Checks and repairs take turns: a phone has memory for one.

import { inspect } from "./photo-check.js";
import { isFixable, makeCopy } from "./photo-repair.js";

export const MOST = 20;
export const photos = [];
/** The photo in the large frame. */
export let shown = null;
let work = Promise.resolve();

/** When everything asked for so far is done. */
export const settled = () => work;

export function changed() {
  dispatchEvent(new Event("photos-changed"));
}

class Photo {
  state = "checking";
  changes = null;
  copy = null;
  codes = [];

  constructor(file) {
    this.file = file;
    this.url = URL.createObjectURL(file);
    this.whenIdle(async () => {
      Object.assign(this, await inspect(file, this.url));
      this.state = "";
    });
  }

  whenIdle(task) {
    work = work.then(task).then(changed);
  }

  get isBroken() {
    return !this.changes && this.codes.length > 0;
  }

  get isFixable() {
    return this.isBroken && isFixable(this);
  }

  /** Turn, move or simply make it fit; the copy follows all rules. */
  change(changes) {
    const mine = { turns: 0, offset: 0.5, ...this.changes, ...changes };
    Object.assign(this, { changes: mine, copy: null, state: "checking" });
    changed();
    this.whenIdle(async () => {
      if (mine !== this.changes) return;
      this.copy = await makeCopy(this, mine).catch(() => null);
      if (mine !== this.changes) return;
      this.state = "";
      if (!this.copy) this.refuse("not_fixed");
    });
  }

  undo() {
    Object.assign(this, { changes: null, copy: null, state: "" });
    changed();
  }

  /** The server, or the repair, found a rule broken that the first look did not see. */
  refuse(code, message) {
    Object.assign(this, { changes: null, copy: null, codes: [code], message, state: "" });
  }
}

export function show(photo) {
  shown = photo ?? photos.at(-1) ?? null;
  changed();
}

export function remove(photo) {
  URL.revokeObjectURL(photo.url);
  photos.splice(photos.indexOf(photo), 1);
  show(photo === shown ? null : shown);
}

/** Replace the current photos with `files`, or add to them; returns how many there was no room for. */
export function add(files, besides) {
  if (!besides) photos.splice(0).forEach(({ url }) => URL.revokeObjectURL(url));
  const taken = [...files].slice(0, MOST - photos.length).map((file) => new Photo(file));
  photos.push(...taken);
  show(besides ? shown : taken[0]);
  return files.length - taken.length;
}
