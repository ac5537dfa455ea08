// Ten stories of a meeting in headless Chromium, told as JSON.
// Usage: node stories.cjs CHROMIUM FOLDER PAGE [SERVED_ADDRESS]
// FOLDER receives downloads and pictures; PAGE is a file; the served page is optional.
const fs = require("fs");
const os = require("os");
const path = require("path");
const puppeteer = require("puppeteer-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const [chromium, folder, file, served] = process.argv.slice(2);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const told = { requests: [], errors: [], dialogs: [], axe: {} };

async function settled(page) {
  await page.evaluate(() => new Promise((resolve) =>
    requestAnimationFrame(() => setTimeout(resolve, 60))));
}

async function open(browser, address, view, features = []) {
  const page = await browser.newPage();
  page.on("request", (r) => { if (!r.isNavigationRequest()) told.requests.push(r.url()); });
  page.on("console", (m) => { if (["error", "warn"].includes(m.type())) told.errors.push(m.text()); });
  page.on("pageerror", (e) => told.errors.push(String(e)));
  page.on("dialog", (d) => { told.dialogs.push(d.type()); d.accept(); });
  const client = await page.createCDPSession();
  await client.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: folder, eventsEnabled: true });
  await page.setViewport(view);
  if (features.length) await client.send("Emulation.setEmulatedMedia", { features });
  await page.goto(address, { waitUntil: "load", timeout: 60000 });
  await settled(page);
  return page;
}

async function findings(page, name) {
  const result = await page.evaluate(`(async () => { ${axe};
    return axe.run(document, { runOnly: { type: "tag", values: ${JSON.stringify(TAGS)} } }); })()`)
    .catch((e) => ({ passes: [], violations: [{ id: String(e), nodes: [], help: "" }] }));
  told.axe[name] = { passes: result.passes.length, violations: result.violations.map((v) => (
    { id: v.id, help: v.help, nodes: v.nodes.map((n) => n.html.slice(0, 160) + " " + (n.any[0]?.message ?? "")).slice(0, 4) })) };
}

const text = (page, where) => page.$eval(where, (e) => e.textContent);
const texts = (page, where) => page.$$eval(where, (all) => all.map((e) => e.textContent));
const press = (page, key) => page.evaluate((k) => {
  document.querySelector(`[data-key="${CSS.escape(k)}"]`).click(); }, key).then(() => settled(page));

async function find(page, words) {
  await page.focus("#find");
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await settled(page);
  return text(page, "#school h3");
}

async function middle(page, school) {
  return page.evaluate((k) => {
    document.querySelector("#map").scrollIntoView({ block: "center" });
    const frame = document.querySelector(`.mark[data-k="${k}"] .tap`).getBoundingClientRect();
    return { x: frame.x + frame.width / 2, y: frame.y + frame.height / 2 };
  }, school);
}

async function downloaded(page, key, ending) {
  const before = new Set(fs.readdirSync(folder));
  await press(page, key);
  for (let k = 0; k < 100; k++) {
    const found = fs.readdirSync(folder).find((n) => n.endsWith(ending) && !before.has(n));
    if (found) return found;
    await wait(50);
  }
  return null;
}

