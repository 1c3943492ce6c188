// A form of filters is sent when one of them changes; while typing it waits for a pause.
export const selector = "form[data-autosubmit]";

export function connect(form) {
  let waiting;
  const sendAfter = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => form.requestSubmit(), pause);
  };
  form.addEventListener("change", (event) => {
    const picked = event.target.matches("select, [type=checkbox], [type=radio]");
    // A date is changed with every key pressed; it is sent when the field is left.
    if (picked) sendAfter(0);
  });
  form.addEventListener("focusout", (event) => {
    const field = event.target;
    const typed = field.matches?.("input:not([type=checkbox], [type=radio])");
    if (typed && field.value !== field.defaultValue && !event.relatedTarget?.closest("button")) sendAfter(150);
  });
}
