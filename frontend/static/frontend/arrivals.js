/* The morning's mail by keyboard: Enter sends the line and leads to the next one at once, whatever time the server takes. */
(() => {
  "use strict";

  const form = document.querySelector("[data-sillage-arrivals]");
  if (!form) return;

  const model = form.querySelector("[data-sillage-blank]");
  const list = form.querySelector("#arrivals-lines");
  const lineOf = (element) => element.closest?.("[data-sillage-line]");
  const field = (line, name) => line.querySelector(`[name$=-${name}]`);
  const isBlank = (line) => !line.inert && !field(line, "sender_name").value && !field(line, "subject").value;
  const nextBlank = () => [...list.querySelectorAll("[data-sillage-line]")].find(isBlank);
  const enter = (line) => field(line, "sender_name").focus();

  // A line's name is the token that registers it once. crypto.randomUUID is missing on plain http.
  const freshName = () => `l${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
  const addBlank = () => {
    const holder = document.createElement("template");
    holder.innerHTML = model.innerHTML.replaceAll(model.dataset.sillageBlank, freshName());
    const line = holder.content.querySelector("[data-sillage-line]");
    list.append(line);
    htmx.process(line);
    return line;
  };

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    const line = lineOf(event.target);
    if (!line) return;
    event.preventDefault();
    if (!isBlank(line)) line.querySelector("button[name=only]").click();
  });

  // While it is on its way a line takes no typing. The next one takes over its date and its channel, as the pile is all
  // of one morning.
  form.addEventListener("click", (event) => {
    const line = event.target.closest("button[name=only]") && lineOf(event.target);
    if (!line) return;
    line.inert = true;
    const next = nextBlank() ?? addBlank();
    for (const name of ["received_on", "channel"]) field(next, name).value = field(line, name).value;
    enter(next);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const line = event.detail.elt.name === "only" && lineOf(event.detail.elt);
    if (line && !event.detail.successful) line.inert = false;
  });

  // A bureau chosen, or about to be, while one was being proposed stays as it is.
  form.addEventListener("htmx:beforeSwap", (event) => {
    const chosen = event.detail.requestConfig.elt.name !== "only" && event.detail.target.querySelector("select");
    if (chosen && (chosen.value || chosen === document.activeElement)) event.detail.shouldSwap = false;
  });

  let sent = false;
  form.addEventListener("submit", () => { sent = true; });
  window.addEventListener("beforeunload", (event) => {
    const begun = [...list.querySelectorAll("[data-sillage-line]")].some((line) => !isBlank(line));
    if (begun && !sent) event.preventDefault();
  });

  if (!document.querySelector("[aria-invalid=true]")) enter(nextBlank() ?? addBlank());
})();
