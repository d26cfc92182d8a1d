/** "What does my client see?", asked from what is done, and from what shall be seen. */

import { Choices } from "./choices.ts";
import { Pages } from "./pages.ts";
import { Wishes } from "./wishes.ts";

const pages = new Pages(new URL("../", document.baseURI).href);

for (const [form, answer, Form] of [
  ["form.wa-explorer", ".wa-answer", Choices],
  ["form.wa-wishes", ".wa-granted", Wishes],
] as const) {
  const asked = document.querySelector<HTMLFormElement>(form);
  const answered = document.querySelector<HTMLElement>(answer);
  if (asked && answered) new Form(asked, answered, pages).start();
}
