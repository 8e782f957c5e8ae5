// What is wrong, said at the field that it concerns.

const find = (selector) => document.querySelector(selector);
const slot = (field) => find(`[data-error-for="${CSS.escape(field)}"]`) ?? find('[data-error-for="__all__"]');
const control = (place) => find(`[name="${place.dataset.errorFor}"]`);

/** A text with its {facts} filled in. */
export const say = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name]);

export function clearErrors(field) {
  for (const place of field ? [slot(field)] : document.querySelectorAll("[data-error-for]")) {
    place.replaceChildren();
    place.hidden = true;
    control(place)?.removeAttribute("aria-invalid");
  }
}

/** Open what is closed around it, including a tool whose panel is elsewhere on the page. */
function openAround(place) {
  const panel = place.closest("[data-region-panel]");
  const around = panel ? find("[data-region-field]") : place.closest("details");
  around?.setAttribute("open", "");
}

/** `errors` as the server sends them: {field: [{message, code}]}; "__all__" stands for the whole form. */
export function showErrors(errors) {
  for (const [field, list] of Object.entries(errors)) {
    const place = slot(field);
    for (const { message } of list) place.append(Object.assign(document.createElement("p"), { textContent: message }));
    place.hidden = false;
    openAround(place);
    control(place)?.setAttribute("aria-invalid", "true");
  }
}

export function goToFirstError() {
  const place = find("[data-error-for]:not([hidden])");
  place?.scrollIntoView({ block: "center" });
  if (place) control(place)?.focus({ preventScroll: true });
}
