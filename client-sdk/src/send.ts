type Post = {
  url: string;
  headers: Record<string, string>;
  form: FormData;
  totalBytes: number;
  fetch?: typeof globalThis.fetch | undefined;
  onProgress?: ((progress: { sentBytes: number; totalBytes: number }) => void) | undefined;
  signal?: AbortSignal | undefined;
};

type Answer = { status: number; body: unknown };

/** Posts a form. Only `XMLHttpRequest` tells a browser how far it is; elsewhere the body is counted as it is read. */
export const send = (post: Post): Promise<Answer> =>
  post.onProgress && !post.fetch && typeof XMLHttpRequest === "function" ? sendByXhr(post) : sendByFetch(post);

const sendByXhr = ({ url, headers, form, totalBytes, onProgress, signal }: Post): Promise<Answer> =>
  new Promise((resolve, reject) => {
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
    request.send(form);
  });

const sendByFetch = async (post: Post): Promise<Answer> => {
  const { url, headers, form, onProgress, signal = null } = post;
  const counted = onProgress ? countedBody(post, onProgress) : { body: form };
  const fetch = post.fetch ?? globalThis.fetch;
  const response = await fetch(url, {
    method: "POST",
    signal,
    ...counted,
    headers: { ...headers, ...("headers" in counted ? counted.headers : {}) },
  });
  return { status: response.status, body: parse(await response.text()) };
};

const countedBody = ({ form, totalBytes }: Post, onProgress: NonNullable<Post["onProgress"]>) => {
  const encoded = new Response(form);
  let readBytes = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      readBytes += chunk.byteLength;
      onProgress({ sentBytes: Math.min(readBytes, totalBytes), totalBytes });
      controller.enqueue(chunk);
    },
  });
  return {
    body: encoded.body?.pipeThrough(count) ?? null,
    headers: { "content-type": encoded.headers.get("content-type") ?? "multipart/form-data" },
    duplex: "half" as const,
  };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
