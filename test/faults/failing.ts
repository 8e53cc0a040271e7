import type { KyselyPlugin } from "kysely";
import { kyselyOf } from "../../db/open.ts";
import type { App } from "../../server/context.ts";
import { ReasonError } from "../../server/errors.ts";

/** What fails at its Nth call; `fired` tells whether there was one. */
export type Fault = { arm(n: number): void; disarm(): boolean };

const createFault = (): Fault & { strike(): boolean } => {
  let left = Infinity;
  let fired = false;
  return {
    arm: (n) => {
      [left, fired] = [n, false];
    },
    disarm: () => {
      left = Infinity;
      return fired;
    },
    strike: () => {
      left -= 1;
      if (left === 0) fired = true;
      return left === 0;
    },
  };
};

/** As the driver says that the connection has gone. */
const connectionLost = () => Object.assign(new Error("Connection terminated unexpectedly"), { code: "08006" });

const failing = (app: App, when: "before" | "after"): Fault => {
  const fault = createFault();
  const strike = () => {
    if (fault.strike()) throw connectionLost();
  };
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      if (when === "before") strike();
      return node;
    },
    transformResult: async ({ result }) => {
      if (when === "after") strike();
      return result;
    },
  };
  app.db = Object.assign({ ...app.db }, { kysely: kyselyOf(app.db).withPlugin(plugin) });
  return fault;
};

type Port = Record<string, unknown>;

/** Each method of a port fails in turn, with the reason that its port promises. */
const failingPort = (port: object, reason: "SERVICE_UNAVAILABLE" | "MODEL_UNAVAILABLE"): Fault => {
  const fault = createFault();
  const methods = port as Port;
  for (const [name, method] of Object.entries(methods)) {
    if (typeof method !== "function" || name === "close" || name === "ping") continue;
    methods[name] = (...args: unknown[]) => {
      if (fault.strike()) throw new ReasonError(reason);
      return (method as (...args: unknown[]) => unknown).apply(port, args);
    };
  }
  return fault;
};

/** A port's methods are asynchronous, so what is thrown has to come as a rejection, or at the first item. */
const rejecting = (port: object, names: string[]): void => {
  const methods = port as Port;
  for (const name of names) {
    const method = methods[name] as (...args: unknown[]) => Promise<unknown>;
    methods[name] = async (...args: unknown[]) => method(...args);
  }
};

/** Puts what can fail between the product and each thing that it calls: statements, bytes, codes and logs, the model. */
export const makeFailing = (app: App): Record<string, Fault> => {
  const faults = {
    "a statement that is not sent": failing(app, "before"),
    "a statement whose result is lost": failing(app, "after"),
    "the store of files": failingPort(app.store, "SERVICE_UNAVAILABLE"),
    "the key-value store": failingPort(app.keyValue, "SERVICE_UNAVAILABLE"),
    "the model": failingPort(app.model, "MODEL_UNAVAILABLE"),
  };
  rejecting(app.store, ["adopt", "read", "openLocal", "has", "remove"]);
  rejecting(app.keyValue, [
    "consume",
    "putChallenge",
    "peekChallenge",
    "attemptChallenge",
    "append",
    "dropLog",
    "hold",
    "holdOnce",
    "isHeld",
    "release",
    "publish",
    "subscribe",
  ]);
  rejecting(app.model, ["embed"]);
  return faults;
};
