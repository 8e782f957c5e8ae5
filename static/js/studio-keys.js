// Keys of the studio: arrows walk the versions, Ctrl Z goes back to what a version was made from and Shift Ctrl Z forward
// again, ? shows all of them. None is taken from whoever is typing.

const TYPING = "textarea, select, [contenteditable], input:not([type=range], [type=checkbox], [type=radio], [type=file])";
const USES_ARROWS = "input, textarea, select, dialog, [role=group] button, .compare";
const OFF = "reword.keys.off";

export function listenToKeys(studio, here) {
  const dialog = document.getElementById("keys");
  const links = () => [...studio.querySelectorAll("a[data-version]")];
  const link = (id) => id && studio.querySelector(`a[data-version="${id}"]`);
  // Where Ctrl Z came from, the latest last.
  const undone = [];

  function walk(step) {
    const all = links();
    const at = all.findIndex(({ dataset }) => dataset.version === here());
    (all[at + step] ?? (step < 0 && studio.querySelector("[data-original]")))?.click();
  }

  function undo() {
    const current = link(here());
    const parent = link(current?.dataset.parent) ?? studio.querySelector("[data-original]");
    if (current) undone.push(here());
    parent?.click();
  }

  function redo() {
    const from = link(undone.pop());
    // If the user has gone to another version since, redo opens the newest version made from that one.
    const next = from?.dataset.parent === here() ? from : links().findLast(({ dataset }) => dataset.parent === here());
    next?.click();
  }

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.altKey || target.closest(TYPING)) return;
    const isCommand = event.ctrlKey || event.metaKey;
    if (isCommand && key.toLowerCase() === "z") (event.shiftKey ? redo : undo)();
    else if (isCommand || dialog.open) return;
    else if (key === "?" && !localStorage.getItem(OFF)) dialog.showModal();
    else if (["ArrowLeft", "ArrowRight"].includes(key) && !target.closest(USES_ARROWS)) walk(key === "ArrowLeft" ? -1 : 1);
    else return;
    event.preventDefault();
  });
  studio.addEventListener("click", ({ target }) => target.closest("[data-keys]") && dialog.showModal());
  const choice = dialog.querySelector("[type=checkbox]");
  choice.checked = !localStorage.getItem(OFF);
  choice.addEventListener("change", () => (choice.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
