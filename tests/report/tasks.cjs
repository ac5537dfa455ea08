// Does what a reader does on a page in headless Chromium, and says as JSON what they then see.
// A task is a list of actions: {"click": CSS selector} or {"find": text} as Ctrl-F does.
// Usage: node tasks.cjs CHROMIUM PAGE TASKS.json
const fs = require("fs");
const os = require("os");
const path = require("path");
const puppeteer = require("puppeteer-core");

// What stands at the hit, as it is shown: generated words too, which a search passes over.
const seen = () => {
  const node = window.getSelection().anchorNode ?? document.querySelector(":target");
  if (!node) return { text: "", visible: false };
  const element = node.nodeType === 1 ? node : node.parentElement;
  const place = element.closest("tr") ?? element.closest("section") ?? element;
  place.scrollIntoView({ block: "center" });
  const words = [...place.querySelectorAll(".aside")]
    .filter((e) => getComputedStyle(e, "::after").content !== "none")
    .map((e) => e.dataset.text);
  const box = place.getBoundingClientRect();
  return {
    text: place.innerText + " " + words.join(" "),
    visible: element.checkVisibility() && box.height > 0 && box.top < window.innerHeight && box.bottom > 0,
  };
};

async function act(page, action) {
  if (action.click) {
    await page.evaluate((selector) => {
      window.getSelection().removeAllRanges();
      const found = document.querySelector(selector);
      if (!found) throw new Error("nothing to choose: " + selector);
      found.click();
    }, action.click);
    await new Promise((done) => setTimeout(done, 50));
  } else if (!(await page.evaluate((text) => window.find(text), action.find))) {
    throw new Error("nothing found: " + action.find);
  }
}

(async () => {
  const [chromium, file, list] = process.argv.slice(2);
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "clusters-tasks-"));
  const browser = await puppeteer.launch({
    executablePath: chromium, userDataDir: profile, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const results = [];
  try {
    for (const width of [1280, 375]) {
      for (const task of JSON.parse(fs.readFileSync(list, "utf8"))) {
        const page = await browser.newPage();
        await page.setViewport({ width, height: 800 });
        await page.goto("file://" + path.resolve(file), { waitUntil: "load", timeout: 60000 });
        const started = Date.now();
        for (const action of task.actions) await act(page, action);
        const found = await page.evaluate(seen);
        results.push({ name: task.name, width, ms: Date.now() - started, ...found });
        await page.close();
      }
    }
    const page = await browser.newPage();
    for (const width of [1280, 375]) {
      await page.setViewport({ width, height: 800 });
      await page.goto("file://" + path.resolve(file), { waitUntil: "load", timeout: 60000 });
      const maps = await page.evaluate(() => [...document.querySelectorAll("#map ~ figure svg.cluster-map, section[aria-labelledby=map] svg.cluster-map")]
        .filter((svg) => svg.checkVisibility())
        .map((svg) => {
          const box = svg.getBoundingClientRect();
          const texts = [...svg.querySelectorAll("text")].map((t) => t.getBoundingClientRect());
          let overlaps = 0;
          texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
            const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (across > 2 && down > 0.45 * Math.min(a.height, b.height)) overlaps += 1;
          }));
          return { left: box.left, right: box.right, texts: texts.length, overlaps,
            outside: texts.filter((t) => t.right > box.right + 1 || t.left < box.left - 1).length,
            smallest: Math.min(...texts.map((t) => t.height)) };
        }));
      results.push({ name: "map", width, maps });
    }
  } finally {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
  console.log(JSON.stringify(results));
})().catch((e) => { console.error(e); process.exit(1); });
