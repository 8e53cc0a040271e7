// What our server is compared with: tRPC over node:http with a query to a pool, and a WebSocket that hands on what the
// model says, with `SEARCHES=1` once it has found passages by the statement of our own. Nobody is asked who he is, and
// nothing is kept.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { initTRPC } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { Pool } from "pg";
import { WebSocketServer, type WebSocket } from "ws";
import { relay } from "./relay.ts";
import { createSearch } from "./relay-search.ts";

const { DATABASE_URL = "", OPENAI_BASE_URL = "", TENANT_ID = "", USER_ID, SEARCHES } = process.env;
// Row-level security hides everything from who is not the application's role and names no tenant.
const options = `-c role=docuchat_app -c app.tenant_id=${TENANT_ID}`;
const pool = new Pool({ connectionString: DATABASE_URL, max: 20, options });
const t = initTRPC.create();

/** The statement behind our own `chat.conversations`. */
const conversations = t.procedure.query(async () => {
  const { rows } = await pool.query(
    `select * from conversations where tenant_id = $1 and user_id = $2 order by updated_at desc, id desc limit $3`,
    [TENANT_ID, USER_ID, 6],
  );
  return { items: rows };
});
const handle = createHTTPHandler({ router: t.router({ chat: t.router({ conversations }) }), basePath: "/trpc/" });

const search = SEARCHES
  ? await createSearch({ url: DATABASE_URL, modelUrl: OPENAI_BASE_URL, tenantId: TENANT_ID })
  : undefined;

const answer = async (ws: WebSocket, question: string): Promise<void> => {
  const passages = (await search?.(question)) ?? [];
  relay(ws, OPENAI_BASE_URL, [...passages, question].join("\n"));
};

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer(handle).on("upgrade", (incoming, connection, head) =>
  sockets.handleUpgrade(incoming, connection, head, (ws) =>
    ws.on("message", (data: Buffer) => void answer(ws, data.toString())),
  ),
);
server.listen(0, "127.0.0.1", () =>
  process.stdout.write(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
