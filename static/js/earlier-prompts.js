// Own earlier instructions, with search. Choosing one fills the field and never submits.

const PAUSE_MS = 200;

export function offerEarlier(root, choose) {
  const search = root.querySelector("input");
  const [list, count] = [root.querySelector("ul"), root.querySelector("[role=status]")];
  let timer = 0;
  let asked = 0;

  const entry = (words) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    button.addEventListener("click", () => {
      root.open = false;
      choose(words);
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  };

  const load = async () => {
    const mine = ++asked;
    let prompts = null;
    try {
      const answer = await fetch(`${root.dataset.url}?q=${encodeURIComponent(search.value)}`);
      ({ prompts } = await answer.json());
    } catch {
      // Said below: there is nothing to choose from.
    }
    if (mine !== asked) return;
    list.replaceChildren(...(prompts ?? []).map(entry));
    const { empty, failed, none, one, some } = root.dataset;
    const words = prompts ? [search.value ? none : empty, one][prompts.length] ?? some : failed;
    count.textContent = words.replace("{count}", prompts?.length);
  };

  root.addEventListener("toggle", () => root.open && !list.children.length && load());
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(load, PAUSE_MS);
  });
  // Enter in the search box would send the form.
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}
