/* Comfort of the registering form: it works without this file. */
(() => {
  "use strict";

  const form = document.querySelector("[data-sillage-register]");
  if (!form) return;
  const field = (name) => form.elements.namedItem(name);

  const firstError = form.querySelector("[aria-invalid=true]");
  if (!firstError && !document.querySelector("[data-sillage-errors]")) {
    // After « Enregistrer et suivant » the date is there already: the next paper begins with its sender.
    const first = field(form.dataset.sillageRegister === "next" ? "sender_name" : "received_on");
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
      form.requestSubmit(event.shiftKey ? field("next") : null);
    }
  });

  // A sender chosen in the list brings the address known for it, in place of the one that another choice brought.
  let brought = "";
  form.addEventListener("sillage:chosen", (event) => {
    const contact = field("sender_contact");
    if (contact.value && contact.value !== brought) return;
    contact.value = brought = event.detail.contact;
  });

  // --- What is proposed -------------------------------------------------------------------------------------------
  // Put in a field that nobody has touched, taken away with its evidence; what a person chose stays, whatever comes.

  const boxOf = (name) => document.getElementById(`proposal-${name}`);
  const saidIn = (box) => box?.querySelector("[data-sillage-proposal]");
  const isFree = (select) => !select.dataset.sillageMine && (select.value === "" || select.value === select.dataset.sillageAuto);
  const put = (select, value) => {
    select.value = value;
    select.dataset.sillageAuto = value;
  };

  const settle = (name) => {
    const select = field(name);
    const said = saidIn(boxOf(name));
    if (select && select !== document.activeElement && isFree(select)) put(select, said?.dataset.value ?? "");
    tell(name);
  };

  // Silent where the person's own choice is the same; else with the way to take it, or to take it back.
  const tell = (name) => {
    const select = field(name);
    const said = saidIn(boxOf(name));
    if (!said) return;
    const isPut = select.value === said.dataset.value;
    const byProposal = [select.dataset.sillageAuto, select.dataset.sillageTaken].includes(select.value);
    const button = said.querySelector("[data-sillage-accept]");
    said.hidden = isPut && !byProposal;
    button.hidden = false;
    said.querySelector("[data-sillage-label]").hidden = isPut; // the field shows it
    button.textContent = isPut ? "Annuler (Alt + P)" : "Choisir (Alt + P)";
  };

  const isOffered = (name) => saidIn(boxOf(name))?.hidden === false;
  const isPut = (name) => field(name).value === saidIn(boxOf(name)).dataset.value;
  // From here on the field is the person's.
  const toggle = (name) => {
    const select = field(name);
    const { value } = saidIn(boxOf(name)).dataset;
    if (isPut(name)) select.value = select.dataset.sillageBefore ?? "";
    else {
      select.dataset.sillageBefore = select.value;
      select.value = select.dataset.sillageTaken = value;
    }
    select.dataset.sillageMine = "yes";
    tell(name);
  };
  const toggleAll = (names) => {
    const offered = names.filter(isOffered);
    const left = offered.filter((name) => !isPut(name));
    (left.length ? left : offered).forEach(toggle);
  };

  const NAMES = ["office", "theme"];
  document.addEventListener("htmx:afterSettle", () => NAMES.forEach(settle));
  NAMES.forEach((name) => {
    field(name)?.addEventListener("change", (event) => {
      event.target.dataset.sillageMine = "yes";
      tell(name);
    });
    tell(name);
  });
  form.addEventListener("click", (event) => {
    const said = event.target.closest("[data-sillage-accept]")?.closest("[data-sillage-proposal]");
    if (said) toggleAll([said.dataset.sillageProposal]);
  });
  form.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.key.toLowerCase() !== "p") return;
    event.preventDefault();
    const own = NAMES.find((name) => field(name) === document.activeElement);
    toggleAll(own ? [own] : NAMES);
  });

  // Said again only where it has changed: a reader hears each proposal once.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
    const { target, fragment } = event.detail;
    const coming = fragment.querySelector(`#${CSS.escape(target.id)}`) ?? fragment;
    const without = (text) => text.replace(/(Annuler|Choisir) \(Alt \+ P\)/, "").trim();
    if (without(words(target)) === words(coming)) event.detail.shouldSwap = false;
  });
})();
