import {
  addReservation,
  getExcess,
  holdQuotas,
  inTenant,
  putReservation,
  removeReservation,
  sumFiles,
  sumSpendings,
  type NewReservation,
  type QuotaRow,
  type Spendings,
  type TenantDb,
} from "../db/index.ts";
import type { TenantContext } from "./context.ts";
import { ReasonError } from "./errors.ts";

const DAY_MS = 24 * 3_600_000;
/** A reservation that nobody settles is over after this; longer than any answer, and any batch of an ingest, takes. */
const RESERVED_MS = 30 * 60_000;

export type Need = { requests: number; tokens: number };

/** `key` names what will be spent; the same key again replaces what it has reserved. */
type Wanted = {
  key: string;
  userId: string | null;
  /** The most that it can come to; asked for only where something is bounded. */
  need: () => Need;
};

/**
 * Reserves what is about to be spent, in the transaction that begins it; `settle` it in the one that ends it. Throws
 * `QUOTA_EXCEEDED` when it does not fit into the sliding day of the tenant or the user any more. `resetsAt` is the moment
 * when it will, if nothing else is spent: null where it never would.
 */
export const reserve = async (trx: TenantDb, wanted: Wanted): Promise<void> => {
  const quotas = await holdQuotas(trx);
  if (!quotas) return;
  await removeReservation(trx, wanted.key);
  await putReservation(trx, await fitting(trx, quotas, wanted));
};

/** The same for work that spends bit by bit: adds to what the key has reserved. */
export const reserveMore = async (trx: TenantDb, wanted: Wanted): Promise<void> => {
  const quotas = await holdQuotas(trx);
  if (quotas) await addReservation(trx, await fitting(trx, quotas, wanted));
};

const fitting = async (trx: TenantDb, quotas: QuotaRow, { key, userId, need }: Wanted): Promise<NewReservation> => {
  const wanted = need();
  const bounds: Bound[] = [
    { measure: "requests", of: "tenant", most: quotas.requests_per_day },
    { measure: "tokens", of: "tenant", most: quotas.tokens_per_day },
    { measure: "requests", of: "user", most: quotas.user_requests_per_day },
    { measure: "tokens", of: "user", most: quotas.user_tokens_per_day },
  ];
  await mustFit(trx, { bounds, wanted, userId });
  return { key, user_id: userId, ...wanted, expires_at: reservedUntil() };
};

/** Ends a reservation, in the transaction that enters what was spent of it into the ledger. */
export const settle = (trx: TenantDb, key: string): Promise<void> => removeReservation(trx, key);

/** Whether tokens are bounded, for the tenant or for each of its users. */
export const hasTokenBound = (quotas: QuotaRow | undefined): boolean =>
  quotas !== undefined && (quotas.tokens_per_day !== null || quotas.user_tokens_per_day !== null);

export const reservedUntil = (): Date => new Date(Date.now() + RESERVED_MS);

/** Reserves for the time of a piece of work, which enters what it spends into the ledger by itself. */
export const reserving = async <T>(
  { app, tenantId }: Pick<TenantContext, "app" | "tenantId">,
  wanted: Wanted,
  work: () => Promise<T>,
): Promise<T> => {
  await inTenant(app.db, tenantId, (trx) => reserve(trx, wanted));
  try {
    return await work();
  } finally {
    // One that cannot be ended now runs out by itself.
    await inTenant(app.db, tenantId, (trx) => settle(trx, wanted.key)).catch((error: unknown) =>
      app.log.warn("reservation not settled", { tenantId, error }),
    );
  }
};

type Bound = { measure: keyof Need; of: "tenant" | "user"; most: number | null };
type Fit = { bounds: Bound[]; wanted: Need; userId: string | null };

const mustFit = async (trx: TenantDb, { bounds, wanted, userId }: Fit): Promise<void> => {
  const since = new Date(Date.now() - DAY_MS);
  const spent = await sumSpendings(trx, since, userId);
  const resets: (Date | null)[] = [];
  for (const { measure, of, most } of bounds) {
    const need = wanted[measure];
    if (most === null || need === 0 || spentOf(spent, { measure, of }) + need <= most) continue;
    if (need > most) resets.push(null);
    else {
      const excess = { measure, amount: spentOf(spent, { measure, of }) + need - most };
      const last = await getExcess(trx, since, { ...excess, userId: of === "user" ? userId : null });
      resets.push(new Date(last.getTime() + DAY_MS));
    }
  }
  if (resets.length > 0) throw new ReasonError("QUOTA_EXCEEDED", { data: { resetsAt: latest(resets) } });
};

const spentOf = (spent: Spendings, { measure, of }: Pick<Bound, "measure" | "of">): number => {
  if (measure === "requests") return of === "user" ? spent.userRequests : spent.requests;
  return of === "user" ? spent.userTokens : spent.tokens;
};

/** A millisecond more: the database counts in smaller parts, and JavaScript's dates leave them off. */
const latest = (resets: (Date | null)[]): string | null =>
  resets.includes(null) ? null : new Date(Math.max(...resets.map(Number)) + 1).toISOString();

/**
 * Throws `QUOTA_EXCEEDED` when the tenant, or the user, may keep no further file of this size. In the transaction that
 * makes the file's row: until it ends, no other file is counted.
 */
export const checkKept = async (
  trx: TenantDb,
  { userId, sizeBytes }: { userId: string; sizeBytes: number },
): Promise<void> => {
  const quotas = await holdQuotas(trx);
  if (!quotas) return;
  const { files, bytes, user_files, user_bytes } = quotas;
  if (!(await hasRoom(trx, { files, bytes, sizeBytes }))) throw isFull("The tenant may keep no more files.");
  if (!(await hasRoom(trx, { files: user_files, bytes: user_bytes, sizeBytes, userId })))
    throw isFull("You may keep no more files.");
};

type Room = { files: number | null; bytes: number | null; sizeBytes: number; userId?: string };

const hasRoom = async (trx: TenantDb, { files, bytes, sizeBytes, userId }: Room): Promise<boolean> => {
  if (files === null && bytes === null) return true;
  const kept = await sumFiles(trx, userId);
  return kept.files < (files ?? Infinity) && kept.bytes + sizeBytes <= (bytes ?? Infinity);
};

const isFull = (message: string) => new ReasonError("QUOTA_EXCEEDED", { message, data: { resetsAt: null } });
