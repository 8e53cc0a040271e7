import type { SessionState, SessionStore } from "./session-store.js";
export type SessionControls = SessionState & Pick<SessionStore, "requestCode" | "verifyCode" | "signOut" | "back">;
/**
 * Who is signed in, and the two steps of signing in. It is the same for every component below one provider. A kept token
 * is tried first; a session that ends, wherever that is noticed, leads back to `signed-out` with the `error` that tells why.
 */
export declare const useSession: () => SessionControls;