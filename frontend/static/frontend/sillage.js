/* Comfort for the hand and the eye: every page works without this file. */
(() => {
  "use strict";

  const menus = () => document.querySelectorAll("details[data-sillage-menu][open]");
  const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

  document.addEventListener("click", (event) => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of menus()) {
        const hadFocus = menu.contains(document.activeElement);
        menu.open = false;
        if (hadFocus) menu.querySelector("summary").focus();
      }
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    const target = document.querySelector(`[data-sillage-key="${CSS.escape(event.key)}"]`);
    if (!target || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    target.focus();
    target.click();
    if (target.tagName === "SUMMARY" && target.parentElement.open) target.parentElement.querySelector("a")?.focus();
  });

  // Arrow keys walk through an open menu.
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-sillage-menu][open]");
    if (!menu || isTyping(event.target) || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const items = [...menu.querySelectorAll("summary, a, button")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
    event.preventDefault();
  });

  // A refused form: the reader lands on what to mend.
  const showErrors = (root) => root.querySelector("[data-sillage-errors]")?.focus();

  const busy = document.querySelector("[data-sillage-busy]");
  let pending = 0;
  document.addEventListener("htmx:beforeRequest", () => { pending += 1; busy.hidden = false; });
  document.addEventListener("htmx:afterRequest", () => { pending = Math.max(0, pending - 1); busy.hidden = pending === 0; });
  document.addEventListener("htmx:afterSwap", (event) => showErrors(event.detail.target));
  // A file arrives without a page that would take the sign away.
  document.addEventListener("submit", (event) => { busy.hidden = event.submitter?.hasAttribute("data-sillage-download") ?? false; });
  window.addEventListener("pageshow", () => { busy.hidden = true; });

  const say = (sentence) => {
    const region = document.getElementById("messages");
    const alert = document.createElement("div");
    alert.className = "fr-alert fr-alert--sm fr-alert--error sillage-message";
    const text = document.createElement("p");
    text.textContent = sentence;
    alert.append(text);
    region.replaceChildren(alert);
  };
  document.addEventListener("htmx:sendError", () => say("Le serveur ne répond pas. Ce que vous avez tapé est resté sur cette page\u00a0: réessayez dans un instant."));
  document.addEventListener("htmx:responseError", (event) => {
    const reasons = {
      403: "Votre session a changé. Rechargez la page puis recommencez.",
      404: "Cette demande n’est plus accessible\u00a0: elle a pu changer de bureau. Copiez ce que vous avez tapé avant de quitter la page.",
      413: "Le fichier dépasse la taille permise.",
    };
    say(reasons[event.detail.xhr.status] ?? "Le serveur n’a pas pu répondre. Ce que vous avez tapé est resté sur cette page\u00a0: réessayez dans un instant.");
  });

  showErrors(document);
})();
