// Runs before the first paint: the chosen theme, and a mark that scripts are on. A plain script, not a module.
document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch { /* storage may be closed to us; the system's theme is then used */ }
