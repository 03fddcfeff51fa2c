/* Files: refused before they are sent where they are too big, sent one after the other with their progress, dropped as
   well as chosen. The forms work without this file, and the server refuses all the same. */
(() => {
  "use strict";

  const MEBI = 1024 * 1024;
  const limit = (input, name) => Number(input.dataset[name]);

  /* What is wrong with a choice as a whole; the form of a demande sends its files one by one, and has no such limit. */
  const refusal = (input, files) => {
    const [each, most, all] = ["sillageFileBytes", "sillageMostFiles", "sillageMostBytes"].map((name) => limit(input, name));
    const big = files.find((file) => file.size > each);
    if (big) return `«\u00a0${big.name}\u00a0» dépasse ${each / MEBI}\u00a0Mo\u00a0: réduisez-le ou partagez-le en plusieurs.`;
    if (files.length > most) return `Choisissez ${most} fichiers au plus, et joignez les autres ensuite.`;
    if (files.reduce((sum, file) => sum + file.size, 0) > all) return `Ces fichiers dépassent ${all / MEBI}\u00a0Mo en tout\u00a0: joignez-en une partie ensuite.`;
    return "";
  };

  const attach = document.querySelector("[data-sillage-attach]");
  for (const input of document.querySelectorAll("input[data-sillage-file-bytes]")) {
    if (attach?.contains(input)) continue;
    input.addEventListener("change", () => {
      input.setCustomValidity(refusal(input, [...input.files]));
      input.reportValidity();
    });
    input.form.addEventListener("submit", (event) => {
      if (input.checkValidity()) return;
      event.preventDefault();
      input.reportValidity();
      document.querySelector("[data-sillage-busy]").hidden = true;
    });
  }
  if (!attach) return;

  const input = attach.querySelector("input[type=file]");
  const button = attach.querySelector("button");
  const list = attach.querySelector("[data-sillage-sending]");
  const said = attach.querySelector("[data-sillage-sent]");
  const most = limit(input, "sillageMostFiles");
  const zone = document.getElementById("pieces");

  const FAILURES = {
    0: "l’envoi a été coupé. Vérifiez votre connexion et recommencez.",
    403: "votre session a changé. Rechargez la page et recommencez.",
    404: "cette demande n’est plus accessible.",
    413: "ce fichier est trop lourd.",
  };
  const plural = (count, one, many) => (count === 1 ? one : many.replace("#", count));

  const lineFor = (file) => {
    const line = document.createElement("li");
    const name = document.createElement("span");
    const bar = document.createElement("progress");
    const state = document.createElement("span");
    name.textContent = file.name;
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", `Envoi de ${file.name}`);
    state.textContent = "en attente";
    line.append(name, bar, state);
    list.append(line);
    return { line, bar, state };
  };

  /* Every element of the answer takes the place of the one that has its identifier. */
  const replaceRegions = (answer) => {
    for (const fresh of answer.querySelectorAll("body > [id]")) document.getElementById(fresh.id)?.replaceWith(fresh);
  };

  const refuse = ({ line }, file, sentence) => {
    line.className = "fr-error-text";
    line.textContent = sentence || `«\u00a0${file.name}\u00a0»\u00a0: ${FAILURES[0]}`;
  };

  const send = (file, shown) => new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", attach.action);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      const part = event.lengthComputable ? event.loaded / event.total : 0;
      shown.bar.value = part;
      shown.state.textContent = part < 1 ? `${Math.round(part * 100)}\u00a0%` : "vérification…";
    });
    request.addEventListener("loadend", () => {
      const taken = request.status === 200;
      if (taken || request.status === 422) {
        const answer = new DOMParser().parseFromString(request.responseText, "text/html");
        const sentence = answer.querySelector("[data-sillage-errors] .fr-error-text")?.textContent;
        replaceRegions(answer);
        if (taken) shown.line.remove();
        else refuse(shown, file, sentence);
      } else {
        refuse(shown, file, `«\u00a0${file.name}\u00a0»\u00a0: ${FAILURES[request.status] ?? "le serveur n’a pas pu répondre. Recommencez dans un instant."}`);
      }
      resolve(taken);
    });
    const body = new FormData();
    body.append("csrfmiddlewaretoken", attach.elements.csrfmiddlewaretoken.value);
    body.append("files", file);
    request.send(body);
  });

  const sendAll = async (files) => {
    attach.querySelector(".sillage-refused")?.remove();
    list.replaceChildren();
    if (files.length > most) {
      said.textContent = `Rien n’a été envoyé\u00a0: joignez ${most} fichiers au plus à la fois.`;
      return;
    }
    button.disabled = input.disabled = true;
    said.textContent = plural(files.length, "Envoi d’un fichier…", "Envoi de # fichiers…");
    const waiting = files.map((file) => [file, lineFor(file)]);
    let taken = 0;
    for (const [file, shown] of waiting) {
      if (file.size > limit(input, "sillageFileBytes")) refuse(shown, file, refusal(input, [file]));
      else if (await send(file, shown)) taken += 1;
    }
    const refused = files.length - taken;
    said.textContent = [
      taken ? plural(taken, "Un fichier est joint.", "# fichiers sont joints.") : "",
      refused ? plural(refused, "Un fichier n’a pas été pris.", "# fichiers n’ont pas été pris.") : "",
    ].join(" ").trim();
    attach.reset();
    button.disabled = input.disabled = false;
    button.focus();
  };

  attach.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    event.stopPropagation();
    sendAll([...input.files]);
  });

  // A file let fall beside the zone would otherwise take the place of the page.
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  attach.querySelector("[data-sillage-drop-hint]").hidden = false;
  document.addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.toggle("sillage-dropping", zone.contains(event.target));
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) zone.classList.remove("sillage-dropping");
  });
  document.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("sillage-dropping");
    if (zone.contains(event.target) && !button.disabled) sendAll([...event.dataTransfer.files]);
  });
})();
