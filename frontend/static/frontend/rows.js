/* The table of pasted lines as a spreadsheet under the fingers: it works without this file. */
(() => {
  "use strict";

  const paste = document.querySelector("[data-sillage-paste]");
  if (paste && !document.querySelector("[data-sillage-errors]")) paste.elements.text.focus();

  const form = document.querySelector("[data-sillage-pasted]");
  if (!form) return;

  // Nothing to mend: where the table stands is read at once, and the keys of the form act from there.
  if (!document.querySelector("[data-sillage-errors]")) document.getElementById("rows-count").focus();

  const grid = () => form.querySelector("[data-sillage-grid]");
  const rows = () => [...grid().querySelectorAll("tbody tr")];
  const fields = (row) => [...row.querySelectorAll("td > input:not([type=hidden]), td > textarea")];
  const isCell = (element) => Boolean(element.closest("td") && element.matches("input, textarea"));
  const placeOf = (cell) => {
    const row = cell.closest("tr");
    return [rows().indexOf(row), fields(row).indexOf(cell)];
  };
  const enter = (row, place) => {
    const cells = rows()[row] && fields(rows()[row]);
    const cell = cells?.[Math.min(Math.max(place, 0), cells.length - 1)];
    cell?.focus();
    cell?.select();
    return Boolean(cell);
  };

  /* --- from cell to cell: a cell entered is selected whole; the arrows are its text's once it no longer is --- */
  let was = "";
  let editing = false;
  form.addEventListener("focusin", (event) => {
    if (!isCell(event.target)) return;
    was = event.target.value;
    editing = false;
  });
  form.addEventListener("input", () => { editing = true; });

  const isWhole = (cell) => cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  const isAt = (cell, place) => isWhole(cell) || (cell.selectionStart === place && cell.selectionEnd === place);
  form.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!isCell(cell) || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.altKey) {
      if (event.key !== "Enter" || cell.tagName !== "TEXTAREA") return;
      event.preventDefault();
      cell.setRangeText("\n", cell.selectionStart, cell.selectionEnd, "end");
      cell.dispatchEvent(new Event("input", { bubbles: true }));
      return;
    }
    const [row, place] = placeOf(cell);
    // A list that is open, or lines of a text, take the arrows that go up and down.
    const stays = (editing && cell.hasAttribute("list")) || (cell.value.includes("\n") && !isWhole(cell));
    const moves = {
      Enter: () => [row + (event.shiftKey ? -1 : 1), place],
      ArrowDown: () => (stays ? null : [row + 1, place]),
      ArrowUp: () => (stays ? null : [row - 1, place]),
      ArrowRight: () => (event.shiftKey || !isAt(cell, cell.value.length) ? null : [row, place + 1]),
      ArrowLeft: () => (event.shiftKey || place === 0 || !isAt(cell, 0) ? null : [row, place - 1]),
    };
    if (event.key === "F2") {
      event.preventDefault();
      editing = true;
      cell.setSelectionRange(cell.value.length, cell.value.length);
    } else if (event.key === "Escape" && cell.value !== was) {
      event.preventDefault();
      cell.value = was;
      cell.select();
      editing = false;
      touch(row);
    } else if (moves[event.key]) {
      const to = moves[event.key]();
      if (!to) return;
      event.preventDefault();
      enter(...to);
    }
  });

  /* --- while it is typed: the rows touched are looked at again, and the server keeps the table --- */
  let touched = new Set();
  let timer = 0;
  let generation = 0;
  const touch = (row, wait = 1200) => {
    touched.add(row);
    clearTimeout(timer);
    timer = setTimeout(follow, wait);
  };
  let following = false;
  const follow = async () => {
    clearTimeout(timer);
    if (!touched.size) return;
    // One at a time, so that what was said first never replaces what was said last.
    if (following) {
      timer = setTimeout(follow, 150);
      return;
    }
    following = true;
    const data = new FormData(form);
    data.set("do", "live");
    data.set("rows", touched.has("all") ? "all" : [...touched].join(","));
    const asked = touched;
    touched = new Set();
    const mine = generation;
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "HX-Request": "true" } }).catch(() => null);
    following = false;
    if (!answer?.ok || answer.redirected) { // kept for the next time
      for (const row of asked) touched.add(row);
      return;
    }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== generation) return;
    const said = document.getElementById("rows-count");
    const count = fresh.getElementById("rows-count").textContent;
    if (said.textContent !== count) said.textContent = count; // it is read out: once, and where it changes
    document.getElementById("rows-summary").replaceChildren(...fresh.getElementById("rows-summary").childNodes);
    for (const row of fresh.querySelectorAll("tbody tr")) renew(row);
  };

  // What the server says of a row, put around the fields that are there: none loses the focus or what is being typed.
  const renew = (fresh) => {
    const row = document.getElementById(fresh.querySelector("th").id)?.closest("tr");
    if (!row || row.cells.length !== fresh.cells.length) return;
    [...row.cells].slice(1).forEach((cell, at) => {
      const told = fresh.cells[at + 1];
      const [mine] = fields({ querySelectorAll: () => cell.querySelectorAll(":scope > input:not([type=hidden]), :scope > textarea") });
      if (!mine) {
        if (!cell.contains(document.activeElement)) cell.replaceChildren(...told.childNodes);
        return;
      }
      const theirs = told.querySelector("input, textarea");
      const error = told.querySelector("p");
      if (mine.value !== theirs.value || (error && mine === document.activeElement)) return;
      cell.querySelector("p")?.remove();
      for (const name of ["aria-invalid", "aria-describedby"]) {
        if (theirs.hasAttribute(name)) mine.setAttribute(name, theirs.getAttribute(name));
        else mine.removeAttribute(name);
      }
      if (error) cell.append(error);
    });
  };

  form.addEventListener("input", (event) => { if (isCell(event.target)) touch(placeOf(event.target)[0]); });
  form.addEventListener("change", (event) => {
    if (isCell(event.target)) touch(placeOf(event.target)[0], 150);
    else if (event.target.closest("fieldset")) {
      if (event.target.name === "kind") change({ do: "check" });
      else touch("all", 150);
    } else if (event.target.matches("[data-sillage-says]")) change({ do: "check" }, `#${event.target.id}`);
  });

  /* --- what changes the table itself: the server does it, the focus comes back to where it was --- */
  let before = null;
  const change = async (values, back, at) => {
    clearTimeout(timer);
    touched = new Set();
    generation += 1;
    const old = grid();
    old.inert = true;
    await htmx.ajax("POST", form.action, { source: form, target: old, swap: "outerHTML", values });
    old.inert = false;
    if (grid() === old) return;
    before = values.do.startsWith("fill") ? old : null;
    if (at) enter(...at);
    else if (back) (grid().querySelector(back) ?? grid().querySelector("button[value=save]")).focus();
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || !grid().contains(button)) return;
    if (button.hasAttribute("data-sillage-before") && before) {
      grid().replaceWith(before);
      before = null;
      touch("all", 0);
      enter(0, 0);
      return;
    }
    const asked = button.value;
    if (asked !== "add" && asked !== "restore" && !asked.startsWith("remove:")) return;
    event.preventDefault();
    const last = rows().length;
    if (asked === "add") change({ do: asked }, null, [last, 0]);
    else if (asked === "restore") change({ do: asked }, "button[value=restore], td input");
    else change({ do: asked }, "button[value=restore]");
  });

  form.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!isCell(event.target) || !/[\t\n]/.test(text.replace(/\r?\n$/, ""))) return;
    event.preventDefault();
    const [row, place] = placeOf(event.target);
    change({ do: `fill:${row},${place}`, paste: text }, null, [row, place]);
  });
})();
