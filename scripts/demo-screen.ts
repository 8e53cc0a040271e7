import { styleText } from "node:util";

const BAR_WIDTH = 24;

/** Dimmed, bold and so on where the terminal shows it; `NO_COLOR` is respected. */
export const style = (format: Parameters<typeof styleText>[0], text: string): string =>
  styleText(format, text, { stream: process.stdout });

export const say = (text = ""): void => void process.stdout.write(`${text}\n`);
export const write = (text: string): void => void process.stdout.write(text);

/** One line that is drawn again at each step; where there is no terminal, one line for each stage. */
export const createProgress = (label: string) => {
  let shown = "";
  const draw = (line: string, stage: string) => {
    if (process.stdout.isTTY) write(`\r\u001B[K${line}`);
    else if (stage !== shown) say(line);
    shown = stage;
  };
  return {
    step: (stage: string, { done, total }: { done: number; total: number }) => {
      const part = total > 0 ? Math.min(1, done / total) : 0;
      const filled = Math.round(part * BAR_WIDTH);
      const bar = `${"█".repeat(filled)}${style("dim", "░".repeat(BAR_WIDTH - filled))}`;
      const line = process.stdout.isTTY
        ? `${label.padEnd(10)} ${bar} ${stage} ${total > 0 ? `${done} of ${total}` : ""}`
        : `${label.padEnd(10)} ${stage}`;
      draw(line, stage);
    },
    end: (line: string) => {
      draw(`${label.padEnd(10)} ${line}`, line);
      if (process.stdout.isTTY) say();
    },
  };
};
