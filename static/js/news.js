// Notifies users of what became of their edits while no page of the site is visible, and only in browsers in which they have
// turned it on. The server decides what is news; each piece is shown once.

const ON = "reword.notify";
const TOLD = "reword.told";
const EVERY_MS = 20_000;
const REMEMBERED = 50;
const dot = document.querySelector("[data-news]");
const buttons = () => document.querySelectorAll("[data-notify]");
const isOn = () => window.Notification?.permission === "granted" && localStorage.getItem(ON) !== null;

function showButtons() {
  for (const button of buttons()) {
    button.setAttribute("aria-pressed", String(isOn()));
  }
}

export async function toggle(button) {
  if (isOn()) localStorage.removeItem(ON);
  else if ((await window.Notification?.requestPermission()) === "granted") localStorage.setItem(ON, "1");
  else button.querySelector(".is-off").textContent = button.dataset.blocked;
  showButtons();
  look();
}

async function notify({ key, title, text, url }) {
  const options = { body: text, tag: key, icon: "/icons/rounded-192.png", data: url };
  try {
    const shown = new Notification(title, options);
    shown.addEventListener("click", () => {
      window.focus();
      location.assign(url);
    });
  } catch {
    // A phone has its service worker show them.
    await (await navigator.serviceWorker.ready).showNotification(title, options);
  }
}

async function look() {
  if (!isOn()) return;
  const answer = await fetch(dot.dataset.news, { cache: "no-store", headers: { Accept: "application/json" } });
  if (!answer.ok || answer.redirected) return;
  const { news } = await answer.json();
  dot.hidden = !news.length;
  const told = JSON.parse(localStorage.getItem(TOLD) ?? "[]");
  const fresh = news.filter(({ key }) => !told.includes(key));
  localStorage.setItem(TOLD, JSON.stringify([...told, ...fresh.map(({ key }) => key)].slice(-REMEMBERED)));
  // Whoever looks at a page sees it there.
  if (document.hidden) for (const piece of fresh) await notify(piece);
}

const lookQuietly = () => look().catch(() => {});

if (dot) {
  document.addEventListener("cards-changed", showButtons);
  document.addEventListener("visibilitychange", lookQuietly);
  setInterval(lookQuietly, EVERY_MS);
  showButtons();
}
