// A part of the page that is replaced leaves the reader where they are: what was pressed stays at its height, what is being
// typed stays as it is, and a refusal is looked at where it arose.
const pressed = { id: "", top: 0 };

const heightOf = (id) => (id ? document.getElementById(id)?.getBoundingClientRect().top : undefined);

function remember() {
  pressed.id = document.activeElement?.id ?? "";
  pressed.top = heightOf(pressed.id);
}

function keepHeight() {
  const now = heightOf(pressed.id);
  if (now !== undefined && pressed.top !== undefined) window.scrollBy({ top: now - pressed.top, behavior: "instant" });
}

function keepTyping(event) {
  const { target, fragment } = event.detail;
  const field = document.activeElement;
  if (!field?.id || !target?.contains(field) || !field.matches("input, textarea")) return;
  const replacement = fragment.querySelector(`#${CSS.escape(field.id)}`);
  if (replacement && field.value !== field.defaultValue) replacement.value = field.value;
}

export function start() {
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:oobBeforeSwap", keepTyping);
  document.addEventListener("htmx:afterRequest", (event) => {
    keepHeight();
    const { xhr, requestConfig } = event.detail;
    if (xhr?.status === 422 && requestConfig?.triggeringEvent?.type === "submit") {
      document.querySelector("[aria-invalid=true]")?.focus();
    }
  });
}
