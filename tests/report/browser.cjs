// Opens pages in headless Chromium and says, as JSON, what a reader would meet: requests, errors,
// axe findings at two widths, links of the map, and whether the page scrolls sideways at 320 px.
// Usage: node browser.cjs CHROMIUM PAGE...
const fs = require("fs");
const os = require("os");
const path = require("path");
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function findings(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(
    (tags) => window.axe.run(document, { runOnly: { type: "tag", values: tags } }), TAGS);
  return {
    passes: result.passes.length,
    violations: result.violations.map((v) => ({
      id: v.id, nodes: v.nodes.map((n) => n.html.slice(0, 200)), help: v.help })),
  };
}

async function visit(browser, file) {
  const page = await browser.newPage();
  const requests = [];
  const errors = [];
  page.on("request", (r) => { if (!r.isNavigationRequest()) requests.push(r.url()); });
  page.on("console", (m) => { if (m.type() === "error") errors.push(m.text()); });
  page.on("pageerror", (e) => errors.push(String(e)));
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto("file://" + path.resolve(file), { waitUntil: "load", timeout: 60000 });
  const wide = await findings(page);
  const links = await page.evaluate(() => {
    const all = [...document.querySelectorAll('svg a[href^="#"]')].filter((a) => a.tabIndex >= 0);
    return {
      focusable: all.filter((a) => { a.focus(); return document.activeElement === a; }).length,
      broken: [...document.querySelectorAll('a[href^="#"], svg a')]
        .map((a) => a.getAttribute("href"))
        .filter((h) => !document.getElementById(h.slice(1))),
      scripts: document.scripts.length - 0,
    };
  });
  await page.setViewport({ width: 320, height: 900 });
  const narrow = await findings(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.close();
  return { file: path.basename(file), requests, errors, wide, narrow, width, ...links };
}

(async () => {
  const [chromium, ...files] = process.argv.slice(2);
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "clusters-browser-"));
  const browser = await puppeteer.launch({
    executablePath: chromium, userDataDir: profile, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const seen = [];
  try {
    for (const file of files) seen.push(await visit(browser, file));
  } finally {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
  console.log(JSON.stringify(seen));
})().catch((e) => { console.error(e); process.exit(1); });
