/* Ma file: folded groups stay folded for as long as the window is open. Its keys are declared in the page (keys.js). */
(() => {
  "use strict";

  const key = (group) => `sillage-fold-${group.id}`;
  for (const group of document.querySelectorAll("[data-sillage-queue] [data-sillage-fold]")) {
    const kept = sessionStorage.getItem(key(group));
    if (kept !== null) group.open = kept === "open";
  }
  // A live update brings other groups: they are listened to from above, where « toggle » only passes on its way down.
  document.addEventListener("toggle", ({ target }) => {
    if (target.matches("[data-sillage-queue] [data-sillage-fold]")) sessionStorage.setItem(key(target), target.open ? "open" : "folded");
  }, true);
})();
