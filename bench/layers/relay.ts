import { request } from "node:http";
import type { WebSocket } from "ws";

/** Asks the model and hands on each word that it says. */
export const relay = (ws: WebSocket, modelUrl: string, question: string): void => {
  const body = JSON.stringify({ model: "any", stream: true, messages: [{ role: "user", content: question }] });
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
  const asked = request(`${modelUrl}/chat/completions`, { method: "POST", headers }, (response) => {
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
