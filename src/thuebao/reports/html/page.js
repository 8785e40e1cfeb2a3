"use strict";
// Sorts, searches and filters what stands on the page already; without it, all of it is there to be read.
document.addEventListener("DOMContentLoaded", () => {
  const main = document.getElementById("main");
  const words = main.dataset;
  const decimal = document.documentElement.lang === "vi" ? "," : ".";

  const folded = (said) => said.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/\u0111/g, "d");
  const number = (said) => {
    const found = said.match(/-?[0-9][0-9.,]*/);
    const plain = (sign) => (sign === decimal ? "." : sign === "." || sign === "," ? "" : sign);
    return found ? Number([...found[0]].map(plain).join("")) : -1;
  };
  const make = (name, attributes, ...content) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...content);
    return made;
  };

  // Sorting: a button in each title; by numbers first the largest, by words first the first.
  const bodies = (table) => [...table.tBodies].filter((body) => body.className !== "total");
  const compared = (one, other, counted) =>
    counted ? number(one) - number(other) : one.localeCompare(other, document.documentElement.lang);
  const sorted = (table, at, title) => {
    const wasUp = title.getAttribute("aria-sort") === "ascending";
    const wasDown = title.getAttribute("aria-sort") === "descending";
    const counted = title.classList.contains("number");
    const down = wasUp || (!wasDown && counted);
    for (const other of title.parentElement.children) other.removeAttribute("aria-sort");
    title.setAttribute("aria-sort", down ? "descending" : "ascending");
    const [body] = bodies(table);
    const text = (row) => row.cells[at].textContent.trim();
    const rows = [...body.rows].sort((one, other) => compared(text(one), text(other), counted) * (down ? -1 : 1));
    body.append(...rows);
  };
  const tables = [...main.querySelectorAll("table")];
  for (const table of tables) {
    const several = bodies(table);
    if (several.length !== 1 || 2 > several[0].rows.length) continue;
    [...table.tHead.rows[0].cells].forEach((title, at) => {
      const button = make("button", { type: "button", class: "sort" }, title.textContent);
      button.addEventListener("click", () => sorted(table, at, title));
      title.replaceChildren(button);
    });
  }

  // Filters: what a row says of its operator, rule and severity is read from it; a row that says nothing of one stays.
  const heads = (table) => [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const level = (element) => (element.querySelector(".level") || { textContent: null }).textContent;
  const items = [];
  for (const table of tables) {
    if (table.closest("figure, #method, #signature")) continue;
    const titles = heads(table);
    const [operator, code] = [titles.indexOf(words.operator), titles.indexOf(words.code)];
    const inSheet = table.closest("details");
    for (const row of bodies(table).flatMap((body) => [...body.rows])) {
      if (row.className === "group") continue;
      const cell = (at) => (at === -1 ? null : row.cells[at].textContent.trim());
      items.push({
        element: row,
        said: inSheet ? null : folded(row.textContent),
        operators: operator === -1 ? null : [cell(operator)],
        code: inSheet ? null : cell(code),
        level: inSheet ? null : level(row),
      });
    }
  }
  for (const sheet of main.querySelectorAll("details.rule")) {
    const named = sheet.querySelectorAll('table[id$="-operators"] tbody:not(.total) th');
    const heading = sheet.querySelector("summary");
    items.push({
      element: sheet,
      said: folded(sheet.textContent),
      operators: [...named].map((cell) => cell.textContent.trim()),
      code: heading.querySelector(".code").textContent,
      level: level(heading),
    });
  }
  const values = (of) => [...new Set(items.flatMap(of).filter((value) => value !== null))];
  const field = (key, control) => make("label", {}, make("span", {}, words[key]), control);
  const choice = (key, listed) => {
    const options = listed.map((value) => make("option", { value }, value));
    return field(key, make("select", { id: `filter-${key}` }, make("option", { value: "" }, words.all), ...options));
  };
  const sheets = [...main.querySelectorAll("#by-operator tbody:not(.total) th")].map((cell) => cell.textContent.trim());
  const search = make("input", { type: "search", id: "filter-search", autocomplete: "off" });
  const told = make("output", { id: "filter-told", role: "status" });
  const bar = make(
    "div",
    { class: "filters screen", role: "search", "aria-label": words.filters },
    field("search", search),
    choice("operator", sheets),
    choice("code", values((item) => [item.code]).sort()),
    choice("severity", values((item) => [item.level])),
    told,
  );
  const filtered = () => {
    const asked = folded(search.value.trim());
    const [operator, code, severity] = ["operator", "code", "severity"].map(
      (key) => document.getElementById(`filter-${key}`).value,
    );
    let shown = 0;
    for (const item of items) {
      const away =
        (asked && item.said !== null && !item.said.includes(asked)) ||
        (operator && item.operators !== null && !item.operators.includes(operator)) ||
        (code && item.code !== null && item.code !== code) ||
        (severity && item.level !== null && item.level !== severity);
      item.element.classList.toggle("away", Boolean(away));
      shown += away ? 0 : 1;
    }
    told.textContent = asked || operator || code || severity ? words.told.replace("#", shown).replace("#", items.length) : "";
  };
  bar.addEventListener("input", filtered);
  main.prepend(bar);
});
