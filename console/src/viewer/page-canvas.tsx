import type { FilePage } from "@docuchat/client";
import { useEffect, useRef, useState, type CSSProperties, type ReactElement } from "react";
import type { Box } from "./passage-boxes.ts";
import type { Pdf } from "./pdf.ts";

type Size = { width: number; height: number };
type Props = {
  pdf: Pdf;
  page: number;
  /** How wide the page is shown, in CSS pixels. */
  width: number;
  text: FilePage | undefined;
  marks: Box[];
  markLabel: string;
  onFailed: (error: unknown) => void;
};

/** One page: its picture, the marks over it, and its text over both, to be read aloud and selected. */
export const PageCanvas = ({ pdf, page, width, text, marks, markLabel, onFailed }: Props): ReactElement => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState<Size>();
  useEffect(() => {
    let left = false;
    let cancel = () => {};
    const draw = async () => {
      const shown = await pdf.getPage(page);
      const target = canvas.current;
      if (left || !target) return;
      const natural = shown.getViewport({ scale: 1 });
      const viewport = shown.getViewport({ scale: (width / natural.width) * devicePixelRatio });
      const buffer = new OffscreenCanvas(Math.ceil(viewport.width), Math.ceil(viewport.height));
      // Drawn out of sight, so that the last page stays until the next one is whole.
      const task = shown.render({ canvas: buffer as unknown as HTMLCanvasElement, viewport });
      cancel = () => task.cancel();
      await task.promise;
      if (left) return;
      [target.width, target.height] = [buffer.width, buffer.height];
      target.getContext("2d")?.drawImage(buffer, 0, 0);
      setSize({ width: natural.width, height: natural.height });
    };
    draw().catch((error: unknown) => left || onFailed(error));
    return () => {
      left = true;
      cancel();
    };
  }, [pdf, page, width, onFailed]);
  const scale = size ? width / size.width : 0;
  return (
    <div className="pdf-page" style={{ width, height: size ? size.height * scale : width * Math.SQRT2 }}>
      <canvas ref={canvas} aria-hidden="true" />
      {size && (
        <>
          <Marks boxes={marks} scale={scale} label={markLabel} />
          <TextLayer text={text} scale={scale} />
        </>
      )}
    </div>
  );
};

const placed = ({ x, y, width, height }: Box, scale: number) => ({
  left: x * scale,
  top: y * scale,
  width: width * scale,
  height: height * scale,
});

const intoView = (mark: HTMLElement | null): void => mark?.scrollIntoView({ block: "center" });

const Marks = ({ boxes, scale, label }: { boxes: Box[]; scale: number; label: string }): ReactElement => (
  <div className="pdf-marks">
    {boxes.map((box, index) => (
      <div
        key={index}
        className="pdf-mark"
        style={placed(box, scale)}
        ref={index === 0 ? intoView : undefined}
        role={index === 0 ? "img" : undefined}
        aria-label={index === 0 ? label : undefined}
      />
    ))}
  </div>
);

/** Lines that run up or down are higher than wide. */
const textStyle = ({ text, box }: FilePage["lines"][number], scale: number): CSSProperties => {
  const upright = box.height > box.width && text.length > 1;
  const size = (upright ? box.width : box.height) * scale * 0.8;
  return { ...placed(box, scale), fontSize: size, ...(upright ? { writingMode: "vertical-rl" } : {}) };
};

const TextLayer = ({ text, scale }: { text: FilePage | undefined; scale: number }): ReactElement => (
  <div className="pdf-text">
    {text?.lines.map((line, index) => (
      <p key={index} dir="auto" style={textStyle(line, scale)}>
        {line.text}
      </p>
    ))}
  </div>
);
