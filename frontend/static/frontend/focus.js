/* The focus is never lost when a fragment takes the place of what had it (WCAG 2.4.3). In this order: what the fragment
   marks, its errors, the same control as before, its heading, the fragment, the page. */
(() => {
  "use strict";

  const onNothing = () => !document.activeElement || document.activeElement === document.body;

  // Who has the focus before the swap. Two swaps may follow each other before either has settled.
  let held = null;
  document.addEventListener("htmx:beforeSwap", () => {
    if (!onNothing()) held = document.activeElement;
    else if (held?.isConnected) held = null;
  });

  const usable = (element) => element && !element.disabled && element.getClientRects().length > 0;
  const among = (root, selector) => (root.matches?.(selector) ? root : [...root.querySelectorAll(selector)].find(usable));

  // The same address, or the same name; of two buttons or boxes with one name, that of the same value.
  const sameAs = (lost, root) => {
    const address = lost.getAttribute("href");
    if (address) return among(root, `a[href="${CSS.escape(address)}"]`);
    if (lost.id && usable(document.getElementById(lost.id))) return document.getElementById(lost.id);
    if (!lost.name) return null;
    const named = [...root.querySelectorAll(`[name="${CSS.escape(lost.name)}"]`)].filter(usable);
    return named.find((element) => element.value === lost.value) ?? named[0];
  };

  const heading = (region) => {
    const found = among(region, "h1, h2, h3, h4") ?? region;
    if (found.tabIndex < 0 && !found.hasAttribute("tabindex")) found.tabIndex = -1;
    return found;
  };

  const settle = (swapped) => {
    // What was replaced whole is told by the old element: its successor has its identifier.
    const region = swapped.isConnected ? swapped : document.getElementById(swapped.id) ?? document.getElementById("content");
    const errors = region.querySelector("[data-sillage-errors]");
    if (errors) return errors.focus();
    if (!onNothing() || !held || held.isConnected) return null;
    const lost = held;
    held = null;
    const marked = among(region, "[data-sillage-focus]");
    const same = sameAs(lost, region) ?? sameAs(lost, document);
    if (marked) marked.focus();
    else if (same) same.focus({ preventScroll: true });
    else if (region.id !== "messages") heading(region).focus();
    if (onNothing()) document.getElementById("content").focus();
    return null;
  };

  document.addEventListener("htmx:afterSwap", (event) => settle(event.target));
  // What is put in elsewhere than in its target may have held the focus too.
  document.addEventListener("htmx:oobAfterSwap", (event) => settle(event.detail.target));

  // A refused form: the reader lands on what to mend.
  document.querySelector("[data-sillage-errors]")?.focus();
})();
