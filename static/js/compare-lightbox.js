// The comparison moves into a dialog as large as the screen, and back. A dialog works where a phone has no full screen.

export function lightbox(area, body) {
  const dialog = area.querySelector("dialog");
  const button = body.querySelector("[data-lightbox]");

  button.addEventListener("click", () => {
    if (dialog.open) return dialog.close();
    // An element that is moved begins its animations again.
    body.querySelector("[data-compare]").style.setProperty("animation", "none");
    area.style.setProperty("min-height", `${area.offsetHeight}px`);
    dialog.append(body);
    dialog.showModal();
    button.focus();
  });
  dialog.addEventListener("close", () => {
    area.prepend(body);
    area.style.removeProperty("min-height");
    button.focus();
  });
}
