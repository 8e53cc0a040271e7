import { useId, type ComponentProps, type ReactElement } from "react";

type Props = ComponentProps<"input"> & { label: string; hint?: string; invalid?: boolean };

export const Field = ({ label, hint, invalid = false, ...rest }: Props): ReactElement => {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...rest}
        id={id}
        className="input"
        dir="auto"
        aria-invalid={invalid || undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
      />
      {hint && (
        <span className="hint" id={`${id}-hint`}>
          {hint}
        </span>
      )}
    </div>
  );
};
