// The next page of cards, fetched when the end comes near. The link to it stays what it is: the way on without scripts, or when
// something fails, and after some pages a button, so that the footer can be reached.

const AUTOMATIC = 5;
const NEAR = "400px";
const list = document.querySelector(".cards");
let automatic = AUTOMATIC;
let busy = false;

const words = document.createElement("p");
words.className = "visually-hidden";
words.setAttribute("role", "status");

const observer = new IntersectionObserver(([entry]) => entry.isIntersecting && automatic-- > 0 && more(), { rootMargin: NEAR });

function watch() {
  const older = document.querySelector(".older");
  observer.disconnect();
  if (older) observer.observe(older);
}

async function more() {
  const older = document.querySelector(".older");
  const address = older?.querySelector("a").href;
  if (!address || busy) return null;
  busy = true;
  try {
    const response = await fetch(address);
    if (!response.ok || response.redirected) throw new Error(`page ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const cards = [...page.querySelectorAll(".cards > li")];
    for (const card of cards) card.dataset.page = address;
    list.append(...cards);
    words.textContent = older.dataset.older.replace("{count}", cards.length);
    older.replaceWith(page.querySelector(".older") ?? "");
    document.dispatchEvent(new CustomEvent("cards-changed"));
    watch();
    return cards;
  } finally {
    busy = false;
  }
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.(".older a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  automatic = AUTOMATIC;
  try {
    (await more())?.[0]?.querySelector("a, input")?.focus();
  } catch {
    location.assign(link.href);
  }
});

// Coming "back" from a card leads to the page that holds it, also when the browser has forgotten what was appended.
document.addEventListener("click", (event) => {
  const card = event.target.closest?.(".card > a")?.parentElement;
  if (card) history.replaceState(null, "", `${card.dataset.page ?? location.pathname + location.search}#${card.id}`);
});

// A page that could not be fetched is no error: the link is still there.
addEventListener("unhandledrejection", (event) => event.reason?.message?.startsWith("page ") && event.preventDefault());
if (list) {
  list.after(words);
  watch();
}
