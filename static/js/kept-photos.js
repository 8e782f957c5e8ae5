// Photos that were chosen and not yet sent, kept in this browser: a reload, signing in again or a lost connection loses none.
// They belong to one tab, or come from the phone's "Share", and are forgotten after an hour and on signing out (site.js).

const HOUR = 3_600_000;
const STORE = "photos";
const TAB = "reword.tab";

function tab() {
  let name = sessionStorage.getItem(TAB);
  if (!name) sessionStorage.setItem(TAB, (name = `${Date.now()}.${Math.random()}`));
  return name;
}

const done = (asking) => new Promise((resolve, reject) => {
  asking.onsuccess = () => resolve(asking.result);
  asking.onerror = () => reject(asking.error);
});

/** What `work` makes of the store, or null where the browser keeps nothing. */
async function inStore(work) {
  try {
    const opening = indexedDB.open("reword", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    const base = await done(opening);
    const found = await work(base.transaction(STORE, "readwrite").objectStore(STORE));
    base.close();
    return found;
  } catch {
    return null;
  }
}

/** Keep `files` for the form `name` of this tab; an empty list forgets what was kept. */
export function keepPhotos(name, files) {
  const key = `${tab()}.${name}`;
  return inStore((store) => done(files.length ? store.put({ files, at: Date.now() }, key) : store.delete(key)));
}

/** What is kept for that form, or was shared; whatever is too old goes. */
export async function keptPhotos(name, isShared) {
  return (await inStore(async (store) => {
    for (const key of await done(store.getAllKeys())) {
      if ((await done(store.get(key))).at < Date.now() - HOUR) await done(store.delete(key));
    }
    const key = isShared ? "shared" : `${tab()}.${name}`;
    const kept = await done(store.get(key));
    if (isShared) await done(store.delete(key));
    return kept?.files;
  })) ?? [];
}
