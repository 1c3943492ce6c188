// A part of the page that could not be loaded must not fail in silence: say so where messages stand.
function say() {
  const place = document.getElementById("flashes");
  if (!place?.dataset.failed || place.querySelector("[data-failure]")) return;
  const notice = document.createElement("div");
  notice.className = "notice notice--error";
  notice.dataset.failure = "";
  notice.appendChild(document.createElement("span"));
  notice.appendChild(document.createElement("p")).textContent = place.dataset.failed;
  place.append(notice);
  notice.scrollIntoView({ block: "nearest" });
}

export function start() {
  document.addEventListener("htmx:responseError", say);
  document.addEventListener("htmx:sendError", say);
  document.addEventListener("htmx:timeout", say);
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.successful) document.querySelector("[data-failure]")?.remove();
  });
}
