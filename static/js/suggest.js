// Instructions that are offered go into the field as if they were typed, so that the browser's own undo takes them back; they
// never replace what somebody has typed.

let suggested = "";

export const isUntouched = (field) => !field.value.trim() || field.value === suggested;

function insert(field, text) {
  // The only way of writing that undo knows of.
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function suggest(field, text) {
  const replaces = isUntouched(field);
  field.focus({ preventScroll: true });
  if (replaces) field.select();
  else field.setSelectionRange(field.value.length, field.value.length);
  insert(field, replaces ? text : `\n${text}`);
  if (replaces) suggested = text;
}
