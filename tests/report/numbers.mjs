// The workbook, as LibreOffice reads it, against the folder of CSV files: the same tables with the same values.
//
// A sheet is named by section and part (`3.1 Activations by role`); the files' order tells which is which by their
// columns and rows. Times are UTC in both when the report is in UTC; parts of a second are in CSV alone.
import { readFile, readdir } from "node:fs/promises";
import { parse } from "csv-parse/sync";

const [folder, sheets] = process.argv.slice(2);
const read = async (path) => parse(await readFile(path), { bom: true, relax_column_count: true, max_record_size: 1 << 28 });
const tables = [];
for (const name of (await readdir(folder)).sort()) {
  if (!/^[a-z-]+\..+\.csv$/.test(name)) continue;
  const rows = await read(`${folder}/${name}`);
  if (rows.length > 1) tables.push({ name, rows });
}
const books = [];
for (const name of (await readdir(sheets)).sort()) {
  if (/-\d+\.\d+ /.test(name)) books.push({ name, rows: await read(`${sheets}/${name}`) });
}

// LibreOffice writes a span of less than an hour as a time of day, or without its hours.
const seconds = (text) => {
  const short = /^(\d+):(\d\d)\.\d+$/.exec(text);
  if (short) return +short[1] * 60 + +short[2];
  const clock = /^(\d+):(\d\d):(\d\d) (AM|PM)$/.exec(text);
  if (clock) return ((+clock[1] % 12 + (clock[4] === "PM" ? 12 : 0)) * 60 + +clock[2]) * 60 + +clock[3];
  const found = /^(-?)(?:(\d+)\.)?(\d+):(\d\d):(\d\d)(?:\.\d+)?$/.exec(text);
  if (!found) return null;
  const [, sign, days = 0, hours, minutes, rest] = found;
  return (sign ? -1 : 1) * (((+days * 24 + +hours) * 60 + +minutes) * 60 + +rest);
};
// What a cell says, however it is written.
const meaning = (text) => {
  let plain = text.replace(/^'(?=[=+\-@\t\r\n])/, "").replace(/\\u[0-9a-f]{4,5}|\\[nrt]/g, "").replace(/\s+/g, " ");
  const time = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d+)?Z?$/.exec(plain);
  if (time) return time[2] === "00:00:00" ? time[1] : `${time[1]} ${time[2]}`;
  if (/^(true|false)$/i.test(plain)) return plain.toLowerCase() === "true" ? "yes" : "no";
  if (plain.startsWith("[") && plain.endsWith("]")) {
    try {
      const items = JSON.parse(plain);
      if (items.every((item) => typeof item !== "object")) plain = items.join(", ");
    } catch {}
  }
  const span = seconds(plain);
  if (span !== null) return `${span} s`;
  return plain !== "" && !Number.isNaN(Number(plain)) ? String(Number(plain)) : plain.trim();
};
const near = (a, b) => {
  // A cell of a workbook has room for 32,767 characters.
  const cut = b.indexOf("… (cut; CSV and JSON have all of it)");
  if (cut > 0) return a.startsWith(b.slice(0, cut));
  const found = [a, b].map((t) => /^(-?\d+) s$/.exec(t));
  return a === b || (found[0] && found[1] && Math.abs(found[0][1] - found[1][1]) <= 1);
};
const small = (name) => name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();

let wrong = 0, cells = 0;
for (const { name, rows } of tables) {
  const columns = rows[0].filter((column) => !/^Evidence/.test(column));
  const same = books.filter((book) =>
    book.rows.length === rows.length && columns.every((column, at) => small(column) === small(book.rows[0][at] ?? "")));
  const differ = (book) => {
    for (let r = 1; r < rows.length; r++) {
      for (let c = 0; c < columns.length; c++) {
        const [a, b] = [meaning(rows[r][c]), meaning(book.rows[r][c] ?? "")];
        if (!near(a, b)) return `row ${r}, ${columns[c]}: '${a.slice(0, 80)}' and '${b.slice(0, 80)}'`;
      }
    }
    return null;
  };
  const told = same.map(differ);
  if (told.includes(null)) cells += (rows.length - 1) * columns.length;
  else {
    wrong += 1;
    console.log(`WRONG ${name}: ${told[0] ?? "no sheet has its columns and rows"}`);
  }
}
console.log(`${tables.length} tables, ${cells} cells are the same in the workbook and in CSV`);
process.exit(wrong === 0 && tables.length === books.length ? 0 : 1);
