// Which way to compare: slider, side by side, holding to see the original, or where the picture changed.

export function modes(body, frame) {
  const { width, height } = frame.querySelector("canvas");
  frame.style.setProperty("--ratio", width / height);

  // The button of the map may come later than the others.
  body.addEventListener("click", ({ target }) => {
    const chosen = target.closest("button[data-mode]");
    if (!chosen) return;
    frame.dataset.compare = chosen.dataset.mode;
    for (const button of body.querySelectorAll("button[data-mode]")) {
      button.setAttribute("aria-pressed", String(button === chosen));
    }
    if (chosen.dataset.heat) heat(chosen.dataset, frame);
  });
  holdToSeeTheOriginal(body, frame);
}

/** The map is fetched when somebody asks for it, once. */
function heat(choice, frame) {
  const map = Object.assign(new Image(), { className: "compare-heat", alt: choice.alt, src: choice.heat });
  frame.querySelector(".compare-after .compare-view").append(map);
  delete choice.heat;
}

function holdToSeeTheOriginal(body, frame) {
  const button = frame.querySelector("[data-press]");
  const hold = (held) => {
    frame.classList.toggle("is-held", held);
    button.setAttribute("aria-pressed", String(held));
  };
  const isOurs = ({ key, target }) => key.toLowerCase() === "b" || (target === button && (key === " " || key === "Enter"));

  button.addEventListener("pointerdown", () => hold(true));
  for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => hold(false));
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // Screen readers click without pointer and key; they cannot hold.
  button.addEventListener("click", (event) => event.detail || hold(!frame.classList.contains("is-held")));
  for (const type of ["keydown", "keyup"]) {
    body.addEventListener(type, (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !isOurs(event)) return;
      event.preventDefault();
      hold(type === "keydown");
    });
  }
}
