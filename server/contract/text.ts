import { z } from "zod";

/** Control characters but tab, line feed and carriage return: nothing a person types, and no database keeps U+0000. */
// oxlint-disable-next-line no-control-regex -- they are what is taken out
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

/** Text that a person wrote: well-formed, without control characters, without space around it. */
export const PlainText = z.string().overwrite((text) => text.toWellFormed().replaceAll(CONTROL, "").trim());
