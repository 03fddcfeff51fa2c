/* Comfort for the selection: the bar comes with the first tick, says how many, and Enter leads to it. Without this file
   boxes, bar and button still do the work. */
(() => {
  "use strict";

  const form = document.querySelector("[data-sillage-select]");
  if (!form) return;
  const bar = form.querySelector("[data-sillage-select-bar]");
  const count = form.querySelector("[data-sillage-select-count]");
  const whole = form.querySelector("[data-sillage-select-whole]");
  const pageLabel = form.querySelector("[data-sillage-select-page]");
  const page = pageLabel.querySelector("input");
  const boxes = [...form.querySelectorAll("input[name=demande]")];

  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    const all = Boolean(whole?.checked);
    bar.hidden = ticked === 0 && !all;
    bar.classList.toggle("sillage-select--on", !bar.hidden);
    page.checked = ticked === boxes.length;
    page.indeterminate = ticked > 0 && ticked < boxes.length;
    if (all) count.textContent = "Toute la vue est choisie";
    else count.textContent = ticked > 1 ? `${ticked} demandes cochées` : "1 demande cochée";
  };

  form.querySelector("[data-sillage-select-none]").hidden = false;
  pageLabel.hidden = false;
  form.addEventListener("change", (event) => {
    if (event.target === page) for (const box of boxes) box.checked = page.checked;
    show();
  });
  form.addEventListener("reset", () => {
    window.setTimeout(() => { show(); (boxes[0] ?? page).focus(); });
  });
  // Space ticks; Enter, which would send the form with nothing chosen, goes to the choice instead.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.type !== "checkbox") return;
    event.preventDefault();
    if (!bar.hidden) form.querySelector("select").focus();
  });
  window.addEventListener("pageshow", show);
  show();
})();
