// What whoever hears, types, prints, or has little room is to find as others do.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { canvas, clock, close, drawn, open, slideTo, tipText } from "./browser.mjs";
import { Page, pathOf } from "./pages.mjs";

const live = (name, hash = "", options = {}) => open(pathOf(name, "live"), { ...options, before: `location.hash ||= ${JSON.stringify(hash)}` });

/** What is said to whoever cannot see it. */
const said = (page) => page.locator("#live").textContent();

/** What has the keyboard, by its name. */
const focused = (page) => page.evaluate(() => document.activeElement?.ariaLabel || document.activeElement?.textContent.trim().slice(0, 60));

test("a sample is said with the name of each number, and of no other epoch than that of the page", async () => {
  const page = await open(pathOf("three"));
  await slideTo(page, 30);
  await page.locator(".panel").first().focus();
  await page.keyboard.press(".");
  assert.match(await said(page), /^Sample in row 0 of the data; sigmoid: class negative, predicted \w+, probability [\d.]+, loss [\d.]+; tanh: class negative, predicted \w+, /);
  await page.keyboard.press("ArrowRight");
  assert.equal(await said(page), "");
  await close(page);
  const numbers = await open(pathOf("two_outputs"));
  await numbers.locator(".panel").first().focus();
  await numbers.keyboard.press(".");
  assert.match(await said(numbers), /: output \S+( \S+)*, true \S+, predicted \S+, residual \S+, loss \S+; output /);
  await close(numbers);
});

for (const name of ["three", "two_outputs", "labels", "ten_classes"]) {
  test(`all of a sample is seen on a phone: ${name}`, async () => {
    for (const width of [320, 375]) {
      const page = await open(pathOf(name), { width, height: 667, before: 'location.hash ||= "#sample=0"' });
      await page.locator("#tip").waitFor();
      const [box, texts] = [await page.locator("#tip").boundingBox(), page.locator("#tip :is(p, th, td):visible")];
      assert.ok(box.x >= 0 && box.x + box.width <= width && box.y >= 0 && box.y + box.height <= 667, JSON.stringify(box));
      const isCut = await texts.evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1 && one.closest("td")).map((one) => one.textContent));
      assert.deepEqual(isCut, []);
      for (const text of await texts.all()) {
        const { x, width: wide } = await text.boundingBox();
        assert.ok(x >= box.x && x + wide <= box.x + box.width + 0.5, await text.textContent());
      }
      assert.ok(await page.locator('#tip td[data-head="loss"]').first().isVisible());
      await close(page);
    }
  });
}

test("the timeline can be dragged in any window", async () => {
  for (const [width, height] of [[320, 480], [375, 500], [320, 256], [300, 200], [400, 300], [560, 400], [640, 360], [800, 450]]) {
    const page = await open(pathOf("three"), { width, height });
    const slider = await page.locator("#slider").boundingBox();
    assert.ok(slider.width >= 150, `${width} x ${height}: ${slider.width}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width} x ${height} is to be scrolled sideways`);
    await close(page);
  }
});

test("at twice the size a whole panel is in sight", async () => {
  for (const name of ["three", "two_inputs", "labels", "one_input"]) {
    const page = await open(pathOf(name), { width: 640, height: 360 });
    const bar = await page.locator("#controls").boundingBox();
    const panel = await page.locator(".panel").first().boundingBox();
    assert.ok(panel.y >= 0 && panel.y + panel.height <= bar.y, `${name}: ${JSON.stringify([panel, bar])}`);
    await close(page);
  }
});

test("what has the keyboard is never behind the timeline", async () => {
  const page = await open(pathOf("three"), { width: 1280, height: 720 });
  for (let i = 0; i < 30; i++) {
    await page.keyboard.press("Tab");
    const isHidden = await page.evaluate(() => {
      const one = document.activeElement;
      const [{ top, bottom }, bar] = [one.getBoundingClientRect(), document.getElementById("controls")];
      return !bar.contains(one) && one !== document.body && bottom > bar.getBoundingClientRect().top + 1 && bottom - top < 300;
    });
    assert.ok(!isHidden, await focused(page));
  }
  await close(page);
});

test("what has the keyboard, what is unfolded and where one is across stay when something else is looked at", async () => {
  const page = await live("three", "", { width: 800, height: 700 });
  await page.locator(".events summary").first().click();
  await page.locator("#runs").evaluate((runs) => (runs.scrollLeft = 200));
  const across = await page.locator("#runs").evaluate((runs) => runs.scrollLeft);
  const panel = page.locator(".panel").nth(1);
  await panel.focus();
  const name = await focused(page);
  await page.evaluate(() => (location.hash = "#threshold=0.3"));
  await page.waitForFunction(() => document.querySelector("#view summary").textContent.includes("0.3") && !document.documentElement.dataset.stale);
  await drawn(page);
  assert.equal(await focused(page), name);
  assert.equal(await page.locator(".events[open]").count(), 1);
  assert.ok(Math.abs((await page.locator("#runs").evaluate((runs) => runs.scrollLeft)) - across) < 2 && across > 100);
  assert.match(await said(page), /Computed/);
  await close(page);
});

