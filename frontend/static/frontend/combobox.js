/* A text field completed from a list (ARIA authoring practices, editable combobox with list autocomplete): nothing is
   chosen that the person has not gone to. Without this file it is a plain field; the server fills the list. */
(() => {
  "use strict";

  const listOf = (input) => document.getElementById(input.dataset.sillageCombobox);
  const inputOf = (list) => list && document.querySelector(`[data-sillage-combobox="${CSS.escape(list.id)}"]`);
  const comboboxOf = (event) => event.target.closest?.("[data-sillage-combobox]");
  const optionsOf = (list) => [...list.querySelectorAll("[role=option]")];
  const isOpen = (list) => !list.hidden;
  const activeOf = (list) => list.querySelector("[aria-selected=true]");

  const show = (input, list, open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) mark(input, list, null);
  };
  const mark = (input, list, option) => {
    activeOf(list)?.setAttribute("aria-selected", "false");
    if (option) {
      option.setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const choose = (input, list, option) => {
    input.value = input.dataset.sillageChosen = option.dataset.value;
    show(input, list, false);
    input.dispatchEvent(new CustomEvent("sillage:chosen", { bubbles: true, detail: option.dataset }));
    // As if it had been typed: what follows the field follows a choice too.
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("focusin", (event) => {
    const input = comboboxOf(event);
    if (!input || input.hasAttribute("role")) return;
    const named = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": input.dataset.sillageCombobox };
    for (const [name, value] of Object.entries(named)) input.setAttribute(name, value);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const list = event.detail.target;
    const input = list.getAttribute?.("role") === "listbox" && inputOf(list);
    if (!input) return;
    const found = optionsOf(list);
    const same = found.length === 1 && found[0].dataset.value === input.value;
    show(input, list, found.length > 0 && !same && input === document.activeElement && input.value !== input.dataset.sillageChosen);
  });

  // Before the page's own keys: in an open list, Enter chooses and does nothing else.
  document.addEventListener("keydown", (event) => {
    const input = comboboxOf(event);
    const list = input && listOf(input);
    if (!list || event.isComposing || event.ctrlKey || event.metaKey) return;
    const found = optionsOf(list);
    const active = activeOf(list);
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = active ? found.indexOf(active) : step > 0 ? -1 : 0;
      show(input, list, true);
      mark(input, list, found[(from + step + found.length) % found.length]);
    } else if (event.key === "Escape" && isOpen(list)) show(input, list, false);
    else if (active && event.key === "Tab") return choose(input, list, active);
    else if (active && event.key === "Enter") choose(input, list, active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  document.addEventListener("focusout", (event) => {
    const input = comboboxOf(event);
    if (input?.hasAttribute("role")) show(input, listOf(input), false);
  });
  // The pointer's button goes down: the field keeps the focus.
  document.addEventListener("mousedown", (event) => {
    const list = event.target.closest?.(".sillage-combobox__list");
    const option = event.target.closest?.("[role=option]");
    if (!list) return;
    event.preventDefault();
    if (option) choose(inputOf(list), list, option);
  });
})();
