// Where a photo may change: a mask that is drawn step by step, so that every step can be undone.

// The server takes 2048; for a soft edge this is exact enough, and a phone draws it at once.
const LONGEST_SIDE = 1024;
const SEEN = 127;

/** The bounding box of the painted pixels, in fractions of the photo, and `area`, their share of it; null if there are none. */
function bounds({ data, width, height }) {
  let [left, top, right, bottom, count] = [width, height, 0, 0, 0];
  for (let at = 3, pixel = 0; at < data.length; at += 4, pixel += 1) {
    if (data[at] <= SEEN) continue;
    const x = pixel % width;
    const y = (pixel - x) / width;
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
    count += 1;
  }
  const box = { left: left / width, top: top / height, width: (right - left) / width, height: (bottom - top) / height };
  return count ? { ...box, area: count / (width * height) } : null;
}

/** A mask in black and white becomes one in transparent and white. */
function transparent(image, { width, height }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, width, height);
  const pixels = context.getImageData(0, 0, width, height);
  for (let at = 0; at < pixels.data.length; at += 4) pixels.data[at + 3] = pixels.data[at];
  context.putImageData(pixels, 0, 0);
  return canvas;
}

const DRAW = {
  box(context, { left, top, width, height }) {
    const { width: w, height: h } = context.canvas;
    context.clearRect(0, 0, w, h);
    context.fillRect(left * w, top * h, width * w, height * h);
  },
  mask(context, { canvas }) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(canvas, 0, 0, context.canvas.width, context.canvas.height);
  },
  // `radius` is a share of the longer side.
  stroke(context, { points, radius, erases }) {
    const { width: w, height: h } = context.canvas;
    const [[firstX, firstY]] = points;
    context.save();
    context.globalCompositeOperation = erases ? "destination-out" : "source-over";
    Object.assign(context, { lineWidth: 2 * radius * Math.max(w, h), lineCap: "round", lineJoin: "round" });
    // A line of no length is not drawn: a tap leaves a dot.
    context.beginPath();
    context.arc(firstX * w, firstY * h, context.lineWidth / 2, 0, 2 * Math.PI);
    context.fill();
    context.beginPath();
    for (const [x, y] of points) context.lineTo(x * w, y * h);
    context.stroke();
    context.restore();
  },
};

const turnedBox = ({ left, top, width, height }) => ({ left: 1 - top - height, top: left, width: height, height: width });

function turnedCanvas(canvas, quarters) {
  const turned = document.createElement("canvas");
  [turned.width, turned.height] = quarters % 2 ? [canvas.height, canvas.width] : [canvas.width, canvas.height];
  const context = turned.getContext("2d");
  context.translate(turned.width / 2, turned.height / 2);
  context.rotate((quarters * Math.PI) / 2);
  context.drawImage(canvas, -canvas.width / 2, -canvas.height / 2);
  return turned;
}

export class Region {
  steps = [];

  /** `size` is that of the photo in pixels; only its shape counts. */
  constructor({ width, height }) {
    const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
    this.photo = { width, height };
    this.canvas = document.createElement("canvas");
    [this.canvas.width, this.canvas.height] = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });
    this.context.fillStyle = this.context.strokeStyle = "white";
    this.measure();
  }

  add(step) {
    this.steps.push(step);
    DRAW[step.kind](this.context, step);
  }

  addMask(image) {
    this.add({ kind: "mask", canvas: transparent(image, this.canvas) });
    this.measure();
  }

  undo() {
    this.replay(this.steps.slice(0, -1));
  }

  clear() {
    this.replay([]);
  }

  replay(steps) {
    this.steps = [];
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const step of steps) this.add(step);
    this.measure();
  }

  /** After a step, or while one goes on: how large the region is now. */
  measure() {
    this.bounds = bounds(this.context.getImageData(0, 0, this.canvas.width, this.canvas.height));
  }

  /** The one box that the region is, or null for any other. */
  get box() {
    const last = this.steps.at(-1);
    return last?.kind === "box" && this.bounds ? last : null;
  }

  /** The step that makes the same region on the photo turned by so many quarters clockwise. */
  turned(quarters) {
    if (!this.box) return { kind: "mask", canvas: turnedCanvas(this.canvas, quarters) };
    let { box } = this;
    for (let turn = 0; turn < quarters; turn += 1) box = turnedBox(box);
    return { kind: "box", ...box };
  }

  /** The width of the soft edge as a share of the photo's width; as the server has it. */
  get feather() {
    const { width, height } = this.photo;
    const side = Math.sqrt((this.bounds?.area ?? 0) * width * height);
    return Math.min(Math.max(0.04 * side, 1), 24) / width;
  }

  /** At once, as toBlob() is not: a form that is sent in this moment must not leave without it. */
  toFile() {
    const bytes = atob(this.canvas.toDataURL("image/png").split(",")[1]);
    return new File([Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))], "region.png", { type: "image/png" });
  }
}
