/* Ma file by keyboard: ↑ ↓ move, Enter opens (a link does), r replies, a hands over. Folded groups stay folded. */
(() => {
  "use strict";

  const queue = document.querySelector("[data-sillage-queue]");
  if (!queue) return;

  const isTyping = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  const links = () => [...queue.querySelectorAll("details[open] [data-sillage-open]")];
  const rowOf = (element) => element.closest?.("[data-sillage-row]");

  const move = (step) => {
    const all = links();
    const row = rowOf(document.activeElement);
    const here = row ? all.indexOf(row.querySelector("[data-sillage-open]")) : step > 0 ? -1 : all.length;
    const next = all[here + step];
    next?.focus();
    next?.closest("[data-sillage-row]").scrollIntoView({ block: "nearest" });
    return Boolean(next);
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.isComposing || isTyping(event.target)) return;
    // Arrows are the page's own where the focus is elsewhere than on nothing or on the file: menus, summaries.
    const onQueue = queue.contains(document.activeElement) || document.activeElement === document.body || document.activeElement.id === "content";
    if (!onQueue || document.querySelector("dialog[open]")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (move(event.key === "ArrowDown" ? 1 : -1)) event.preventDefault();
      return;
    }
    const row = rowOf(document.activeElement);
    const address = row && { r: row.dataset.reply, a: row.dataset.handOver }[event.key];
    if (address) {
      event.preventDefault();
      window.location.assign(address);
    }
  });

  const key = (group) => `sillage-fold-${group.id}`;
  for (const group of queue.querySelectorAll("[data-sillage-fold]")) {
    const kept = sessionStorage.getItem(key(group));
    if (kept !== null) group.open = kept === "open";
    group.addEventListener("toggle", () => sessionStorage.setItem(key(group), group.open ? "open" : "folded"));
  }
})();
