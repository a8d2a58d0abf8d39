// What a reader finds on the pages of a folder, in Chromium, with the network off.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const folder = process.argv[2];
const SIZE_MAX = 2_000_000;
const WIDE = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
let checks = 0;
const equal = (found, expected, what) => { checks += 1; assert.deepEqual(found, expected, what); };
const ok = (is, what) => { checks += 1; assert.ok(is, what); };

/// Opens a page offline; whatever it asks for beside itself, and whatever it complains of, is an error.
async function open(name, options, look) {
  const context = await browser.newContext({ viewport: WIDE, offline: true, ...options });
  const page = await context.newPage();
  const own = pathToFileURL(join(folder, `${name}.html`)).href;
  const trouble = [];
  page.on("request", (it) => { if (it.url() !== own && !it.url().startsWith("data:")) trouble.push(`asks for ${it.url()}`); });
  page.on("console", (it) => trouble.push(`console: ${it.text()}`));
  page.on("pageerror", (it) => trouble.push(`error: ${it.message}`));
  page.on("dialog", (it) => { trouble.push(`dialog: ${it.message()}`); it.dismiss(); });
  await page.goto(own);
  await look(page);
  equal(trouble, [], `${name}: the page is quiet`);
  await context.close();
}

const count = (page, selector) => page.locator(selector).count();
const views = (page) => page.$$eval(".area > svg", (all) => all.map((it) => it.getAttribute("viewBox").split(" ").filter((_, place) => place % 2 === 0).join(" ")));

/// What stands on the page is what the report for programs says.
async function content(page, name, report) {
  const held = report.documented.filter((it) => it.holds).length;
  const verdict = await page.locator(".verdict").innerText();
  ok(verdict.includes(`${held} of ${report.documented.length}`) && verdict.startsWith("✓"), `${name}: ${verdict}`);
  equal(await page.locator("h1").innerText(), report.title, `${name}: title`);
  equal(await count(page, ".facts tbody tr"), report.documented.length, `${name}: facts`);
  equal(await count(page, ".story li[id]"), report.timeline.length, `${name}: timeline`);
  const windows = report.impact.flatMap((it) => it.windows).length;
  equal(await count(page, ".strip .impact .bar"), windows, `${name}: windows of impact`);
  const said = report.timeline.filter((it) => it.kind === "status_page").length;
  equal(await count(page, ".strip .said .moment"), said, `${name}: status page`);
  const done = report.timeline.filter((it) => it.kind === "scripted").length;
  equal(await count(page, ".strip .done .moment"), done, `${name}: actions`);
  const alerts = report.timeline.filter((it) => it.what === "alerted").length;
  equal(await count(page, ".strip .alerts .moment:not([aria-label*='takes up'])"), alerts, `${name}: alerts`);
  equal(await page.$$eval("#r1-report", ([it]) => JSON.parse(it.textContent).fingerprint), report.fingerprint, `${name}: data`);
  const hurt = Math.max(...report.impact.map((it) => it.tenants));
  const rows = await count(page, ".heat");
  ok(rows >= Math.min(hurt, 20) && rows <= 40, `${name}: ${rows} rows of organizations for ${hurt} hurt`);
  ok((await page.locator(".again pre").innerText()).includes(`hindsight replay ${name}.json`), `${name}: command`);
}

