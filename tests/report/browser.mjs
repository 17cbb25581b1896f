// Opens the report in Chromium: nothing is loaded or complained of, links lead somewhere, sorting and filtering work by
// keyboard, axe finds nothing, and without its script the page is whole. Leaves screenshots.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import puppeteer from "puppeteer-core";

const file = "file://" + resolve(process.argv[2]);
const axe = await readFile("node_modules/axe-core/axe.min.js", "utf8");
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
let wrong = 0;
const check = (holds, what) => {
  if (!holds) wrong += 1;
  console.log((holds ? "ok    " : "WRONG ") + what);
};

const open = async (width, height, scheme, script = true) => {
  const page = await browser.newPage();
  page.said = [];
  page.asked = [];
  page.on("console", (message) => page.said.push(message.text()));
  page.on("pageerror", (error) => page.said.push(error.message));
  page.on("request", (request) => page.asked.push(request.url()));
  await page.setJavaScriptEnabled(script);
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(file, { waitUntil: "load" });
  return page;
};

const sections = ["summary", "findings", "activations", "assignments", "trends", "sources", "sign-off"];
for (const [name, width, height] of [["desktop", 1440, 1000], ["phone", 390, 844]]) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(width, height, scheme);
    const at = `${name}, ${scheme}: `;
    check(page.said.length === 0, at + "the console is silent " + page.said.slice(0, 3).join(" | "));
    check(page.asked.length === 1, at + "nothing is loaded");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    check(wide <= 0, at + `the page does not scroll sideways (${wide})`);
    await page.screenshot({ path: `${name}-${scheme}-top.png` });
    for (const id of sections) {
      await page.evaluate((id) => document.getElementById(id).scrollIntoView({ behavior: "instant" }), id);
      await page.screenshot({ path: `${name}-${scheme}-${id}.png` });
    }
    // The policy keeps axe out of the page itself; the debugger's own world is not bound by it.
    const client = await page.createCDPSession();
    await client.send("Page.setBypassCSP", { enabled: true });
    await page.reload({ waitUntil: "load" });
    await page.evaluate(axe);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const told = found.violations.map((v) => `${v.id}: ${v.nodes.length} (${v.nodes[0].target})`);
    check(told.length === 0, at + `axe finds nothing (${found.passes.length} rules pass) ` + told.join("; "));
    await page.close();
  }
}

const page = await open(1440, 1000, "light");
const dead = await page.evaluate(() =>
  [...document.querySelectorAll("a[href]")].map((a) => a.getAttribute("href"))
    .filter((href) => !href.startsWith("#") || !document.getElementById(href.slice(1))));
check(dead.length === 0, "links lead to parts of the page " + dead.slice(0, 5).join(" "));
const twice = await page.evaluate(() => {
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  return ids.filter((id, at) => ids.indexOf(id) !== at);
});
check(twice.length === 0, "ids stand once " + twice.slice(0, 5).join(" "));

// Sorting, by keyboard.
const column = '#requests thead th:nth-child(2)';
const texts = () => page.$$eval("#requests tbody tr td:nth-child(2)", (cells) => cells.map((c) => c.textContent.trim()));
await page.focus(column + " button");
await page.keyboard.press("Enter");
let sorted = await texts();
const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" }).compare;
check(sorted.every((t, i) => i === 0 || order(sorted[i - 1], t) <= 0), "a column sorts upwards");
check((await page.$eval(column, (th) => th.getAttribute("aria-sort"))) === "ascending", "aria-sort says so");
await page.keyboard.press("Enter");
sorted = await texts();
check(sorted.every((t, i) => i === 0 || order(sorted[i - 1], t) >= 0), "and downwards");
check((await page.$eval(column, (th) => th.getAttribute("aria-sort"))) === "descending", "aria-sort says so");

// Filtering: the overview of findings has rows in any report.
const word = "pim";
await page.type("#findings-overview input[type=search]", word);
const [shown, fits] = await page.$$eval("#findings-overview tbody tr", (rows, word) => [
  rows.filter((row) => !row.hidden).length,
  rows.filter((row) => row.textContent.toLowerCase().includes(word)).length,
], word);
check(shown === fits && shown > 0, `the filter shows the ${fits} rows with '${word}'`);
check(await page.$eval("#findings-overview output", (o) => /\d+ of \d+ rows/.test(o.textContent)), "and says how many");
await page.close();

// Without its script, and on paper.
const plain = await open(1440, 1000, "light", false);
check(plain.said.length === 0, "without its script the page is silent, too");
const html = await plain.content();
check(!/<input|<button/.test(html), "and has no controls that do nothing");
await plain.pdf({ path: "report.pdf", preferCSSPageSize: true, printBackground: false });
await plain.close();
await browser.close();
process.exit(wrong === 0 ? 0 : 1);
