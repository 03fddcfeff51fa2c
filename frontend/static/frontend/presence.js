/* Who else is on this demande. A sign of life every ten seconds while the page is looked at; the words come from the server. */
(() => {
  "use strict";

  const place = document.querySelector("[data-sillage-presence]");
  if (!place) return;
  const { sillagePresence: on, sillagePeople: address } = place.dataset;
  const writing = () => document.querySelector("[data-sillage-panel] form, [data-sillage-desk] form") !== null;
  const show = (words) => { if (place.textContent !== words) place.textContent = words; };

  let said;
  const tell = () => {
    said = writing();
    const detail = document.hidden ? { on: null } : { on, writing: said };
    document.dispatchEvent(new CustomEvent("sillage-tell", { detail }));
  };
  setInterval(tell, 10000);
  if (document.documentElement.dataset.sillageLink === "live") tell(); // the connection may have been quicker than this file
  document.addEventListener("visibilitychange", tell);
  document.addEventListener("sillage-link", (event) => (event.detail === "live" ? tell() : show("")));
  // A form opens or closes.
  const observer = new MutationObserver(() => { if (writing() !== said) tell(); });
  for (const panel of document.querySelectorAll("[data-sillage-panel], [data-sillage-desk]")) observer.observe(panel, { childList: true });

  // What happened since the form that is open was opened is told beside it.
  document.addEventListener("htmx:configRequest", ({ target, detail: { parameters } }) => {
    const opened = document.querySelector("[data-sillage-panel] [name=opened_version]");
    if (target.id === "ticket-live" && opened) parameters.opened_version = opened.value;
  });

  document.addEventListener("sillage-people", async ({ detail: { people } }) => {
    const query = new URLSearchParams(Object.entries(people).map(([key, writes]) => [writes ? "ecrit" : "lit", key]));
    const answer = query.size && (await fetch(`${address}?${query}`));
    show(answer?.ok ? await answer.text() : "");
  });
})();
