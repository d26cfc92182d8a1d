// Firefox in lines: node firefox.mjs FRONTEND PROGRAM PREFERENCES
//
// FRONTEND is a folder with puppeteer-core, PREFERENCES an object in JSON. Each line on
// standard input asks for an act, each on standard output answers with a value or an error.
// Firefox and its profile are gone once the input has ended, or on a signal.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const LIMIT = 120_000; // milliseconds that an act may take

const [frontend, executablePath, preferences] = process.argv.slice(2);
const { default: puppeteer } = createRequire(`${frontend}/`)("puppeteer-core");
const launched = puppeteer.launch({
  browser: "firefox",
  executablePath,
  extraPrefsFirefox: JSON.parse(preferences),
  handleSIGINT: false, // puppeteer's own handlers would leave this process as it is
  handleSIGTERM: false,
  handleSIGHUP: false,
});

async function end() {
  const browser = await launched;
  await browser.close();
  process.exit();
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, end);
const browser = await launched;
browser.once("disconnected", end);

let page;
let faults;

function watch({ origin }) {
  faults = [];
  page.on("console", (said) => {
    if (["error", "warn"].includes(said.type())) faults.push(`console: ${said.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
  page.on("request", (request) => {
    const own = [`${origin}/`, "data:", "blob:"].some((it) => request.url().startsWith(it));
    if (!own) faults.push(`request to another host: ${request.url()}`);
  });
}

/** Return the document in the frames that selectors name, one in the other. */
async function within(frames) {
  let found = page.mainFrame();
  for (const selector of frames) {
    const frame = await found.locator(selector).waitHandle();
    found = await frame.contentFrame();
  }
  return found;
}

/** Return the texts of the elements that can be seen. */
function read(selector) {
  const seen = [...document.querySelectorAll(selector)].filter((it) => it.checkVisibility());
  return seen.map((it) => it.textContent);
}

/** Return whether one of them has a text. */
function shows(selector, text) {
  const seen = [...document.querySelectorAll(selector)].filter((it) => it.checkVisibility());
  return seen.some((it) => it.textContent.includes(text));
}

function limited(act) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`no end after ${LIMIT} ms`)), LIMIT);
    act.then(done, fail).finally(() => clearTimeout(timer));
  });
}

const ACTS = {
  /** Open a page as somebody who was never there. */
  async open({ address }) {
    const context = await browser.createBrowserContext();
    page = await context.newPage();
    page.setDefaultTimeout(LIMIT / 2);
    watch(new URL(address));
    await page.goto(address);
  },
  /** Leave it, and tell what went wrong on it. */
  async leave() {
    await page.browserContext().close();
    return faults;
  },
  async shows({ frames, selector, text }) {
    const frame = await within(frames);
    try {
      await frame.waitForFunction(shows, {}, selector, text);
    } catch (error) {
      const found = JSON.stringify(await frame.evaluate(read, selector));
      throw new Error(`${selector} shows ${found}, not ${JSON.stringify(text)}`, { cause: error });
    }
  },
  texts: async ({ frames, selector }) => (await within(frames)).evaluate(read, selector),
  click: async ({ frames, selector }) => (await within(frames)).locator(selector).click(),
  fill: async ({ frames, selector, text }) => (await within(frames)).locator(selector).fill(text),
  type: async ({ text }) => page.keyboard.type(text),
  async press({ keys }) {
    for (const key of keys) await page.keyboard.down(key);
    for (const key of keys.toReversed()) await page.keyboard.up(key);
  },
  evaluate: async ({ source }) => page.evaluate(source),
};

const lines = createInterface({ input: process.stdin });
lines.once("close", end);
for await (const line of lines) {
  const { act, ...asked } = JSON.parse(line);
  const answer = await limited(ACTS[act](asked)).then(
    (value) => ({ value }),
    (error) => ({ error: String(error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
