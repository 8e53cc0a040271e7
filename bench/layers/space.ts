/** What servers embed in when nothing else is configured. */
export const SPACE = { name: "text-embedding-3-small", dimensions: 1_536 };
