// The service worker. It opens the edit that a notification is about, and handles a single request: a photo from the phone's
// "Share" menu is stored with the photos that were chosen in a form, and the form is opened. Nothing is cached.

const SHARE = "/share/";
const FORM = "/edits/new/";

function stored(photos) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("reword", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("photos");
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const writing = opening.result.transaction("photos", "readwrite");
      writing.objectStore("photos").put({ files: photos, at: Date.now() }, "shared");
      writing.oncomplete = () => resolve(opening.result.close());
      writing.onerror = () => reject(writing.error);
    };
  });
}

async function receive(request) {
  const form = await request.formData();
  await stored(form.getAll("photo").filter((photo) => photo.size));
  const query = new URLSearchParams({ shared: "1" });
  if (form.get("text")) query.set("prompt", form.get("text"));
  return Response.redirect(`${FORM}?${query}`, 303);
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("notificationclick", ({ notification }) => {
  notification.close();
  clients.openWindow(notification.data);
});
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method === "POST" && new URL(url).pathname === SHARE) event.respondWith(receive(event.request));
});
