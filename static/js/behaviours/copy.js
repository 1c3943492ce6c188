// Copies a value, such as the pickup code, and says so.
export const selector = "[data-copy]";

export function connect(button) {
  const words = button.querySelector("span") ?? button;
  const usual = words.textContent;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      words.textContent = button.dataset.copied ?? "Copied";
    } catch {
      words.textContent = button.dataset.copy;
    }
    setTimeout(() => { words.textContent = usual; }, 2500);
  });
}
