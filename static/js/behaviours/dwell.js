// Tells our own server how long a page was looked at and which script errors happened: samples, never facts.
// Nothing is sent when the reader asks not to be followed (Do Not Track, Global Privacy Control).
const wantsPrivacy = navigator.doNotTrack === "1" || navigator.globalPrivacyControl === true;

export function start() {
  const address = document.querySelector('meta[name="beacon"]')?.content;
  if (!address || wantsPrivacy || !navigator.sendBeacon) return;

  // randomUUID exists on secure pages alone
  const id = () => crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const send = (kind, more) => {
    const body = JSON.stringify({ id: id(), kind, path: location.pathname, ...more });
    navigator.sendBeacon(address, new Blob([body], { type: "application/json" }));
  };

  let seen = 0;
  let since = document.visibilityState === "visible" ? performance.now() : null;
  let sent = false;
  const pause = () => {
    if (since !== null) seen += performance.now() - since;
    since = null;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") since = performance.now();
    else pause();
  });
  window.addEventListener("pagehide", () => {
    pause();
    if (!sent && seen >= 500) send("dwell", { dwell_ms: Math.round(seen) });
    sent = true;
  });

  let errors = 0;
  const report = (text) => {
    errors += 1;
    if (errors <= 5) send("script_error", { message: String(text).slice(0, 300) });
  };
  window.addEventListener("error", (event) => report(event.message));
  window.addEventListener("unhandledrejection", (event) => report(event.reason));
}
