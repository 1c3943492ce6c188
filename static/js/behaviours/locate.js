// Fills a form's `lat` and `lon` from the device and sends it. About a hundred metres are near enough to find a store.
export const selector = "[data-locate]";

const REASONS = {
  1: "Your browser may not tell where you are. Choose a town instead.",
  2: "Your device does not know where it is. Choose a town instead.",
  3: "That took too long. Try again, or choose a town.",
};

export function connect(button) {
  const form = button.form;
  const told = form.querySelector("[data-locate-told]");
  if (!navigator.geolocation) return button.remove();
  button.addEventListener("click", () => {
    button.disabled = true;
    told.textContent = "Finding where you are…";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        form.elements.lat.value = coords.latitude.toFixed(3);
        form.elements.lon.value = coords.longitude.toFixed(3);
        form.submit();
      },
      (error) => {
        button.disabled = false;
        told.textContent = REASONS[error.code] ?? REASONS[2];
      },
      { timeout: 10_000, maximumAge: 300_000 },
    );
  });
}
