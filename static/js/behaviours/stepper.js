// Plus and minus around a number, in the number's own step and within its limits.
export const selector = "[data-stepper]";

export function connect(stepper) {
  const input = stepper.querySelector("input");
  const buttons = [...stepper.querySelectorAll("[data-step]")];
  const show = () => {
    for (const button of buttons) {
      const limit = Number(button.dataset.step) < 0 ? input.min : input.max;
      button.disabled = input.disabled || (limit !== "" && Number(input.value) === Number(limit));
    }
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      if (Number(button.dataset.step) < 0) input.stepDown();
      else input.stepUp();
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
  input.addEventListener("input", show);
  // A number changes by turning the wheel over it while scrolling: never wanted in an order.
  input.addEventListener("wheel", () => input.blur(), { passive: true });
  show();
}
