// Connects behaviours to elements by their data attribute, in the page and in whatever htmx brings in later.
// A behaviour exports `selector` and `connect(element)`; each element is connected once.
import * as autosubmit from "./behaviours/autosubmit.js";
import * as copy from "./behaviours/copy.js";
import * as dialog from "./behaviours/dialog.js";
import * as flash from "./behaviours/flash.js";
import * as menu from "./behaviours/menu.js";
import * as minutesLeft from "./behaviours/minutes-left.js";
import * as pickAll from "./behaviours/pick-all.js";
import * as print from "./behaviours/print.js";
import * as search from "./behaviours/search.js";
import * as stepper from "./behaviours/stepper.js";
import * as theme from "./behaviours/theme.js";
import { watchDwell } from "./behaviours/dwell.js";
import { watchShortcuts } from "./behaviours/shortcuts.js";
import { watchSubmits } from "./behaviours/submit-once.js";

const behaviours = [autosubmit, copy, dialog, flash, menu, minutesLeft, pickAll, print, search, stepper, theme];
const connected = new WeakMap();

function connectWithin(root) {
  for (const behaviour of behaviours) {
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

watchDwell();
watchShortcuts();
watchSubmits();
connectWithin(document);
document.addEventListener("htmx:load", (event) => connectWithin(event.target));
