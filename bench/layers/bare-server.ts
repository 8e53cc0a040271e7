// What our server is compared with: tRPC over node:http with a query to a pool, and a WebSocket that hands on what the
// model says. Nobody is asked who he is, and nothing is kept.
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { initTRPC } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { Pool } from "pg";
import { WebSocketServer, type WebSocket } from "ws";

const { DATABASE_URL = "", OPENAI_BASE_URL = "", TENANT_ID, USER_ID } = process.env;
const pool = new Pool({ connectionString: DATABASE_URL, max: 20 });
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

const relay = (ws: WebSocket, question: string): void => {
  const body = JSON.stringify({ model: "any", stream: true, messages: [{ role: "user", content: question }] });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const asked = request(`${OPENAI_BASE_URL}/chat/completions`, { method: "POST", headers }, (response) => {
    let rest = "";
    response.setEncoding("utf8");
    response.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("data: ")) handOn(ws, line.slice(6));
    });
  });
  asked.end(body);
};

const handOn = (ws: WebSocket, data: string): void => {
  if (data === "[DONE]") return ws.send(JSON.stringify({ type: "finished" }));
  const chunk = JSON.parse(data) as { choices: { delta?: { content?: string } }[] };
  const text = chunk.choices[0]?.delta?.content;
  if (text) ws.send(JSON.stringify({ type: "delta", text }));
};

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer(handle).on("upgrade", (incoming, connection, head) =>
  sockets.handleUpgrade(incoming, connection, head, (ws) =>
    ws.on("message", (data: Buffer) => relay(ws, data.toString())),
  ),
);
server.listen(0, "127.0.0.1", () =>
  process.stdout.write(`listens on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`),
);