async function stories(browser) {
  const wide = { width: 1280, height: 900 };
  const page = await open(browser, `file://${path.resolve(file)}`, wide);
  told.first = { standing: await text(page, "#standing"), audience: await text(page, "#audience"),
    width: await page.evaluate(() => document.documentElement.scrollWidth) };
  await findings(page, "first");
  // 1 find
  told.find = { name: await find(page, "brock"), said: await text(page, "#said"),
    targets: await texts(page, "#targets li p") };
  await page.screenshot({ path: path.join(folder, "find-1280.png") });
  // 2 move by keyboard
  await page.focus("#to");
  await page.keyboard.type("East");
  await page.focus('button[data-key="move"]');
  await page.keyboard.press("Enter");
  await settled(page);
  told.move = { said: await text(page, "#said"), live: await page.$eval("#said", (e) => e.getAttribute("aria-live")),
    standing: await text(page, "#standing"), school: await text(page, "#school"),
    score: await text(page, "#score"), focus: await page.evaluate(() => document.activeElement.dataset.key) };
  await findings(page, "moved");
  await page.screenshot({ path: path.join(folder, "move-1280.png") });
  // 3 move by dragging
  const from = await middle(page, 5), to = await middle(page, 11);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.screenshot({ path: path.join(folder, "drag-1280.png") });
  await page.mouse.up();
  await settled(page);
  told.drag = { said: await text(page, "#said") };
  // 4 undo and redo
  await page.keyboard.down("Control");
  await page.keyboard.press("z");
  await page.keyboard.up("Control");
  await settled(page);
  const undone = { said: await text(page, "#said"), steps: await texts(page, ".steps li"),
    struck: await page.$$eval(".steps s", (all) => all.length) };
  await press(page, "Redo");
  told.undo = { ...undone, again: await text(page, "#said"),
    struck2: await page.$$eval(".steps s", (all) => all.length) };
  // 5 pin
  await find(page, "Golcar");
  await press(page, "pin");
  const pinned = await text(page, "#school");
  const at = await middle(page, 6), away = await middle(page, 14);
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(away.x, away.y, { steps: 5 });
  await page.mouse.up();
  await settled(page);
  told.pin = { pinned, said: await text(page, "#said"), list: await text(page, "#notes") };
  // 6 notes, agreed
  await page.type("#note-note-on-this-school", "The <b>bridge</b> floods");
  await page.keyboard.press("Enter");
  await settled(page);
  await page.type("#why-agreed", "Shorter for the little ones");
  await page.keyboard.press("Enter");
  await settled(page);
  await page.select("#note-about", "West");
  await page.type("#note-text", "Far for the bus");
  await page.keyboard.press("Enter");
  await settled(page);
  told.clusters = await text(page, "#clusters table");
  told.notes = { notes: await text(page, "#notes"), agreed: await text(page, ".agreed") };
  // 7 compare
  await page.type("#option", "Option B");
  await page.keyboard.press("Enter");
  await settled(page);
  const head = await texts(page, ".options thead th");
  await press(page, "Look at Today");
  told.compare = { head, said: await text(page, "#said"), rows: await texts(page, ".options tbody tr"),
    standing: await text(page, "#standing") };
  await press(page, "Undo");
  await findings(page, "everything");
  await page.screenshot({ path: path.join(folder, "all-1280.png"), fullPage: true });
  // 8 save
  told.save = { file: await downloaded(page, "Save decisions", ".json"),
    labels: await page.evaluate(() => document.querySelector("#clusters tbody").textContent) };
  // 9 export
  told.export = { text: await downloaded(page, "Minutes as text", ".txt"),
    word: await downloaded(page, "Minutes for Word", ".docx") };
  // 10 print
  await page.emulateMediaType("print");
  told.print = { shown: await page.evaluate(() => ["#bar", "form", "button", "#library"].map((s) =>
    [s, [...document.querySelectorAll(s)].filter((e) => e.getClientRects().length).length])),
    map: await page.evaluate(() => document.querySelector("#map svg").getClientRects().length) };
  await page.screenshot({ path: path.join(folder, "print.png"), fullPage: true });
  await page.pdf({ path: path.join(folder, "print.pdf"), format: "A4" });
  await page.emulateMediaType("screen");
  // reload: the browser kept it
  const before = await texts(page, ".steps li");
  await page.reload();
  await settled(page);
  told.reload = { before, after: await texts(page, ".steps li"), saved: await text(page, "#saved"),
    agreed: await text(page, ".agreed") };
  // keys on the map
  await page.focus("#map");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  const passed = await text(page, "#said");
  await page.keyboard.press("Enter");
  await settled(page);
  told.keys = { passed, chosen: await text(page, "#school h3") };
  // big letters
  await press(page, "Big letters");
  await settled(page);
  told.big = { size: await page.evaluate(() => getComputedStyle(document.body).fontSize),
    width: await page.evaluate(() => document.documentElement.scrollWidth) };
  await page.screenshot({ path: path.join(folder, "big-1280.png") });
  await press(page, "Big letters");
  // 200% zoom of a 1,280 pixel window
  await page.setViewport({ width: 640, height: 450, deviceScaleFactor: 2 });
  await settled(page);
  told.zoom = { width: await page.evaluate(() => document.documentElement.scrollWidth) };
  await findings(page, "zoomed");
  await page.screenshot({ path: path.join(folder, "zoom-640.png") });
  // forced colours
  await page.setViewport(wide);
  await settled(page);
  const contrast = await open(browser, `file://${path.resolve(file)}`, wide, [
    { name: "forced-colors", value: "active" }, { name: "prefers-color-scheme", value: "dark" }]);
  await find(contrast, "Honley");
  await findings(contrast, "forced");
  await contrast.screenshot({ path: path.join(folder, "forced-1280.png") });
  await contrast.close();
  await page.bringToFront();
  // load what another meeting saved, and what is no decisions file
  const input = await page.$('#bar input[type="file"]');
  fs.writeFileSync(path.join(folder, "no.json"), '{"a": 1}');
  await input.uploadFile(path.join(folder, "no.json"));
  await wait(200);
  const refused = await text(page, "#said");
  await press(page, "Begin again");
  const begun = await texts(page, ".steps li");
  await input.uploadFile(path.join(folder, told.save.file));
  await wait(300);
  told.load = { refused, begun, said: await text(page, "#said"), steps: await texts(page, ".steps li") };
  told.unload = await page.evaluate(() => {
    const event = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  });
  told.markup = await page.evaluate(() => [document.querySelectorAll("main b, main img, main script").length,
    document.scripts.length]);
  await page.evaluate(() => localStorage.clear());
  await page.close();
}

