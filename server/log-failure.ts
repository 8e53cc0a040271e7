import { REASONS } from "./contract/errors.ts";
import type { ReasonError } from "./errors.ts";
import type { Log, LogFields } from "./log.ts";

/**
 * Logs how a call ended: an unknown failure as an error and an unavailable dependency as a warning, both with what caused
 * them, and what the caller did wrong by its reason alone.
 */
export const logFailure = (
  log: Log,
  event: string,
  { failure, ...fields }: LogFields & { failure: ReasonError },
): void => {
  const { reason, cause } = failure;
  if (reason === "INTERNAL") log.error(event, { ...fields, reason, error: cause });
  else if (REASONS[reason].status >= 500) log.warn(event, { ...fields, reason, error: cause });
  else log.info(event, { ...fields, reason });
};
