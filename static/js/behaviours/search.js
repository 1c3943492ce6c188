// Arrow keys walk from the search box through the results and back; Enter follows the one in focus.
export const selector = "[data-search]";

const results = () => [...document.querySelectorAll("a[data-result], [data-result] a:first-of-type")];

function step(from, by) {
  const all = results();
  const next = all.indexOf(from) + by;
  if (all.length === 0 || next >= all.length) return false;
  if (next < 0) document.querySelector(selector)?.focus();
  else all[next].focus();
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented) return;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const inResults = results().includes(document.activeElement);
  if (by && inResults && step(document.activeElement, by)) event.preventDefault();
});

export function connect(box) {
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && step(null, 1)) event.preventDefault();
    if (event.key === "Escape" && box.value === "") box.blur();
  });
}
