// Opens the dialog named by a link in place of following it. Without a dialog of that name the link leads on.
export const selector = "[data-dialog-open]";

export function connect(opener) {
  opener.addEventListener("click", (event) => {
    const dialog = document.getElementById(opener.dataset.dialogOpen);
    if (!dialog?.showModal || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    dialog.showModal();
    dialog.addEventListener("click", (click) => {
      if (click.target === dialog) dialog.close();
    });
  });
}
