import type { IncomingMessage } from "node:http";
import { getTRPCErrorShape, transformTRPCResponse, TRPCError } from "@trpc/server";
import { getWSConnectionHandler } from "@trpc/server/adapters/ws";
import type { WebSocket, WebSocketServer } from "ws";
import { authenticate } from "../auth/authenticate.ts";
import { REASONS } from "../contract/errors.ts";
import { LIMITS } from "../contract/limits.ts";
import type { App, RequestContext, SignedIn } from "../context.ts";
import type { ReasonError } from "../errors.ts";
import { appRouter } from "../router.ts";
import { boundedCalls } from "./calls.ts";
import { socketContext } from "./context.ts";
import { reasonOf } from "./errors.ts";
import { drained } from "./flow.ts";
import { logTrpcError } from "./trpc.ts";

/** Of the range for applications (RFC 6455, section 7.4.2): sign in again, then come back. */
export const CLOSE_UNAUTHORIZED = 4401;
const KEEP_ALIVE = { enabled: true, pingMs: 30_000, pongWaitMs: 10_000 };

type Options = {
  wss: WebSocketServer;
  request: IncomingMessage;
  /** Hears who the socket belongs to; may close it. */
  onSignedIn: (signedIn: SignedIn) => void;
};

/** Serves procedure calls on an accepted socket. Who does not sign in within `LIMITS.socketAuthenticateMs` is cut. */
export const serveSocket = (app: App, ws: WebSocket, { wss, request, onSignedIn }: Options): void => {
  const guard = guardSignIn(app, ws, onSignedIn);
  const onConnection = getWSConnectionHandler({
    wss,
    router: appRouter,
    keepAlive: KEEP_ALIVE,
    maxBatchSize: LIMITS.callsPerBatch,
    experimental_encoder: boundedCalls({
      isOpen: () => ws.readyState === ws.OPEN,
      refuse: (id, error) => {
        // Refusals of what came in one piece leave in one piece: a write each would cost most of what a flood costs.
        request.socket.cork();
        process.nextTick(() => request.socket.uncork());
        refuse(ws, id, error);
      },
    }),
    onError: logTrpcError(app),
    // A throw here would send the client round in circles: who may not come hears it from the procedures.
    createContext: async ({ info: { connectionParams } }) => {
      const ctx = socketContext(app, request, { connectionParams, drained: () => drained(ws) });
      await guard.signIn(ctx);
      return ctx;
    },
  });
  onConnection(ws, request);
};

const guardSignIn = (app: App, ws: WebSocket, onSignedIn: Options["onSignedIn"]) => {
  let missing = "NOT_SIGNED_IN";
  const timer = setTimeout(() => ws.close(CLOSE_UNAUTHORIZED, missing), LIMITS.socketAuthenticateMs);
  ws.once("close", () => clearTimeout(timer));
  const signIn = async (ctx: RequestContext): Promise<void> => {
    try {
      const signedIn = await authenticate(app, ctx);
      clearTimeout(timer);
      onSignedIn(signedIn);
    } catch (error) {
      missing = reasonOf(error).reason;
    }
  };
  return { signIn };
};

const refuse = (ws: WebSocket, id: string | number | null, cause: ReasonError): void => {
  const { _config: config } = appRouter._def;
  const error = new TRPCError({ code: REASONS[cause.reason].code, cause });
  const call = { type: "unknown", path: undefined, input: undefined, ctx: undefined } as const;
  ws.send(JSON.stringify(transformTRPCResponse(config, { id, error: getTRPCErrorShape({ config, error, ...call }) })));
};
