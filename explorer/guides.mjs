// The guides: the repository's README and docs/*.md as pages, and what the search finds in them.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

import MarkdownIt from "markdown-it";

const GROUPS = {
  "For clients": ["readme", "api", "questions", "notebooks", "clients", "errors", "mcp", "input"],
  Topics: ["archive", "races", "pages", "tickets", "slips", "consultations", "comments", "odds", "forecasts"],
  "For operators": ["settings", "access", "jobs", "notifications", "operations", "scaling", "architecture"],
};
const TITLES = { readme: "Overview", "readme.ja": "概要" };
const IN_JAPANESE = "日本語";
const REST = "More";

// Markup within a guide is shown as text: a guide cannot bring a script into the page.
const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false });

const escaped = (text) => markdown.utils.escapeHtml(text);

/** An anchor as GitHub makes it of a heading. */
const slug = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");

/** The text of inline tokens, without marks. */
const plain = (tokens) =>
  (tokens ?? []).map((each) => (each.type === "softbreak" ? " " : each.content || plain(each.children))).join("");

/** Where a link leads on the server: to a guide, the schema, or another site; null for a file that is not served. */
function target(href, names) {
  if (/^(https?:|#)/.test(href)) return href;
  const [path, anchor] = href.split("#");
  if (path.endsWith("schema.graphql")) return "../schema.graphql";
  const own = basename(path, ".md").toLowerCase();
  const isGuide = /^(\.\.\/|docs\/)?[\w.]+\.md$/.test(path) && names.includes(own);
  return isGuide ? own + (anchor ? `#${anchor}` : "") : null;
}

function retarget(tokens, names) {
  const kept = [];
  let dropped = 0;
  for (const token of tokens) {
    if (token.children) token.children = retarget(token.children, names);
    if (token.type === "image") continue;
    if (token.type === "link_open") {
      const href = target(token.attrGet("href"), names);
      if (href === null) {
        dropped++;
        continue;
      }
      token.attrSet("href", href);
    }
    if (token.type === "link_close" && dropped) {
      dropped--;
      continue;
    }
    kept.push(token);
  }
  return kept;
}

/** The sources: name → Markdown. */
function sources(root) {
  const docs = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  const files = [...docs.map((name) => join("docs", name)), ...readdirSync(root).filter((name) => /^README(\.\w+)?\.md$/.test(name))];
  return Object.fromEntries(files.map((file) => [basename(file, ".md").toLowerCase(), readFileSync(join(root, file), "utf8")]).sort());
}

/** One guide: its title, its HTML, and its sections for the search. */
function guide(text, name, names) {
  const tokens = retarget(markdown.parse(text, {}), names);
  const sections = [];
  const used = new Map();
  let title = name;
  tokens.forEach((token, place) => {
    if (token.type === "heading_open") {
      const heading = plain(tokens[place + 1].children);
      const made = slug(heading);
      const count = used.get(made) ?? 0;
      used.set(made, count + 1);
      const anchor = count ? `${made}-${count}` : made;
      token.attrSet("id", anchor);
      if (token.tag === "h1") title = TITLES[name] ?? heading;
      sections.push({ anchor, heading, text: [] });
    } else if (token.type === "inline" && tokens[place - 1].type !== "heading_open") {
      sections.at(-1)?.text.push(plain(token.children));
    }
    if (token.type === "table_open") token.attrSet("tabindex", "0");
  });
  const html = markdown.renderer
    .render(tokens, markdown.options, {})
    .replaceAll("<pre>", '<pre tabindex="0">')
    .replace(/<table tabindex="0">/g, '<div class="wide" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>");
  return { title, html, sections: sections.map((each) => ({ ...each, text: each.text.join(" ") })) };
}

/** The links to all guides; the one that is shown is marked. */
export function contents(made, shown, prefix) {
  const listed = Object.values(GROUPS).flat();
  const groups = { ...GROUPS, [REST]: Object.keys(made).filter((name) => !listed.includes(name) && !name.includes(".")) };
  groups[IN_JAPANESE] = Object.keys(made).filter((name) => name.endsWith(".ja"));
  return Object.entries(groups).map(([group, names]) => {
    const links = names.filter((name) => made[name]).map((name) => {
      const current = name === shown ? ' aria-current="page"' : "";
      return `<li><a href="${prefix}${name}"${current}>${escaped(made[name].title)}</a></li>`;
    });
    return links.length ? `<h2>${escaped(group)}</h2>\n<ul>\n${links.join("\n")}\n</ul>\n` : "";
  }).join("");
}

/** Every guide by name, and the index: titles, sections, and the sources' digests, by which a test sees its age. */
export function guides(root) {
  const texts = sources(root);
  const names = Object.keys(texts);
  const made = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, guide(text, name, names)]));
  const index = Object.entries(made).map(([name, { title, sections }]) => ({
    name,
    title,
    sha256: createHash("sha256").update(texts[name]).digest("hex"),
    sections,
  }));
  return { made, index };
}
