// Counts down the minutes of acting for a customer. The server decides when the time is up; this only shows it.
export const selector = "[data-minutes-left]";

export function connect(place) {
  const ends = Date.now() + Number(place.dataset.minutesLeft) * 60_000;
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((ends - Date.now()) / 60_000));
    place.textContent = `${left} ${left === 1 ? "minute" : "minutes"} left`;
    if (left === 0 || !place.isConnected) clearInterval(timer);
  }, 15_000);
}
