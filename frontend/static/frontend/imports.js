/* A file that is too big is refused before it has been sent; the server refuses it all the same. */
(() => {
  "use strict";

  const form = document.querySelector("[data-sillage-import]");
  const field = form?.querySelector("input[type=file]");
  if (!field) return;
  const limit = Number(form.dataset.sillageLimit);

  field.addEventListener("change", () => {
    const size = field.files[0]?.size ?? 0;
    const tooBig = size > limit * 1024 * 1024;
    field.setCustomValidity(tooBig ? `Ce fichier dépasse ${limit} Mo\u00a0: réduisez-le ou partagez-le en plusieurs.` : "");
    if (tooBig) field.reportValidity();
  });
  form.addEventListener("submit", (event) => {
    if (field.checkValidity()) return;
    event.preventDefault();
    field.reportValidity();
    document.querySelector("[data-sillage-busy]").hidden = true;
  });
})();
