import type { TRPCLink, TRPCWebSocketClient } from "@trpc/client";
// oxlint-disable-next-line no-restricted-imports -- what tRPC's links are written with
import { observable, type Unsubscribable } from "@trpc/server/observable";
import type { BoundRouter } from "./trpc.ts";

type Ways = {
  socket: TRPCWebSocketClient;
  overSocket: TRPCLink<BoundRouter>;
  otherwise: TRPCLink<BoundRouter>;
  /** Called when the socket is given up for a while. */
  onBlocked: () => void;
};

const FAILURES = 2;
const BLOCKED_AFTER_MS = 5_000;
const LOOK_AGAIN_MS = 60_000;

/**
 * Subscribes over the socket; where none has ever opened, and the first tries failed or took too long, otherwise. A minute
 * later a new subscription tries the socket again.
 */
export const withFallback =
  ({ socket, overSocket, otherwise, onBlocked }: Ways): TRPCLink<BoundRouter> =>
  (runtime) => {
    const [first, second] = [overSocket(runtime), otherwise(runtime)];
    const waiting = new Set<() => void>();
    let hasOpened = false;
    let blockedUntil = 0;
    const block = () => {
      if (hasOpened) return;
      blockedUntil = Date.now() + LOOK_AGAIN_MS;
      for (const turn of waiting) turn();
      onBlocked();
    };
    socket.connectionState.subscribe({ next: ({ state }) => void (hasOpened ||= state === "pending") });
    return ({ op, next }) =>
      observable((observer) => {
        let current: Unsubscribable;
        let failures = 0;
        const turn = () => {
          waiting.delete(turn);
          clearTimeout(timer);
          current.unsubscribe();
          current = second({ op, next }).subscribe(observer);
        };
        const timer = setTimeout(() => waiting.has(turn) && block(), BLOCKED_AFTER_MS);
        if (Date.now() < blockedUntil) {
          clearTimeout(timer);
          current = second({ op, next }).subscribe(observer);
        } else {
          waiting.add(turn);
          current = first({ op, next }).subscribe({
            // Leaving the socket completes what it carried, which goes on otherwise.
            complete: () => waiting.has(turn) && observer.complete(),
            error: (error) => waiting.has(turn) && observer.error(error),
            next: (envelope) => {
              observer.next(envelope);
              if ("error" in envelope.result && envelope.result.error) failures += 1;
              if (failures >= FAILURES && waiting.has(turn)) block();
            },
          });
        }
        return () => {
          waiting.delete(turn);
          clearTimeout(timer);
          current.unsubscribe();
        };
      });
  };
