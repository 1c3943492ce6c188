// Opens the browser's own print dialog.
export const selector = "[data-print]";

export function connect(button) {
  button.addEventListener("click", () => window.print());
}
