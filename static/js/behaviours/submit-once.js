// A form is sent once: the second press of an impatient thumb does nothing, and the button shows that work is going on.
// The server is idempotent as well; this only spares the doubt.
const stop = (event) => {
  event.preventDefault();
  event.stopImmediatePropagation();
};

function release(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll(".is-busy")) {
    button.classList.remove("is-busy");
    button.removeAttribute("aria-disabled");
  }
}

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return stop(event);
    form.dataset.sent = "yes";
    // The button stays enabled until the form's data is read, or its own name and value would be missing.
    const button = event.submitter;
    setTimeout(() => {
      if (event.defaultPrevented && !form.closest("[hx-post], [hx-put], [hx-patch], [hx-delete]")) return release(form);
      button?.classList.add("is-busy");
      button?.setAttribute("aria-disabled", "true");
    });
  }, true);
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest?.("form");
    if (form) release(form);
  });
  // Coming back with the back button shows the page as it was left: let the form be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(release);
  });
}