/// Every chart has lines that one can see, and axes with units.
async function charts(page, name, stations) {
  const data = await page.$$eval("#r1-charts", ([it]) => JSON.parse(it.textContent));
  const figures = await count(page, "figure");
  equal(figures, data.charts.length, `${name}: charts`);
  const indicators = await count(page, ".indicators figure");
  ok(indicators > 0 && figures - indicators >= 2 * stations, `${name}: ${figures} charts of ${stations} stations`);
  equal(await count(page, "details.station"), stations, `${name}: stations`);
  equal(await count(page, "figure .unit:not(:empty)"), figures, `${name}: units`);
  equal(await count(page, "figure .zone"), figures, `${name}: zones`);
  equal(await count(page, "figure .legend output"), data.charts.flatMap((it) => it.lines).length, `${name}: lines`);
  const troubles = await page.$$eval("figure", (all) => all.flatMap((figure) => {
    const box = figure.querySelector(".area > svg").getBoundingClientRect();
    const drawn = [...figure.querySelectorAll(".area path.line, .area path.dots")].some((it) => it.getTotalLength() > 0 || it.classList.contains("dots"));
    const labels = [...figure.querySelectorAll(".ticks span")].map((it) => it.getBoundingClientRect()).sort((a, b) => a.left - b.left);
    const overlaps = labels.some((it, place) => place > 0 && labels[place - 1].right > it.left);
    const name = figure.querySelector("h4").textContent;
    return [
      ...(drawn && box.height > 60 && box.width > 200 ? [] : [`${name} is empty`]),
      ...(overlaps ? [`${name}: labels overlap`] : []),
      ...(labels.length >= 2 ? [] : [`${name}: ${labels.length} labels of time`]),
      ...(figure.querySelector(".area > svg").getAttribute("aria-label") ? [] : [`${name} has no words`]),
    ];
  }));
  equal(troubles, [], `${name}: charts`);
  const overlaps = await page.$$eval(".strip .area", (areas) => areas.flatMap((area) => {
    const boxes = [...area.querySelectorAll(".moment")].map((it) => [it.textContent, it.getBoundingClientRect()]);
    return boxes.flatMap(([a, one], place) => boxes.slice(place + 1)
      .filter(([, two]) => one.left < two.right - 1 && two.left < one.right - 1 && one.top < two.bottom - 2 && two.top < one.bottom - 2)
      .map(([b]) => `${a} over ${b}`));
  }));
  equal(overlaps, [], `${name}: labels of the strip`);
}

/// A zoom on one chart is a zoom on all; a double click takes it back; the cursor stands in all.
async function zoom(page, name) {
  const before = new Set(await views(page));
  equal(before.size, 1, `${name}: all charts show one time`);
  const ticks = await page.locator("figure .ticks").first().innerText();
  const plot = page.locator("figure .area").nth(1);
  await plot.scrollIntoViewIfNeeded();
  const box = await plot.boundingBox();
  const y = box.y + box.height / 2;
  await page.mouse.move(box.x + box.width * 0.3, y);
  equal(await page.$$eval(".cursor", (all) => all.filter((it) => it.style.display !== "block" || !it.style.left.startsWith("30")).length), 0, `${name}: cursors`);
  ok(/\d/.test(await page.locator("figure .legend output").first().innerText()), `${name}: value under the cursor`);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
  await page.mouse.up();
  const zoomed = new Set(await views(page));
  equal(zoomed.size, 1, `${name}: all charts show one time`);
  const [from, width] = [...zoomed][0].split(" ").map(Number), whole = Number([...before][0].split(" ")[1]);
  ok(Math.abs(from - 0.3 * whole) < 0.01 * whole && Math.abs(width - 0.2 * whole) < 0.01 * whole, `${name}: ${from} ${width} of ${whole}`);
  ok((await page.locator("figure .ticks").last().innerText()) !== ticks, `${name}: labels of time follow`);
  equal(await page.locator("figure .ticks").last().innerText(), await page.locator(".strip .ticks").first().innerText(), `${name}: the strip follows`);
  await plot.dblclick();
  equal(new Set(await views(page)), before, `${name}: a double click shows the whole`);
  await page.locator(".tools button").last().click();
  equal(new Set(await views(page)).size, 1, `${name}: a button shows one time on all`);
  await page.locator("details.values summary").first().click();
  // The table is filled once the browser tells the page that it was opened, which on a busy machine takes a while.
  await page.locator("details.values tbody tr").nth(100).waitFor({ state: "attached" })
    .catch(() => ok(false, `${name}: values as a table`));
}

