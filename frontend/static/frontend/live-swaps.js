/* A live region takes its new content: nothing blinks, moves under the hand or is lost. What is the same stays; rows that
   come, go or change places wait for the person (data-sillage-hold); what has changed is marked; figures are told. */
(() => {
  "use strict";

  const isLive = (event) => event.detail.requestConfig?.triggeringEvent?.type === "sillage-live";
  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
  const gist = (root) => words(root) + all(root, "a, form").map((each) => each.getAttribute("href") ?? each.getAttribute("action"));
  const rows = (root) => all(root, "[data-sillage-key]");
  const order = (root) => rows(root).map((row) => row.dataset.sillageKey).join();
  const figures = (root) => all(root, "[data-sillage-figure]").map((each) => [each.dataset.sillageFigure, Number(each.textContent.replace(/\D/g, ""))]);

  // --- Waiting for the person ---------------------------------------------------------------------------------------

  let actedAt = 0;
  const held = new Set();
  let forced = "";
  const isTyped = (field) => (field.options
    ? field.selectedIndex !== Math.max(0, [...field.options].findIndex((option) => option.defaultSelected))
    : field.checked !== field.defaultChecked || (field.type !== "checkbox" && field.value !== field.defaultValue));
  const holdsTyping = (part) => all(part, "input, select, textarea").some(isTyped);
  const isUsed = (part) => Date.now() - actedAt < 15000 && (part.matches(":hover") || part.contains(document.activeElement));
  const hold = (part, waits) => {
    for (const tag of all(document, `[data-sillage-held="${part.id}"]`)) {
      if (waits && tag.hidden) status.textContent = words(tag);
      tag.hidden = !waits;
    }
    held[waits ? "add" : "delete"](part.id);
  };
  const release = (part) => {
    forced = part.id;
    htmx.trigger(part.closest("[data-sillage-live]"), "sillage-live");
  };
  document.addEventListener("click", (event) => {
    const tag = event.target.closest("[data-sillage-held]");
    if (tag) release(document.getElementById(tag.dataset.sillageHeld));
  });
  setInterval(() => {
    if (document.documentElement.dataset.sillageLink === "lost") return;
    for (const part of [...held].map((id) => document.getElementById(id))) if (part && !isUsed(part) && !holdsTyping(part)) release(part);
  }, 2000);

  for (const name of ["pointerdown", "keydown", "pointermove"]) {
    document.addEventListener(name, () => {
      actedAt = Date.now();
      if (name !== "pointermove") for (const row of all(document, ".sillage-changed")) row.classList.remove("sillage-changed");
    }, { passive: true });
  }

  // --- The swap: of the region by htmx, or of each of its parts that differs (data-sillage-part, an id) ----

  const takes = (part, fresh) => {
    const wouldDisturb = gist(part) !== gist(fresh) && (holdsTyping(part) || (order(part) !== order(fresh) && isUsed(part)));
    const waits = "sillageHold" in part.dataset && wouldDisturb && forced !== part.id;
    if (forced === part.id) forced = "";
    hold(part, waits);
    return !waits && gist(part) !== gist(fresh);
  };
  const remember = (part) => ({
    texts: Object.fromEntries(rows(part).map((row) => [row.dataset.sillageKey, words(row)])),
    figures: Object.fromEntries(figures(part)),
    folds: all(part, "details[id]").map((each) => [each.id, each.open]),
  });
  const recall = (part, { texts, figures: were, folds }) => {
    for (const [id, open] of folds) document.getElementById(id)?.toggleAttribute("open", open);
    for (const row of rows(part)) row.classList.toggle("sillage-changed", texts[row.dataset.sillageKey] !== words(row));
    for (const [label, is] of figures(part)) if (label in were) announce(label, were[label], is);
  };

  let before;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target: region, xhr, pathInfo, shouldSwap } = event.detail;
    if (!isLive(event) || !shouldSwap) return;
    const next = document.createElement("template");
    next.innerHTML = xhr.responseText;
    // The page of another address is the door: the session has ended.
    const elsewhere = new URL(xhr.responseURL).pathname !== pathInfo.requestPath.split("?")[0];
    const parts = all(next.content, "[data-sillage-part]");
    event.detail.shouldSwap = !elsewhere && !parts.length && takes(region, next.content);
    before = remember(region);
    for (const fresh of elsewhere ? [] : parts) {
      const part = document.getElementById(fresh.id);
      if (part && takes(part, fresh)) {
        const memory = remember(part);
        part.replaceWith(fresh);
        htmx.process(fresh);
        recall(fresh, memory);
        htmx.trigger(fresh, "htmx:oobAfterSwap", { target: fresh }); // focus.js
      }
    }
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const { target } = event.detail;
    const region = target.isConnected ? target : document.getElementById(target.id);
    if (isLive(event) && region) recall(region, before);
    // What the person has just done brought everything up to date.
    for (const part of [...held].map((id) => document.getElementById(id))) if (!isLive(event) && region?.contains(part)) hold(part, false);
  });

  // --- In words: what changed, not the list -------------------------------------------------------------------------

  const status = document.querySelector("[data-sillage-announces]");
  const said = {};
  let saying;
  const announce = (label, was, is) => {
    if (was === is && !said[label]) return;
    said[label] = [said[label]?.[0] ?? was, is];
    clearTimeout(saying);
    saying = setTimeout(() => {
      status.textContent = Object.entries(said).map(([name, [first, last]]) => {
        delete said[name];
        const size = Math.abs(last - first);
        return size ? `${name}\u00a0: ${last}, ${size === 1 ? "un" : size} de ${last > first ? "plus" : "moins"}.` : "";
      }).join(" ");
    }, 1000);
  };
})();
