import { useCallback, useEffect, useRef, useState, type ReactElement } from "react";
import { strings } from "../strings.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { Problem } from "../ui/problem.tsx";
import { useEscape } from "../ui/use-escape.ts";
import type { OpenDocument } from "./open-document.ts";
import { PageCanvas } from "./page-canvas.tsx";
import { usePdf, usePageText } from "./use-pdf.ts";
import { passageBoxes } from "./passage-boxes.ts";
import { useWidth } from "./use-width.ts";

/** A letter or a digit. */
const HAS_TEXT = /[\p{L}\p{N}]/u;
const ZOOMS = [1, 1.25, 1.5, 2, 3];

type Props = { shown: OpenDocument; onClose: () => void };

/** A document beside the conversation, at the page that is cited. `app.tsx` loads it at the first citation. */
export const Viewer = ({ shown, onClose }: Props): ReactElement => {
  const { pdf, error } = usePdf(shown.fileId);
  const [page, setPage] = useState(shown.page);
  const [zoom, setZoom] = useState(0);
  const [failed, setFailed] = useState<unknown>();
  const { ref: area, width } = useWidth();
  const text = usePageText(shown.fileId, page);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    setPage(shown.page);
    setFailed(undefined);
    heading.current?.focus();
  }, [shown]);
  useEscape(onClose);
  const turn = (to: number) => {
    if (!pdf || to < 1 || to > pdf.numPages) return;
    setFailed(undefined);
    setPage(to);
    area.current?.scrollTo({ top: 0 });
  };
  const onFailed = useCallback((reason: unknown) => setFailed(reason), []);
  const problem = error ?? failed;
  return (
    <aside className="viewer" aria-label={strings.viewer.label(shown.fileName)}>
      <header className="viewer-bar">
        <h2 ref={heading} tabIndex={-1} dir="auto" title={shown.fileName}>
          {shown.fileName}
        </h2>
        <IconButton icon="close" label={strings.viewer.close} onClick={onClose} />
      </header>
      <div className="viewer-tools">
        <IconButton icon="before" label={strings.viewer.previous} disabled={page <= 1} onClick={() => turn(page - 1)} />
        <PageNumber page={page} pages={pdf?.numPages} onTurn={turn} />
        <IconButton
          icon="after"
          label={strings.viewer.next}
          disabled={!pdf || page >= pdf.numPages}
          onClick={() => turn(page + 1)}
        />
        <span className="viewer-gap" />
        <IconButton
          icon="minus"
          label={strings.viewer.smaller}
          disabled={zoom === 0}
          onClick={() => setZoom(zoom - 1)}
        />
        <IconButton
          icon="plus"
          label={strings.viewer.larger}
          disabled={zoom === ZOOMS.length - 1}
          onClick={() => setZoom(zoom + 1)}
        />
      </div>
      <div className="viewer-area" ref={area} tabIndex={0} role="group" aria-label={`${strings.viewer.page} ${page}`}>
        {problem !== undefined && <Problem error={problem} otherwise={strings.viewer.failed} />}
        {problem === undefined && !pdf && <p className="viewer-loading">{strings.viewer.loading}</p>}
        {text && !HAS_TEXT.test(text.text) && (
          <p className="viewer-note" role="note">
            {strings.viewer.withoutText}
          </p>
        )}
        {problem === undefined && pdf && width > 0 && (
          <PageCanvas
            pdf={pdf}
            page={Math.min(page, pdf.numPages)}
            width={width * (ZOOMS[zoom] ?? 1)}
            text={text}
            marks={marksOf(shown, page, text)}
            markLabel={strings.viewer.highlighted}
            onFailed={onFailed}
          />
        )}
      </div>
    </aside>
  );
};

const marksOf = ({ page: cited, boxes, passage }: OpenDocument, page: number, text: ReturnType<typeof usePageText>) => {
  if (page !== cited) return [];
  if (boxes) return [...boxes];
  return passage !== undefined && text ? passageBoxes(text, passage) : [];
};

type PageNumberProps = { page: number; pages: number | undefined; onTurn: (page: number) => void };

const PageNumber = ({ page, pages, onTurn }: PageNumberProps): ReactElement => (
  <span className="viewer-page number">
    <input
      key={page}
      className="input"
      inputMode="numeric"
      aria-label={strings.viewer.page}
      defaultValue={page}
      onBlur={(event) => onTurn(Number(event.target.value))}
      onKeyDown={(event) => event.key === "Enter" && onTurn(Number(event.currentTarget.value))}
    />
    {pages !== undefined && strings.viewer.of(pages)}
  </span>
);
