import type { File } from "@docuchat/client";
import { useEffect, useId, useRef, useState, type ReactElement } from "react";
import { strings } from "../strings.ts";
import { Icon } from "../ui/icon.tsx";
import { useEscape } from "../ui/use-escape.ts";

const words = strings.scope;

type Props = { files: readonly File[]; chosen: string[]; onChoose: (fileIds: string[]) => void };

/** Which documents a question is put to. None chosen means all. */
export const Scope = ({ files, chosen, onChoose }: Props): ReactElement => {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useEscape(() => {
    setOpen(false);
    button.current?.focus();
  }, open);
  useEffect(() => {
    if (!open) return;
    const onPointerDown = ({ target }: PointerEvent) => {
      if (!box.current?.contains(target as Node)) setOpen(false);
    };
    addEventListener("pointerdown", onPointerDown);
    return () => removeEventListener("pointerdown", onPointerDown);
  }, [open]);
  const [only] = files.filter(({ id }) => id === chosen[0]);
  const current = chosen.length === 0 ? words.all : chosen.length === 1 && only ? only.name : words.some(chosen.length);
  const toggle = (fileId: string) =>
    onChoose(chosen.includes(fileId) ? chosen.filter((id) => id !== fileId) : [...chosen, fileId]);
  return (
    <div className="scope" ref={box}>
      <button
        ref={button}
        type="button"
        className="scope-button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={words.label(current)}
        onClick={() => setOpen(!open)}
      >
        <Icon name="document" size={16} />
        <bdi>{current}</bdi>
        <Icon name="chevron" size={14} />
      </button>
      {open && (
        <fieldset className="scope-list" id={id}>
          <legend>{words.title}</legend>
          {files.length === 0 && <p className="hint">{words.none}</p>}
          {files.map((file) => (
            <label key={file.id}>
              <input type="checkbox" checked={chosen.includes(file.id)} onChange={() => toggle(file.id)} />
              <bdi>{file.name}</bdi>
            </label>
          ))}
          {chosen.length > 0 && (
            <button type="button" className="link-button" onClick={() => onChoose([])}>
              {words.reset}
            </button>
          )}
        </fieldset>
      )}
    </div>
  );
};
