import { useChat, type ChatAnswer, type ChatMessage } from "@docuchat/client/react";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { useFileList } from "../files/files-context.ts";
import { goTo, replaceRoute } from "../route.ts";
import { strings } from "../strings.ts";
import { Problem } from "../ui/problem.tsx";
import { Answer } from "./answer.tsx";
import { Composer } from "./composer.tsx";
import { useFollowEnd } from "./use-follow-end.ts";
import { Welcome } from "./welcome.tsx";

const words = strings.chat;

export const ChatPage = ({ conversationId }: { conversationId: string | undefined }): ReactElement => {
  const [scope, setScope] = useState<string[]>([]);
  const { files } = useFileList();
  const readable = files.filter(({ status }) => status === "ready");
  // What has been deleted meanwhile cannot be asked.
  const chosen = scope.filter((id) => readable.some((file) => file.id === id));
  const chat = useChat({
    conversationId,
    fileIds: chosen.length > 0 ? chosen : undefined,
    onConversation: (id) => replaceRoute({ page: "chat", conversationId: id }),
  });
  const { messages, status, error, ask, cancel, regenerate, rate, logProps } = chat;
  const busy = status === "asking" || status === "streaming";
  const end = useFollowEnd(messages);
  const isBlank = messages.length === 0 && status === "idle";
  if (isBlank && error?.reason === "NOT_FOUND") return <Missing />;
  return (
    <div className="chat">
      {isBlank && !error ? (
        <Welcome />
      ) : (
        <div className="exchange-list" {...logProps} aria-label={words.log}>
          {messages.map((message, index) => (
            <Message
              key={message.key}
              message={message}
              isLast={index === messages.length - 1}
              onRegenerate={busy ? undefined : regenerate}
              onRate={rate}
            />
          ))}
          {error && <Problem error={error} onRetry={busy || messages.length === 0 ? undefined : regenerate} />}
        </div>
      )}
      <div ref={end} className="chat-end" />
      <Composer
        busy={busy}
        isFirst={messages.length === 0}
        canAsk={readable.length > 0 && status === "idle"}
        files={readable}
        chosen={chosen}
        onChoose={setScope}
        onAsk={ask}
        onStop={() => void cancel()}
      />
    </div>
  );
};

type MessageProps = {
  message: ChatMessage;
  isLast: boolean;
  onRegenerate: (() => void) | undefined;
  onRate: (messageId: string, rating: ChatAnswer["rating"]) => Promise<void>;
};

const Message = ({ message, isLast, onRegenerate, onRate }: MessageProps): ReactElement =>
  message.role === "user" ? (
    <Question text={message.text} />
  ) : (
    <Answer answer={message} onRegenerate={isLast ? onRegenerate : undefined} onRate={onRate} />
  );

const LONG_CHARS = 160;

const Question = ({ text }: { text: string }): ReactElement => (
  <h2 className={text.length > LONG_CHARS ? "question long" : "question"} dir="auto">
    {text}
  </h2>
);

const Missing = (): ReactElement => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="empty">
      <h2 ref={heading} tabIndex={-1}>
        {words.missing}
      </h2>
      <button type="button" className="button" onClick={() => goTo({ page: "chat" })}>
        {strings.side.ask}
      </button>
    </div>
  );
};
