import type { Conversation } from "@docuchat/client";
import { useConversations } from "@docuchat/client/react";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { LIMITS } from "@docuchat/client";
import { goTo, pathTo } from "../route.ts";
import { strings } from "../strings.ts";
import { Confirm } from "../ui/confirm.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { Problem } from "../ui/problem.tsx";

const words = strings.side;

export const Conversations = ({ current }: { current: string | undefined }): ReactElement => {
  const { conversations, loading, error, hasMore, loadMore, refresh, rename, remove } = useConversations();
  const [removing, setRemoving] = useState<Conversation>();
  return (
    <>
      <h2 id="conversations">{words.conversations}</h2>
      <div className="conversations">
        {error && <Problem error={error} onRetry={() => void refresh()} />}
        {!loading && !error && conversations.length === 0 && <p className="hint">{words.none}</p>}
        <ul aria-labelledby="conversations">
          {conversations.map((conversation) => (
            <li key={conversation.id}>
              <Row
                conversation={conversation}
                isCurrent={conversation.id === current}
                onRename={(title) => void rename(conversation.id, title)}
                onRemove={() => setRemoving(conversation)}
              />
            </li>
          ))}
        </ul>
        {hasMore && (
          <button type="button" className="link-button hint" onClick={() => void loadMore()}>
            {strings.more}
          </button>
        )}
      </div>
      {removing && (
        <Confirm
          title={words.removeTitle}
          text={words.removeText}
          action={strings.remove}
          onClose={() => setRemoving(undefined)}
          onConfirm={() => {
            void remove(removing.id);
            if (removing.id === current) goTo({ page: "chat" });
          }}
        />
      )}
    </>
  );
};

type RowProps = {
  conversation: Conversation;
  isCurrent: boolean;
  onRename: (title: string) => void;
  onRemove: () => void;
};

const Row = ({ conversation: { id, title }, isCurrent, onRename, onRemove }: RowProps): ReactElement => {
  const [renaming, setRenaming] = useState(false);
  const link = useRef<HTMLAnchorElement>(null);
  const end = (to?: string) => {
    setRenaming(false);
    const changed = to?.trim();
    if (changed && changed !== title) onRename(changed);
    requestAnimationFrame(() => link.current?.focus());
  };
  if (renaming) return <TitleInput title={title} onEnd={end} />;
  return (
    <div className={isCurrent ? "conversation current" : "conversation"}>
      <a
        ref={link}
        href={pathTo({ page: "chat", conversationId: id })}
        aria-current={isCurrent ? "page" : undefined}
        dir="auto"
        title={title}
      >
        {title}
      </a>
      <IconButton icon="rename" label={words.rename(title)} onClick={() => setRenaming(true)} />
      <IconButton icon="remove" label={words.remove(title)} onClick={onRemove} />
    </div>
  );
};

const TitleInput = ({ title, onEnd }: { title: string; onEnd: (title?: string) => void }): ReactElement => {
  const input = useRef<HTMLInputElement>(null);
  const ended = useRef(false);
  useEffect(() => input.current?.select(), []);
  // Going away, the field loses the focus, which is an end of its own.
  const end = (to?: string) => {
    if (!ended.current) onEnd(to);
    ended.current = true;
  };
  return (
    <div className="conversation">
      <input
        ref={input}
        className="input"
        aria-label={words.renameLabel}
        dir="auto"
        defaultValue={title}
        maxLength={LIMITS.titleChars}
        onBlur={(event) => end(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") end(event.currentTarget.value);
          if (event.key !== "Escape") return;
          event.preventDefault();
          end();
        }}
      />
    </div>
  );
};
