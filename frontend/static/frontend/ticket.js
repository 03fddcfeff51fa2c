/* The form of an act, in its panel or on its own page: focus goes in, and back to its button when it closes. */
(() => {
  "use strict";

  const panel = document.querySelector("[data-sillage-panel]");
  if (!panel) return;
  // On its own page (a key pressed in the file, a link in a new tab) the form is there from the start, and nothing is
  // behind it to close to: « Fermer » is a link.
  const alone = panel.querySelector("form") !== null;
  let opener = null;

  const close = () => {
    panel.replaceChildren();
    // What refreshes by itself may have put another link in its place.
    const address = opener?.getAttribute("href");
    (opener?.isConnected || !address ? opener : document.querySelector(`a[href="${CSS.escape(address)}"]`))?.focus();
    opener = null;
  };

  document.addEventListener("click", (event) => {
    const trigger = event.target.closest("[data-sillage-open]");
    if (trigger) opener = trigger;
    if (!alone && event.target.closest("[data-sillage-close]") && panel.contains(event.target)) {
      event.preventDefault();
      close();
    }
  });

  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !alone) close();
  });

  const enter = () => {
    if (panel.querySelector("[data-sillage-errors]")) return;
    const first = panel.querySelector("input:not([type=hidden]), select, textarea") ?? panel.querySelector("h2, h3");
    first?.focus();
    if (first?.select) first.select();
  };

  // Focus goes in once htmx listens to the new form: a date typed at once must tell its effect too.
  let swapped = false;
  panel.addEventListener("htmx:afterSwap", (event) => {
    swapped ||= event.detail.target === panel;
  });
  panel.addEventListener("htmx:afterSettle", () => {
    if (!swapped) return;
    swapped = false;
    panel.scrollIntoView({ block: "nearest" });
    enter();
  });
  if (alone) enter();
})();
