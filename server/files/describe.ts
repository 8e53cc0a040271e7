/** What is embedded and indexed of a chunk: the document's name and the section stand before its words. */
export const describe = (fileName: string, chunk: { section: string | null; text: string }): string =>
  [fileName.replace(/\.pdf$/i, "").replaceAll(/[-_.]+/g, " "), chunk.section, chunk.text].filter(Boolean).join("\n");
