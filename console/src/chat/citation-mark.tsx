import type { Citation } from "@docuchat/client";
import { useId, useRef, useState, type ReactElement } from "react";
import { useOpenDocument } from "../viewer/open-document.ts";
import { strings } from "../strings.ts";
import { useEscape } from "../ui/use-escape.ts";
import { QuoteCard, type Place } from "./quote-card.tsx";

const LINGER_MS = 120;

/** A marker of the answer: hovered or focused it shows its quote, pressed it opens the page, unless its file was removed. */
export const CitationMark = ({ citation }: { citation: Citation }): ReactElement => {
  const { n, fileName, page, verified, removed } = citation;
  const button = useRef<HTMLButtonElement>(null);
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [place, setPlace] = useState<Place>();
  const open = useOpenDocument();
  const id = useId();
  const show = () => {
    clearTimeout(leaving.current);
    setPlace(button.current?.getBoundingClientRect());
  };
  // The pointer may go over to the card, to read or copy it.
  const hide = () => {
    leaving.current = setTimeout(() => setPlace(undefined), LINGER_MS);
  };
  useEscape(() => setPlace(undefined), place !== undefined);
  return (
    <span className="citation" onPointerEnter={show} onPointerLeave={hide}>
      <button
        ref={button}
        type="button"
        className={verified ? "citation-mark" : "citation-mark unverified"}
        aria-label={strings.chat.citation(n, fileName, page)}
        aria-describedby={place ? id : undefined}
        onFocus={show}
        onBlur={hide}
        onClick={() => {
          setPlace(undefined);
          if (!removed) open({ ...citation, trigger: button.current });
        }}
      >
        {n}
      </button>
      {place && <QuoteCard citation={citation} id={id} place={place} />}
    </span>
  );
};
