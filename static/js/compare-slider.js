// Two pictures in one frame, parted by a line. The range input is the control: with mouse, keys and screen readers it works for
// free; touch needs help, because some phones only move a range by its thumb.

export function slider(frame) {
  const range = frame.querySelector("input[type=range]");

  const show = () => {
    frame.style.setProperty("--split", range.value);
    range.setAttribute("aria-valuetext", frame.dataset.valueText.replace("{percent}", Math.round(range.value)));
  };
  const moveTo = (value) => {
    range.value = value;
    show();
  };
  const follow = ({ clientX }) => {
    const box = frame.getBoundingClientRect();
    moveTo(((clientX - box.left) / box.width) * 100);
  };
  // Where the line was when the finger came.
  let start = null;

  range.addEventListener("input", show);
  range.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" || !event.isPrimary) return;
    start = range.value;
    follow(event);
  });
  range.addEventListener("pointermove", (event) => event.isPrimary && start !== null && follow(event));
  // A second finger zooms.
  frame.addEventListener("pointerdown", (event) => {
    if (event.isPrimary || start === null) return;
    moveTo(start);
    start = null;
  });
  for (const end of ["pointerup", "pointercancel"]) range.addEventListener(end, () => (start = null));
  show();
}
