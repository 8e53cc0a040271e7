import type { Citation } from "@docuchat/client";
import { useLayoutEffect, useRef, type ReactElement } from "react";
import { strings } from "../strings.ts";

export type Place = { left: number; top: number; bottom: number; width: number };

const EDGE = 12;
const GAP = 8;

/** Beside the marker, and always within the window. */
export const QuoteCard = ({ citation, id, place }: { citation: Citation; id: string; place: Place }): ReactElement => {
  const card = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const shown = card.current;
    if (!shown) return;
    const { offsetWidth, offsetHeight } = shown;
    const left = place.left + place.width / 2 - offsetWidth / 2;
    const fitsAbove = place.top - GAP - offsetHeight > EDGE;
    shown.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - offsetWidth - EDGE))}px`;
    shown.style.top = `${fitsAbove ? place.top - GAP - offsetHeight : place.bottom + GAP}px`;
  }, [place]);
  const { quote, fileName, page, verified, removed } = citation;
  return (
    <span ref={card} id={id} role="tooltip" className="quote-card" dir="auto">
      <span className="quote">{removed ? strings.chat.removedFile : quote.replaceAll(/\s+/g, " ").trim()}</span>
      <span className="quote-from">
        <bdi>{fileName}</bdi>
        <span className="number">{strings.chat.page(page)}</span>
      </span>
      {!verified && !removed && <span className="quote-doubt">{strings.chat.unverified}</span>}
    </span>
  );
};
