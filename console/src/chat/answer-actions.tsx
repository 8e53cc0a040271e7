import type { ChatAnswer } from "@docuchat/client/react";
import { useState, type ReactElement } from "react";
import { strings } from "../strings.ts";
import { IconButton } from "../ui/icon-button.tsx";

const words = strings.chat;
const COPIED_MS = 1_500;

type Props = {
  answer: ChatAnswer;
  onRegenerate: (() => void) | undefined;
  onRate: (messageId: string, rating: ChatAnswer["rating"]) => Promise<void>;
};

export const AnswerActions = ({ answer: { id, text, rating }, onRegenerate, onRate }: Props): ReactElement => {
  const rate = (to: "up" | "down") => id !== undefined && void onRate(id, rating === to ? null : to);
  return (
    <div className="answer-actions">
      {text !== "" && <Copy text={text} />}
      <IconButton icon="up" label={words.good} aria-pressed={rating === "up"} onClick={() => rate("up")} />
      <IconButton icon="down" label={words.bad} aria-pressed={rating === "down"} onClick={() => rate("down")} />
      {onRegenerate && <IconButton icon="retry" label={words.regenerate} onClick={onRegenerate} />}
    </div>
  );
};

const Copy = ({ text }: { text: string }): ReactElement => {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), COPIED_MS);
  };
  return (
    <IconButton
      icon={copied ? "check" : "copy"}
      label={copied ? words.copied : words.copy}
      // A page without TLS has no clipboard.
      disabled={!("clipboard" in navigator)}
      onClick={() => void copy()}
    />
  );
};
