/** DocuChat inside somebody's own `node:http` server, with a model provider and a way to send codes of their own. */
import { createServer } from "node:http";
import { createDocuChatServer } from "../../server/index.ts";
import { echoModel } from "./echo-model.ts";

const docuChat = await createDocuChatServer({
  settings: { DATA_DIR: process.env["DATA_DIR"] ?? "./data/embed", DATABASE_URL: process.env["DATABASE_URL"] },
  model: echoModel,
  delivery: {
    sendCode: async ({ email, code }) => console.log(`a code for ${email}: ${code}`),
    close: () => {},
  },
});

const server = createServer((request, response) => {
  if (request.url === "/hello") return response.end("This page is the owner's.\n");
  docuChat.listener(request, response);
});
server.on("upgrade", docuChat.upgrade);
server.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => console.log("listening", server.address()));

process.once("SIGTERM", () => {
  server.close();
  void docuChat.close({ drainMs: 5_000 }).then(() => server.closeAllConnections());
});
