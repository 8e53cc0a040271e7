import type { TokenStore } from "./tokens.js";
/** Of the socket that carries answers and progress; it opens at the first one and closes when there is none. */
export type ConnectionState = "idle" | "connecting" | "open";
export type DocuChatOptions = {
    /** The server's address, such as `https://chat.example.org` or `https://example.org/docuchat`. */
    url: string;
    /** The tenant's slug. Needed to sign in; afterwards the token tells it. */
    tenant?: string | undefined;
    /** An access token, or where one is kept. Signing in and out through the client sets it. */
    token?: string | TokenStore | undefined;
    /**
     * Where what a sign-in proves of this browser is kept, in memory by default. It signs nobody in and outlives a sign-out: the
     * next code is asked for with it, so that others who ask for codes to the same address cannot use up this browser's.
     */
    browserToken?: string | TokenStore | undefined;
    fetch?: typeof globalThis.fetch | undefined;
    WebSocket?: typeof globalThis.WebSocket | undefined;
    /** Told at once and at each change. */
    onConnection?: ((state: ConnectionState) => void) | undefined;
    /** Where the server calls it otherwise; `X-Tenant-ID` by default. */
    tenantHeader?: string | undefined;
    /** How long a subscription may be without a connection before it fails; 30 seconds by default. */
    giveUpAfterMs?: number | undefined;
};