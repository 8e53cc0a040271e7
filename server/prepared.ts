/** Where the installation keeps what each start would have to make anew (`scripts/prepare.cjs`); all of it may be missing. */
export const prepared = (name: string): URL => new URL(`../node_modules/.cache/docuchat/${name}`, import.meta.url);
