// <html data-ready> says that all scripts of the page are listening, for tests that must not press a key
// too early. Modules have run before DOMContentLoaded, and none of ours adds a listener later.

const root = document.documentElement;
document.addEventListener("DOMContentLoaded", () => root.setAttribute("data-ready", ""));
