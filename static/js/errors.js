// What is wrong, said at the field that it concerns.

const slot = (field) => document.querySelector(`[data-error-for="${CSS.escape(field)}"]`) ?? document.querySelector('[data-error-for="__all__"]');
const control = (field) => document.querySelector(`[name="${CSS.escape(field)}"]`);

export function clearErrors(field) {
  for (const place of field ? [slot(field)] : document.querySelectorAll("[data-error-for]")) {
    place.replaceChildren();
    place.hidden = true;
    control(place.dataset.errorFor)?.removeAttribute("aria-invalid");
  }
}

/** `errors` as the server sends them: {field: [{message, code}]}; "__all__" stands for the whole form. */
export function showErrors(errors) {
  for (const [field, list] of Object.entries(errors)) {
    const place = slot(field);
    for (const { message } of list) place.append(Object.assign(document.createElement("p"), { textContent: message }));
    place.hidden = false;
    place.closest("details")?.setAttribute("open", "");
    control(field)?.setAttribute("aria-invalid", "true");
  }
}

export function goToFirstError() {
  const place = document.querySelector("[data-error-for]:not([hidden])");
  if (!place) return;
  place.scrollIntoView({ block: "center" });
  control(place.dataset.errorFor)?.focus({ preventScroll: true });
}
