// Draws a region over a picture, by mouse, finger, pen or keyboard: a box, a brush that adds and one that takes away.

import { say } from "./errors.js";
import { Region } from "./region.js";

const FIRST_BOX = { left: 0.3, top: 0.3, width: 0.4, height: 0.4 };
// Smaller than this share of the photo a box is a click that slipped.
const LEAST_SIDE = 0.01;
const KEY_STEP = 0.01;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const RIM = [[-1, -1], [-1, 1], [1, -1], [1, 1], [0, -1], [0, 1], [-1, 0], [1, 0]];

const within = (value, least, most) => Math.min(Math.max(value, least), most);
const boxOf = ([x, y], [across, down]) => ({
  left: Math.min(x, across),
  top: Math.min(y, down),
  width: Math.abs(across - x),
  height: Math.abs(down - y),
});

export class RegionEditor extends EventTarget {
  region = null;
  tool = "box";

  constructor(root) {
    super();
    const find = (name) => root.querySelector(`[data-region-${name}]`);
    Object.assign(this, { root, stage: find("stage"), picture: find("picture"), words: find("words"), size: find("size") });
    this.overlay = this.stage.querySelector("canvas");
    [this.undoButton, this.clearButton] = [find("undo"), find("clear")];
    root.addEventListener("click", ({ target }) => this.choose(target.closest("[data-region-tool]")?.dataset.regionTool));
    this.undoButton.addEventListener("click", () => this.change(() => this.region.undo()));
    this.clearButton.addEventListener("click", () => this.change(() => this.region.clear()));
    this.stage.addEventListener("keydown", (event) => this.region && this.press(event));
    this.stage.addEventListener("pointerdown", (event) => this.region && event.button === 0 && this.begin(event));
    new ResizeObserver(() => this.draw()).observe(this.stage);
    this.choose(this.tool);
  }

  /** Show the picture at `url` of a photo of this size in pixels; a region of another picture is forgotten, but for `steps`. */
  open(url, { width, height }, steps = []) {
    if (this.url === url) return;
    Object.assign(this, { url, region: new Region({ width, height }) });
    this.region.replay(steps);
    Object.assign(this.picture, { src: url, width, height });
    this.root.hidden = false;
    this.changed();
  }

  close() {
    Object.assign(this, { url: "", region: null });
    this.picture.removeAttribute("src");
    this.root.hidden = true;
    this.changed();
  }

  choose(tool) {
    if (!tool) return;
    this.tool = tool;
    for (const button of this.root.querySelectorAll("[data-region-tool]")) {
      button.setAttribute("aria-pressed", button.dataset.regionTool === tool);
    }
    this.size.closest("label").hidden = tool === "box";
  }

  /** Replace everything by one box, in fractions. Boxes that are typed one after the other are one step to undo. */
  setBox(box) {
    const { steps } = this.region;
    const before = steps.at(-1)?.isTyped ? steps.slice(0, -1) : steps;
    this.change(() => this.region.replay([...before, { kind: "box", isTyped: true, ...box }]));
  }

  /** Replace everything by the mask that an image shows. */
  setMask(image) {
    this.change(() => this.region.addMask(image));
  }

  change(step) {
    step();
    this.region.measure();
    this.changed();
  }

  changed() {
    this.draw();
    const { region, words } = this;
    this.undoButton.disabled = this.clearButton.disabled = !region?.steps.length;
    // A button that is disabled lets go of the focus, which would be nowhere.
    if (document.activeElement?.disabled && this.root.contains(document.activeElement)) this.stage.focus({ preventScroll: true });
    const text = this.describe();
    if (words.textContent !== text) words.textContent = text;
    this.dispatchEvent(new Event("change"));
  }

  describe() {
    if (!this.region?.bounds) return this.region?.steps.length ? this.root.dataset.empty : "";
    const facts = Object.entries(this.region.bounds).map(([name, share]) => [name, this.percent(share)]);
    return say(this.region.box ? this.root.dataset.box : this.root.dataset.mask, Object.fromEntries(facts));
  }

