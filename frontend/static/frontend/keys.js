/* The registry of keys. A page declares its keys in its HTML, by the tag {% key %}: which key (data-sillage-shortcut), what it
   does in French (data-sillage-label). This file alone listens to them, so that the same rules hold everywhere: never
   while one types, never with Ctrl, Alt or Cmd unless declared so, never behind a dialog, and no bare character for
   whoever has turned them off (WCAG 2.1.4). The sheet is made of the same declarations. */
(() => {
  "use strict";

  const WITHOUT_TYPING = /^(checkbox|button|submit|reset|file)$/;
  const isTyping = (element) => element.isContentEditable || /^(TEXTAREA|SELECT)$/.test(element.tagName)
    || (element.tagName === "INPUT" && !WITHOUT_TYPING.test(element.type));
  const lettersAct = () => document.querySelector("[data-sillage-letters]")?.dataset.sillageLetters === "on";
  const isLetter = (key) => key.length === 1;
  const declared = (root = document) => [...root.querySelectorAll("[data-sillage-shortcut]")];
  const keysOf = (element) => element.dataset.sillageShortcut.split(" ");
  const answers = (name) => (element) => keysOf(element).includes(name) && !element.closest("[hidden]");

  // --- Rows: ↑ ↓ move from one to the next, a letter acts on the one where the focus is ------------------------------

  const list = () => document.querySelector("[data-sillage-rows]");
  const rowOf = (element) => element.closest?.("[data-sillage-row]");
  const opener = (row) => row.querySelector("[data-sillage-open]");
  const rows = () => [...list().querySelectorAll("[data-sillage-row]")].filter((row) => opener(row)?.getClientRects().length);

  // Arrows are the list's own where the focus is on it or on nothing: elsewhere, menus and the page keep them.
  const onList = () => {
    const active = document.activeElement;
    return list() && (list().contains(active) || active === document.body || active.id === "content");
  };

  const move = (step) => {
    const all = rows();
    const row = rowOf(document.activeElement);
    const next = all[(row ? all.indexOf(row) : step > 0 ? -1 : all.length) + step];
    if (!next) return false;
    opener(next).focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };

  const actOnRow = (name) => {
    const row = rowOf(document.activeElement);
    const control = (row ?? rows()[0])?.querySelector(`[data-sillage-row-key="${CSS.escape(name)}"]`);
    const address = row?.getAttribute(`data-sillage-go-${name}`);
    if (control) control.focus();
    else if (address) window.location.assign(address);
    return Boolean(control || address);
  };

  // --- One listener --------------------------------------------------------------------------------------------------

  const press = (target) => {
    // A window gives the focus back to where it was.
    if (!target.hasAttribute("data-sillage-window")) target.focus();
    target.click();
    if (target.tagName === "SUMMARY" && target.parentElement.open) (target.parentElement.querySelector("[data-sillage-focus]") ?? target.parentElement.querySelector("a"))?.focus();
    return true;
  };

  const combined = (name, element) => {
    const within = name === "Control+Enter" ? element.closest?.("form") : document;
    const target = within && declared(within).find(answers(name));
    // The focus stays where one types, or where the window that opens is to give it back.
    target?.click();
    return Boolean(target);
  };

  const alone = (name, element) => {
    if (isTyping(element)) return false;
    if (name === "ArrowDown" || name === "ArrowUp") return onList() && move(name === "ArrowDown" ? 1 : -1);
    if (!isLetter(name) || !lettersAct()) return false;
    const target = declared().find(answers(name));
    if (!target) return false;
    return target.hasAttribute("data-sillage-in-row") ? onList() && actOnRow(name) : press(target);
  };

  document.addEventListener("keydown", (event) => {
    // A browser that fills a field in sends a press without a key.
    if (!event.key || event.defaultPrevented || event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
    const held = event.ctrlKey || event.metaKey;
    if (event.shiftKey && (held || !isLetter(event.key))) return;
    const key = isLetter(event.key) ? event.key.toLowerCase() : event.key;
    if (held ? combined(`Control+${key}`, event.target) : alone(key, event.target)) event.preventDefault();
  });

  // --- What a screen reader is told, and what the page's own hints show ---------------------------------------------

  const tell = () => {
    const on = lettersAct();
    document.documentElement.toggleAttribute("data-sillage-letters-off", !on);
    for (const element of declared()) {
      const names = keysOf(element).filter((name) => on || !isLetter(name));
      if (!element.matches("a, button, summary, input, select")) continue;
      if (names.length) element.setAttribute("aria-keyshortcuts", names.join(" "));
      else element.removeAttribute("aria-keyshortcuts");
    }
  };

  // --- The sheet -----------------------------------------------------------------------------------------------------

  const sheet = document.querySelector("[data-sillage-keys]");

  const line = ({ label, keys }) => {
    const item = document.createElement("li");
    keys.forEach((key, rank) => {
      if (rank) item.append(" ");
      if (key === "ou") item.append(key);
      else key.split("+").forEach((part, place) => {
        if (place) item.append("\u00a0+\u00a0");
        const shown = document.createElement("kbd");
        shown.textContent = part;
        item.append(shown);
      });
    });
    item.append(`\u00a0: ${label}`);
    return item;
  };

  const fill = () => {
    const known = new Set();
    const found = [...document.querySelectorAll("[data-sillage-label]")].filter((element) => !element.closest("[hidden]"));
    for (const name of ["page", "everywhere"]) {
      const place = sheet.querySelector(`[data-sillage-keys-of=${name}]`);
      const lines = [];
      for (const element of found) {
        const own = Boolean(element.closest("main")) && !element.hasAttribute("data-sillage-everywhere");
        const { sillageLabel: label, sillageShown: shown, sillageShortcut: key } = element.dataset;
        const off = key && !lettersAct() && key.split(" ").every(isLetter);
        if (own !== (name === "page") || known.has(label + shown) || off) continue;
        known.add(label + shown);
        lines.push(line({ label, keys: shown.split(" ") }));
      }
      place.replaceChildren(...lines);
      place.parentElement.hidden = lines.length === 0;
    }
  };

  document.addEventListener("click", (event) => {
    if (!sheet || !event.target.closest("[data-sillage-sheet]")) return;
    event.preventDefault();
    fill();
    sheet.showModal();
  });
  // At once, where the browser would take its time: what is pressed next is meant for the page. It gives the focus back.
  sheet?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    sheet.close();
  });

  document.addEventListener("htmx:afterSettle", () => {
    tell();
    if (sheet?.open) fill();
  });
  tell();
})();
