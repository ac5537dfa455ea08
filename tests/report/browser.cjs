// Opens pages in headless Chromium and says, as JSON, what a reader would meet: requests, errors,
// axe findings at three widths and in forced colours, where the keyboard leads, links of the map,
// and whether the page scrolls sideways at 320 px or at 200% zoom.
// Usage: node browser.cjs CHROMIUM PAGE...
const fs = require("fs");
const os = require("os");
const path = require("path");
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

async function findings(page, rules = {}) {
  await page.evaluate(axe);
  const result = await page.evaluate(
    (values, rules) => window.axe.run(document, { runOnly: { type: "tag", values }, rules }),
    TAGS, rules);
  return {
    passes: result.passes.length,
    violations: result.violations.map((v) => ({
      id: v.id, nodes: v.nodes.map((n) => n.html.slice(0, 200)), help: v.help })),
  };
}

// What the Tab key meets from the top: whether each place can be seen to have the focus.
async function keyboard(page) {
  const seen = [];
  for (let k = 0; k < 40; k++) {
    await page.keyboard.press("Tab");
    seen.push(await page.evaluate(() => {
      const e = document.activeElement;
      const look = getComputedStyle(e);
      const box = e.getBoundingClientRect();
      const path = e.querySelector && e.querySelector("path");
      return {
        name: (e.textContent || "").trim().slice(0, 40), tag: e.tagName,
        marked: look.outlineStyle !== "none" || look.boxShadow !== "none" ||
          (path !== null && parseFloat(getComputedStyle(path).strokeWidth) > 3),
        inside: box.bottom > 0 && box.top < innerHeight,
      };
    }));
  }
  return seen;
}

async function forced(page) {
  const client = await page.createCDPSession();
  const features = [{ name: "forced-colors", value: "active" }];
  await client.send("Emulation.setEmulatedMedia", { features });
  const active = await page.evaluate(() => matchMedia("(forced-colors: active)").matches);
  const edges = await page.evaluate(() =>
    [...document.querySelectorAll(".ways a, .figures div, .warning, .author")].filter((e) =>
      parseFloat(getComputedStyle(e).borderTopWidth) + parseFloat(getComputedStyle(e).borderLeftWidth) === 0
    ).map((e) => e.outerHTML.slice(0, 80)));
  // which colours a system forces on a page is for the system: axe reads those of the page
  const found = await findings(page, { "color-contrast": { enabled: false } });
  await client.send("Emulation.setEmulatedMedia", { features: [] });
  return { active, edges, ...found };
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
  const keys = await keyboard(page);
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
  const colours = await forced(page);
  await page.setViewport({ width: 768, height: 900 });
  const middle = await findings(page);
  await page.setViewport({ width: 640, height: 450, deviceScaleFactor: 2 });  // 1,280 px at 200%
  const zoomed = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.setViewport({ width: 320, height: 900 });
  const narrow = await findings(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  await page.close();
  return {
    file: path.basename(file), requests, errors, wide, middle, narrow, width, zoomed, keys, colours,
    ...links,
  };
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
