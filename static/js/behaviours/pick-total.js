// The sum of what is ticked: <form data-pick-total="invoice" data-currency data-exponent data-zero="$0.00"> whose boxes
// carry data-minor and data-currency. Writes it into [data-pick-words] and switches off [data-needs-pick] buttons that
// have nothing to do: "any" wants a tick, "payable" one that has something to pay.
export const selector = "[data-pick-total]";

export function connect(form) {
  const words = form.querySelector("[data-pick-words]");
  const buttons = [...form.querySelectorAll("[data-needs-pick]")];
  const hint = words?.textContent ?? "";
  const places = Number(form.dataset.exponent);

  const amount = (minor) => {
    const digits = String(Math.abs(minor)).padStart(places + 1, "0");
    const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
    const text = places ? `${whole}.${digits.slice(-places)}` : whole;
    // As the server writes it: its nothing, with this amount in place of the zero.
    return (minor < 0 ? "-" : "") + form.dataset.zero.replace(/0(\.0+)?/, () => text);
  };
  const show = () => {
    const boxes = [...form.querySelectorAll(`input[name="${CSS.escape(form.dataset.pickTotal)}"]:checked`)];
    const payable = boxes.filter((box) => Number(box.dataset.minor) !== 0);
    const owed = boxes.some((box) => Number(box.dataset.minor) > 0);
    for (const button of buttons) button.disabled = button.dataset.needsPick === "payable" ? !owed : !boxes.length;
    for (const row of form.querySelectorAll("tbody tr")) row.classList.toggle("is-selected", !!row.querySelector("input:checked"));
    if (!words) return;
    if (!boxes.length) {
      words.textContent = hint;
      return;
    }
    const sum = payable.reduce((so_far, box) => so_far + Number(box.dataset.minor), 0);
    const oneCurrency = payable.every((box) => box.dataset.currency === form.dataset.currency);
    const strong = document.createElement("strong");
    strong.textContent = oneCurrency ? amount(sum) : "";
    words.replaceChildren(`${boxes.length} ticked `, strong);
  };
  // Ticks go along to the neighboring pages.
  form.addEventListener("click", (event) => {
    const link = event.target.closest("a[rel=next], a[rel=prev]");
    if (!link) return;
    const url = new URL(link.href);
    url.searchParams.delete(form.dataset.pickTotal);
    for (const box of form.querySelectorAll(`input[name="${CSS.escape(form.dataset.pickTotal)}"]:checked`)) {
      url.searchParams.append(form.dataset.pickTotal, box.value);
    }
    link.href = url.href;
  });
  form.addEventListener("change", show);
  show();
  // The browser may bring ticks back when one comes back to the page.
  window.addEventListener("pageshow", show);
}
