import type { ReactElement } from "react";
import { describeProblem } from "../problem.ts";
import { strings } from "../strings.ts";
import { Icon } from "./icon.tsx";

type Props = { error: unknown; otherwise?: string; onRetry?: (() => void) | undefined };

export const Problem = ({ error, otherwise, onRetry }: Props): ReactElement => (
  <div className="problem" role="alert">
    <Icon name="warning" size={16} />
    <span>
      {describeProblem(error, otherwise)}{" "}
      {onRetry && (
        <button type="button" className="link-button" onClick={onRetry}>
          {strings.tryAgain}
        </button>
      )}
    </span>
  </div>
);
