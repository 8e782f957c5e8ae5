// Which models are chosen in the composer: their own inputs are shown, and what they cost together is known.

const MOST = 4;

function costOf(slug, form) {
  const fields = form.elements;
  const table = JSON.parse(form.querySelector(`[type=radio][value="${slug}"]`).dataset.prices);
  const holds = ({ when }) => Object.entries(when).every(([name, value]) => fields[name]?.value === value);
  const { usd, times, about } = table.find(holds);
  return { usd: usd * (times ? Number(fields[times].value) : 1), about };
}

/** The slugs of the chosen models, in the order of the list; none where there is nothing to choose. */
const slugsIn = (form) => new Set([...form.querySelectorAll("[name=model]:checked")].map(({ value }) => value));

/** What one photo costs with the chosen models, or undefined where there is nothing to choose. */
export function costOfModels(form) {
  const costs = [...slugsIn(form)].map((slug) => costOf(slug, form));
  if (!costs.length) return undefined;
  return { usd: costs.reduce((sum, { usd }) => sum + usd, 0), about: costs.some(({ about }) => about) };
}

/** Show what belongs to the chosen models, and answer how many there are. */
export function showModels(form) {
  const slugs = slugsIn(form);
  if (!slugs.size) return 1;
  for (const part of form.querySelectorAll("[data-for-models]")) {
    part.hidden = !part.dataset.forModels.split(" ").some((slug) => slugs.has(slug));
  }
  const chosen = form.querySelector("[type=radio][name=model]:checked");
  for (const box of form.querySelectorAll("[type=checkbox][name=model]")) {
    // What is chosen takes part anyway, and no more than four can.
    if (box.value === chosen.value) box.checked = false;
    box.disabled = box.value === chosen.value || (slugs.size >= MOST && !box.checked);
  }
  const isDefault = chosen === form.querySelector("[name=model]");
  form.querySelector("[data-models]").textContent = slugs.size > 1 ? slugs.size : isDefault ? "" : chosen.dataset.name;
  return slugs.size;
}
