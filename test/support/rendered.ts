import { marked } from "marked";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";

/** Markdown as the two renderers show it that let everything through. */
export const RENDERERS: Record<string, (markdown: string) => string> = {
  marked: (markdown) => marked.parse(markdown, { async: false, gfm: true }),
  micromark: (markdown) =>
    micromark(markdown, {
      allowDangerousHtml: true,
      allowDangerousProtocol: true,
      extensions: [gfm()],
      htmlExtensions: [gfmHtml()],
    }),
};

/** The tags that Markdown's formatting makes, with all the attributes that it gives them. */
const FORMATTING = new RegExp(
  [
    "</?(?:p|h[1-6]|ul|li|blockquote|pre|code|em|strong|del|table|thead|tbody|tr)>",
    "<(?:br|hr)(?: /)?>",
    '<ol(?: start="\\d+")?>',
    "</ol>",
    '<code class="language-[^"<>]*">',
    '<t[hd](?: align="(?:left|right|center)")?>',
    "</t[hd]>",
    '<input(?: checked="")? disabled="" type="checkbox">',
    '<input type="checkbox" disabled=""(?: checked="")? />',
  ].join("|"),
  "g",
);
const CODE = /<code(?: class="[^"]*")?>[^<]*<\/code>/g;
const ADDRESS = /(?:https?|ftp):\/\/|www\.[^\s<]|[\w.+-]@[\w-]/i;
const CHARACTERS: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&", nbsp: "\u00a0" };
// oxlint-disable-next-line no-control-regex -- what must not be there
const CONTROL = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}\p{Surrogate}]/u;

const decode = (text: string): string =>
  text.replace(/&(lt|gt|quot|#39|amp|nbsp);/g, (_, name: string) => CHARACTERS[name] ?? "");

/**
 * What of a Markdown text is more than text with formatting: tags, links, control characters, and addresses outside of
 * code, which renderers that look for them in the finished text would link.
 */
export const unsafeIn = (markdown: string): string[] => {
  const found = CONTROL.test(markdown) ? ["control character"] : [];
  for (const [name, render] of Object.entries(RENDERERS)) {
    const html = render(markdown);
    const tags = html.replace(FORMATTING, "").match(/<[^]{0,60}/);
    if (tags) found.push(`${name}: ${tags[0]}`);
    const texts = html.replace(CODE, "<code>").split(/<[^>]*>/);
    const address = texts.map(decode).find((text) => ADDRESS.test(text));
    if (address !== undefined) found.push(`${name}: ${address}`);
  }
  return found;
};
