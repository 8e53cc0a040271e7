export type ServerEvent = { event: string; data: string; id: string | undefined };

/** Server-sent events (WHATWG HTML, section 9.2.6) as they arrive; a comment is none. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let fields: Record<string, string> = {};
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      const lines = (rest + decoder.decode(read.value, { stream: true })).split(/\r\n|[\r\n]/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          const { event = "message", data, id } = fields;
          fields = {};
          if (data !== undefined) yield { event, data, id };
          continue;
        }
        const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
        fields[name] = name === "data" && fields[name] !== undefined ? `${fields[name]}\n${value}` : value;
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