  percent(share) {
    return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: share < 0.01 ? 1 : 0 }).format(100 * share);
  }

  /** Where the pointer is, in fractions of the picture. */
  at({ clientX, clientY }) {
    const { left, top, width, height } = this.stage.getBoundingClientRect();
    return [within((clientX - left) / width, 0, 1), within((clientY - top) / height, 0, 1)];
  }

  begin(event) {
    event.preventDefault();
    this.stage.focus({ preventScroll: true });
    this.stage.setPointerCapture(event.pointerId);
    const start = this.at(event);
    const isBox = this.tool === "box";
    const radius = Number(this.size.value) / 200;
    const step = isBox ? { kind: "box" } : { kind: "stroke", points: [start], radius, erases: this.tool === "erase" };
    const before = this.region.steps;
    const go = (move) => {
      if (move.pointerId !== event.pointerId) return;
      if (isBox) Object.assign(step, boxOf(start, this.at(move)));
      else step.points.push(...(move.getCoalescedEvents?.() ?? [move]).map((each) => this.at(each)));
      this.region.replay([...before, step]);
      this.draw();
    };
    const end = (last) => {
      this.stage.removeEventListener("pointermove", go);
      for (const name of ["pointerup", "pointercancel"]) this.stage.removeEventListener(name, end);
      const isSlip = isBox && !(step.width > LEAST_SIDE && step.height > LEAST_SIDE);
      this.change(() => this.region.replay(isSlip || last.type === "pointercancel" ? before : [...before, step]));
    };
    this.stage.addEventListener("pointermove", go);
    for (const name of ["pointerup", "pointercancel"]) this.stage.addEventListener(name, end);
    if (!isBox) go(event);
  }

  press(event) {
    const { key, shiftKey } = event;
    const step = ARROWS[key];
    if (step) this.setBox(this.moved(step, shiftKey));
    else if ((event.ctrlKey || event.metaKey) && key === "z") this.undoButton.click();
    else if (key === "Delete" || key === "Backspace") this.clearButton.click();
    else return;
    event.preventDefault();
  }

  /** The box moved, or made larger or smaller; the first one lies in the middle. */
  moved([across, down], resizes) {
    const { left, top, width, height } = this.region.bounds ?? {};
    if (left === undefined) return FIRST_BOX;
    if (resizes) {
      const side = (length, step, most) => within(length + step * KEY_STEP, KEY_STEP, most);
      return { left, top, width: side(width, across, 1 - left), height: side(height, down, 1 - top) };
    }
    const place = (start, step, length) => within(start + step * KEY_STEP, 0, 1 - length);
    return { left: place(left, across, width), top: place(top, down, height), width, height };
  }

  draw() {
    const { overlay, region } = this;
    const scale = window.devicePixelRatio || 1;
    [overlay.width, overlay.height] = [this.stage.clientWidth, this.stage.clientHeight].map((side) => Math.round(side * scale));
    if (!region?.bounds || !overlay.width) return;
    const context = overlay.getContext("2d");
    const put = (across = 0, down = 0) => context.drawImage(region.canvas, across, down, overlay.width, overlay.height);
    context.fillStyle = "rgb(0 0 0 / 62%)";
    context.fillRect(0, 0, overlay.width, overlay.height);
    context.globalCompositeOperation = "destination-out";
    // As soft as the seam will be. Where a browser has no filter, the edge is shown hard.
    context.filter = `blur(${(region.feather * overlay.width) / 2}px)`;
    put();
    context.filter = "none";
    context.globalCompositeOperation = "source-over";
    this.drawRim(context, put, scale);
  }

  /** A bright line around the region, outside of it, that is seen on any photo. */
  drawRim(context, put, scale) {
    const rim = document.createElement("canvas");
    Object.assign(rim, { width: context.canvas.width, height: context.canvas.height });
    const on = rim.getContext("2d");
    for (const [across, down] of RIM) on.drawImage(this.region.canvas, across * scale, down * scale, rim.width, rim.height);
    on.globalCompositeOperation = "destination-out";
    on.drawImage(this.region.canvas, 0, 0, rim.width, rim.height);
    context.drawImage(rim, 0, 0);
  }
}
