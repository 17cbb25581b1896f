// Sorting and filtering of the tables. Without it the page is whole, in the order of the report.
"use strict";
(() => {
  const compare = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;
  const key = (row, column) => {
    const cell = row.cells[column];
    const number = cell.dataset.sort;
    return number === undefined ? cell.textContent.trim() : Number(number);
  };
  // What is empty comes last in both directions.
  const order = (a, b, direction) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    const by = typeof a === "number" && typeof b === "number" ? a - b : compare(String(a), String(b));
    return direction * by;
  };
  const severities = ["critical", "high", "medium", "low", "informational"];

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const name = head.textContent;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      head.textContent = "";
      head.append(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rank = (value) => (name === "Severity" ? severities.indexOf(value) : value);
        const rows = [...table.tBodies[0].rows].map((row) => [rank(key(row, column)), row]);
        rows.sort((a, b) => order(a[0], b[0], up ? 1 : -1));
        table.tBodies[0].append(...rows.map((pair) => pair[1]));
      });
    });
  };

  const makeFilterable = (part, table, number) => {
    const rows = [...table.tBodies[0].rows];
    if (rows.length < 6) return;
    const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const id = "filter-" + number;
    const tools = document.createElement("div");
    tools.className = "tools";
    const label = document.createElement("label");
    label.htmlFor = id;
    label.textContent = "Filter rows";
    const title = document.createElement("span");
    title.className = "of";
    title.textContent = " of " + part.querySelector("h3").firstChild.textContent.trim();
    label.append(title);
    const input = document.createElement("input");
    input.type = "search";
    input.id = id;
    const count = document.createElement("output");
    count.htmlFor = id;
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const fits = words.every((word) => texts.get(row).includes(word));
        row.hidden = !fits;
        shown += fits;
      }
      count.textContent = words.length ? shown + " of the " + rows.length + " rows here" : "";
    });
    tools.append(label, input, count);
    table.closest(".scroll").before(tools);
  };

  document.querySelectorAll(".part").forEach((part, number) => {
    const table = part.querySelector("table");
    if (!table) return;
    makeSortable(table);
    makeFilterable(part, table, number);
  });
})();
