/* The wall: its clock, its pages in turn, what it says when the server is lost. Weeks without a hand on it. */
(() => {
  "use strict";

  const timeZone = document.body.dataset.sillageZone || undefined;
  const hour = (at) => at.toLocaleTimeString("fr-FR", { timeStyle: "short", timeZone });
  const clock = document.querySelector("[data-sillage-clock]");
  const tick = () => {
    const now = new Date();
    const day = now.toLocaleDateString("fr-FR", { weekday: "long", day: "numeric", month: "long", timeZone });
    const said = `${day[0].toUpperCase()}${day.slice(1)}, ${hour(now)}`;
    if (clock.textContent !== said) clock.textContent = said;
  };

  // The page on show, whatever is fetched meanwhile.
  let place = 0;
  const show = () => {
    const pages = [...document.querySelectorAll("[data-sillage-page]")];
    pages.forEach((page, rank) => { page.hidden = rank !== place % pages.length; });
    const turn = document.querySelector("[data-sillage-turn]");
    if (turn) turn.textContent = `${(place % pages.length) + 1} / ${pages.length}`;
  };

  const lost = document.querySelector("[data-sillage-lost]");
  let heard = new Date();
  const link = () => document.documentElement.dataset.sillageLink;
  const note = document.querySelector("[data-sillage-direct]");
  const news = () => {
    const gone = link() === "lost";
    // The server no longer knows this screen, or this person: nothing of what it showed stays.
    if (gone && note.textContent === note.dataset.sillageEnded) location.reload();
    if (!gone) heard = new Date();
    lost.querySelector("time").textContent = hour(heard);
    lost.hidden = !gone;
  };
  document.addEventListener("sillage-link", news);

  // What has not changed is not put in again, but its version is read: the product may have been renewed.
  const opened = document.getElementById("mur").dataset.sillageVersion;
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const found = /data-sillage-version="([^"]*)"/.exec(detail.xhr.responseText);
    if (found && found[1] !== opened) location.reload();
  });
  document.addEventListener("htmx:afterSwap", show);

  setInterval(() => { tick(); news(); }, 1000);
  setInterval(() => { place += 1; show(); }, 15000);
  tick();
})();
