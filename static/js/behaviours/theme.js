// Switches between light and dark and remembers it on this device, in a cookie: the next page comes in it from the server.
export const selector = "[data-theme-toggle]";

const root = document.documentElement;
const isDark = () => (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

export function connect(button) {
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    document.cookie = `portal_theme=${root.dataset.theme}; path=/; max-age=31536000; SameSite=Lax`;
  });
}
