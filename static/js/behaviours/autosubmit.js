// A form of filters is sent when a choice changes or a typed field is left. Only for forms whose answer replaces a part
// of the page: a page must not go elsewhere because somebody chose something.
export const selector = "form[data-autosubmit]";

export function connect(form) {
  let waiting;
  const sendAfter = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(), pause);
  };
  form.addEventListener("change", (event) => {
    const picked = event.target.matches("select, [type=checkbox], [type=radio]");
    if (picked) sendAfter(0);
  });
  // Words and dates change with every key; they are sent when the field is left.
  form.addEventListener("focusout", (event) => {
    const field = event.target;
    const typed = field.matches?.("input:not([type=checkbox], [type=radio])");
    if (typed && field.value !== field.defaultValue && !event.relatedTarget?.closest("button")) sendAfter(150);
  });
}
