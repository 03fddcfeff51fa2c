/* Comfort of the registering form: it works without this file. */
(() => {
  "use strict";

  const form = document.querySelector("[data-sillage-register]");
  if (!form) return;

  const firstError = form.querySelector("[aria-invalid=true]");
  if (!firstError && !document.querySelector("[data-sillage-errors]")) {
    const first = form.querySelector("input[name=received_on]");
    first.focus();
    first.select();
  }

  // A date field is replaced by what is typed, not lengthened.
  form.addEventListener("focusin", (event) => {
    if (event.target.inputMode === "numeric") event.target.select();
  });

  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // A sender chosen in the list brings the address known for it.
  form.querySelector("[data-sillage-sender]").addEventListener("change", (event) => {
    const known = [...document.querySelectorAll("#expediteurs option")].find((option) => option.value === event.target.value);
    const contact = form.querySelector("[name=sender_contact]");
    if (known && known.dataset.contact && !contact.value) contact.value = known.dataset.contact;
  });
})();
