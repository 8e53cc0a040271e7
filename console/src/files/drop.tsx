import { useUpload } from "@docuchat/client/react";
import { useEffect, useEffectEvent, useRef, useState, type ReactElement, type ReactNode } from "react";
import { goTo } from "../route.ts";
import { strings } from "../strings.ts";
import { Icon } from "../ui/icon.tsx";

const words = strings.files;

const holdsFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes("Files") ?? false;

/** The whole window takes files; where they would not be seen to arrive, it shows the documents. */
export const DropVeil = (): ReactElement | null => {
  const { upload } = useUpload();
  const [over, setOver] = useState(false);
  const take = useEffectEvent((files: File[]) => {
    upload(files);
    if (!document.querySelector(".file-list, .drop-zone")) goTo({ page: "files" });
  });
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    // Leaving an element for another one is no leaving.
    const onDragLeave = ({ relatedTarget }: DragEvent) => relatedTarget === null && setOver(false);
    const onDrop = (event: DragEvent) => {
      setOver(false);
      if (!holdsFiles(event)) return;
      event.preventDefault();
      take([...(event.dataTransfer?.files ?? [])]);
    };
    addEventListener("dragover", onDragOver);
    addEventListener("dragleave", onDragLeave);
    addEventListener("drop", onDrop);
    return () => {
      removeEventListener("dragover", onDragOver);
      removeEventListener("dragleave", onDragLeave);
      removeEventListener("drop", onDrop);
    };
  }, []);
  if (!over) return null;
  return (
    <div className="drop-veil">
      <strong>{words.dropAnywhere}</strong>
    </div>
  );
};

/** A button that lets one choose files; its look is its children's. */
export const ChooseFiles = ({ className, children }: { className: string; children: ReactNode }): ReactElement => {
  const { upload } = useUpload();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        accept=".pdf,application/pdf"
        multiple
        hidden
        onChange={({ target }) => {
          upload([...(target.files ?? [])]);
          target.value = "";
        }}
      />
    </>
  );
};

export const DropZone = (): ReactElement => (
  <ChooseFiles className="drop-zone">
    <Icon name="upload" size={28} />
    <strong>{words.drop}</strong>
    <span>{words.dropHint}</span>
  </ChooseFiles>
);
