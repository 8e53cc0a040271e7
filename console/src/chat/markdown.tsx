import { lexer, type Token, type Tokens } from "marked";
import { Fragment, memo, type ReactElement, type ReactNode } from "react";

/** Shows what stands for the markers `[1]` and `[1, 3]`, with the words of the block before it. */
export type RenderMarker = (numbers: number[], before: string) => ReactNode;

const MARKER = /\[(\d{1,3}(?:\s*[,،;]\s*\d{1,3})*)\]/g;

type Props = { text: string; renderMarker: RenderMarker };

/**
 * A model's Markdown as elements. It is made of text that strangers wrote, so that nothing of it is ever HTML, and
 * nothing leads or loads from elsewhere: of links and pictures the words stay.
 */
export const Markdown = memo(function Markdown({ text, renderMarker }: Props): ReactElement {
  return <>{blocks(lexer(text, { gfm: true }), renderMarker)}</>;
});

const blocks = (tokens: Token[], marker: RenderMarker): ReactNode =>
  tokens.map((token, index) => <Fragment key={index}>{block(token, marker)}</Fragment>);

const block = (token: Token, marker: RenderMarker): ReactNode => {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "hr":
      return <hr />;
    case "code":
      return (
        <pre dir="ltr" tabIndex={0}>
          <code>{(token as Tokens.Code).text}</code>
        </pre>
      );
    case "heading":
      return <h3 dir="auto">{inline((token as Tokens.Heading).tokens, marker)}</h3>;
    case "blockquote":
      return <blockquote dir="auto">{blocks((token as Tokens.Blockquote).tokens, marker)}</blockquote>;
    case "list":
      return list(token as Tokens.List, marker);
    case "table":
      return table(token as Tokens.Table, marker);
    case "paragraph":
      return <p dir="auto">{inline((token as Tokens.Paragraph).tokens, marker)}</p>;
    case "text":
      return inline((token as Tokens.Text).tokens ?? [token], marker);
    default:
      return <p dir="auto">{token.raw}</p>;
  }
};

const list = ({ ordered, start, items }: Tokens.List, marker: RenderMarker): ReactNode => {
  const children = items.map((item, index) => (
    <li key={index} dir="auto">
      {blocks(item.tokens, marker)}
    </li>
  ));
  return ordered ? <ol start={start === "" ? 1 : start}>{children}</ol> : <ul>{children}</ul>;
};

const table = ({ header, rows }: Tokens.Table, marker: RenderMarker): ReactNode => (
  <div className="table" tabIndex={0}>
    <table>
      <thead>
        <tr>
          {header.map((cell, index) => (
            <th key={index} dir="auto">
              {inline(cell.tokens, marker)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column} dir="auto">
                {inline(cell.tokens, marker)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

/** `before` grows with the line, so that a marker knows what it stands behind. */
const inline = (tokens: Token[], marker: RenderMarker, before = { text: "" }): ReactNode =>
  tokens.map((token, index) => <Fragment key={index}>{span(token, marker, before)}</Fragment>);

const span = (token: Token, marker: RenderMarker, before: { text: string }): ReactNode => {
  const within = () => inline((token as Tokens.Strong).tokens, marker, before);
  switch (token.type) {
    case "strong":
      return <strong>{within()}</strong>;
    case "em":
      return <em>{within()}</em>;
    case "del":
      return <del>{within()}</del>;
    case "link":
      return within();
    case "image":
      return (token as Tokens.Image).text;
    case "codespan":
      return <code>{(token as Tokens.Codespan).text}</code>;
    case "br":
      return <br />;
    case "escape":
    case "text":
      return "tokens" in token && token.tokens ? within() : withMarkers((token as Tokens.Text).text, marker, before);
    default:
      return token.raw;
  }
};

const withMarkers = (text: string, marker: RenderMarker, before: { text: string }): ReactNode => {
  const parts: ReactNode[] = [];
  let from = 0;
  for (const match of text.matchAll(MARKER)) {
    const words = text.slice(from, match.index);
    before.text += words;
    const numbers = (match[1] ?? "").split(/[,،;]/).map(Number);
    // The space before a marker goes, so that it stays on its word's line.
    parts.push(words.trimEnd(), <Fragment key={match.index}>{marker(numbers, before.text)}</Fragment>);
    from = match.index + match[0].length;
  }
  before.text += text.slice(from);
  return [...parts, text.slice(from)];
};
