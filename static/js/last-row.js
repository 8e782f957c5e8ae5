// The last row of a list that continues: its cards grow to fill it, and the first ones of the next page join them. Until those are here the row is held back, so that nothing that is seen moves.

const NONE = 1; // pixels of free room in a row that count as none

/** Hold back the last row of `list` if the next page may change it, or show all of it. */
export function holdLastRow(list, goesOn) {
  for (const card of list.querySelectorAll(".is-held-back")) card.classList.remove("is-held-back");
  const last = list.lastElementChild;
  if (!goesOn || !last) return;
  const room = list.getBoundingClientRect().right - last.getBoundingClientRect().right;
  if (Math.abs(room) < NONE) return;
  const row = [...list.children].filter((card) => card.offsetTop === last.offsetTop);
  // A list of one row is all that there is to see.
  if (row.length < list.children.length) for (const card of row) card.classList.add("is-held-back");
}
