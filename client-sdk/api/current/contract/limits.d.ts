/** A tenant's name in headers and addresses: a DNS label. */
export declare const SLUG: RegExp;
/** Limits that both sides know. Units are in the names. */
export declare const LIMITS: {
    readonly codeDigits: 6;
    readonly codeTtlMs: number;
    readonly codeAttempts: 5;
    readonly emailChars: 254;
    readonly browserTokenChars: 200;
    readonly slugChars: 63;
    readonly questionChars: 8000;
    readonly commentChars: 2000;
    readonly titleChars: 120;
    readonly fileNameChars: 200;
    readonly fileNameBytes: 240;
    readonly fileIdsPerQuestion: 100;
    readonly pageSize: 200;
    /** The failure and the warnings of a file name no more pages than these. */
    readonly pagesNamed: 500;
    readonly reasonsPerCall: 50;
    readonly searchHits: 50;
    readonly jsonBodyBytes: number;
    readonly frameBytes: number;
    readonly callsPerBatch: 10;
    readonly subscriptionsPerSocket: 16;
    readonly callsInFlightPerSocket: 8;
    readonly socketAuthenticateMs: 5000;
};