// Connects the behaviours to elements by data attribute, in the page and in whatever htmx brings in later.
//
// A behaviour exports `selector` and `connect(element)`, or `start()`, or both. Each element is connected once. All of them
// and this file are sent as one script (portal/web/look/bundles.py), which names them `behaviours`.
const connected = new WeakMap();

function connectWithin(root) {
  for (const behaviour of behaviours.filter((each) => each.selector)) {
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

for (const behaviour of behaviours) behaviour.start?.();
connectWithin(document);
document.addEventListener("htmx:load", (event) => connectWithin(event.target));
document.documentElement.dataset.behaviours = "ready";
