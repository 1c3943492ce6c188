// In a row that scrolls sideways, brings the current place into view. Scrolls the row alone, never the page.
export const selector = ":is(.tabs, .orders-chips, .invoices-chips) [aria-current]";

export function connect(current) {
  const row = current.closest(".tabs, .orders-chips, .invoices-chips");
  const gap = current.getBoundingClientRect().left - row.getBoundingClientRect().left;
  row.scrollLeft += gap - (row.clientWidth - current.offsetWidth) / 2;
}
