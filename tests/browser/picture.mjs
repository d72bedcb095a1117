// A picture of a page: node picture.mjs PAGE PICTURE [EPOCH]

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [, , page, picture, epoch = "60"] = process.argv;
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
await tab.goto(pathToFileURL(resolve(page)).href);
await tab.waitForSelector("html[data-ready=yes]");
await tab.locator("#slider").fill(epoch);
await tab.locator("canvas").first().scrollIntoViewIfNeeded();
await tab.screenshot({ path: picture });
await browser.close();
