import type { File } from "@docuchat/client";
import { LIMITS } from "@docuchat/client";
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { strings } from "../strings.ts";
import { Icon } from "../ui/icon.tsx";
import { Scope } from "./scope.tsx";

const words = strings.chat;

type Props = {
  busy: boolean;
  isFirst: boolean;
  canAsk: boolean;
  files: readonly File[];
  chosen: string[];
  onChoose: (fileIds: string[]) => void;
  onAsk: (question: string) => void;
  onStop: () => void;
};

export const Composer = ({ busy, isFirst, canAsk, files, chosen, onChoose, onAsk, onStop }: Props): ReactElement => {
  const [question, setQuestion] = useState("");
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  // Where one can type anyway: a finger's keyboard would cover the page.
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);
  const ready = canAsk && question.trim() !== "";
  const ask = () => {
    if (!ready) return;
    onAsk(question);
    setQuestion("");
  };
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <label className="for-screen-readers" htmlFor={id}>
        {words.question}
      </label>
      <textarea
        ref={field}
        id={id}
        dir="auto"
        rows={1}
        value={question}
        maxLength={LIMITS.questionChars}
        placeholder={isFirst ? words.placeholder : words.placeholderMore}
        aria-describedby={`${id}-keys`}
        onChange={(event) => setQuestion(event.target.value)}
        onKeyDown={(event) => {
          if (!isSend(event)) return;
          event.preventDefault();
          ask();
        }}
      />
      <span className="for-screen-readers" id={`${id}-keys`}>
        {words.keys}
      </span>
      <div className="composer-tools">
        <Scope files={files} chosen={chosen} onChoose={onChoose} />
        {busy ? (
          <button type="button" className="send" onClick={onStop} aria-label={words.stop} title={words.stop}>
            <Icon name="stop" />
          </button>
        ) : (
          <button type="submit" className="send" disabled={!ready} aria-label={words.send} title={words.keys}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
};

/** While a word is put together, Enter belongs to the input method. */
const isSend = ({ key, shiftKey, nativeEvent }: KeyboardEvent): boolean =>
  key === "Enter" && !shiftKey && !nativeEvent.isComposing;
