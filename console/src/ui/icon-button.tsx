import type { ComponentProps, ReactElement } from "react";
import { Icon, type IconName } from "./icon.tsx";

type Props = Omit<ComponentProps<"button">, "children" | "title"> & { icon: IconName; label: string };

export const IconButton = ({ icon, label, className = "", ...rest }: Props): ReactElement => (
  <button type="button" {...rest} className={`icon-button ${className}`} aria-label={label} title={label}>
    <Icon name={icon} />
  </button>
);
