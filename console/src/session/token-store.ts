import type { TokenStore } from "@docuchat/client";
import { keyHere } from "./base.ts";

const TOKEN = keyHere("docuchat.token");
const TENANT = keyHere("docuchat.tenant");
const BROWSER = keyHere("docuchat.browser");

/**
 * The token is kept in `localStorage`: a new tab would otherwise need another mailed code. A script that could read it
 * there could read it anywhere a page can; the page's policy lets no script in but our own, and signing out ends the
 * session on the server, whoever holds a copy.
 */
export const tokenStore: TokenStore = {
  get: () => localStorage.getItem(TOKEN) ?? undefined,
  set: (token) => (token === undefined ? localStorage.removeItem(TOKEN) : localStorage.setItem(TOKEN, token)),
};

/** Outlives the sign-in that it is from, and signs nobody in: it keeps others from using up this browser's codes. */
export const browserTokenStore = (tenant: string): TokenStore => ({
  get: () => localStorage.getItem(`${BROWSER}.${tenant}`) ?? undefined,
  set: (token) => localStorage.setItem(`${BROWSER}.${tenant}`, token ?? ""),
});

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
