// Loads the behaviours that the page names and connects them to elements by data attribute, in the page and in whatever
// htmx brings in later. The page names them as <link rel="modulepreload" data-behaviour>, because its addresses carry the
// hash of each file; an import written here would not, and browsers would ask for every file on every page.
//
// A behaviour exports `selector` and `connect(element)`, or `start()`, or both. Each element is connected once.
const loads = [...document.querySelectorAll("link[data-behaviour]")].map((link) => import(link.href));
const loaded = (await Promise.allSettled(loads)).filter((each) => each.status === "fulfilled").map((each) => each.value);
const connected = new WeakMap();

function connectWithin(root) {
  for (const behaviour of loaded.filter((each) => each.selector)) {
    const found = [...root.querySelectorAll(behaviour.selector)];
    if (root.matches?.(behaviour.selector)) found.push(root);
    for (const element of found) {
      const done = connected.get(element) ?? connected.set(element, new Set()).get(element);
      if (done.has(behaviour)) continue;
      done.add(behaviour);
      behaviour.connect(element);
    }
  }
}

for (const behaviour of loaded) behaviour.start?.();
connectWithin(document);
document.addEventListener("htmx:load", (event) => connectWithin(event.target));
document.documentElement.dataset.behaviours = "ready";
