import type { RequestContext } from "../context.ts";

type Stream<T> = (signal: AbortSignal) => AsyncIterable<T>;

/**
 * What a subscription yields until its client leaves. Throws `SESSION_REVOKED` or `TOKEN_EXPIRED` when the session ends
 * before, where the transport does not end with the session by itself, as a socket does.
 */
export async function* untilEnded<T>(
  { connection }: RequestContext,
  left: AbortSignal | undefined,
  stream: Stream<T>,
): AsyncGenerator<T, void> {
  const signals = [left, connection?.ended].filter((signal) => signal !== undefined);
  yield* stream(AbortSignal.any(signals));
  connection?.ended.throwIfAborted();
}