/// The least contrast of text with what is behind it, by the formula of WCAG 2.2.
async function contrast(page, name) {
  const [worst, what] = await page.evaluate(() => {
    const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
    const luminance = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((it) => it / 255).map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
      return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const behind = (element) => {
      for (let it = element; it; it = it.parentElement) {
        const [r, g, b, a = 1] = channels(getComputedStyle(it).backgroundColor);
        if (a > 0.5) return [r, g, b];
      }
      return [255, 255, 255];
    };
    let worst = [21, ""];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || element.closest("script, style, svg") || !element.getClientRects().length) continue;
      const [one, two] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
      const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      if (ratio < worst[0]) worst = [ratio, `${node.data.trim().slice(0, 30)} in ${element.className || element.tagName}`];
    }
    return worst;
  });
  ok(worst >= 4.5, `${name}: contrast ${worst.toFixed(2)} of "${what}"`);
}

const background = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

async function incident(name) {
  const size = statSync(join(folder, `${name}.html`)).size;
  ok(size < SIZE_MAX, `${name}: ${size} bytes`);
  const report = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")).results;
  const scenario = readFileSync(join("scenarios", `${name}.json`), "utf8");
  let light;
  await open(name, {}, async (page) => {
    light = await background(page);
    await content(page, name, report);
    const stations = await page.$$eval("details.station h3", (all) => all.map((it) => it.textContent));
    ok(stations.every((it) => scenario.includes(`"${it}"`)), `${name}: stations`);
    await charts(page, name, stations.length);
    await contrast(page, `${name}, light`);
    await zoom(page, name);
  });
  await open(name, { colorScheme: "dark" }, async (page) => {
    ok((await background(page)) !== light, `${name}: dark is another background`);
    await contrast(page, `${name}, dark`);
  });
  await open(name, { viewport: PHONE, hasTouch: true, isMobile: true }, async (page) => {
    equal(await overflow(page), 0, `${name}: nothing wider than a phone`);
    await charts(page, `${name}, phone`, await count(page, "details.station"));
  });
  await open(name, { javaScriptEnabled: false }, async (page) => {
    const headings = await page.locator("h1, h2").allInnerTexts();
    for (const part of [report.title, "What happened when", "Facts", "Impact", "Timeline in words", "Run it again"]) {
      ok(headings.includes(part), `${name} without script: ${part}`);
    }
    ok((await page.locator(".verdict").innerText()).includes("facts hold"), `${name} without script: verdict`);
    equal(await count(page, ".facts tbody tr"), report.documented.length, `${name} without script: facts`);
    ok((await page.locator("figure .area path.line").count()) > 2, `${name} without script: charts`);
    equal(await page.locator(".tools").isVisible(), false, `${name} without script: no buttons`);
  });
  await open(name, { javaScriptEnabled: false, viewport: PHONE, isMobile: true }, async (page) => {
    const [inside, outside] = [await page.locator("main").boundingBox(), PHONE.width];
    ok(inside.width <= outside, `${name} without script: nothing wider than a phone`);
  });
}

/// The document for programs that stands on a page.
async function reportOf(name) {
  let found;
  await open(name, {}, async (page) => { found = await page.$$eval("#r1-report", ([it]) => JSON.parse(it.textContent)); });
  return found;
}

/// A page of a comparison: what the document for programs says, lines of all variants, and lines put away.
async function compared(name) {
  const own = `compared/${name}`;
  const size = statSync(join(folder, `${own}.html`)).size;
  ok(size < SIZE_MAX, `${own}: ${size} bytes`);
  const scenario = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")).envelope.scenario;
  const mitigations = Object.keys(scenario.mitigations);
  const report = await reportOf(own);
  const variants = ["baseline", ...report.variants.map((it) => it.variant)];
  let light;
  await open(own, {}, async (page) => {
    light = await background(page);
    equal(variants.slice(1).sort(), [...mitigations, "all"].sort(), `${own}: mitigations`);
    equal(await page.locator(".variants button.variant").allInnerTexts(), variants, `${own}: variants`);
    ok((await page.locator(".again pre").innerText()).startsWith(`hindsight compare ${name}.json --seeds 2`), `${own}: command`);
    equal(await count(page, ".origins tbody tr"), variants.length - 1, `${own}: origins`);
    await variantCharts(page, own, variants);
    await whiskers(page, own, report);
    await contrast(page, `${own}, light`);
    await zoom(page, own);
    await putAway(page, own, variants.length);
  });
  await open(own, { colorScheme: "dark" }, async (page) => {
    ok((await background(page)) !== light, `${own}: dark is another background`);
    await contrast(page, `${own}, dark`);
  });
  await open(own, { viewport: PHONE, hasTouch: true, isMobile: true }, async (page) => {
    equal(await overflow(page), 0, `${own}: nothing wider than a phone`);
    await variantCharts(page, `${own}, phone`, variants);
  });
  await open(own, { javaScriptEnabled: false }, async (page) => {
    const headings = await page.locator("h1, h2").allInnerTexts();
    for (const part of ["What each changes", "When customers were hurt", "Indicators", "Where it arises"]) {
      ok(headings.includes(part), `${own} without script: ${part}`);
    }
    ok((await count(page, "figure .area path.line")) > variants.length, `${own} without script: charts`);
    equal(await page.locator(".tools").isVisible(), false, `${own} without script: no buttons`);
  });
}

