// Says when the browser is offline, and that nothing is lost. Pending polls run at once when the connection is back.

const words = document.querySelector("[data-offline]");

function tell() {
  words.textContent = navigator.onLine ? "" : words.dataset.offline;
}

addEventListener("online", tell);
addEventListener("offline", tell);
tell();
