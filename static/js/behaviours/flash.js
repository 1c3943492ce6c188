// A message can be closed; the keyboard goes on from where the message was.
export const selector = "[data-flash]";

export function connect(message) {
  message.querySelector("[data-flash-close]")?.addEventListener("click", () => {
    message.remove();
    document.getElementById("main")?.focus({ preventScroll: true });
  });
}