test("Escape leaves the menu alone, and leads back to where it was opened", async () => {
  const page = await live("three", "#sample=3");
  await page.locator("#view summary").focus();
  await page.keyboard.press("Enter");
  await page.locator("#threshold").focus();
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("#view").evaluate((view) => /** @type {HTMLDetailsElement} */ (view).open)));
  assert.match(await focused(page), /View/);
  assert.match(await tipText(page), /row 3/, "the sample is still followed");
  await close(page);
});

test("a letter is the same key in capitals", async () => {
  const page = await open(pathOf("three"));
  await page.locator(".panel").first().focus();
  await page.keyboard.press("E");
  assert.equal(await page.locator(".panel:visible").count(), 1);
  await page.keyboard.press("e");
  assert.ok((await page.locator(".panel:visible").count()) > 3);
  await close(page);
});

test("of marks that lie on each other the one that is pressed is the one that is seen nearest", async () => {
  const source = new Page("three");
  const [{ milestones }] = source.meta.runs;
  const made = (epoch, kind) => ({ ...milestones[0], epoch, until: null, kind, text: `At ${epoch}.` });
  source.meta.runs[0].milestones = [made(60, "all correct"), made(61, "best loss"), made(62, "dead")];
  const page = await open(source.save("near"), { width: 1280, height: 720 });
  for (const epoch of [60, 61, 62]) {
    const { x, y, width } = await page.locator(`.lane >> nth=0 >> .moment[data-epoch="${epoch}"]`).boundingBox();
    await page.mouse.move(x + width / 2, y + 7);
    assert.equal(await tipText(page), `At ${epoch}.`);
    await page.mouse.click(x + width / 2, y + 7);
    await drawn(page);
    assert.equal(await clock(page), epoch);
  }
  await close(page);
});

test("pictures keep their own ground where colors are forced", async () => {
  const page = await open(pathOf("three"), { colorScheme: "dark", forcedColors: "active", before: 'location.hash ||= "#theme=light"' });
  assert.equal(await page.locator(".panel-body").first().evaluate((body) => getComputedStyle(body).backgroundColor), "rgb(255, 255, 255)");
  await close(page);
});

test("a dark page is printed in light colors, and no picture is stretched", async () => {
  const page = await open(pathOf("three"), { colorScheme: "dark" });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  assert.equal(await theme(), "light");
  assert.equal(await page.locator(".events[open]").count(), 3, "what happened is printed, too");
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  assert.equal(await theme(), "dark");
  assert.equal(await page.locator(".events[open]").count(), 0);
  await page.emulateMedia({ media: "print" });
  assert.equal(await canvas(page, "input").evaluate((one) => getComputedStyle(one).objectFit), "contain");
  assert.equal(await page.locator(".swatch").first().evaluate((one) => getComputedStyle(one).printColorAdjust), "exact");
  await close(page);
});

test("a file that is saved says the threshold that was chosen, in its head, its description and its name", async () => {
  const page = await live("three", "#epoch=30&threshold=0.9&panel=0.input");
  const download = page.waitForEvent("download");
  await page.locator(".alone .save-svg").click();
  const file = await download;
  const svg = readFileSync(await file.path(), "utf8");
  assert.match(svg, /threshold 0\.9/);
  assert.match(file.suggestedFilename(), /threshold_0_9/);
  await close(page);
});

test("a file of what is of all runs is said to be of none alone, and names each color once", async () => {
  const saved = async (name, hash, prepare = async (_page) => {}) => {
    const page = await live(name, hash);
    await prepare(page);
    const download = page.waitForEvent("download");
    await page.locator(".alone .save-svg").click();
    const svg = readFileSync(await (await download).path(), "utf8");
    await close(page);
    return svg;
  };
  const choose = (page) => page.locator(".alone select[data-name=metric]").selectOption({ label: "loss of all runs" });
  const curves = await saved("three", "#epoch=30&panel=0.curves", choose);
  assert.match(curves, /<title[^>]*>loss of all runs[^<:]*, epoch 30<\/title>/);
  const spaces = await saved("three", "#epoch=30&panel=0.input&color=correctness");
  assert.equal(spaces.match(/>misclassified</g).length, 1);
});

test("a form that says a number in words is said of that number alone", async () => {
  const source = new Page("three");
  // In Latvian, tens take the form `zero`.
  source.html = source.html.replace(/<html lang="en"/, '<html lang="lv"').replace(/(id="texts">)([^]*?)(<\/script>)/, (_, open, texts, end) => {
    const all = JSON.parse(texts);
    all.controls["epochs-a-second"] = { zero: "none a second", one: "{count} epoch a second", other: "{count} epochs a second" };
    return open + JSON.stringify(all).replaceAll("<", "\\u003c") + end;
  });
  const page = await open(source.save("latvian"));
  assert.deepEqual(await page.locator("#speed option").allTextContents(), [1, 2, 5, 10, 20, 30, 60].map((count) => `${count} epoch${count === 1 ? "" : "s"} a second`));
  await close(page);
});
