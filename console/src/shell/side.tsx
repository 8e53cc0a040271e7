import { useSession } from "@docuchat/client/react";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { useFileList } from "../files/files-context.ts";
import { pathTo, type Route } from "../route.ts";
import { strings } from "../strings.ts";
import { Icon, Logo, type IconName } from "../ui/icon.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { useEscape } from "../ui/use-escape.ts";
import { Conversations } from "./conversations.tsx";
import { keepTheme, nextTheme, readTheme } from "./theme.ts";

type Props = { open: boolean; narrow: boolean; route: Route; onClose: () => void };

/** Where one can go. On a narrow screen it lies over the page until one has chosen. */
export const Side = ({ open, narrow, route, onClose }: Props): ReactElement => {
  const { files, hasMore } = useFileList();
  const close = useRef<HTMLButtonElement>(null);
  const over = narrow && open;
  useEffect(() => {
    if (over) close.current?.focus();
  }, [over]);
  useEscape(onClose, over);
  const isNew = route.page === "chat" && route.conversationId === undefined;
  return (
    <>
      {over && <div className="side-veil" onClick={onClose} />}
      <nav className={open ? "side open" : "side"} aria-label={strings.side.label}>
        <div className="brand">
          <Logo /> {strings.name}
          <IconButton ref={close} icon="close" label={strings.close} className="side-close" onClick={onClose} />
        </div>
        <div className="side-nav">
          <SideLink to={{ page: "chat" }} icon="ask" words={strings.side.ask} current={isNew} />
          <SideLink
            to={{ page: "files" }}
            icon="document"
            words={strings.side.documents}
            current={route.page === "files"}
            count={files.length === 0 ? "" : `${files.length}${hasMore ? "+" : ""}`}
          />
          <SideLink to={{ page: "usage" }} icon="usage" words={strings.side.usage} current={route.page === "usage"} />
        </div>
        <Conversations current={route.page === "chat" ? route.conversationId : undefined} />
        <Account />
      </nav>
    </>
  );
};

type LinkProps = { to: Route; icon: IconName; words: string; current: boolean; count?: string };

const SideLink = ({ to, icon, words, current, count }: LinkProps): ReactElement => (
  <a className="side-link" href={pathTo(to)} aria-current={current ? "page" : undefined}>
    <Icon name={icon} /> {words}
    {count && <span className="number">{count}</span>}
  </a>
);

const Account = (): ReactElement => {
  const { user, tenant, signOut } = useSession();
  const [theme, setTheme] = useState(readTheme);
  return (
    <div className="account">
      <p className="who">
        <bdi title={user?.email}>{user?.email}</bdi>
        <bdi className="tenant">{tenant?.slug}</bdi>
      </p>
      <IconButton
        icon={theme}
        label={strings.side.theme[theme]}
        onClick={() => {
          const next = nextTheme(theme);
          keepTheme(next);
          setTheme(next);
        }}
      />
      <IconButton icon="signOut" label={strings.side.signOut} onClick={() => void signOut()} />
    </div>
  );
};
