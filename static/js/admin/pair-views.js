// How the pair is looked at: side by side, parted by a line that moves, or with the map of what changed.

export function setView(queue, view) {
  queue.dataset.view = view;
  for (const button of queue.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === view));
  }
}

/** Give a pair its shape and its slider, and have its pictures decoded before it is looked at. */
export function prepare(pair) {
  const frame = pair.querySelector("[data-frame]");
  const range = pair.querySelector("[data-slider]");
  const show = () => frame.style.setProperty("--split", `${range.value}%`);
  // Some tablets move a range by its thumb only.
  const follow = (event) => {
    if (event.pointerType === "mouse") return;
    const box = range.getBoundingClientRect();
    range.value = ((event.clientX - box.left) / box.width) * 100;
    show();
  };
  frame.style.setProperty("--ratio", pair.dataset.ratioWidth / pair.dataset.ratioHeight);
  range.addEventListener("input", show);
  range.addEventListener("pointerdown", follow);
  range.addEventListener("pointermove", follow);
  for (const picture of pair.querySelectorAll("img")) picture.decode().catch(() => {});
  return pair;
}
