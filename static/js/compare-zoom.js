// Both pictures always show the same part: one zoom and one place for fingers, wheel, buttons and keys. Places are parts of the frame.

const DOUBLE_TAP_MS = 350;
const NEAR = 20; // pixels: fingers tap twice in the same place
const PIXEL = 4; // a pixel of the picture gets this wide at most
const MIDDLE = { x: 0.5, y: 0.5 };
const STEPS = { ArrowLeft: [0.2, 0], ArrowRight: [-0.2, 0], ArrowUp: [0, 0.2], ArrowDown: [0, -0.2] };
const FACTORS = { "+": 2, "=": 2, "-": 0.5, 0: 0 };
const within = (value, least, most) => Math.min(most, Math.max(least, value));

export function zoom(body, frame) {
  const figure = frame.querySelector("figure");
  const level = body.querySelector("[data-zoom-level]");
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  const view = { zoom: 1, x: 0, y: 0 };

  /** What lies at `from` comes to lie at `to`, `factor` times as large. */
  function move(factor, from = MIDDLE, to = from, glide = true) {
    const scale = figure.clientWidth / frame.dataset.width;
    const zoom = within(view.zoom * factor, 1, Math.max(1, PIXEL / scale));
    for (const axis of ["x", "y"]) {
      view[axis] = within(to[axis] - ((from[axis] - view[axis]) * zoom) / view.zoom, 1 - zoom, 0);
    }
    view.zoom = zoom;
    for (const name in view) frame.style.setProperty(`--${name}`, view[name]);
    frame.classList.toggle("is-zoomed", zoom > 1);
    frame.classList.toggle("is-gliding", glide);
    level.textContent = percent.format(scale * zoom);
    if (zoom > 1) sharpen(frame, figure.clientWidth * zoom * devicePixelRatio);
  }

  for (const button of body.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => move(button.dataset.zoom));
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // The slider keeps its arrows; with Shift they move the picture.
    const step = view.zoom > 1 && (event.shiftKey || event.target.type !== "range") && STEPS[event.key];
    if (step) move(1, MIDDLE, { x: 0.5 + step[0], y: 0.5 + step[1] });
    else if (event.key in FACTORS) move(FACTORS[event.key]);
    else return;
    event.preventDefault();
  });
  byPointer(frame, view, move);
  // In another mode or window the pictures have another size.
  new ResizeObserver(() => move(1)).observe(figure);
}

function byPointer(frame, view, move) {
  const fingers = new Map();
  let down = null;
  let tap = null;

  const place = ({ target, clientX, clientY }) => {
    const box = (target.closest("figure") ?? frame.querySelector("figure")).getBoundingClientRect();
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  };
  const isNear = (event, other) => other && Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY) < NEAR;
  const grip = () => {
    const [a, b = a] = fingers.values();
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, span: Math.hypot(a.x - b.x, a.y - b.y) };
  };

  frame.addEventListener("pointerdown", (event) => {
    if (event.button || fingers.size === 2) return;
    fingers.set(event.pointerId, place(event));
    down = event;
    if (view.zoom > 1 && event.target.type !== "range") event.target.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    const from = grip();
    fingers.set(event.pointerId, place(event));
    const to = grip();
    if (fingers.size > 1 || event.target.type !== "range") move(to.span / from.span || 1, from, to, false);
  });
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, (event) => fingers.delete(event.pointerId));
  // Two fingers are ours, or the page would begin to scroll and take them away.
  frame.addEventListener("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false });
  frame.addEventListener("dragstart", (event) => event.preventDefault());
  frame.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    move(Math.exp(within(-event.deltaY, -50, 50) / 100), place(event), undefined, false);
  });
  // Not "click", which a tap on a range does not fire. Holding the button twice to see the original is not a double tap.
  frame.addEventListener("pointerup", (event) => {
    if (event.button || fingers.size > 1 || event.target.type === "button" || !isNear(event, down)) return;
    const again = isNear(event, tap) && event.timeStamp - tap.timeStamp < DOUBLE_TAP_MS;
    tap = again ? null : event;
    if (again) move(view.zoom > 1 ? 0 : 3, place(event));
  });
}

/** Where more pixels are wanted than a picture has, the full one takes its place, decoded, so that nothing flickers. */
function sharpen(frame, pixels) {
  for (const image of frame.querySelectorAll("[data-full]")) {
    if (pixels <= image.getAttribute("width")) continue;
    const sharp = Object.assign(new Image(), { src: image.dataset.full, alt: image.alt });
    delete image.dataset.full;
    sharp.decode().then(() => image.replaceWith(sharp), () => {});
  }
}
