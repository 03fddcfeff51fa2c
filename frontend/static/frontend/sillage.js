/* Comfort for the hand and the eye: every page works without this file. */
(() => {
  "use strict";

  const menus = () => document.querySelectorAll("details[data-sillage-menu][open]");

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
  });

  // A panel asks for what it holds each time it opens.
  document.addEventListener("toggle", (event) => {
    const panel = event.target.open && event.target.matches("[data-sillage-loads]") && event.target.querySelector("[hx-trigger=sillage-opened]");
    if (panel) window.htmx?.trigger(panel, "sillage-opened");
  }, true);

  // Arrow keys walk through an open menu.
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-sillage-menu][open]");
    if (!menu || event.target.matches("input, select, textarea") || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const items = [...menu.querySelectorAll("summary, a, button")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
    event.preventDefault();
  });

  const busy = document.querySelector("[data-sillage-busy]");
  let pending = 0;
  // What a page fetches by itself, because something changed elsewhere, goes unseen.
  const unseen = (event) => event.detail.requestConfig?.triggeringEvent?.type === "sillage-live";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (unseen(event)) return;
    pending += 1;
    busy.hidden = false;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (unseen(event)) return;
    pending = Math.max(0, pending - 1);
    busy.hidden = pending === 0;
  });
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
  document.addEventListener("htmx:sendError", (event) => unseen(event) || say("Le serveur ne répond pas. Ce que vous avez tapé est resté sur cette page\u00a0: réessayez dans un instant."));
  document.addEventListener("htmx:responseError", (event) => {
    const gone = event.detail.xhr.status === 404 && event.detail.elt.dataset.sillageLive?.startsWith("ticket:");
    if (unseen(event) && !gone) return;
    const reasons = {
      403: "Votre session a changé. Rechargez la page puis recommencez.",
      404: "Cette demande n’est plus accessible\u00a0: elle a pu changer de bureau. Copiez ce que vous avez tapé avant de quitter la page.",
      413: "Le fichier dépasse la taille permise.",
    };
    say(reasons[event.detail.xhr.status] ?? "Le serveur n’a pas pu répondre. Ce que vous avez tapé est resté sur cette page\u00a0: réessayez dans un instant.");
  });
})();