/// Every chart has a line for each variant that has values, told apart by colour or dashes.
async function variantCharts(page, name, variants) {
  const data = await page.$$eval("#r1-charts", ([it]) => JSON.parse(it.textContent));
  equal(await count(page, "figure"), data.charts.length, `${name}: charts`);
  for (const chart of data.charts) equal(chart.lines.map((it) => it.name), variants, `${name}: lines of ${chart.title}`);
  const looks = await page.$$eval(".variants .swatch path", (all) => all.map((it) => {
    const { stroke, strokeDasharray } = getComputedStyle(it);
    return `${stroke} ${strokeDasharray}`;
  }));
  equal(new Set(looks).size, variants.length, `${name}: lines that look alike`);
  const empty = await page.$$eval("figure", (all) => all.filter((figure) => {
    const box = figure.querySelector(".area > svg").getBoundingClientRect();
    const drawn = [...figure.querySelectorAll(".area path.line")].some((it) => it.getTotalLength() > 0);
    return !drawn || box.height < 60 || box.width < 200 || figure.querySelector(".unit").textContent === "";
  }).map((it) => it.querySelector("h4").textContent));
  equal(empty, [], `${name}: charts without lines`);
  const lanes = await page.$$eval(".strip > .lane .name", (all) => all.map((it) => it.textContent));
  equal(lanes, variants, `${name}: lanes`);
}

/// Dots lie on the side of zero that their number says, and whiskers reach over it only if it cannot be told.
async function whiskers(page, name, report) {
  const wrong = await page.$$eval(".effects tbody tr", (rows, report) => rows.flatMap((row) => {
    const metric = row.closest("details").querySelector("h3").textContent;
    const variant = report.variants.find((it) => it.variant === row.querySelector("th").textContent);
    const told = variant.metrics.find((it) => it.metric === metric);
    const box = (path) => row.querySelector(path)?.getBBox();
    const zero = box(".zero").x, mean = box(".mean").x, line = box(".whisker");
    const isRight = Math.sign(Math.round((mean - zero) * 10)) === 0 || Math.sign(mean - zero) === Math.sign(told.difference);
    const crosses = line && line.x < zero - 1 && line.x + line.width > zero + 1;
    const isTold = !(crosses && told.is_distinguishable);
    return isRight && isTold ? [] : [`${metric} of ${variant.variant}`];
  }), report);
  equal(wrong, [], `${name}: whiskers`);
  ok((await count(page, ".effects tbody tr")) >= report.variants.length, `${name}: rows`);
}

/// A variant that is put away is nowhere; pressed again anywhere, it is everywhere again.
async function putAway(page, name, variants) {
  const shown = (number) => page.$$eval(`[data-of="${number}"]`, (all) => all.filter((it) => it.getClientRects().length).length);
  const before = await shown(1);
  ok(before > 0, `${name}: the first variant is there`);
  await page.locator('.variants button[data-variant="1"]').click();
  equal(await shown(1), 0, `${name}: the first variant is away`);
  const states = await page.$$eval("button[data-variant]", (all) => all.map((it) => [it.dataset.variant, it.getAttribute("aria-pressed")]));
  ok(states.every(([number, is]) => is === String(number !== "1")), `${name}: all its buttons say so`);
  ok(variants < 3 || (await shown(2)) > 0, `${name}: others stay`);
  await page.locator('figure button[data-variant="1"]').first().click();
  equal(await shown(1), before, `${name}: the first variant is back`);
}

