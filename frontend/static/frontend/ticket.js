/* The panel of an act: focus goes in when it opens, and back to its button when it closes. */
(() => {
  "use strict";

  const panel = document.querySelector("[data-sillage-panel]");
  if (!panel) return;
  let opener = null;

  const close = () => {
    panel.replaceChildren();
    opener?.focus();
    opener = null;
  };

  document.addEventListener("click", (event) => {
    const trigger = event.target.closest("[data-sillage-open]");
    if (trigger) opener = trigger;
    if (event.target.closest("[data-sillage-close]") && panel.contains(event.target)) {
      event.preventDefault();
      close();
    }
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form?.requestSubmit();
  });

  panel.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== panel) return;
    panel.scrollIntoView({ block: "nearest" });
    if (panel.querySelector("[data-sillage-errors]")) return;
    const first = panel.querySelector("input:not([type=hidden]), select, textarea") ?? panel.querySelector("h3");
    first?.focus();
    if (first?.select) first.select();
  });
})();
