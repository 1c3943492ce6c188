// One tick box for all of the same name in its form: <input type="checkbox" data-pick-all="line">.
export const selector = "[data-pick-all]";

export function connect(master) {
  const form = master.form ?? document;
  const boxes = () => [...form.querySelectorAll(`input[name="${CSS.escape(master.dataset.pickAll)}"]:not(:disabled)`)];
  const show = () => {
    const all = boxes();
    const picked = all.filter((box) => box.checked).length;
    master.checked = picked > 0 && picked === all.length;
    master.indeterminate = picked > 0 && picked < all.length;
  };
  master.addEventListener("change", () => {
    for (const box of boxes()) box.checked = master.checked;
  });
  form.addEventListener("change", show);
  show();
}
