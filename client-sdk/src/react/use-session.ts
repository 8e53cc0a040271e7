import { useEffect } from "react";
import { useHub, useStore } from "./use-hub.ts";
import type { SessionState, SessionStore } from "./session-store.ts";

export type SessionControls = SessionState & Pick<SessionStore, "requestCode" | "verifyCode" | "signOut" | "back">;

/**
 * Who is signed in, and the two steps of signing in. It is the same for every component below one provider. A kept token
 * is tried first; a session that ends, wherever that is noticed, leads back to `signed-out` with the `error` that tells why.
 */
export const useSession = (): SessionControls => {
  const { session } = useHub();
  const state = useStore(session.store);
  useEffect(() => session.begin(), [session]);
  const { requestCode, verifyCode, signOut, back } = session;
  return { ...state, requestCode, verifyCode, signOut, back };
};
