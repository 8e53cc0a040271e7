import type { ServerResponse } from "node:http";
import type { App, Connection } from "../context.ts";
import { ReasonError } from "../errors.ts";

/** For the reason to arrive: then whoever does not read is cut. */
const FAREWELL_MS = 1_500;
const RETRY_AFTER_MS = 5_000;

/** A response as its user's connection: a stream that is read, or an upload that it answers. */
export const connectionOf = ({ connections }: App, outgoing: ServerResponse): Connection => {
  const ended = new AbortController();
  return {
    ended: ended.signal,
    claim: (signedIn) => {
      if (outgoing.closed) return;
      const release = connections.add(signedIn, (why) => {
        ended.abort(new ReasonError(why));
        setTimeout(() => outgoing.destroy(), FAREWELL_MS).unref();
      });
      if (!release) throw tooMany();
      outgoing.once("close", release);
    },
  };
};

const tooMany = () =>
  new ReasonError("RATE_LIMITED", {
    message: "This user has too many open streams, sockets and transfers.",
    data: { retryAfterMs: RETRY_AFTER_MS },
  });
