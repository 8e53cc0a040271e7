import { once } from "node:events";
import { createServer } from "node:http";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hasReason } from "../../server/errors.ts";
import { readFileForm } from "../../server/http/multipart.ts";
import { openRequest } from "./raw.ts";

test("a body that stands still is taken for cut, one that is only slow is not", async () => {
  const dir = await mkdtemp(join(tmpdir(), "docuchat-form-"));
  const results: unknown[] = [];
  const server = createServer((incoming, outgoing) => {
    readFileForm(incoming, { path: join(dir, `${results.length}`), maxBytes: 1e6, stallMs: 400 })
      .then((file) => results.push(file.sizeBytes))
      .catch((error: unknown) => results.push(hasReason(error, "FILE_TRUNCATED")))
      .finally(() => outgoing.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await rm(dir, { recursive: true });
  });
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const open = () =>
    openRequest(url, { "content-type": "multipart/form-data; boundary=b", "transfer-encoding": "chunked" });
  const begin = "--b\r\nContent-Disposition: form-data; name=file; filename=a.pdf\r\n\r\n%PDF-";

  const slow = open();
  const slowAnswer = once(slow, "response");
  slow.write(begin);
  for (let i = 0; i < 8; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    slow.write("0123456789");
  }
  slow.end("\r\n--b--\r\n");
  await slowAnswer;

  const still = open();
  const stillAnswer = once(still, "response");
  still.write(begin);
  await stillAnswer;
  still.destroy();
  expect(results).toEqual([85, true]);
  expect(await readdir(dir)).toEqual(["0", "1"]);
});
