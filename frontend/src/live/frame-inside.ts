/** Inside the frame of an output: says how high it is, and lets its links open beside the page. */

const tell = (): void => parent.postMessage({ height: document.documentElement.getBoundingClientRect().height }, "*");

// A browser need not draw a frame that is out of sight, and then observes nothing in it.
addEventListener("load", tell);
new ResizeObserver(tell).observe(document.documentElement);

document.addEventListener("click", ({ target }) => {
  const link = target instanceof Element ? target.closest("a") : null;
  if (link) link.target = "_blank";
});
