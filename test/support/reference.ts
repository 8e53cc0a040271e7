import { PDFParse } from "pdf-parse";

/** The words of a PDF's pages as `pdf-parse` reads them; undefined where it does not read the file. */
export const readReference = async (bytes: Uint8Array): Promise<string | undefined> => {
  const parser = new PDFParse({ data: new Uint8Array(bytes), verbosity: 0 });
  try {
    const { pages } = await parser.getText({ pageJoiner: "" });
    return pages.map(({ text }) => text).join("\n");
  } catch {
    return undefined;
  } finally {
    await parser.destroy().catch(() => {});
  }
};
