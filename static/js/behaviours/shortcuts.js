// "/" goes to the search box, "?" lists the keys of this page. <a data-key="n"> makes a key of its own.
const typing = (element) => element?.matches?.("input, textarea, select, [contenteditable]");

function keysOfThisPage() {
  const own = [...document.querySelectorAll("[data-key]")].map((each) => [each.dataset.key, each.textContent.trim()]);
  const search = document.querySelector("[data-search]") ? [["/", "Go to the search box"], ["↓ ↑", "Walk through the results"]] : [];
  return [...search, ...own, ["?", "Show these keys"], ["Esc", "Close"]];
}

function showKeys() {
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  dialog.setAttribute("aria-label", "Keys");
  const list = document.createElement("dl");
  list.className = "keys dialog__body";
  for (const [key, words] of keysOfThisPage()) {
    const row = list.appendChild(document.createElement("div"));
    row.appendChild(document.createElement("dt")).textContent = words;
    row.appendChild(document.createElement("dd")).appendChild(document.createElement("kbd")).textContent = key;
  }
  dialog.append(list);
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", () => dialog.close());
  dialog.showModal();
}

export function start() {
  document.addEventListener("keydown", (event) => {
    const search = document.querySelector("[data-search]");
    // Already in the empty box, as on pages that begin with it: the key has nothing more to do.
    if (event.key === "/" && event.target === search && search.value === "") return event.preventDefault();
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "/" && search) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === "?") {
      showKeys();
    } else if (/^[a-z0-9]$/i.test(event.key)) {
      document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
    }
  });
}
