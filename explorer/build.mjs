// Builds the browser pages into graphql_api/web/static.
//
//   npm ci                         once (.npmrc: graphiql-explorer asks for React 16, and runs with 19)
//   node build.mjs                 writes the files
//   node build.mjs --check         builds again and fails where the committed files differ
//
// Every file but the pages carries a hash of its content in its name, so it may be cached for ever. The same sources
// and lock give the same bytes; the compressed copies may differ between versions of zlib, so the check unpacks them.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as zlib from "node:zlib";

import { build } from "esbuild";

import { contents, guides } from "./guides.mjs";
import { html } from "./src/highlight.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCES = join(HERE, "src");
const ROOT = join(HERE, "..");
const TARGET = join(ROOT, "graphql_api", "web", "static");

const CODINGS = {
  br: {
    pack: (bytes) =>
      zlib.brotliCompressSync(bytes, {
        params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11, [zlib.constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }),
    unpack: zlib.brotliDecompressSync,
  },
  gz: { pack: (bytes) => zlib.gzipSync(bytes, { level: 9 }), unpack: zlib.gunzipSync },
};

/** The compressed copies that a file has: templates, and guides, are compressed when they are asked for. */
const copies = (name) => Object.entries(/^(explorer|guide-).*\.html$|^guides\.json$/.test(name) ? {} : CODINGS);

/** Leaves out the fonts that GraphiQL carries, a quarter of a megabyte: the pages use those of the system. */
const systemFonts = {
  name: "system-fonts",
  setup({ onLoad }) {
    onLoad({ filter: /node_modules\/.*\.css$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8").replace(/@font-face\s*\{[^}]*\}/g, ""),
      loader: "css",
    }));
  },
};

