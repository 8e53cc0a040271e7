import type { TokenStore } from "@docuchat/client";

const TOKEN = "docuchat.token";
const TENANT = "docuchat.tenant";

/**
 * The token is kept in `localStorage`: a new tab would otherwise need another mailed code. A script that could read it
 * there could read it anywhere a page can; the page's policy lets no script in but our own, and signing out ends the
 * session on the server, whoever holds a copy.
 */
export const tokenStore: TokenStore = {
  get: () => localStorage.getItem(TOKEN) ?? undefined,
  set: (token) => (token === undefined ? localStorage.removeItem(TOKEN) : localStorage.setItem(TOKEN, token)),
};

/** The workspace that was signed in to last. */
export const tenantStore = {
  get: (): string => localStorage.getItem(TENANT) ?? "",
  set: (slug: string): void => localStorage.setItem(TENANT, slug),
};

/** Another tab has signed in or out. */
export const onOtherTab = (listener: () => void): (() => void) => {
  const onStorage = ({ key }: StorageEvent) => {
    if (key === TOKEN || key === null) listener();
  };
  addEventListener("storage", onStorage);
  return () => removeEventListener("storage", onStorage);
};
