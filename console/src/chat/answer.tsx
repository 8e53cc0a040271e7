import type { ChatAnswer } from "@docuchat/client/react";
import { useCallback, type ReactElement } from "react";
import { strings } from "../strings.ts";
import { Icon } from "../ui/icon.tsx";
import { AnswerActions } from "./answer-actions.tsx";
import { chooseCitation } from "./choose-citation.ts";
import { CitationMark } from "./citation-mark.tsx";
import { Markdown } from "./markdown.tsx";
import { NearestPassages, SourceList } from "./source-list.tsx";

const words = strings.chat;

type Props = {
  answer: ChatAnswer;
  onRegenerate: (() => void) | undefined;
  onRate: (messageId: string, rating: ChatAnswer["rating"]) => Promise<void>;
};

export const Answer = ({ answer, onRegenerate, onRate }: Props): ReactElement => {
  const { text, rewritten, citations, sources, outcome, cause } = answer;
  const renderMarker = useCallback(
    (numbers: number[], before: string) =>
      numbers.map((n) => {
        const citation = chooseCitation(citations[n] ?? [], before);
        // Its quote is still on its way, or it only looks like a marker.
        if (!citation) return <sup key={n} className="citation-pending">{`[${n}]`}</sup>;
        return <CitationMark key={n} citation={citation} />;
      }),
    [citations],
  );
  return (
    <article className={outcome === "no_answer" ? "answer no-answer" : "answer"}>
      {rewritten !== undefined && (
        <p className="rewritten" dir="auto">
          {words.rewritten(rewritten)}
        </p>
      )}
      {outcome === "no_answer" && (
        <p className="verdict">
          <Icon name="search" size={16} /> {cause === "no_documents" ? words.causes.no_documents : words.noAnswer}
        </p>
      )}
      {text === "" && outcome === null && <Thinking found={sources.length > 0} />}
      <div className={outcome === null ? "prose writing" : "prose"}>
        <Markdown text={text} renderMarker={renderMarker} />
      </div>
      {outcome === "cancelled" && <p className="verdict">{words.cancelled}</p>}
      {outcome === "interrupted" && <p className="verdict">{cause ? words.causes[cause] : words.interrupted}</p>}
      {outcome === "no_answer" ? <NearestPassages sources={sources} /> : <SourceList citations={citations} />}
      {outcome !== null && <AnswerActions answer={answer} onRegenerate={onRegenerate} onRate={onRate} />}
    </article>
  );
};

const Thinking = ({ found }: { found: boolean }): ReactElement => (
  <p className="thinking">
    <span className="thinking-line" aria-hidden="true" />
    {found ? words.writing : words.searching}
  </p>
);
