/* What changes elsewhere shows here. A region says what it follows (data-sillage-live) and is fetched again by hx-get on
   « sillage-live ». The connection says that something has changed, never what. */
(() => {
  "use strict";

  const note = document.querySelector("[data-sillage-direct]");
  if (!note) return;
  const regions = () => [...document.querySelectorAll("[data-sillage-live]")];
  const topicsOf = (region) => region.dataset.sillageLive.split(/\s+/);
  const topics = () => [...new Set(regions().flatMap(topicsOf))];
  const jitter = (ms) => ms * (0.5 + Math.random() / 2);
  const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

  // --- A region again: at most twice a second, and not in all browsers at once --------------------------------------

  const nameOf = (region) => region.id || region.getAttribute("hx-get");
  const fetchedAt = {};
  const waiting = new Set();
  const refresh = (region) => {
    const name = nameOf(region);
    if (waiting.has(name) || document.hidden) return; // once shown again it asks for everything
    waiting.add(name);
    setTimeout(() => {
      waiting.delete(name);
      fetchedAt[name] = performance.now();
      const now = regions().find((each) => nameOf(each) === name);
      if (now) htmx.trigger(now, "sillage-live");
    }, Math.max(Math.random() * 200, 500 + (fetchedAt[name] ?? -500) - performance.now()));
  };
  const refreshAll = () => regions().forEach(refresh);
  const refreshThose = (names) => regions().filter((region) => topicsOf(region).some((name) => names.includes(name))).forEach(refresh);

  // --- The connection, and asking every few seconds where none passes -----------------------------------------------

  let socket, retry, poller, known, heardAt, ended, joined = [], failures = 0;
  // Whether the page has been in touch: what comes back after that may have missed something.
  let told = false;

  const link = (state) => {
    const root = document.documentElement.dataset;
    if (root.sillageLink === state) return;
    root.sillageLink = state;
    const [time] = note.getElementsByTagName("time");
    time.textContent = new Date().toLocaleTimeString("fr-FR", { timeStyle: "short" });
    // A server that starts again is back before anybody needs to know.
    setTimeout(() => { note.hidden = root.sillageLink !== "lost"; }, state === "lost" ? 3000 : 0);
    tell("sillage-link", state);
  };
  const end = () => {
    ended = true;
    clearTimeout(poller);
    note.textContent = note.dataset.sillageEnded;
    link("lost");
  };

  const hear = ({ changed = [], refused = [], ...message }) => {
    heardAt = Date.now();
    if (message.joined) {
      failures = 0;
      clearTimeout(poller);
      poller = known = null;
      if (told) refreshAll();
      told = true;
      joined = message.joined;
      link("live");
    }
    refreshThose([...changed, ...refused.filter((name) => joined.includes(name))]);
    if (message.people) tell("sillage-people", message);
  };

  const connect = () => {
    clearTimeout(retry);
    if (socket || ended || !topics().length) return;
    const line = socket = new WebSocket(location.origin.replace("http", "ws") + note.dataset.sillageDirect);
    heardAt = Date.now();
    // What has changed since the page was asked for, the server knows.
    line.onopen = () => line.send(JSON.stringify({ join: topics(), age: told ? 0 : performance.now() / 1000 }));
    line.onmessage = (event) => hear(JSON.parse(event.data));
    line.onclose = (event) => {
      if (socket !== line) return;
      socket = null;
      if (event.code === 4401) end();
      if (ended) return;
      failures += 1;
      retry = setTimeout(connect, jitter(Math.min(20000, 500 * 2 ** failures)));
      poller ??= setTimeout(poll, jitter(1000));
    };
  };
  const drop = () => {
    const line = socket;
    line?.close();
    line?.onclose({});
  };
  // A line that has gone dead does not say so: the server says something every ten seconds.
  setInterval(() => { if (Date.now() - heardAt > 30000) drop(); }, 5000);

  const poll = async () => {
    clearTimeout(poller);
    const mine = poller = setTimeout(poll, jitter(6000));
    if (document.hidden) return;
    const names = topics();
    const answer = await fetch(`${note.dataset.sillageState}?${new URLSearchParams(names.map((name) => ["sujet", name]))}`).catch(() => null);
    const found = answer?.ok && (await answer.json());
    if (poller !== mine) return; // connected meanwhile
    if (answer?.status === 401) end();
    else if (!found) link("lost");
    else {
      link("polling");
      told = true;
      refreshThose(names.filter((name) => !known || known[name] !== found.values[name]));
      known = found.values;
    }
  };

  // --- Coming back --------------------------------------------------------------------------------------------------

  const back = () => {
    if (document.hidden) return;
    if (socket?.readyState === WebSocket.OPEN) refreshAll();
    else connect();
    if (poller) poll();
  };
  document.addEventListener("visibilitychange", back);
  window.addEventListener("online", back);
  window.addEventListener("offline", drop);
  window.addEventListener("pageshow", (event) => event.persisted && back());
  // What a page says through the connection (presence.js).
  document.addEventListener("sillage-tell", (event) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(event.detail));
  });

  connect();
})();
