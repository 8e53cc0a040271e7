/**
 * zod tries whether it may compile schemas by `new Function`, which the page's policy reports as a violation. It reads
 * this before its first schema is used, so that it does not try.
 */
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