/** What is put right in packages: which file, what stands there, and what is to stand there instead. */
const PATCHES = [
  // It has no form for lists, and complains of each in the console.
  [/graphiql-explorer\/dist\/Explorer\.js$/, /console\.error\('arg mismatch[^;]*;/g, ""],
  // A label that hides what stands on the button.
  [/@graphiql\/plugin-history\/dist\/components\.js$/, '"aria-label": "Set active",', ""],
  // The field tree takes the focus whenever an argument appears, and so while a page is loaded.
  [/graphiql-explorer\/dist\/Explorer\.js$/, /input\.focus\(\);\s*input\.setSelectionRange\([^;]*;/, ""],
  // The search of the documentation looks at names alone; a Japanese term stands in descriptions.
  [/plugin-doc-explorer\/dist\/components\/search\.js$/, "isMatch(typeName, searchValue)", "isDescribed(type, searchValue)"],
  [/plugin-doc-explorer\/dist\/components\/search\.js$/, "!isMatch(fieldName, searchValue)", "!isDescribed(field, searchValue)"],
  [
    /plugin-doc-explorer\/dist\/components\/search\.js$/,
    "function isMatch(",
    `function isDescribed({ name, description }, searchValue) {
      return isMatch(name, searchValue) || (/[^\\x00-\\x7f]/.test(searchValue) && isMatch(description ?? "", searchValue));
    }
    function isMatch(`,
  ],
  // A tab with a button to close it is no tab to a screen reader, which lets no control be within one: it is a list.
  [/@graphiql\/react\/dist\/ui\/tabs\.js$/, /"aria-selected": isActive,\s*role: "tab",/, ""],
  [/@graphiql\/react\/dist\/ui\/tabs\.js$/, 'role: "tablist",', ""],
  [/graphiql\/dist\/GraphiQL\.js$/, '"aria-controls": "graphiql-session",', '"aria-current": index_3 === activeTabIndex,'],
];

const patched = {
  name: "patched",
  setup({ onLoad }) {
    onLoad({ filter: /(Explorer|tabs|GraphiQL|components|search)\.js$/ }, ({ path }) => {
      const wanted = PATCHES.filter(([file]) => file.test(path));
      const contents = wanted.reduce((source, [, old, made]) => {
        const changed = source.replace(old, made);
        if (changed === source) throw new Error(`${path} has another form now: ${old}`);
        return changed;
      }, readFileSync(path, "utf8"));
      return { contents, loader: "js" };
    });
  },
};

async function bundle() {
  return build({
    absWorkingDir: HERE,
    entryPoints: ["src/explorer.jsx", "src/docs.js", "src/guide.js", "src/pages.css"],
    outdir: "out",
    bundle: true,
    write: false,
    minify: true,
    metafile: true,
    charset: "utf8",
    format: "esm",
    jsx: "automatic",
    legalComments: "none", // the licences go into a file of their own
    target: ["es2022"],
    plugins: [systemFonts, patched],
    alias: { "react-style-singleton": "./src/no_styles.js" },
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "warning",
  });
}

/** The licence of every package in the bundle, as the licences ask for. */
function licences(metafile) {
  const inside = Object.keys(metafile.inputs).flatMap((path) => path.match(/^.*node_modules\/(@[^/]+\/)?[^/]+/)?.[0] ?? []);
  const text = [...new Set(inside)].sort().map((folder) => {
    const about = JSON.parse(readFileSync(join(HERE, folder, "package.json"), "utf8"));
    const file = readdirSync(join(HERE, folder)).find((name) => /^licen[cs]e/i.test(name));
    const licence = file ? readFileSync(join(HERE, folder, file), "utf8").trim() : `Licence: ${about.license}`;
    return `${about.name} ${about.version}\n\n${licence}\n`;
  });
  return text.join(`\n${"-".repeat(80)}\n\n`);
}

function hashed(name, bytes) {
  const [stem, suffix] = name.split(".");
  return `${stem}-${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}.${suffix}`;
}

/** Puts the hashed names and the coloured code into a page. */
function page(name, names) {
  return readFileSync(join(SOURCES, name), "utf8")
    .replace(/"((?:\.\.\/)?static)\/([\w.]+)"/g, (_, folder, asset) => `"${folder}/${names[asset]}"`)
    .replace(/(<code[^>]* data-highlight[^>]*>)(.*?)(<\/code>)/gs, (_, open, code, close) => open + html(code) + close);
}

/** Everything that is served: file name → bytes, without the compressed copies. */
async function files() {
  const { metafile, outputFiles } = await bundle();
  const assets = Object.fromEntries(outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)]));
  assets["icon.svg"] = readFileSync(join(SOURCES, "icon.svg"));
  assets["licences.txt"] = Buffer.from(licences(metafile));
  const names = Object.fromEntries(Object.entries(assets).map(([name, bytes]) => [name, hashed(name, bytes)]));

  const { made, index } = guides(ROOT);
  const docs = page("docs.html", names).replace("<!-- guides -->", contents(made, "", "docs/"));
  const pages = {
    "explorer.html": page("explorer.html", names),
    "docs.html": docs,
    // For a deployment that serves no explorer: without the links to it.
    "docs-plain.html": docs.replace(/ *<!-- explorer -->.*?<!-- end -->\n/gs, ""),
    "guides.json": `[\n${index.map((each) => JSON.stringify(each)).join(",\n")}\n]\n`, // a line each, for diffs
  };
  const frame = page("guide.html", names);
  for (const [name, { title, html: body }] of Object.entries(made)) {
    const filled = { title, language: name.endsWith(".ja") ? "ja" : "en", guides: contents(made, name, ""), body };
    pages[`guide-${name}.html`] = frame.replace(/<!-- (title|language|guides|body) -->/g, (_, part) => filled[part]);
  }
  return {
    ...Object.fromEntries(Object.entries(assets).map(([name, bytes]) => [names[name], bytes])),
    ...Object.fromEntries(Object.entries(pages).map(([name, text]) => [name, Buffer.from(text)])),
  };
}

function write(built) {
  rmSync(TARGET, { recursive: true, force: true });
  mkdirSync(TARGET);
  for (const [name, bytes] of Object.entries(built)) {
    const sizes = [bytes.length];
    writeFileSync(join(TARGET, name), bytes);
    for (const [suffix, { pack }] of copies(name)) {
      const packed = pack(bytes);
      writeFileSync(join(TARGET, `${name}.${suffix}`), packed);
      sizes.push(packed.length);
    }
    console.log(name.padEnd(32), ...sizes.map((size) => String(size).padStart(9)));
  }
}

function check(built) {
  const same = (path, bytes, unpack) => existsSync(path) && unpack(readFileSync(path)).equals(bytes);
  const expected = Object.keys(built).flatMap((name) => [name, ...copies(name).map(([suffix]) => `${name}.${suffix}`)]);
  const found = existsSync(TARGET) ? readdirSync(TARGET) : [];
  const wrong = found.filter((name) => !expected.includes(name));
  for (const [name, bytes] of Object.entries(built)) {
    if (!same(join(TARGET, name), bytes, (raw) => raw)) wrong.push(name);
    for (const [suffix, { unpack }] of copies(name)) {
      if (!same(join(TARGET, `${name}.${suffix}`), bytes, unpack)) wrong.push(`${name}.${suffix}`);
    }
  }
  if (wrong.length) {
    console.error(`Not what the sources give, run \`node explorer/build.mjs\`:\n  ${wrong.join("\n  ")}`);
    process.exit(1);
  }
  console.log(`${expected.length} files are what the sources give.`);
}

const built = await files();
if (process.argv.includes("--check")) check(built);
else write(built);
