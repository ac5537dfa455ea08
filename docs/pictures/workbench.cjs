// The picture of the workbench: a school is found and moved. Usage: node workbench.cjs CHROMIUM PAGE PNG
const fs = require("fs");
const os = require("os");
const path = require("path");
const puppeteer = require("puppeteer-core");

(async () => {
  const [chromium, file, picture, school, width] = process.argv.slice(2);
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "clusters-browser-"));
  const browser = await puppeteer.launch({
    executablePath: chromium, userDataDir: profile, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  try {
    const page = await browser.newPage();
    page.on("dialog", (d) => d.accept());
    await page.setViewport({ width: Number(width ?? 1280), height: 900 });
    await page.goto(`file://${path.resolve(file)}`);
    await page.type("#find", school ?? "Burn");
    await page.keyboard.press("Enter");
    await new Promise((resolve) => setTimeout(resolve, 500));
    await page.click('button[data-key="move"]');
    await new Promise((resolve) => setTimeout(resolve, 800));
    await page.evaluate(() => scrollTo(0, 0));
    await page.screenshot({ path: picture });
  } finally {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
})().catch((e) => { console.error(e); process.exit(1); });
