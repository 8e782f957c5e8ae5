// <html data-ready> says that every script of the page listens, for whoever must not press a key too early. Modules have run
// before DOMContentLoaded, and none of ours registers a listener later.

document.addEventListener("DOMContentLoaded", () => document.documentElement.setAttribute("data-ready", ""));
