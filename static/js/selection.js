// Choosing cards and favorites in place. Without this file the same forms and links do the same with whole pages.

const area = document.querySelector("[data-list]");
const bar = document.getElementById("selection");
const boxes = () => [...area.querySelectorAll(".card-check input")];

function count() {
  const chosen = boxes().filter((box) => box.checked).length;
  const words = bar.querySelector("[data-selected]");
  words.textContent = bar.dataset.count.replace("{count}", chosen);
  for (const button of bar.querySelectorAll("button[name]")) button.disabled = chosen === 0;
}

function select(isSelecting) {
  area.classList.toggle("is-selecting", isSelecting);
  for (const box of boxes()) if (!isSelecting) box.checked = false;
  count();
  (isSelecting ? boxes()[0] : area.querySelector(".list-actions [data-select]"))?.focus({ preventScroll: true });
}

async function toggle(button) {
  const form = new FormData(button.form, button);
  const response = await fetch(button.formAction, { method: "POST", body: form, headers: { Accept: "application/json" } });
  if (!response.ok || response.redirected) return location.reload();
  const { favorite } = await response.json();
  button.setAttribute("aria-pressed", String(favorite));
  button.value = favorite ? "0" : "1";
}

if (bar) {
  area.addEventListener("change", count);
  document.addEventListener("cards-changed", count);
  addEventListener("pageshow", count);
  area.addEventListener("click", (event) => {
    if (event.target.closest("[data-select-all]")) {
      const all = boxes().every((box) => box.checked);
      for (const box of boxes()) box.checked = !all;
      count();
    }
    const link = event.target.closest("[data-select]");
    if (!link) return;
    event.preventDefault();
    select(!bar.contains(link));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && area.classList.contains("is-selecting") && bar.querySelector("[data-select]")) select(false);
  });
  count();
}
document.addEventListener("submit", (event) => {
  if (!event.submitter?.hasAttribute("data-favorite")) return;
  event.preventDefault();
  toggle(event.submitter).catch(() => location.reload());
});
