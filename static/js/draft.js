// What was typed and chosen, kept for this tab: a reload, a way back, signing in again or a lost connection loses none of it.

function stored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

/** Fill `form` with what is kept for it, and keep it from now on. Words that the server has put there stay. */
export function keepDraft(form) {
  const key = `reword.draft.${form.dataset.draft}`;
  const { prompt, ...chosen } = stored(key);
  const names = ["prompt", "variations", ...[...form.querySelectorAll("[data-draft-field]")].map(({ name }) => name)];
  const fields = names.map((name) => form.elements[name]);
  form.elements.prompt.value ||= prompt ?? "";
  for (const [name, value] of Object.entries(chosen)) {
    const field = form.elements[name];
    if (field?.type === "checkbox") field.checked = value;
    else if (field) field.value = value;
  }
  const keep = () => {
    const now = fields.map((field, at) => [names[at], field.type === "checkbox" ? field.checked : field.value]);
    try {
      sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(now)));
    } catch {
      // Without storage nothing is kept, and nothing else is lost.
    }
  };
  for (const type of ["input", "change"]) form.addEventListener(type, keep);
  return keep;
}
