// Before and after in one frame, parted by a line. The range input is the control: mouse, keys and screen readers have it for
// nothing; fingers are helped, because some phones only move a range by its thumb.

for (const frame of document.querySelectorAll("[data-compare]")) {
  const range = frame.querySelector("input[type=range]");
  const buttons = frame.closest("[data-compare-area]").querySelectorAll("button[data-split]");

  const show = () => {
    frame.style.setProperty("--split", range.value);
    range.setAttribute("aria-valuetext", frame.dataset.valueText.replace("{percent}", Math.round(range.value)));
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.split === range.value));
  };
  const moveTo = (value) => {
    range.value = value;
    show();
  };
  const follow = (event) => {
    if (event.pointerType === "mouse" || !event.isPrimary) return;
    const box = frame.getBoundingClientRect();
    moveTo(((event.clientX - box.left) / box.width) * 100);
  };

  range.addEventListener("input", show);
  range.addEventListener("pointerdown", follow);
  range.addEventListener("pointermove", (event) => event.buttons && follow(event));
  for (const button of buttons) button.addEventListener("click", () => moveTo(button.dataset.split));
  show();
}
