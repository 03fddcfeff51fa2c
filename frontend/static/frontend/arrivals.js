/* The morning's mail by keyboard: Enter saves the line it is pressed in and leads to the next one. */
(() => {
  "use strict";

  const form = document.querySelector("[data-sillage-arrivals]");
  if (!form) return;

  const lineOf = (element) => element.closest?.("[data-sillage-line]");
  const isBlank = (line) => !line.querySelector("[name$=sender_name]").value && !line.querySelector("[name$=subject]").value;
  const enter = (line) => line?.querySelector("[name$=sender_name]").focus();
  const nextBlank = () => [...form.querySelectorAll("[data-sillage-line]")].find(isBlank);

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    const line = lineOf(event.target);
    if (!line) return;
    event.preventDefault();
    if (!isBlank(line)) line.querySelector("button[name=only]").click();
  });

  // The next line takes over the date and the channel of the one just saved, as the pile is all of one morning.
  let kept = {};
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.name !== "only") return;
    const line = lineOf(event.detail.elt);
    kept = { received_on: line.querySelector("[name$=received_on]").value, channel: line.querySelector("[name$=channel]").value };
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (event.detail.target.id !== "arrivals-lines") return;
    const next = nextBlank();
    if (!next) return;
    for (const [name, value] of Object.entries(kept)) next.querySelector(`[name$=${name}]`).value = value;
    enter(next);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    form.querySelector("[data-sillage-line] [aria-invalid=true]")?.focus();
  });

  if (!document.querySelector("[aria-invalid=true]")) enter(nextBlank());
})();
