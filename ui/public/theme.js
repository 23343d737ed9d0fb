// Sets the theme before the first paint; the console's own code takes over from here.
(() => {
  let stored = null;
  try {
    stored = localStorage.getItem("palisade-theme");
  } catch {
    // Storage can be refused: the system's preference is used.
  }
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = stored === "dark" || stored === "light" ? stored : system;
})();
