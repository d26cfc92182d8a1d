/** Forms in a frame that may submit none: their scripts hear of `submit` all the same. */

/**
 * Have a press on a form's button, also by Enter, tell the form `submit`.
 *
 * The sandbox would stop the form before that; nothing is sent anywhere, as where a script
 * calls `preventDefault`.
 */
export function watchForms(): void {
  addEventListener("click", (event) => {
    const submitter = event.target instanceof Element ? event.target.closest("button, input") : null;
    if (event.defaultPrevented || !isButton(submitter) || !submitter.form) return;
    const { form } = submitter;
    if (submitter.type !== "submit" && submitter.type !== "image") return;
    event.preventDefault();
    if (!form.noValidate && !submitter.formNoValidate && !form.reportValidity()) return;
    form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true, submitter }));
  });
}

function isButton(element: Element | null): element is HTMLButtonElement | HTMLInputElement {
  return element instanceof HTMLButtonElement || element instanceof HTMLInputElement;
}
