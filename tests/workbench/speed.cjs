// How long the page takes, in headless Chromium, as JSON: first paint, and moves until their answer
// stands on the page and until the next frame after it. Usage: node speed.cjs CHROMIUM PAGE...
const fs = require("fs");
const os = require("os");
const path = require("path");
const puppeteer = require("puppeteer-core");

async function measure(browser, file) {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(() => {
    new PerformanceObserver((list) => { for (const e of list.getEntries()) window.painted = e.startTime; })
      .observe({ type: "paint", buffered: true });
  });
  page.on("dialog", (d) => d.accept());
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto("file://" + path.resolve(file), { timeout: 120000 });
  const told = await page.evaluate(async () => {
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    await frame();
    const marks = [...document.querySelectorAll(".mark")], answers = [], frames = [];
    for (let k = 0; k < 12; k++) {
      const at = { bubbles: true, button: 0, isPrimary: true, pointerId: 1, clientX: 5, clientY: 5 };
      marks[(k * 37) % marks.length].dispatchEvent(new PointerEvent("pointerdown", at));
      window.dispatchEvent(new PointerEvent("pointerup", at));
      await wait(700);
      const start = performance.now();
      document.querySelector('button[data-key="move"]').click();
      answers.push(performance.now() - start);
      await frame();
      frames.push(performance.now() - start);
      if (!document.querySelector("#said").textContent.startsWith("Moving ")) throw new Error("no move");
      await wait(700);
    }
    return { painted: window.painted, answers, frames, schools: marks.length };
  });
  await page.close();
  return told;
}

(async () => {
  const [chromium, ...files] = process.argv.slice(2);
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "clusters-browser-"));
  const browser = await puppeteer.launch({
    executablePath: chromium, userDataDir: profile, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const told = [];
  try {
    for (const file of files) told.push(await measure(browser, file));
  } finally {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
  console.log(JSON.stringify(told));
})().catch((e) => { console.error(e); process.exit(1); });
