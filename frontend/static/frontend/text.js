/* A letter being prepared: copied with one key, focus led in and given back. It works without this file, but the copy. */
(() => {
  "use strict";

  const desk = document.querySelector("[data-sillage-desk]");
  if (!desk) return;
  const alone = desk.querySelector("form") !== null;
  let opener = null;

  // Copying is for where this file runs; what it replaces (a button that checks, a second tab) is for where it does not.
  const adapt = () => {
    for (const button of desk.querySelectorAll("[data-sillage-copy]")) button.hidden = false;
    for (const element of document.querySelectorAll("[data-sillage-nojs]")) element.remove();
  };

  // The clipboard's own interface is there over https alone; many préfectures serve their network in plain http.
  const copy = async (button) => {
    const field = document.getElementById(button.dataset.sillageCopy);
    const said = desk.querySelector("[data-sillage-copied]");
    let copied = false;
    try {
      await navigator.clipboard.writeText(field.value);
      copied = true;
    } catch {
      field.focus();
      field.select();
      copied = document.execCommand("copy");
      if (copied) button.focus();
    }
    said.textContent = "";
    // Emptied first: a text copied twice is said twice.
    requestAnimationFrame(() => { said.textContent = copied ? said.dataset.done : said.dataset.select; });
  };

  document.addEventListener("click", (event) => {
    const trigger = event.target.closest("[hx-target='#texte']");
    if (trigger && !desk.contains(trigger)) opener = trigger;
    const button = event.target.closest("[data-sillage-copy]");
    if (button) copy(button);
    if (!alone && event.target.closest("[data-sillage-desk-close]")) {
      event.preventDefault();
      desk.replaceChildren();
      (opener?.isConnected ? opener : document.querySelector("main"))?.focus();
    }
  });

  desk.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== desk) return;
    desk.scrollIntoView({ block: "nearest" });
    if (!desk.querySelector("[data-sillage-errors]")) desk.querySelector("h2")?.focus();
  });
  document.addEventListener("htmx:afterSettle", adapt);
  adapt();
})();
