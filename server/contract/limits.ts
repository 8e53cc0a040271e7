/** A tenant's name in headers and addresses: a DNS label. */
export const SLUG = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/** Limits that both sides know. Units are in the names. */
export const LIMITS = {
  codeDigits: 6,
  codeTtlMs: 10 * 60_000,
  codeAttempts: 5,
  emailChars: 254,
  browserTokenChars: 200,
  slugChars: 63,
  questionChars: 8_000,
  commentChars: 2_000,
  titleChars: 120,
  fileNameChars: 200,
  fileNameBytes: 240,
  fileIdsPerQuestion: 100,
  pageSize: 200,
  /** The failure and the warnings of a file name no more pages than these. */
  pagesNamed: 500,
  reasonsPerCall: 50,
  searchHits: 50,
  jsonBodyBytes: 1024 * 1024,
  frameBytes: 256 * 1024,
  callsPerBatch: 10,
  subscriptionsPerSocket: 16,
  callsInFlightPerSocket: 8,
  socketAuthenticateMs: 5_000,
} as const;
