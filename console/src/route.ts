import { useSyncExternalStore } from "react";

export type Route = { page: "chat"; conversationId?: string } | { page: "files" } | { page: "usage" };

/** Places are in the fragment: the server knows one page, and a reload comes back to where one was. */
export const pathTo = (route: Route): string => {
  if (route.page !== "chat") return `#/${route.page}`;
  return route.conversationId === undefined ? "#/" : `#/c/${route.conversationId}`;
};

const parse = (hash: string): Route => {
  const [page, id] = hash.replace(/^#\/?/, "").split("/");
  if (page === "files" || page === "usage") return { page };
  return page === "c" && id ? { page: "chat", conversationId: id } : { page: "chat" };
};

const subscribe = (onChange: () => void) => {
  addEventListener("hashchange", onChange);
  return () => removeEventListener("hashchange", onChange);
};

export const useRoute = (): Route => parse(useSyncExternalStore(subscribe, () => location.hash));

export const goTo = (route: Route): void => {
  location.hash = pathTo(route);
};

/** As `goTo`, and the way back leads to where one was before. */
export const replaceRoute = (route: Route): void => {
  history.replaceState(null, "", pathTo(route));
  dispatchEvent(new HashChangeEvent("hashchange"));
};