const names = readdirSync(folder).filter((it) => it.endsWith(".json")).map((it) => it.slice(0, -5)).sort();
ok(names.length >= 5, "there are pages to look at");
for (const name of names) {
  await incident(name);
  await compared(name);
  console.log(`fine  ${name}`);
}

await open("hostile", {}, async (page) => {
  const title = await page.locator("h1").innerText();
  ok(title.startsWith("</script><script>") && title.includes("onerror="), `hostile: ${title}`);
  ok((await page.title()).startsWith("</script><script>"), "hostile: nothing ran");
  equal(await count(page, "img"), 0, "hostile: no element of the scenario's own");
  equal(await count(page, "script:not([type])"), 1, "hostile: one script");
  ok((await page.locator(".facts").innerText()).includes("<img/src=x/onerror="), "hostile: ids are shown");
  for (const part of [".story", ".assumptions", ".again", "header"]) {
    ok((await page.locator(part).evaluate((it) => it.textContent)).includes("<img src=x onerror="), `hostile: ${part}`);
  }
  ok((await page.locator(".again pre").innerText()).includes("'it'\\''s <b>.json'"), "hostile: quoted for a shell");
  equal(await overflow(page), 0, "hostile: nothing too wide");
});
await open("hostile", { viewport: PHONE, isMobile: true }, async (page) => equal(await overflow(page), 0, "hostile: nothing wider than a phone"));
await open("compared/hostile", {}, async (page) => {
  ok((await page.title()).startsWith("Compared: </script><script>"), "compared, hostile: nothing ran");
  equal(await count(page, "img"), 0, "compared, hostile: no element of the scenario's own");
  equal(await count(page, "script:not([type])"), 1, "compared, hostile: one script");
  ok((await page.locator(".variants").innerText()).includes("<img src=x onerror="), "compared, hostile: notes are shown");
  ok((await page.locator(".again pre").innerText()).includes("'it'\\''s <b>.json'"), "compared, hostile: quoted for a shell");
  equal(await overflow(page), 0, "compared, hostile: nothing too wide");
});
console.log("fine  hostile texts");

for (const options of [{}, { viewport: PHONE, isMobile: true }]) {
  await open("swept/curve", options, async (page) => {
    ok((await count(page, ".curve svg")) >= 3, "swept, curve: a picture of each number");
    equal(await page.$$eval(".curve:first-of-type .ticks span", (all) => all.slice(0, 4).map((it) => it.textContent)), ["1", "2", "3", "4"], "swept, curve: values below");
    equal(await count(page, ".points tbody tr"), 4, "swept, curve: every point");
    equal(await overflow(page), 0, "swept, curve: nothing too wide");
  });
  await open("swept/heat", options, async (page) => {
    equal(await page.locator(".heatmap").first().locator("td").count(), 9, "swept, heat: a cell for each combination");
    ok((await page.locator(".heatmap").first().innerText()).includes("✗ 2 refused"), "swept, heat: what cannot be is marked");
    equal(await overflow(page), 0, "swept, heat: nothing too wide");
  });
}
console.log("fine  sweeps");

await open("several", {}, async (page) => {
  equal(await count(page, "article"), 2, "several: articles");
  const repeated = await page.$$eval("[id]", (all) => all.length - new Set(all.map((it) => it.id)).size);
  equal(repeated, 0, "several: every id once");
  const dead = await page.$$eval("a[href^='#']", (all) => all.filter((it) => !document.getElementById(it.hash.slice(1))).length);
  equal(dead, 0, "several: every link leads somewhere");
  await page.locator("#r1 .tools button").last().click();
  const shown = await page.$$eval("article", (all) => all.map((it) => it.dataset.view));
  ok(shown[1].startsWith("0,"), "several: each has its own time");
});
console.log("fine  several replays on one page");
await browser.close();
console.log(`${checks} checks of ${2 * names.length + 3} pages`);
