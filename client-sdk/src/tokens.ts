/** Where a token is kept, such as a cookie jar or a phone's key chain. */
export type TokenStore = {
  get(): string | undefined | Promise<string | undefined>;
  /** Called with the token after a sign-in; an access token's store also with undefined, after a sign-out. */
  set(token: string | undefined): void | Promise<void>;
};

/** A token by itself is kept in memory, as long as the client lives. */
export const tokenStoreOf = (token: string | TokenStore | undefined): TokenStore => {
  if (typeof token === "object") return token;
  let held = token;
  return { get: () => held, set: (next) => void (held = next) };
};
