/* Sharing out by keyboard: once on the choice of a person, first letters choose, Enter gives (↑ ↓ and a are in keys.js).
   Dragging a demande onto a person does the same. Without this file, each row is a form like any other. */
(() => {
  "use strict";

  const bureau = document.querySelector("[data-sillage-bureau]");
  if (!bureau) return;
  const status = document.getElementById("bureau-status");

  const rows = () => [...bureau.querySelectorAll("[data-sillage-row]")];
  const rowOf = (element) => element.closest?.("[data-sillage-row]");
  const opener = (row) => row.querySelector("[data-sillage-open]");
  const chooser = (row) => row.querySelector("[data-sillage-to]");
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  // --- Choosing by the first letters of a first or last name --------------------------------------------------------

  // The letters typed so far, on one control: the next demande takes the focus before the second is over.
  let typed = "";
  let typedOn = null;
  let pause;
  const choose = (select, letters) => {
    const found = [...select.options].find((option) => option.value && fold(option.text).split(/[\s-]+/).some((word) => word.startsWith(letters)))
      ?? [...select.options].find((option) => option.value && fold(option.text).includes(letters));
    if (!found) return;
    select.value = found.value;
    status.textContent = found.text;
  };

  bureau.addEventListener("keydown", (event) => {
    const select = event.target.closest?.("select[data-sillage-to]");
    if (!select || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const row = rowOf(select);
    if (event.key === "Enter") {
      event.preventDefault();
      if (select.value) (row ?? select.parentElement).querySelector("button").click();
    } else if (event.key === "Escape" && row) {
      opener(row).focus();
    } else if (event.key.length === 1 && (event.key !== " " || (typed && typedOn === select))) {
      event.preventDefault();
      clearTimeout(pause);
      pause = setTimeout(() => { typed = ""; }, 1000);
      typed = (typedOn === select ? typed : "") + fold(event.key);
      typedOn = select;
      choose(select, typed);
    }
  });
  bureau.addEventListener("focusout", () => { typed = ""; });

  // --- After the act: the eye and the focus stay where they were ----------------------------------------------------

  // By section: a demande given to somebody who is away goes from one to the other.
  const among = (section) => rows().filter((row) => row.closest("section").getAttribute("aria-labelledby") === section);
  let place = null;
  bureau.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.requestConfig.triggeringEvent?.type === "sillage-live") return;
    const row = rowOf(document.activeElement);
    const section = row?.closest("section").getAttribute("aria-labelledby");
    place = { section, rank: row ? among(section).indexOf(row) : 0, choosing: document.activeElement.matches("select, button") };
  });
  bureau.addEventListener("htmx:oobAfterSwap", () => prepare());
  bureau.addEventListener("htmx:afterSwap", () => {
    prepare();
    if (!place) return;
    const here = among(place.section);
    const row = here[Math.min(place.rank, here.length - 1)] ?? rows()[0];
    if (row) (place.choosing ? chooser(row) : opener(row)).focus();
    else document.getElementById("content").focus();
    place = null;
  });

  // --- Several at once ----------------------------------------------------------------------------------------------

  bureau.addEventListener("change", (event) => {
    const button = bureau.querySelector("[data-sillage-several]");
    if (!button || event.target.name !== "chosen") return;
    const number = bureau.querySelectorAll("[name=chosen]:checked").length;
    button.textContent = number > 1 ? `Affecter les ${number} demandes cochées` : number === 1 ? "Affecter la demande cochée" : "Affecter les demandes cochées";
  });

  // --- Dragging -----------------------------------------------------------------------------------------------------

  let dragged = null;
  const prepare = () => { for (const row of rows()) row.draggable = true; };
  const over = (event) => dragged && event.target.closest?.("[data-sillage-agent]");
  const mark = (agent) => {
    for (const other of bureau.querySelectorAll(".sillage-bureau__over")) other.classList.remove("sillage-bureau__over");
    agent?.classList.add("sillage-bureau__over");
  };

  bureau.addEventListener("dragstart", (event) => {
    dragged = rowOf(event.target);
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });
  bureau.addEventListener("dragover", (event) => {
    const agent = over(event);
    mark(agent);
    if (!agent) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
  });
  bureau.addEventListener("dragend", () => { dragged = null; mark(null); });
  bureau.addEventListener("drop", (event) => {
    const agent = over(event);
    if (!agent) return;
    event.preventDefault();
    const select = chooser(dragged);
    select.value = agent.dataset.sillageAgent;
    if (select.value) dragged.querySelector("button").click();
    else status.textContent = "Cette personne ne traite pas les demandes de ce bureau.";
  });

  prepare();
})();
