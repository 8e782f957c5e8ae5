// Says when there is no connection, and that nothing is lost by it. What is waited for asks again at once when it is back.

const words = document.querySelector("[data-offline]");

function tell() {
  words.textContent = navigator.onLine ? "" : words.dataset.offline;
}

addEventListener("online", tell);
addEventListener("offline", tell);
tell();
