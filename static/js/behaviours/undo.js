// What was changed in a form that saves as one goes can be changed back for five seconds.
// The form names the bar (data-undo="id"); a field's label says what was changed.
export const selector = "form[data-undo]";

const SECONDS = 5;

export function connect(form) {
  const bar = document.getElementById(form.dataset.undo);
  if (!bar) return;
  let last = null;
  let hides;
  const hideSoon = () => {
    clearTimeout(hides);
    hides = setTimeout(() => { bar.hidden = true; }, SECONDS * 1000);
  };
  form.addEventListener("change", (event) => {
    const field = event.target;
    const before = field.defaultValue;
    last = before === undefined || before === field.value ? null : { id: field.id, before, after: field.value, label: field.ariaLabel };
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful || !last) return;
    bar.querySelector("p").textContent = `${last.label ?? "Changed"}: ${last.before} → ${last.after}`;
    bar.hidden = false;
    bar.change = last;
    last = null;
    hideSoon();
  });
  // Whoever is about to press it has all the time they need.
  for (const reached of ["focusin", "pointerenter"]) bar.addEventListener(reached, () => clearTimeout(hides));
  for (const left of ["focusout", "pointerleave"]) bar.addEventListener(left, () => hideSoon());
  bar.querySelector("button").addEventListener("click", () => {
    const field = document.getElementById(bar.change.id);
    bar.hidden = true;
    if (!field) return;
    field.value = bar.change.before;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    last = null;
    field.focus({ preventScroll: true });
  });
}
