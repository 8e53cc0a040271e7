import { NO_ANSWER } from "../model/model.ts";

/** Takes the mark of an answer that the documents do not give off the beginning of a stream. */
export const createRefusalReader = () => {
  /** What may yet become the mark, after the space that the answer starts with; undefined once that is settled. */
  let start: string | undefined = "";
  let space = "";
  let refused = false;
  /** The space behind the mark goes with it. */
  let afterMark = false;

  const show = (text: string): string => {
    const shown = afterMark ? text.trimStart() : text;
    afterMark &&= shown === "";
    return shown;
  };
  const settle = (text: string): string => {
    start = undefined;
    refused = text.startsWith(NO_ANSWER);
    afterMark = refused;
    return show(refused ? text.slice(NO_ANSWER.length) : space + text);
  };
  return {
    /** The text that may be shown now. */
    push: (delta: string): string => {
      if (start === undefined) return show(delta);
      const text = start === "" ? delta.trimStart() : delta;
      space += delta.slice(0, delta.length - text.length);
      start += text;
      return start.length < NO_ANSWER.length && NO_ANSWER.startsWith(start) ? "" : settle(start);
    },
    end: (): string => (start === undefined ? "" : settle(start)),
    refused: (): boolean => refused,
  };
};
