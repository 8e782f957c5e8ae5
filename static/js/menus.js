// Panels that open over the page close again: by a click elsewhere, by Escape, and when another one opens. Without this file
// they remain plain <details>.

const opened = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("pointerdown", ({ target }) => {
  for (const menu of opened()) if (!menu.contains(target) && !isInline(menu)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of opened()) {
    if (isInline(menu)) continue;
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});
// "toggle" does not bubble, but it can be caught on its way down.
document.addEventListener("toggle", ({ target }) => {
  if (!target.open || !target.matches("details[data-menu]")) return;
  for (const menu of opened()) if (!menu.contains(target) && !target.contains(menu) && !isInline(menu)) menu.open = false;
  (isInline(target) ? target : target.lastElementChild).scrollIntoView({ block: "nearest" });
}, true);

/** Does it push the page aside instead of lying over it, as sheets do where there is room? */
function isInline(menu) {
  return !["absolute", "fixed"].includes(getComputedStyle(menu.lastElementChild).position);
}
