// A phone's keyboard lies over the page in some browsers: how much of it is told to the stylesheets, which lift the composer.

const { visualViewport: seen } = window;

function tell() {
  // If the page is zoomed, less is visible for another reason.
  const hidden = seen.scale > 1.01 ? 0 : Math.max(0, Math.round(innerHeight - seen.height - seen.offsetTop));
  document.documentElement.style.setProperty("--keyboard", `${hidden}px`);
}

for (const type of ["resize", "scroll"]) seen?.addEventListener(type, tell);
