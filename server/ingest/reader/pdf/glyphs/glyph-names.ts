/** Names of the Adobe Glyph List for ASCII and Latin text that are no letter themselves. */
const NAMES: ReadonlyMap<string, string> = new Map(
  `space=\u0020 exclam=! quotedbl=" numbersign=# dollar=$ percent=% ampersand=& quotesingle=' parenleft=( parenright=)
  asterisk=* plus=+ comma=, hyphen=- minus=\u2212 period=. slash=/ zero=0 one=1 two=2 three=3 four=4 five=5 six=6 seven=7
  eight=8 nine=9 colon=: semicolon=; less=< equal== greater=> question=? at=@ bracketleft=[ backslash=\\ bracketright=]
  asciicircum=^ underscore=_ grave=\` braceleft={ bar=| braceright=} asciitilde=~ exclamdown=¡ cent=¢ sterling=£
  currency=¤ yen=¥ brokenbar=¦ section=§ copyright=© registered=® degree=° plusminus=± mu=µ paragraph=¶
  periodcentered=· middot=· guillemotleft=« guillemotright=» guilsinglleft=‹ guilsinglright=› onequarter=¼ onehalf=½
  threequarters=¾ questiondown=¿ multiply=× divide=÷ Euro=€ endash=– emdash=— quoteleft=‘ quoteright=’ quotesinglbase=‚
  quotedblleft=“ quotedblright=” quotedblbase=„ bullet=• ellipsis=… dagger=† daggerdbl=‡ perthousand=‰ trademark=™
  fraction=⁄ ff=ff fi=fi fl=fl ffi=ffi ffl=ffl AE=Æ ae=æ OE=Œ oe=œ Oslash=Ø oslash=ø germandbls=ß Eth=Ð eth=ð Thorn=Þ
  thorn=þ dotlessi=ı dotlessj=ȷ Lslash=Ł lslash=ł Dcroat=Đ dcroat=đ Hbar=Ħ hbar=ħ notequal=≠ lessequal=≤
  greaterequal=≥ infinity=∞ summation=∑ product=∏ radical=√ integral=∫ approxequal=≈ partialdiff=∂ Delta=∆ Omega=Ω
  alpha=α beta=β gamma=γ delta=δ epsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ lambda=λ nu=ν xi=ξ omicron=ο pi=π rho=ρ
  sigma=σ tau=τ upsilon=υ phi=φ chi=χ psi=ψ omega=ω Gamma=Γ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Phi=Φ Psi=Ψ
  ordfeminine=ª ordmasculine=º onesuperior=¹ twosuperior=² threesuperior=³ nbspace=\u0020 softhyphen=- logicalnot=¬`
    .split(/\s+/)
    .map((pair) => [pair.slice(0, pair.indexOf("=", 1)), pair.slice(pair.indexOf("=", 1) + 1) || " "] as const),
);

/** What is written above or below a letter that a name begins with, as in `eacute`. */
const ACCENTS: Record<string, string> = {
  grave: "\u0300",
  acute: "\u0301",
  circumflex: "\u0302",
  tilde: "\u0303",
  macron: "\u0304",
  breve: "\u0306",
  dotaccent: "\u0307",
  dieresis: "\u0308",
  ring: "\u030A",
  hungarumlaut: "\u030B",
  caron: "\u030C",
  cedilla: "\u0327",
  commaaccent: "\u0327",
  ogonek: "\u0328",
};

const UNI = /^uni((?:[0-9A-F]{4})+)$/;
const U = /^u([0-9A-F]{4,6})$/;
const LETTER_AND_ACCENT = /^([A-Za-z])([a-z]+)$/;

const componentText = (name: string): string | undefined => {
  if (/^[A-Za-z]$/.test(name)) return name;
  const listed = NAMES.get(name);
  if (listed !== undefined) return listed;
  const [, units] = UNI.exec(name) ?? [];
  if (units !== undefined) return Buffer.from(units, "hex").swap16().toString("utf16le");
  const [, code] = U.exec(name) ?? [];
  if (code !== undefined) return parseInt(code, 16) <= 0x10ffff ? String.fromCodePoint(parseInt(code, 16)) : undefined;
  const [, letter, accent] = LETTER_AND_ACCENT.exec(name) ?? [];
  const mark = accent === undefined ? undefined : ACCENTS[accent];
  return mark === undefined ? undefined : `${letter}${mark}`.normalize("NFC");
};

/**
 * The text of a glyph's name by the rules of the Adobe Glyph List Specification: what follows a period is a variant, and
 * underscores join the components of a ligature.
 */
export const textOfGlyphName = (name: string): string | undefined => {
  const [base = ""] = name.split(".", 1);
  if (base === "") return undefined;
  const parts = base.split("_").map(componentText);
  return parts.includes(undefined) ? undefined : parts.join("");
};
