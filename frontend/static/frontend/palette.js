/* « Aller à… »: a combobox over its list, answered by the server. Without this file the button leads to a page that does
   the same. */
(() => {
  "use strict";

  const palette = document.querySelector("[data-sillage-palette]");
  if (!palette) return;
  const input = palette.querySelector("[role=combobox]");
  const said = palette.querySelector("[data-sillage-palette-said]");
  const form = palette.querySelector("form");
  const answer = document.getElementById("palette-answer");
  const options = () => [...answer.querySelectorAll("[role=option]")];
  // Whether what is shown answers what is typed: a person types faster than a network.
  const isFresh = () => answer.firstElementChild?.dataset.text === input.value.trim();
  let chosen = null;
  let awaited = false;

  const choose = (option) => {
    chosen?.setAttribute("aria-selected", "false");
    chosen = option ?? null;
    if (chosen) {
      chosen.setAttribute("aria-selected", "true");
      chosen.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", chosen.id);
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };

  // At once, where the browser would take its time: what is pressed next is meant for the page, whose focus comes back,
  // and not for a field that is no longer seen.
  const shut = () => {
    palette.close();
    if (palette.contains(document.activeElement)) document.activeElement.blur();
  };

  // An act that the page offers opens in place, as by its own link.
  const go = (option) => {
    const address = option.getAttribute("href");
    const here = document.querySelector(`main a[hx-get][href="${CSS.escape(address)}"]`);
    shut();
    if (here) {
      here.focus();
      here.click();
    } else window.location.assign(address);
  };

  const ask = () => htmx.ajax("get", form.getAttribute("action"), { source: form, target: answer });
  let pause;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(ask, 120);
  });

  const open = () => {
    awaited = false;
    input.value = "";
    answer.replaceChildren();
    choose(null);
    palette.showModal();
    input.focus();
    ask();
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-sillage-palette-open]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const all = options();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) choose(all[(all.indexOf(chosen) + step + all.length) % all.length]);
    else if (event.key === "Enter") {
      if (!isFresh()) awaited = true;
      else if (chosen) go(chosen);
    } else if (event.key === "Escape") {
      shut();
    } else if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) input.select();
    else return;
    event.preventDefault();
  });
  answer.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(option);
  });

  answer.addEventListener("htmx:afterSwap", () => {
    const [first] = options();
    choose(first);
    input.setAttribute("aria-expanded", String(Boolean(first)));
    said.textContent = answer.firstElementChild?.dataset.said ?? "";
    if (awaited && isFresh()) {
      awaited = false;
      if (chosen) go(chosen);
    }
  });
  form.addEventListener("htmx:afterRequest", (event) => { if (event.detail.failed) awaited = false; });
})();