async function phone(browser) {
  const view = { width: 390, height: 844, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  const page = await open(browser, `file://${path.resolve(file)}`, view);
  await find(page, "Denby");
  await page.screenshot({ path: path.join(folder, "find-390.png") });
  const from = await middle(page, 3), to = await middle(page, 1);
  await page.touchscreen.touchStart(from.x, from.y);
  for (let k = 1; k <= 6; k++) {
    await page.touchscreen.touchMove(from.x + ((to.x - from.x) * k) / 6, from.y + ((to.y - from.y) * k) / 6);
  }
  await page.touchscreen.touchEnd();
  await settled(page);
  told.touch = { said: await text(page, "#said"),
    width: await page.evaluate(() => document.documentElement.scrollWidth) };
  await page.screenshot({ path: path.join(folder, "touch-390.png") });
  await findings(page, "phone");
  await page.screenshot({ path: path.join(folder, "all-390.png"), fullPage: true });
  await page.setViewport({ width: 320, height: 700 });
  await settled(page);
  told.narrow = { width: await page.evaluate(() => document.documentElement.scrollWidth) };
  await page.close();
}

async function live(browser) {
  const page = await open(browser, served, { width: 1280, height: 900 });
  await find(page, "brock");
  await page.evaluate(() => { document.querySelector("#to").value = "East"; });
  await press(page, "move");
  for (let k = 0; k < 200 && /Not verified/.test(await text(page, "#standing")); k++) await wait(100);
  told.verified = { standing: await text(page, "#standing"), saved: await text(page, "#saved") };
  await press(page, "Why here?");
  for (let k = 0; k < 200 && !(await page.$("#why .why, #why .bad")); k++) await wait(100);
  told.why = await text(page, "#why");
  await press(page, "Split the money to the penny");
  for (let k = 0; k < 200 && !(await page.$(".answer table")); k++) await wait(100);
  told.money = { answer: await text(page, ".answer"), table: await text(page, "#clusters tbody") };
  await findings(page, "served");
  await page.screenshot({ path: path.join(folder, "served-1280.png"), fullPage: true });
  const steps = await texts(page, ".steps li");
  await page.reload();
  await settled(page);
  told.again = { before: steps, after: await texts(page, ".steps li") };
  // another window takes over; this one is told so
  const other = await open(browser, served, { width: 1000, height: 700 });
  await page.bringToFront();
  await find(page, "Golcar");
  await press(page, "pin");
  await wait(400);
  told.superseded = await text(page, "#saved");
  await other.close();
  await page.close();
}

(async () => {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), "clusters-browser-"));
  const browser = await puppeteer.launch({
    executablePath: chromium, userDataDir: profile, headless: true,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  try {
    await stories(browser);
    await phone(browser);
    if (served) await live(browser);
  } finally {
    await browser.close();
    fs.rmSync(profile, { recursive: true, force: true });
  }
  console.log(JSON.stringify(told));
})().catch((e) => { console.error(e); process.exit(1); });
