import { useLayoutEffect, useId, useRef, type ReactElement } from "react";
import { strings } from "../strings.ts";

type Props = { title: string; text: string; action: string; onConfirm: () => void; onClose: () => void };

/** Asks before something is gone for good. The browser's own dialog keeps the focus in it and gives it back. */
export const Confirm = ({ title, text, action, onConfirm, onClose }: Props): ReactElement => {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Before it leaves the page, so that the focus goes back to where it came from.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby={id} onCancel={onClose} role="alertdialog">
      <h2 id={id} dir="auto">
        {title}
      </h2>
      <p>{text}</p>
      <div className="actions">
        <button type="button" className="button" onClick={onClose}>
          {strings.cancel}
        </button>
        <button
          type="button"
          className="button danger"
          onClick={() => {
            onConfirm();
            onClose();
          }}
        >
          {action}
        </button>
      </div>
    </dialog>
  );
};
