// Builds every script that is committed, and the list of the packages that are in them.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const SITE = "../site_src";
const SCRIPTS = [
  { to: `${SITE}/scripts`, format: "iife", of: ["atlas.ts", "explorer.ts"] },
  { to: "../src/wslab/cli/trace/web/page", format: "iife", of: ["trace.ts"] },
  {
    to: `${SITE}/scripts/live`,
    format: "esm",
    of: ["live/runner.ts", "live/worker.ts", "live/editor.ts", "live/clients.ts"],
  },
  { to: `${SITE}/scripts/live`, format: "esm", of: ["live/playground.ts"] },
  // At the root of the site, whose pages it answers for.
  { to: SITE, format: "iife", of: ["live/service-worker.ts"] },
];

const HOW = { bundle: true, minify: true, target: "es2022", charset: "utf8" };

// It stands in the frames themselves, which have no origin: no service worker would answer
// them. The pages' policy knows it by its hash, as src/wslab/site/live/policy.py reads it.
const { outputFiles } = await build({ ...HOW, entryPoints: ["src/live/frame-inside.ts"], format: "iife", write: false });
const inside = outputFiles[0].text.trim();
const define = {
  INSIDE: JSON.stringify(inside),
  INSIDE_HASH: JSON.stringify(`sha256-${createHash("sha256").update(inside).digest("base64")}`),
};

const inputs = [];
for (const { to, format, of } of SCRIPTS) {
  const { metafile } = await build({
    entryPoints: of.map((it) => `src/${it}`),
    outdir: to,
    format,
    ...HOW,
    define,
    metafile: true,
  });
  inputs.push(...Object.keys(metafile.inputs));
}

// In WebKit, a page in a sandbox without an origin is not "self" to its own policy, so its
// script stands in it.
const client = await build({ ...HOW, entryPoints: ["src/live/client.ts"], format: "iife", write: false, metafile: true });
inputs.push(...Object.keys(client.metafile.inputs));
const script = `<script>${client.outputFiles[0].text.trim()}</script>`;
const page = readFileSync("src/live/client.html", "utf8").replace("<script></script>", () => script);
writeFileSync(`${SITE}/scripts/live/client.html`, page);

writeFileSync(`${SITE}/scripts/live/frame-inside.js`, `${inside}\n`);

/** What a package says of its licence, as src/wslab/site/live/licences.py reads it. */
function licence(name) {
  const folder = `node_modules/${name}`;
  const said = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const repository = said.repository?.url ?? said.repository ?? "";
  const files = readdirSync(folder).filter((it) => /^(licen[cs]e|copying|notice)/i.test(it));
  return {
    name,
    version: said.version,
    licence: said.license,
    home: repository.replace(/^git\+/, "").replace(/\.git$/, ""),
    texts: files.sort().map((it) => readFileSync(`${folder}/${it}`, "utf8")),
  };
}

const packages = new Set(
  inputs.flatMap((it) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(it)?.[1] ?? []),
);
const licences = [...packages].sort().map(licence);
writeFileSync(`${SITE}/scripts/licences.json`, `${JSON.stringify(licences, null, 1)}\n`);
