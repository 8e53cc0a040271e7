import { once } from "node:events";
import { WebSocket } from "ws";
import { waitFor, type ServerProcess } from "./server-process.ts";

/** For the environment of a server process whose heap is to be measured. */
export const MEASURED = { NODE_OPTIONS: "--inspect=127.0.0.1:0" };

/** What the server holds, buffers too, after everything that nobody needs has gone, by its inspector; in MB. */
export const heapOf = async (server: ServerProcess): Promise<number> => {
  const address = await waitFor(() => /Debugger listening on (ws:\S+)/.exec(server.output())?.[1]);
  const inspector = new WebSocket(address);
  await once(inspector, "open");
  const send = async (id: number, method: string, params: object = {}) => {
    inspector.send(JSON.stringify({ id, method, params }));
    for (;;) {
      const [data] = (await once(inspector, "message")) as [Buffer];
      const said = JSON.parse(data.toString()) as { id?: number; result: { result?: { value: number } } };
      if (said.id === id) return said.result.result?.value ?? 0;
    }
  };
  // What finalizers let go of goes with the second one.
  for (const id of [1, 2]) await send(id, "HeapProfiler.collectGarbage");
  const bytes = await send(3, "Runtime.evaluate", {
    expression: "process.memoryUsage().heapUsed + process.memoryUsage().external",
  });
  inspector.close();
  await once(inspector, "close");
  return bytes / 1024 / 1024;
};
