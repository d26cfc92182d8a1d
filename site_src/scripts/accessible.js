/* Completes what the theme's own script builds: for keyboards and screen readers, and
   for search.js, which waits for a reader who searches. */
"use strict";

/** What is wide scrolls in its box: let a keyboard reach it, but only while it is needed. */
const reach = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) {
      target.tabIndex = 0;
      target.setAttribute("role", "group");
      target.setAttribute("aria-label", target.matches(".rich") ? "Wide output" : "Table");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) target.removeAttribute(name);
    }
  }
});

function complete() {
  // The box of a copy button is a nav element, one landmark for each block.
  for (const box of document.querySelectorAll(".md-code__nav:not([role])"))
    box.setAttribute("role", "presentation");
  for (const box of document.querySelectorAll(".md-typeset__scrollwrap, .output > .rich"))
    reach.observe(box);
}

document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
complete();

const question = document.querySelector(".md-search__input");
if (question) {
  const worker = new BroadcastChannel("search");
  const say = () => worker.postMessage("searching");
  // The reader, or an address with a question, may be faster than script or worker.
  const sayIfSearching = () => (question.value || question.matches(":focus")) && say();
  question.addEventListener("focus", say);
  worker.addEventListener("message", ({ data }) => data === "waiting" && sayIfSearching());
  sayIfSearching();
}
