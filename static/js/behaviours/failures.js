// Whoever asks too much is told for how long to wait; the answer is a page of its own.
function words(place, xhr) {
  if (xhr?.status !== 429) return place.dataset.failed;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  return page.querySelector("main .lead")?.textContent ?? place.dataset.failed;
}

// A part of the page that could not be loaded must not fail in silence: say so where messages stand.
function say(event) {
  const place = document.getElementById("flashes");
  if (!place?.dataset.failed || place.querySelector("[data-failure]")) return;
  const notice = document.createElement("div");
  notice.className = "notice notice--error";
  notice.dataset.failure = "";
  notice.appendChild(document.createElement("span"));
  notice.appendChild(document.createElement("p")).textContent = words(place, event.detail.xhr);
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
