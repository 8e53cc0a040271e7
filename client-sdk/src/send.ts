type Post = {
  url: string;
  headers: Record<string, string>;
  file: { name: string; data: Blob };
  fetch?: typeof globalThis.fetch | undefined;
  onProgress?: ((progress: { sentBytes: number; totalBytes: number }) => void) | undefined;
  signal?: AbortSignal | undefined;
};

type Answer = { status: number; body: unknown };

/** Posts one file. Only `XMLHttpRequest` tells a browser how far it is; elsewhere the body is counted as it is read. */
export const postFile = (post: Post): Promise<Answer> =>
  post.onProgress && !post.fetch && typeof XMLHttpRequest === "function" ? postByXhr(post) : postByFetch(post);

/**
 * The form as one blob that knows its content type. Node's own encoding of a `FormData` ends the process with an
 * unhandled rejection when an upload is aborted, and does not tell its length.
 */
const encodeForm = ({ name, data }: Post["file"]): Blob => {
  const boundary = `docuchat-${Math.random().toString(36).slice(2)}${Date.now().toString(36)}`;
  // As browsers escape it: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
  const escaped = name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
  const disposition = `Content-Disposition: form-data; name="file"; filename="${escaped}"`;
  const head = `--${boundary}\r\n${disposition}\r\nContent-Type: application/pdf\r\n\r\n`;
  return new Blob([head, data, `\r\n--${boundary}--\r\n`], { type: `multipart/form-data; boundary=${boundary}` });
};

const postByXhr = ({ url, headers, file, onProgress, signal }: Post): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const totalBytes = file.data.size;
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", ({ loaded }) =>
      onProgress?.({ sentBytes: Math.min(loaded, totalBytes), totalBytes }),
    );
    request.addEventListener("load", () => resolve({ status: request.status, body: parse(request.responseText) }));
    request.addEventListener("error", () => reject(new Error("The upload did not reach the server.")));
    request.addEventListener("abort", () => reject(signal?.reason));
    request.addEventListener("loadend", () => signal?.removeEventListener("abort", abort));
    signal?.addEventListener("abort", abort);
    request.send(encodeForm(file));
  });

const postByFetch = async (post: Post): Promise<Answer> => {
  const { url, headers, file, onProgress, signal = null, fetch = globalThis.fetch } = post;
  const form = encodeForm(file);
  const body = onProgress
    ? { body: counted(form, file.data.size, onProgress), duplex: "half" as const }
    : { body: form };
  const response = await fetch(url, {
    method: "POST",
    signal,
    ...body,
    headers: { ...headers, "content-type": form.type },
  });
  return { status: response.status, body: parse(await response.text()) };
};

const counted = (form: Blob, totalBytes: number, onProgress: NonNullable<Post["onProgress"]>) => {
  let readBytes = 0;
  return form.stream().pipeThrough(
    new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        readBytes += chunk.byteLength;
        onProgress({ sentBytes: Math.min(readBytes, totalBytes), totalBytes });
        controller.enqueue(chunk);
      },
    }),
  );
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
