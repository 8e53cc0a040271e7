/** What the stages of the Markdown writer know of the place that they write at. */
export type State = {
  /** Adds safe Markdown to the output. */
  emit: (text: string) => void;
  /** The last character a reader sees; "`" after code, "\n" at the start of a line. */
  last: string;
  /** How many square brackets of the paragraph are open. */
  openBrackets: number;
  /** Whether the paragraph has a tilde outside of code. */
  hasTilde: boolean;
  /** Whether a table may have begun since the last blank line. */
  inTable: boolean;
  /** Whether the line has code with a pipe that would end a table cell. */
  pipeInCode: boolean;
};
