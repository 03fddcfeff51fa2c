/* Comfort for the lists: the filters opened in place take the focus, Escape closes them. The list works without it. */
(() => {
  "use strict";

  const panel = document.querySelector("[data-sillage-panel]");
  if (!panel) return;
  let opener = null;

  document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.target === panel) opener = event.detail.elt; });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === panel) panel.querySelector("input:not([type=hidden]), select")?.focus();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    panel.replaceChildren();
    opener?.focus();
  });
})();
