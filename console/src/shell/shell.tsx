import { lazy, Suspense, useCallback, useEffect, useRef, useState, type ReactElement } from "react";
import { useFiles } from "@docuchat/client/react";
import { ChatPage } from "../chat/chat-page.tsx";
import { DropVeil } from "../files/drop.tsx";
import { FilesContext } from "../files/files-context.ts";
import { FilesPage } from "../files/files-page.tsx";
import { useRoute, type Route } from "../route.ts";
import { strings } from "../strings.ts";
import { IconButton } from "../ui/icon-button.tsx";
import { useNarrow } from "../ui/use-narrow.ts";
import { OpenDocumentContext, type OpenDocument } from "../viewer/open-document.ts";
import { Connection } from "./connection.tsx";
import { Side } from "./side.tsx";

const UsagePage = lazy(() => import("../usage/usage-page.tsx").then((module) => ({ default: module.UsagePage })));
// pdf.js is larger than all the rest: it comes with the first document that is opened.
const Viewer = lazy(() => import("../viewer/viewer.tsx").then((module) => ({ default: module.Viewer })));

/** The page of somebody who is signed in: the side, what one works on, and the document that is open. */
export const Shell = (): ReactElement => {
  const route = useRoute();
  const narrow = useNarrow();
  const files = useFiles();
  const [sideOpen, setSideOpen] = useState(false);
  const [opened, setOpened] = useState<OpenDocument>();
  const menu = useRef<HTMLButtonElement>(null);
  const closeSide = useCallback(() => {
    setSideOpen(false);
    menu.current?.focus();
  }, []);
  const place = JSON.stringify(route);
  useEffect(() => {
    setSideOpen(false);
    document.title = route.page === "chat" ? strings.name : `${titleOf(route)} · ${strings.name}`;
    // oxlint-disable-next-line react/exhaustive-deps -- `place` is the route by value
  }, [place]);
  const closeDocument = () => {
    const { trigger } = opened ?? {};
    setOpened(undefined);
    // What is behind a full-screen document takes no focus until it is gone.
    requestAnimationFrame(() => trigger?.focus());
  };
  const covered = narrow && (sideOpen || opened !== undefined);
  return (
    <FilesContext value={files}>
      <OpenDocumentContext value={setOpened}>
        <a className="skip-link" href="#content" onClick={focusContent}>
          {strings.skip}
        </a>
        <div className="shell">
          <Side open={sideOpen} narrow={narrow} route={route} onClose={closeSide} />
          <main className="main" inert={covered}>
            <div className="topbar">
              <IconButton ref={menu} icon="menu" label={strings.side.open} onClick={() => setSideOpen(true)} />
              <span className="topbar-title">{titleOf(route)}</span>
            </div>
            <Connection />
            <div className="page" id="content" tabIndex={0}>
              <Suspense>
                <Page route={route} />
              </Suspense>
            </div>
          </main>
          {opened && (
            <Suspense fallback={<aside className="viewer" aria-busy="true" aria-label={strings.loading} />}>
              <Viewer shown={opened} onClose={closeDocument} />
            </Suspense>
          )}
        </div>
        <DropVeil />
      </OpenDocumentContext>
    </FilesContext>
  );
};

const Page = ({ route }: { route: Route }): ReactElement => {
  if (route.page === "files") return <FilesPage />;
  if (route.page === "usage") return <UsagePage />;
  return <ChatPage conversationId={route.conversationId} />;
};

const titleOf = ({ page }: Route): string => {
  if (page === "files") return strings.files.title;
  return page === "usage" ? strings.usage.title : strings.name;
};

/** The fragment of an address is where one is: the link moves the focus alone. */
const focusContent = (event: { preventDefault(): void }): void => {
  event.preventDefault();
  document.getElementById("content")?.focus();
};
