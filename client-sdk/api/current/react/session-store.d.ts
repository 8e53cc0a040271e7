import type { DocuChat } from "../client.js";
import { type DocuChatError } from "../errors.js";
import type { Tenant, User } from "../schemas.js";
import { type Store } from "./store.js";
export type SessionState = {
    status: "loading" | "signed-out" | "code-sent" | "signed-in";
    user: User | undefined;
    tenant: Tenant | undefined;
    /** Where the code was sent. */
    email: string | undefined;
    /** When the code that was sent stops to be valid. */
    expiresAt: Date | undefined;
    /** Why the last step failed, or why the session ended. */
    error: DocuChatError | undefined;
    /** A code is being sent or verified, or a sign-out is on its way. */
    pending: boolean;
};
export type SessionStore = {
    store: Store<SessionState>;
    /** Finds out, once, who the kept token belongs to. */
    begin: () => void;
    requestCode: (email: string) => Promise<void>;
    verifyCode: (code: string) => Promise<void>;
    signOut: () => Promise<void>;
    back: () => void;
};
export declare const createSessionStore: (client: DocuChat) => SessionStore;